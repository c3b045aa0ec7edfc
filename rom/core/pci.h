/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PCI configuration space, by configuration mechanism 1 (ports 0xCF8/0xCFC; PCI Local
 * Bus 2.2, 3.2.2.3.2).  A device is named by its location: bus << 8 | device << 3 |
 * function, the way the BIOS passes it in AX to an option ROM.
 */
#ifndef ROM_CORE_PCI_H
#define ROM_CORE_PCI_H

#include <stdint.h>

enum {
	PCI_VENDOR_ID = 0x00,
	PCI_DEVICE_ID = 0x02,
	PCI_COMMAND = 0x04,
	PCI_STATUS = 0x06,
	PCI_REVISION = 0x08,
	PCI_HEADER_TYPE = 0x0E,
	PCI_BAR0 = 0x10, /* six dwords; n is at PCI_BAR0 + 4 * n */
	PCI_SUBSYSTEM_VENDOR = 0x2C,
	PCI_CAPABILITIES = 0x34
};

/* Flag bits of a BAR: in I/O space; in memory, 64 bits wide (the next BAR is its upper half). */
enum { PCI_BAR_IO = 1, PCI_BAR_64 = 4 };

enum { PCI_COMMAND_IO = 1, PCI_COMMAND_MEMORY = 2, PCI_COMMAND_MASTER = 4 };

/* offset 0..255, a multiple of the width. Reads of an absent device give all ones. */
uint8_t pci_read8(uint16_t location, uint8_t offset);
uint16_t pci_read16(uint16_t location, uint8_t offset);
uint32_t pci_read32(uint16_t location, uint8_t offset);
void pci_write8(uint16_t location, uint8_t offset, uint8_t value);
void pci_write16(uint16_t location, uint8_t offset, uint16_t value);
void pci_write32(uint16_t location, uint8_t offset, uint32_t value);

/*
 * The base of BAR `index` (0..5) without its flag bits: a port number for an I/O BAR,
 * a physical address for a memory BAR.  0 when the BAR is empty, or a 64-bit
 * BAR placed above 4 GB (which this ROM cannot reach).
 */
uint32_t pci_bar(uint16_t location, unsigned int index);

/*
 * Switches I/O, memory and bus mastering on, and returns the command register as it
 * was, for pci_write16(location, PCI_COMMAND, ...) when the device is given back.
 */
uint16_t pci_enable(uint16_t location);

/* Config space offset of the capability `id`, looking behind `after` (0: from the first); 0 if
 * none. */
uint8_t pci_find_capability(uint16_t location, uint8_t id, uint8_t after);

struct pci_id {
	uint16_t vendor;
	uint16_t device;
};

/*
 * The next device behind `*location` (start with 0xFFFF) whose ids are in
 * `ids` (ends with vendor 0).  Returns 1 and sets *location, or 0 at the end.
 */
int pci_find(const struct pci_id *ids, uint16_t *location);

#endif
