/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI configuration space by mechanism 1. */
#include "rom/core/io.h"
#include "rom/core/pci.h"

enum { CONFIG_ADDRESS = 0xCF8, CONFIG_DATA = 0xCFC };

/* Points the data port at the register's dword; returns the port of the register's bytes in it. */
static uint16_t select(uint16_t location, uint8_t offset)
{
	outl(0x80000000u | (uint32_t)location << 8 | (offset & ~3u), CONFIG_ADDRESS);
	return (uint16_t)(CONFIG_DATA + (offset & 3));
}

uint8_t pci_read8(uint16_t location, uint8_t offset)
{
	return inb(select(location, offset));
}

uint16_t pci_read16(uint16_t location, uint8_t offset)
{
	return inw(select(location, offset));
}

uint32_t pci_read32(uint16_t location, uint8_t offset)
{
	return inl(select(location, offset));
}

void pci_write8(uint16_t location, uint8_t offset, uint8_t value)
{
	outb(value, select(location, offset));
}

void pci_write16(uint16_t location, uint8_t offset, uint16_t value)
{
	outw(value, select(location, offset));
}

void pci_write32(uint16_t location, uint8_t offset, uint32_t value)
{
	outl(value, select(location, offset));
}

uint32_t pci_bar(uint16_t location, unsigned int index)
{
	uint8_t offset = (uint8_t)(PCI_BAR0 + 4 * index);
	uint32_t bar = pci_read32(location, offset);

	if (bar & PCI_BAR_IO)
		return bar & ~3u;
	if (bar & PCI_BAR_64 && pci_read32(location, (uint8_t)(offset + 4)))
		return 0;
	return bar & ~15u;
}

uint16_t pci_enable(uint16_t location)
{
	uint16_t before = pci_read16(location, PCI_COMMAND);

	pci_write16(location, PCI_COMMAND,
		    before | PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	return before;
}

uint8_t pci_find_capability(uint16_t location, uint8_t id, uint8_t after)
{
	uint8_t at = after ? after : PCI_CAPABILITIES - 1;

	if (!(pci_read16(location, PCI_STATUS) & 0x10))
		return 0;
	/* A list that bites its own tail must not hold us up: there is room for 48. */
	for (unsigned int i = 0; i < 48; i++) {
		at = pci_read8(location, (uint8_t)(at + 1)) & 0xFC;
		if (!at || pci_read8(location, at) == id)
			return at;
	}
	return 0;
}

int pci_find(const struct pci_id *ids, uint16_t *location)
{
	uint16_t at = *location;
	uint8_t functions = 0x80; /* bit 7: the device has more than function 0 */
	uint32_t found;

	while (++at != 0xFFFF) {
		if (at & 7 && !(functions & 0x80))
			continue;
		found = pci_read32(at, PCI_VENDOR_ID);
		if (!(at & 7))
			functions = found == ~0u ? 0 : pci_read8(at, PCI_HEADER_TYPE);
		for (const struct pci_id *id = ids; id->vendor; id++) {
			if (found == ((uint32_t)id->device << 16 | id->vendor)) {
				*location = at;
				return 1;
			}
		}
	}
	return 0;
}
