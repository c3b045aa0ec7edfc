/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMware's paravirtual network card VMXNET3.
 *
 * Source: there is no public manual; the interface is that of VMware's published driver header
 * (vmxnet3_defs.h) and of QEMU's device.
 *
 * A ring of descriptors and a ring of completions in each direction.  A generation bit, which
 * changes with every turn of a ring, says which entries are new; so no index has to be read.
 */
#include "rom/drivers/driver.h"
#include "rom/drivers/vmxnet3.h"
#include "rom/core/error.h"
#include "rom/core/heap.h"
#include "rom/core/io.h"
#include "rom/core/pci.h"
#include "rom/core/print.h"

#define RING_COUNT  32u /* descriptors in every ring: a multiple of 32 */
#define TX_BUFFERS  4u
#define BUFFER_SIZE 1536u
#define MTU	    1500u

static struct vmx_shared shared DMA_ALIGNED(128);
static struct {
	struct vmx_tx_queue tx;
	struct vmx_rx_queue rx;
} queues DMA_ALIGNED(128);
static struct vmx_descriptor tx_ring[RING_COUNT] DMA_ALIGNED(512);
static struct vmx_descriptor rx_ring[RING_COUNT] DMA_ALIGNED(512);
static struct vmx_completion tx_done_ring[RING_COUNT] DMA_ALIGNED(512);
static struct vmx_completion rx_done_ring[RING_COUNT] DMA_ALIGNED(512);
static uint8_t rx_buffer[RING_COUNT][BUFFER_SIZE] DMA_ALIGNED(16);
static uint8_t tx_buffer[TX_BUFFERS][BUFFER_SIZE] DMA_ALIGNED(16);

/* Free-running counts of entries; bit 5 of them is the turn they are in. */
static uint32_t tx_given, tx_done, rx_given, rx_done;
static uint32_t bar1;

/* Is entry number n of its ring in an even turn?  That is when the generation bits are set. */
static bool generation(uint32_t n)
{
	return !(n / RING_COUNT & 1);
}

static void vmx_command(uint32_t command)
{
	mmio_write32(bar1 + CMD, command);
}

static uint32_t vmx_query(uint32_t command)
{
	vmx_command(command);
	return mmio_read32(bar1 + CMD);
}

static void vmx_reset(const struct nic *nic)
{
	vmx_command(CMD_QUIESCE);
	vmx_command(CMD_RESET);
	mmio_write32(bar1 + DSAL, 0);
	mmio_write32(bar1 + DSAH, 0);
	mmio_write32(nic->mmio + IMR, 1);
}

static int vmx_probe(struct nic *nic)
{
	uint32_t low, high;

	bar1 = pci_bar(nic->location, 1);
	if (!nic->mmio || !bar1 || !(mmio_read32(bar1 + VRRS) & 1) ||
	    !(mmio_read32(bar1 + UVRS) & 1)) {
		print("VMXNET3: the device does not offer version 1\n");
		return ROM_ENODEV;
	}
	mmio_write32(bar1 + VRRS, 1);
	mmio_write32(bar1 + UVRS, 1);
	vmx_reset(nic);
	low = vmx_query(CMD_GET_MAC_LOW);
	high = vmx_query(CMD_GET_MAC_HIGH);
	memcpy(nic->mac, &low, 4);
	memcpy(nic->mac + 4, &high, 2);
	return 0;
}

/* Gives the next receive buffer to the device. */
static void vmx_rx_give(const struct nic *nic)
{
	volatile struct vmx_descriptor *d = &rx_ring[rx_given % RING_COUNT];

	d->address.low = dma_address(rx_buffer[rx_given % RING_COUNT]);
	d->flags = 0;
	barrier();
	d->control = BUFFER_SIZE | (generation(rx_given) ? RX_GEN : 0);
	rx_given++;
	if (*(volatile uint8_t *)&queues.rx.update_producer)
		mmio_write32(nic->mmio + RXPROD, rx_given % RING_COUNT);
}

static void vmx_fill_shared(void)
{
	memset(&shared, 0, sizeof(shared));
	shared.magic = SHARED_MAGIC;
	shared.driver_version = 1;
	shared.guest = GUEST_32BIT | GUEST_KIND_PXE;
	shared.revision = 1;
	shared.upt_version = 1;
	shared.queues.low = dma_address(&queues);
	shared.queues_length = sizeof(queues);
	shared.mtu = MTU;
	shared.rx_fragments = 1;
	shared.tx_queues = 1;
	shared.rx_queues = 1;
	shared.interrupts = 1;
	shared.interrupt_control = INTERRUPTS_DISABLED;
	shared.rx_mode = RX_MODE_UNICAST | RX_MODE_BROADCAST;
	shared.vlans[0] = 1; /* frames without a tag */
}

