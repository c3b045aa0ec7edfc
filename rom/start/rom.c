/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Start code of a boot ROM as an image, so that a ROM can be tried by net boot before it is burnt: does for it what the
 * BIOS does at power-on (init), then what it does when the user chooses to boot from it (its
 * bootstrap entry vector, or INT 19h on a ROM that hooked that).
 */
#include "rom/format/optionrom.h"
#include "rom/start/bios.h"

void start_main(uint32_t header, uint32_t reply);
/* Far calls rom:offset with these registers; returns AX. */
uint32_t rom_call(uint32_t far, uint32_t ax, uint32_t esdi);

#define ROM_INIT  3u
#define NO_DEVICE 0xFFFFu
#define PNP_START 0xF0000u
#define PNP_END	  0x100000u
#define PNP_CHECK 0x506E5024u /* "$PnP" */

static void peek(void *to, uint32_t at, uint32_t bytes)
{
	mem_copy(linear_of(to), at, bytes);
}

/* PCI BIOS: bus << 8 | devfn of the first such device, or NO_DEVICE. */
static uint32_t find_device(uint16_t vendor, uint16_t device)
{
	struct bios_regs regs = { .eax = 0xB102, .ecx = device, .edx = vendor };

	bios_call(0x1A, &regs);
	return (regs.flags & BIOS_CARRY) || (regs.eax & 0xFF00) ? NO_DEVICE : regs.ebx & 0xFFFF;
}

/* The device the ROM is for: its id, then the ids of its device list. */
static uint32_t find_any_device(const struct start_rom *p)
{
	struct optionrom_header h;
	struct optionrom_pci pci;
	uint32_t at, location = find_device(p->vendor, p->device);
	uint16_t device = 0;

	peek(&h, p->rom, sizeof(h));
	at = p->rom + h.pci_offset;
	peek(&pci, at, sizeof(pci));
	if (location != NO_DEVICE || pci.revision < 3 || !pci.device_list)
		return location;
	for (at += pci.device_list; at + 2 <= p->rom + p->size; at += 2) {
		peek(&device, at, sizeof(device));
		if (!device)
			break;
		location = find_device(p->vendor, device);
		if (location != NO_DEVICE)
			return location;
	}
	return NO_DEVICE;
}

/* The PnP BIOS's installation check structure as a far pointer, or 0. */
static uint32_t find_pnp(void)
{
	uint32_t signature = 0;

	for (uint32_t at = PNP_START; at < PNP_END; at += 16) {
		peek(&signature, at, sizeof(signature));
		if (signature == PNP_CHECK)
			return (PNP_START >> 4) << 16 | (at - PNP_START);
	}
	return 0;
}

static void boot_by(uint8_t number)
{
	struct bios_regs regs = { 0 };

	bios_call(number, &regs);
}

void start_main(uint32_t header, uint32_t reply)
{
	const struct start_rom *p = (const struct start_rom *)(uintptr_t)start_params;
	uint32_t segment, location = NO_DEVICE;

	(void)header;
	(void)reply;
	print_init();
	if (!start_params || p->magic != START_ROM_MAGIC) {
		print_text("mknbi: this image is damaged: it has no parameter block\n");
		return;
	}
	if (p->vendor) {
		location = find_any_device(p);
		if (location == NO_DEVICE) {
			print_text("mknbi: this machine has no device for this ROM (PCI vendor ");
			print_hex(p->vendor);
			print_text(", device ");
			print_hex(p->device);
			print_text(")\n");
			return;
		}
	}
	print_text("mknbi: starting the boot ROM\n");
	segment = p->rom >> 4 << 16;
	rom_call(segment | ROM_INIT, location, p->bev ? find_pnp() : 0);
	if (p->bev)
		rom_call(segment | p->bev, location, find_pnp());
	else
		boot_by(0x19);
	/* It may have used the memory of the loader we came from: not back there, but to the BIOS's next device. */
	print_text("mknbi: the boot ROM gave up\n");
	boot_by(0x18);
}
