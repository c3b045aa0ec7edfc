/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Enters an image: tagged in either mode, or a boot sector. */
#include "rom/core/bios.h"
#include "rom/core/enter.h"
#include "rom/core/mem.h"
#include "rom/core/memmap.h"
#include "rom/entry/switch.h"

#define BOOT_SECTOR_ENTRY 0x00007C00u /* 0000:7C00 */

static uint32_t enter_linear(const struct image *image, uint32_t reply)
{
	static const struct nbi_loader_info info = { .major = 1 };
	struct nbi_segoff at = image->header.location;
	uint32_t arguments[3] = { (uint32_t)&info, at.segment * 16u + at.offset, reply };

	return flat_call(image->header.execute.linear, arguments);
}

static uint32_t enter_real(const struct image *image)
{
	struct bregs *regs = bios_regs();

	regs->flags |= BREGS_IF;
	if (image->kind == IMAGE_BOOT_SECTOR) {
		/* DL = 0: "booted from the first floppy", as such images expect. */
		regs->target = BOOT_SECTOR_ENTRY;
		regs->ds = regs->es = 0;
	} else {
		regs->target = (uint32_t)image->header.execute.segoff.segment << 16 |
			       image->header.execute.segoff.offset;
		regs->stack[0] = low_area->segment;
		regs->stack[1] = LOW_REPLY;
		regs->stack[2] = image->header.location.segment;
		regs->stack[3] = image->header.location.offset;
		regs->words = 4;
	}
	bios_far_call();
	return regs->eax;
}

uint32_t enter_image(const struct image *image, const void *reply, uint32_t reply_len)
{
	uint8_t *low_reply = (uint8_t *)low_area + LOW_REPLY;

	memset(low_reply, 0, LOW_REPLY_LEN);
	memcpy(low_reply, reply, reply_len < LOW_REPLY_LEN ? reply_len : LOW_REPLY_LEN);
	memmap_commit();
	if (image->kind == IMAGE_TAGGED && image->header.flags & NBI_FLAG_LINEAR)
		return enter_linear(image, (uint32_t)low_reply);
	return enter_real(image);
}
