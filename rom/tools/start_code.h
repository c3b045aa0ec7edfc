/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The start codes, as make put them into this program (rom/tools/start_code.S). */
#ifndef ROM_TOOLS_START_CODE_H
#define ROM_TOOLS_START_CODE_H

#include <stdint.h>

#include "mkdcroot/base/error.h"
#include "rom/start/params.h"
#include "rom/tools/nbi_write.h"

/* One start binary; it begins with struct start_head. */
struct start_code {
	const uint8_t *data;
	uint32_t size;
};

extern const struct start_code start_code_linux;
extern const struct start_code start_code_dos;
extern const struct start_code start_code_rom;

/* Bytes it takes in memory with bss and stack, rounded up so that the parameter block can follow. */
uint32_t start_code_memory(const struct start_code *code);

/*
 * Writes the start code's segment (tag NBI_LINUX_START) at address, told that its parameter block
 * follows start_code_memory() bytes further.
 */
int start_code_write(const struct start_code *code, struct nbi_writer *w, uint32_t address,
		     struct error *err);

/* The header and entry point for a start code that lies right behind the header at address. */
struct nbi_entry start_code_entry(uint32_t header);

#endif
