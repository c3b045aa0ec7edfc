/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts a start code into an image; see start_code.h. */
#include "rom/tools/start_code.h"

#include <string.h>

#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/mem.h"
#include "rom/tools/bytes.h"

#define AT_MEMORY_SIZE 8u
#define AT_PARAMS      12u

uint32_t start_code_memory(const struct start_code *code)
{
	uint32_t size = get32(code->data + AT_MEMORY_SIZE);

	return (size + START_PARAMS_ALIGN - 1) & ~(START_PARAMS_ALIGN - 1);
}

int start_code_write(const struct start_code *code, struct nbi_writer *w, uint32_t address,
		     struct error *err)
{
	cleanup_free uint8_t *copy = mem_new(code->size);

	memcpy(copy, code->data, code->size);
	put32(copy + AT_PARAMS, start_code_memory(code));
	if (nbi_writer_begin(w, NBI_LINUX_START, address, err) ||
	    nbi_writer_bytes(w, copy, code->size, err))
		return err->status;
	return nbi_writer_end(w, start_code_memory(code), err);
}

struct nbi_entry start_code_entry(uint32_t header)
{
	return (struct nbi_entry){
		.location = { .offset = 0, .segment = (uint16_t)(header >> 4) },
		.execute = { .offset = 0, .segment = (uint16_t)((header + NBI_HEADER_SIZE) >> 4) },
		.returns = true,
	};
}