static void vmx_fill_queues(void)
{
	memset(&queues, 0, sizeof(queues));
	memset(tx_ring, 0, sizeof(tx_ring));
	memset(rx_ring, 0, sizeof(rx_ring));
	memset(tx_done_ring, 0, sizeof(tx_done_ring));
	memset(rx_done_ring, 0, sizeof(rx_done_ring));
	tx_given = tx_done = rx_given = rx_done = 0;

	queues.tx.ring.low = dma_address(tx_ring);
	queues.tx.ring_size = RING_COUNT;
	queues.tx.completion.low = dma_address(tx_done_ring);
	queues.tx.completion_size = RING_COUNT;
	queues.rx.ring[0].low = dma_address(rx_ring);
	queues.rx.ring_size[0] = RING_COUNT;
	queues.rx.completion.low = dma_address(rx_done_ring);
	queues.rx.completion_size = RING_COUNT;
}

static bool vmx_start(const struct nic *nic)
{
	uint32_t low = 0, high = 0;

	vmx_reset(nic);
	vmx_fill_shared();
	vmx_fill_queues();
	/* One less than all: a full ring would look like an empty one. */
	for (uint32_t i = 0; i < RING_COUNT - 1; i++)
		vmx_rx_give(nic);
	barrier();
	mmio_write32(bar1 + DSAL, dma_address(&shared));
	mmio_write32(bar1 + DSAH, 0);
	if (vmx_query(CMD_ACTIVATE))
		return false;
	mmio_write32(nic->mmio + IMR, 1);
	memcpy(&low, nic->mac, 4);
	memcpy(&high, nic->mac + 4, 2);
	mmio_write32(bar1 + MACL, low);
	mmio_write32(bar1 + MACH, high);
	mmio_write32(nic->mmio + RXPROD, rx_given % RING_COUNT);
	vmx_command(CMD_UPDATE_RX_MODE);
	return true;
}

static int vmx_open(struct nic *nic)
{
	if (vmx_start(nic))
		return 0;
	print("VMXNET3: the device does not start\n");
	return ROM_EIO;
}

static void vmx_close(struct nic *nic)
{
	vmx_reset(nic);
}

/* Is there a new completion at entry number n of the ring? */
static bool vmx_completed(const volatile struct vmx_completion *ring, uint32_t n)
{
	return !(ring[n % RING_COUNT].generation & COMPLETION_GEN) != generation(n);
}

/* Takes the completions of sent frames; true if a transmit buffer is free. */
static bool vmx_tx_ready(void)
{
	while (tx_done != tx_given && vmx_completed(tx_done_ring, tx_done))
		tx_done++;
	return tx_given - tx_done < TX_BUFFERS;
}

static int vmx_transmit(struct nic *nic, const void *frame, uint32_t len)
{
	volatile struct vmx_descriptor *d = &tx_ring[tx_given % RING_COUNT];
	uint8_t *buffer = tx_buffer[tx_given % TX_BUFFERS];

	if (!wait_for(vmx_tx_ready(), TRANSMIT_TIMEOUT)) {
		vmx_start(nic);
		return ROM_EIO;
	}
	len = frame_copy(buffer, frame, len);
	d->address.low = dma_address(buffer);
	d->flags = TX_EOP | TX_CQ;
	barrier();
	d->control = len | (generation(tx_given) ? TX_GEN : 0);
	tx_given++;
	mmio_write32(nic->mmio + TXPROD, tx_given % RING_COUNT);
	return 0;
}

static uint32_t vmx_poll(struct nic *nic, void *frame)
{
	const volatile struct vmx_completion *c = &rx_done_ring[rx_done % RING_COUNT];
	uint32_t i, len;

	if (!vmx_completed(rx_done_ring, rx_done)) {
		if (*(volatile uint32_t *)&shared.events & (EVENT_RX_ERROR | EVENT_TX_ERROR))
			vmx_start(nic); /* the device has stopped a queue */
		return 0;
	}
	barrier();
	i = c->index % RING_COUNT;
	len = c->length & COMPLETION_LENGTH;
	if (~c->index & COMPLETION_WHOLE || c->length & COMPLETION_ERROR || len < 14 ||
	    len > NIC_FRAME_MAX)
		len = 0;
	memcpy(frame, rx_buffer[i], len);
	barrier();
	rx_done++;
	vmx_rx_give(nic);
	return len;
}

static bool vmx_link(struct nic *nic)
{
	(void)nic;
	return vmx_query(CMD_GET_LINK) & 1;
}

const struct nic_driver nic_driver = {
	.name = "vmxnet3",
	.is_pci = true,
	.ops = {
		.probe = vmx_probe,
		.open = vmx_open,
		.close = vmx_close,
		.transmit = vmx_transmit,
		.poll = vmx_poll,
		.link = vmx_link,
	},
};
