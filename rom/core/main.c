/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The net loader, from the BIOS's call to the image's first instruction:
 *
 *      header.S, switch.S     copy this program into RAM, enter 32-bit mode
 *      -> rom_begin()         move it to the top of RAM (relocate.c)
 *      -> rom_main()          find the card (pci.c, rom/drivers/)
 *      -> net_configure()     BOOTP/DHCP (rom/net/)
 *      -> net_load()          TFTP, each block into image_data() (nbi.c, memmap.c)
 *      -> enter_image()       give it the machine (enter.c)
 *
 * Whatever fails, the card is closed and the BIOS gets control back, to try its next device.
 */
#include "rom/core/bios.h"
#include "rom/core/clock.h"
#include "rom/core/console.h"
#include "rom/core/enter.h"
#include "rom/core/error.h"
#include "rom/core/ids.h"
#include "rom/core/image.h"
#include "rom/core/io.h"
#include "rom/core/mem.h"
#include "rom/core/memmap.h"
#include "rom/core/pci.h"
#include "rom/core/platform.h"
#include "rom/core/print.h"
#include "rom/core/relocate.h"
#include "rom/entry/switch.h"
#include "rom/net/net.h"

enum { LOAD_ATTEMPTS = 3, PAUSE_MS = 3000, A20_TRIES = 3 };

/* A dword of the BIOS data area that is scratch for whoever runs (inter-application area). */
#define BIOS_SCRATCH 0x4F0u

static struct nic nic;
static struct net net;
static struct image image;

static int sink_data(void *context, const void *data, uint32_t len)
{
	return image_data(context, data, len);
}

/*
 * The card the BIOS named when it called init, else the first one on the bus that is ours.  An old
 * BIOS leaves anything in that register, so a named device has to be one of ours.
 */
static bool find_pci(void)
{
	uint16_t at = (uint16_t)(low_area->location - 1);

	if (!pci_find(nic_ids, &at)) {
		at = 0xFFFF;
		if (!pci_find(nic_ids, &at))
			return false;
	}
	nic.location = at;
	nic.vendor = pci_read16(at, PCI_VENDOR_ID);
	nic.device = pci_read16(at, PCI_DEVICE_ID);
	for (unsigned int bar = 0; bar < 6; bar++) {
		uint32_t base = pci_bar(at, bar);
		uint32_t flags = pci_read32(at, (uint8_t)(PCI_BAR0 + 4 * bar));

		if (flags & PCI_BAR_IO) {
			if (!nic.io)
				nic.io = (uint16_t)base;
			continue;
		}
		if (!nic.mmio)
			nic.mmio = base;
		bar += (flags & PCI_BAR_64) != 0; /* the next one is its upper half */
	}
	return true;
}

void show_details(void)
{
	const struct nic_ops *ops = nic.ops;

	print("\nPCI %4x:%4x at %2x:%2x.%u, I/O %x, memory %x%s\n", nic.vendor, nic.device,
	      nic.location >> 8, nic.location >> 3 & 31, nic.location & 7, nic.io, nic.mmio,
	      !ops->link	? ""
	      : ops->link(&nic) ? ", link up"
				: ", no link");
	print("Room for images: up to %x\n", memmap_end());
}

/* Waits between two tries. Returns 0, or ROM_ESKIP. */
static int pause(void)
{
	uint32_t start = platform_ms();

	while (platform_ms() - start < PAUSE_MS) {
		if (platform_key() == PLATFORM_KEY_SKIP)
			return ROM_ESKIP;
	}
	return 0;
}

/* One try: configure, load, check. */
static int load(void)
{
	struct net_sink sink = { .data = sink_data, .context = &image };
	int rc;

	net_init(&net, &nic);
	rc = net_configure(&net);
	if (rc)
		return rc;
	image_begin(&image);
	rc = net_load(&net, &sink);
	return rc ? rc : image_end(&image);
}

