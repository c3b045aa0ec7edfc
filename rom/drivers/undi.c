/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any card with PXE firmware: a driver over the firmware's UNDI calls, in real mode.
 *
 * Source: Intel, "Preboot Execution Environment (PXE) Specification", version 2.1, chapter 4.
 *
 * The firmware's interrupt is masked at the controller and its interrupt routine called in each poll
 * instead.  Parameter blocks and the frame to send are in the low area's buffer.
 */
#include "rom/drivers/driver.h"
#include "rom/drivers/undi.h"
#include "rom/core/bios.h"
#include "rom/core/error.h"
#include "rom/core/io.h"
#include "rom/core/memmap.h"
#include "rom/core/print.h"
#include "rom/format/nbi.h"

#define BLOCK_OFFSET 0x100u /* in the buffer: a transmit block behind the parameters, */
#define FRAME_OFFSET 0x180u /* and the frame behind that */
_Static_assert(sizeof(struct undi_open) <= BLOCK_OFFSET,
	       "parameters reach into the transmit block");
_Static_assert(BLOCK_OFFSET + sizeof(struct undi_block) <= FRAME_OFFSET,
	       "block reaches into frame");
_Static_assert(FRAME_OFFSET + NIC_FRAME_MAX <= LOW_BUFFER_LEN, "the frame does not fit");

/* Events other than a frame, taken in one poll before it is given up. */
#define EVENTS_MAX 16u

enum { PIC1_MASK = 0x21, PIC2_MASK = 0xA1, PIC_CASCADE = 2 };

/* In the BIOS data area: the EBDA's segment, and what INT 12h returns. */
enum { BDA_EBDA = 0x40E, BDA_BASE_KB = 0x413 };

static far_pointer entry;
static uint16_t irq; /* 0: none */
static bool irq_was_masked;
static bool in_progress; /* the firmware's interrupt routine has more for us */

static void *linear(far_pointer p)
{
	return (void *)(uintptr_t)((p >> 16 << 4) + (p & 0xFFFF));
}

static far_pointer buffer_pointer(uint32_t offset)
{
	return (uint32_t)low_area->segment << 16 | (LOW_BUFFER + offset);
}

/* The parameters of the next call, cleared. */
static void *undi_parameters(void)
{
	return memset(low_buffer(), 0, BLOCK_OFFSET);
}

/*
 * Makes the call; the parameters are in the buffer, and the results after it.  True for success.  Both
 * conventions at once: on the stack for !PXE, in ES:DI and BX for PXENV+.
 */
static bool undi_call(enum undi_call call)
{
	struct bregs *regs = bios_regs();
	uint16_t *status = low_buffer();

	regs->flags |= BREGS_IF; /* firmware may wait for a timer */
	regs->ebx = call;
	regs->edi = LOW_BUFFER;
	regs->stack[0] = regs->es;
	regs->stack[1] = LOW_BUFFER;
	regs->stack[2] = (uint16_t)call;
	regs->words = 3;
	regs->target = entry;
	bios_far_call();
	return !(uint16_t)low_area->regs.eax && !*status;
}

/* Finds the entry behind what the prefix was given, or the BIOS knows of (INT 1Ah, 5650h). */
static bool undi_find(void)
{
	const struct pxenv *pxenv;
	far_pointer p = low_area->pxe;

	if (!p) {
		struct bregs *regs = bios_regs();

		regs->eax = 0x5650;
		bios_interrupt(0x1A);
		if ((uint16_t)regs->eax != 0x564E)
			return false;
		p = (uint32_t)regs->es << 16 | (regs->ebx & 0xFFFF);
	}
	pxenv = linear(p);
	if (!memcmp(pxenv->signature, "PXENV+", 6)) {
		entry = pxenv->entry;
		if (pxenv->version < PXENV_HAS_PXE)
			return true;
		p = pxenv->pxe;
	}
	if (!memcmp(linear(p), "!PXE", 4))
		entry = ((const struct pxe *)linear(p))->entry;
	return entry;
}

static int undi_probe(struct nic *nic)
{
	const struct undi_information *info = low_buffer();

	if (!undi_find()) {
		print("\nno PXE firmware found\n");
		return ROM_ENODEV;
	}
	undi_parameters();
	if (!undi_call(UNDI_GET_INFORMATION) || info->address_length != sizeof(nic->mac)) {
		print("\nthe PXE firmware (at %4x:%4x) does not tell its MAC address\n",
		      entry >> 16, entry & 0xFFFF);
		return ROM_ENODEV;
	}
	memcpy(nic->mac, info->address, sizeof(nic->mac));
	nic->small_ring = true; /* for all we know */
	irq = info->irq < 16 ? info->irq : 0;
	return 0;
}

/* Masks the card's interrupt, or puts the mask back. */
static void undi_mask_irq(bool mask)
{
	uint16_t port = irq < 8 ? PIC1_MASK : PIC2_MASK;
	uint8_t bit = (uint8_t)(1u << (irq & 7));
	uint8_t now = inb(port);

	if (!irq || irq == PIC_CASCADE)
		return;
	if (mask)
		irq_was_masked = now & bit;
	if (mask || irq_was_masked)
		outb(now | bit, port);
	else
		outb((uint8_t)(now & ~bit), port);
}

static bool undi_try_open(void)
{
	struct undi_open *open = undi_parameters();

	open->filter = UNDI_FILTER_DIRECTED | UNDI_FILTER_BROADCAST;
	return undi_call(UNDI_OPEN);
}

