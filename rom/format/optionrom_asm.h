/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of rom/format/optionrom.h that the assembler needs too: how our own prefixes
 * (floppy loader, PXE, lkrn) start a ROM image.  They put it at offset 0 of a segment and make a
 * far call to OPTIONROM_ENTRY.  EAX = OPTIONROM_PXE_MAGIC says that EBP holds the far pointer to PXE
 * firmware's !PXE (or PXENV+) structure.  Returns by retf, all registers as they were,
 * if nothing was booted.
 */
#ifndef ROM_FORMAT_OPTIONROM_ASM_H
#define ROM_FORMAT_OPTIONROM_ASM_H

#define OPTIONROM_ENTRY	    8
#define OPTIONROM_PXE_MAGIC 0x45585021

#endif