/* Loads an image through an opened card; several tries where another one may help. */
static int load_persistently(void)
{
	int rc = ROM_EIO;

	for (unsigned int attempt = 0; attempt < LOAD_ATTEMPTS; attempt++) {
		if (attempt) {
			print("Trying again (%u of %u)\n", attempt + 1, LOAD_ATTEMPTS);
			if (pause())
				return ROM_ESKIP;
		}
		rc = load();
		/* Nobody there at all was waited for long enough; a wrong image stays wrong. */
		if (!rc || rc == ROM_ESKIP || rc == ROM_EFORMAT || rc == ROM_EMEMORY ||
		    !net.address)
			break;
	}
	return rc;
}

/* From a card that was found to a loaded image; the card is closed afterwards. */
static int use_card(void)
{
	int rc = nic.ops->probe(&nic);

	if (rc)
		return rc;
	print("%s%s%M  Esc: next boot device, d: details\n", nic.chip ? nic.chip : "",
	      nic.chip ? " " : "", nic.mac);
	platform_random_add(*(uint32_t *)(nic.mac + 2));
	rc = nic.ops->open(&nic);
	if (!rc)
		rc = load_persistently();
	nic.ops->close(&nic);
	return rc;
}

static void boot(void)
{
	uint16_t command = 0;
	int rc;

	print("\nmkdcroot " VERSION " %s ", nic_driver.name);
	nic.ops = &nic_driver.ops;
	if (nic_driver.is_pci) {
		if (!find_pci()) {
			print("\nno such card found on the PCI bus\n");
			return;
		}
		command = pci_enable(nic.location);
	}
	rc = use_card();
	if (nic_driver.is_pci)
		pci_write16(nic.location, PCI_COMMAND, command);
	if (!rc && nic.ops->leave)
		rc = nic.ops->leave(&nic);
	if (rc)
		return;
	clock_end();
	console_end();
	rc = (int)enter_image(&image, net.reply, net.reply_len);
	console_init();
	print("\nThe image returned (%x)\n", (uint32_t)rc);
}

/* Address line 20: with it held at zero, 1 MB is the same memory as 0. */
static bool a20_enabled(void)
{
	volatile uint32_t *low = (uint32_t *)BIOS_SCRATCH;
	volatile uint32_t *high = (uint32_t *)(BIOS_SCRATCH + 0x100000);
	uint32_t before = *low;
	bool enabled;

	*low = ~*high;
	barrier();
	enabled = *low != *high;
	*low = before;
	return enabled;
}

static bool enable_a20(void)
{
	for (unsigned int tries = 0; tries < A20_TRIES; tries++) {
		if (a20_enabled())
			return true;
		if (tries == 0) {
			bios_regs()->eax = 0x2401;
			bios_interrupt(0x15);
		} else {
			outb((uint8_t)((inb(0x92) | 2) & ~1), 0x92);
		}
	}
	return a20_enabled();
}

/* In the copy at the top of RAM. */
static _Noreturn void rom_main(struct low_area *low)
{
	uint32_t start = (uint32_t)body_start - MEMMAP_LOW_END;

	low_area = low;
	console_init();
	clock_init();
	memmap_read();
	memmap_reserve(start, MEMMAP_LOW_END + relocate_size());
	boot();
	clock_end();
	console_end();
	if (low_area != low)
		bios_interrupt(0x18); /* it has moved: there is no way back but "next device" */
	real_end();
}

void rom_begin(struct low_area *low)
{
	uint32_t size = MEMMAP_LOW_END + relocate_size();
	uint32_t dest = 0;
	uint32_t delta;

	low_area = low;
	if (enable_a20()) {
		memmap_read();
		dest = memmap_find(size);
	}
	if (!dest) {
		console_init();
		print("mkdcroot: no room above 1 MB for %u KB of net loader\n", size >> 10);
		console_end();
		real_end();
	}
	delta = relocate_body(dest + MEMMAP_LOW_END);
	body_restart(low, (void (*)(struct low_area *))((uint32_t)rom_main + delta),
		     body_stack_top + delta);
}