static int undi_open(struct nic *nic)
{
	(void)nic;
	in_progress = false;
	undi_mask_irq(true);
	if (undi_try_open())
		return 0;
	/* Left open by the firmware's own loader, or shut down (by close() below). */
	undi_parameters();
	undi_call(UNDI_CLOSE);
	if (undi_try_open())
		return 0;
	undi_parameters();
	undi_call(UNDI_STARTUP);
	undi_parameters();
	undi_call(UNDI_INITIALIZE);
	if (undi_try_open())
		return 0;
	print("PXE firmware: cannot open the card, status %4x\n", *(uint16_t *)low_buffer());
	return ROM_EIO;
}

static void undi_close(struct nic *nic)
{
	(void)nic;
	undi_parameters();
	undi_call(UNDI_CLOSE);
	undi_parameters();
	undi_call(UNDI_SHUTDOWN); /* resets the card: no DMA after this */
	undi_mask_irq(false);
}

static int undi_transmit(struct nic *nic, const void *frame, uint32_t len)
{
	struct undi_transmit *transmit = undi_parameters();
	struct undi_block *block = (void *)((uint8_t *)low_buffer() + BLOCK_OFFSET);

	(void)nic;
	memset(block, 0, sizeof(*block));
	block->length = (uint16_t)frame_copy((uint8_t *)low_buffer() + FRAME_OFFSET, frame, len);
	block->frame = buffer_pointer(FRAME_OFFSET);
	transmit->block = buffer_pointer(BLOCK_OFFSET);
	return undi_call(UNDI_TRANSMIT) ? 0 : ROM_EIO;
}

/* Asks the firmware's interrupt routine; returns what it says is next. */
static uint16_t undi_isr(uint16_t function)
{
	struct undi_isr *isr = undi_parameters();

	isr->function = function;
	if (!undi_call(UNDI_ISR))
		return ISR_OUT_DONE;
	return isr->function;
}

/* True if the buffer holds the parameters of a received piece. */
static bool undi_next_piece(void)
{
	uint16_t event;

	if (in_progress) {
		event = undi_isr(ISR_IN_GET_NEXT);
	} else {
		/* Whether the interrupt was its own is not to be trusted: some deny what they have. */
		undi_isr(ISR_IN_START);
		event = undi_isr(ISR_IN_PROCESS);
	}
	for (uint32_t i = 0; i < EVENTS_MAX; i++) {
		if (event == ISR_OUT_RECEIVE) {
			in_progress = true;
			return true;
		}
		if (event != ISR_OUT_TRANSMIT)
			break;
		event = undi_isr(ISR_IN_GET_NEXT);
	}
	in_progress = false;
	return false;
}

static uint32_t undi_poll(struct nic *nic, void *frame)
{
	const struct undi_isr *isr = low_buffer();
	uint32_t total, have = 0;
	bool good = true;

	(void)nic;
	if (!undi_next_piece())
		return 0;
	total = isr->frame_length;
	/* A frame may come in several pieces. */
	for (;;) {
		uint32_t len = isr->buffer_length;

		good = good && total >= 14 && total <= NIC_FRAME_MAX && len <= total - have;
		if (good)
			memcpy((uint8_t *)frame + have, linear(isr->buffer), len);
		have += len;
		if (!good || have >= total)
			break;
		if (!len || !undi_next_piece())
			return 0;
	}
	return good ? total : 0;
}

/* True if an interrupt vector points into [from, to): the firmware is still hooked in. */
static bool undi_hooked(uint32_t from, uint32_t to)
{
	for (uint32_t vector = 0; vector < 256; vector++) {
		uint32_t target = (uint32_t)linear(((far_pointer volatile *)0)[vector]);

		if (target >= from && target < to)
			return true;
	}
	return false;
}

/*
 * The firmware sits at the end of conventional memory, and our low area below it.  Where the image
 * reaches up to there, the firmware is unloaded, its memory given back to the BIOS, and the low
 * area moved to where tagged images expect the loader.  Else all stays, and an image may return.
 */
static int undi_leave(struct nic *nic)
{
	uint32_t from, to = (uint32_t) * (volatile uint16_t *)BDA_EBDA << 4;

	(void)nic;
	if (memmap_low_end() <= (uint32_t)low_area)
		return 0;
	bios_regs();
	bios_interrupt(0x12);
	from = (low_area->regs.eax & 0xFFFF) << 10;
	undi_parameters();
	undi_call(UNDI_UNLOAD_STACK);
	undi_parameters();
	undi_call(UNDI_STOP);
	if (to < NBI_LOADER_START + LOW_SIZE || to > MEMMAP_LOW_END || undi_hooked(from, to)) {
		print("PXE firmware at %x stays where the image goes: use a ROM or a floppy\n",
		      from);
		return ROM_EMEMORY;
	}
	*(volatile uint16_t *)BDA_BASE_KB = (uint16_t)(to >> 10);
	low_area_move(NBI_LOADER_START);
	return 0;
}

const struct nic_driver nic_driver = {
	.name = "undi",
	.is_pci = false,
	.ops = {
		.probe = undi_probe,
		.open = undi_open,
		.close = undi_close,
		.transmit = undi_transmit,
		.poll = undi_poll,
		.leave = undi_leave,
	},
};
