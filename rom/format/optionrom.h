/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The option ROM as the BIOS sees it: the expansion header (BIOS Boot Specification
 * 1.01; Plug and Play BIOS Specification 1.0A, 3.2), the PCI data structure (PCI Firmware
 * Specification 3.0, 5.1.2) and the PnP expansion header.  Shared by mkrom, romcheck and
 * the ROM itself.  Numbers are little endian; offsets count from the ROM's first byte, except where said.
 */
#ifndef ROM_FORMAT_OPTIONROM_H
#define ROM_FORMAT_OPTIONROM_H

#include <stdint.h>
#include "rom/format/optionrom_asm.h"

#define OPTIONROM_SIGNATURE 0xAA55u
#define OPTIONROM_UNIT	    512u /* the size byte counts these */

/*
 * The first bytes.  Up to `body_offset` the layout is the specifications'; the
 * rest, and the entry at OPTIONROM_ENTRY, are between our header.S, our prefixes and mkrom.
 */
struct optionrom_header {
	uint16_t signature; /* 55 AA */
	uint8_t size;	    /* of the whole image, in units of 512 bytes */
	uint8_t init[3];    /* a jump; the BIOS makes a far call to it at power-on */
	uint8_t checksum;   /* makes all bytes of the image add up to 0 modulo 256 */
	uint8_t reserved;
	uint8_t entry[4]; /* a jump: starts the net loader, far call, see OPTIONROM_ENTRY */
	uint8_t reserved2[12];
	uint16_t pci_offset; /* of struct optionrom_pci, 0x18 */
	uint16_t pnp_offset; /* of struct optionrom_pnp, 0x1A */
} __attribute__((packed));

/*
 * Floppy loader, PXE and lkrn prefix put the ROM image at a segment's start and make a far
 * call to this offset.  EAX = OPTIONROM_PXE_MAGIC says that EBP holds the far pointer to
 * PXE firmware's !PXE or PXENV+ structure.
 * Returns by retf, all registers as they were, if nothing was booted.
 */

struct optionrom_pci {
	uint8_t signature[4]; /* "PCIR" */
	uint16_t vendor;
	uint16_t device;
	uint16_t device_list;  /* offset from this structure: device ids, ended by 0; or 0 */
	uint16_t length;       /* of this structure: 0x1C */
	uint8_t revision;      /* 3: PCI firmware 3.0 */
	uint8_t class_code[3]; /* 00 00 02: Ethernet controller */
	uint16_t image_length; /* units of 512 bytes */
	uint16_t code_revision;
	uint8_t code_type;	     /* 0: PC-AT */
	uint8_t indicator;	     /* bit 7: last image */
	uint16_t max_runtime_length; /* units of 512 bytes; what stays after init */
	uint16_t config_utility;
	uint16_t clp_entry;
} __attribute__((packed));

struct optionrom_pnp {
	uint8_t signature[4]; /* "$PnP" */
	uint8_t revision;     /* 1 */
	uint8_t length;	      /* units of 16 bytes: 2 */
	uint16_t next;	      /* offset of the next such header, or 0 */
	uint8_t reserved;
	uint8_t checksum; /* makes the bytes of this structure add up to 0 */
	uint32_t device_id;
	uint16_t manufacturer;	/* offset of a NUL-terminated string */
	uint16_t product;	/* what boot menus show */
	uint8_t device_type[3]; /* base class, subclass, interface: 02 00 00 */
	uint8_t indicators;	/* 0x14: may be shadowed, is an IPL device */
	uint16_t bcv;		/* boot connection vector, or 0 */
	uint16_t disconnect;
	uint16_t bev; /* bootstrap entry vector: far-called to boot from here */
	uint16_t reserved2;
	uint16_t resource_vector;
} __attribute__((packed));

_Static_assert(sizeof(struct optionrom_header) == 0x1C, "wire format");
_Static_assert(sizeof(struct optionrom_pci) == 0x1C, "wire format");
_Static_assert(sizeof(struct optionrom_pnp) == 0x20, "wire format");

#endif
