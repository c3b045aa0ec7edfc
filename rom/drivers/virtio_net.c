/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio network device on PCI, of version 1 and its predecessor.
 *
 * Source: OASIS, "Virtual I/O Device (VIRTIO) Version 1.1", sections 2.6, 4.1 and 5.1.
 *
 * Two split virtqueues.  Each frame is a chain of two descriptors, header and data, since
 * an old device need not take them in one.  Queue positions are free-running 16-bit
 * counters; polling compares two of them in memory.
 */
#include "rom/drivers/driver.h"
#include "rom/drivers/virtio_net.h"
#include "rom/core/error.h"
#include "rom/core/heap.h"
#include "rom/core/io.h"
#include "rom/core/pci.h"
#include "rom/core/print.h"

#define QUEUE_MAX     1024u /* an old device dictates its queue's size: up to this */
#define QUEUE_ALIGN   4096u
#define RX_COUNT      32u /* frames in use at a time */
#define TX_COUNT      8u
#define BUFFER_SIZE   1536u
#define RESET_TIMEOUT 20000u /* microseconds */

enum { QUEUE_RX, QUEUE_TX, QUEUES };

/* Bytes of a queue: descriptors and available ring, then, aligned, the used ring. */
#define QUEUE_USED(size)  (((size)*18 + 6 + QUEUE_ALIGN - 1) & ~(QUEUE_ALIGN - 1))
#define QUEUE_BYTES(size) (QUEUE_USED(size) + (size)*8 + 6)

struct queue {
	volatile struct virtq_desc *desc;
	volatile struct virtq_avail *avail;
	volatile struct virtq_used *used;
	uint16_t size;
	uint16_t given;	 /* what avail->index is */
	uint16_t seen;	 /* up to where we have read the used ring */
	uint32_t notify; /* modern: address that tells the device */
};

static uint8_t queue_memory[QUEUES][(QUEUE_BYTES(QUEUE_MAX) + QUEUE_ALIGN - 1) &
				    ~(QUEUE_ALIGN - 1)] DMA_ALIGNED(QUEUE_ALIGN);
static uint8_t rx_buffer[RX_COUNT][BUFFER_SIZE] DMA_ALIGNED(16);
static uint8_t tx_buffer[TX_COUNT][BUFFER_SIZE] DMA_ALIGNED(16);
static uint8_t rx_header[RX_COUNT][16];
static uint8_t tx_header[16]; /* zeros */
static struct queue queues[QUEUES];
static uint32_t header_len;
static uint32_t tx_next;
/* Where the structures of a modern device are in memory; common is 0 for an old one. */
static uint32_t common, config, notify_base, notify_multiplier;

static uint8_t virtio_config8(const struct nic *nic, uint32_t offset)
{
	return common ? mmio_read8(config + offset) : inb(nic->io + LEGACY_CONFIG + offset);
}

static uint8_t virtio_status(const struct nic *nic)
{
	return common ? mmio_read8(common + COMMON_STATUS) : inb(nic->io + LEGACY_STATUS);
}

static void virtio_set_status(const struct nic *nic, uint8_t status)
{
	if (common)
		mmio_write8(common + COMMON_STATUS, status);
	else
		outb(status, nic->io + LEGACY_STATUS);
}

static bool virtio_reset(const struct nic *nic)
{
	virtio_set_status(nic, 0);
	return wait_for(!virtio_status(nic), RESET_TIMEOUT);
}

/* Looks for the structures of a modern device in memory this side of 4 GB. */
static bool virtio_find_modern(const struct nic *nic)
{
	uint32_t found[CAP_TYPES] = { 0 };
	uint8_t cap = 0;

	while ((cap = pci_find_capability(nic->location, CAP_VENDOR, cap))) {
		uint8_t type = pci_read8(nic->location, cap + CAP_TYPE);
		uint8_t bar = pci_read8(nic->location, cap + CAP_BAR);
		uint32_t base;

		if (type >= CAP_TYPES || bar > 5 || found[type] ||
		    pci_read32(nic->location, (uint8_t)(PCI_BAR0 + 4 * bar)) & 1)
			continue;
		base = pci_bar(nic->location, bar);
		if (!base)
			continue;
		found[type] = base + pci_read32(nic->location, cap + CAP_OFFSET);
		if (type == CAP_NOTIFY)
			notify_multiplier = pci_read32(nic->location, cap + CAP_MULTIPLIER);
	}
	if (!found[CAP_NOTIFY] || !found[CAP_DEVICE])
		return false;
	common = found[CAP_COMMON];
	config = found[CAP_DEVICE];
	notify_base = found[CAP_NOTIFY];
	return common;
}

static int virtio_probe(struct nic *nic)
{
	if (!virtio_find_modern(nic) && !nic->io) {
		print("virtio: the device's registers are above 4 GB, out of reach\n");
		return ROM_ENODEV;
	}
	nic->chip = common ? "virtio 1" : "virtio legacy";
	header_len = common ? HEADER_MODERN : HEADER_LEGACY;
	if (!virtio_reset(nic)) {
		print("virtio: the device does not come out of reset\n");
		return ROM_ENODEV;
	}
	for (uint32_t i = 0; i < sizeof(nic->mac); i++)
		nic->mac[i] = virtio_config8(nic, CONFIG_MAC + i);
	return 0;
}

static void queue_lay_out(struct queue *q, uint8_t *memory, uint16_t size)
{
	memset(memory, 0, QUEUE_BYTES(size));
	q->size = size;
	q->desc = (void *)memory;
	q->avail = (void *)(memory + size * sizeof(struct virtq_desc));
	q->used = (void *)(memory + QUEUE_USED(size));
	q->avail->flags = AVAIL_NO_INTERRUPT;
	q->given = 0;
	q->seen = 0;
}

/* Tells the device about queue n.  Returns false if it has none, or a larger one than we can hold. */
static bool virtio_set_queue(const struct nic *nic, uint16_t n)
{
	struct queue *q = &queues[n];
	uint16_t size;

	if (common) {
		mmio_write16(common + COMMON_QUEUE_SELECT, n);
		size = mmio_read16(common + COMMON_QUEUE_SIZE);
		/* Here we may choose: two descriptors a frame. */
		if (size > 2 * RX_COUNT)
			mmio_write16(common + COMMON_QUEUE_SIZE, size = 2 * RX_COUNT);
	} else {
		outw(n, nic->io + LEGACY_QUEUE_SELECT);
		size = inw(nic->io + LEGACY_QUEUE_SIZE);
	}
	if (size < 2 * TX_COUNT || size > QUEUE_MAX)
		return false;
	queue_lay_out(q, queue_memory[n], size);
	if (!common) {
		outl(dma_address(queue_memory[n]) / QUEUE_ALIGN, nic->io + LEGACY_QUEUE_PFN);
		return true;
	}
	mmio_write32(common + COMMON_QUEUE_DESC, dma_address(q->desc));
	mmio_write32(common + COMMON_QUEUE_DESC + 4, 0);
	mmio_write32(common + COMMON_QUEUE_DRIVER, dma_address(q->avail));
	mmio_write32(common + COMMON_QUEUE_DRIVER + 4, 0);
	mmio_write32(common + COMMON_QUEUE_DEVICE, dma_address(q->used));
	mmio_write32(common + COMMON_QUEUE_DEVICE + 4, 0);
	mmio_write16(common + COMMON_QUEUE_ENABLE, 1);
	q->notify = notify_base + mmio_read16(common + COMMON_QUEUE_NOTIFY_OFF) * notify_multiplier;
	return true;
}

/* Gives the chain that begins with this descriptor to the device. */
static void virtio_give(const struct nic *nic, uint16_t n, uint32_t desc)
{
	struct queue *q = &queues[n];

	q->avail->ring[q->given % q->size] = (uint16_t)desc;
	barrier();
	q->avail->index = ++q->given;
	fence(); /* the device must see the index before we look whether it wants to be told */
	if (q->used->flags & USED_NO_NOTIFY)
		return;
	if (common)
		mmio_write16(q->notify, n);
	else
		outw(n, nic->io + LEGACY_QUEUE_NOTIFY);
}

/* Chain number i of a queue: descriptors 2i and 2i + 1. */
static void queue_chain(struct queue *q, uint32_t i, void *header, void *data, uint16_t flags)
{
	volatile struct virtq_desc *d = &q->desc[2 * i];

	d[0].address = dma_address(header);
	d[0].length = header_len;
	d[0].flags = DESC_NEXT | flags;
	d[0].next = (uint16_t)(2 * i + 1);
	d[1].address = dma_address(data);
	d[1].length = BUFFER_SIZE;
	d[1].flags = flags;
}

/* Features: only what cannot be left out.  An old device has no say; a modern one must agree. */
static bool virtio_negotiate(const struct nic *nic)
{
	virtio_set_status(nic, STATUS_ACKNOWLEDGE | STATUS_DRIVER);
	if (!common) {
		outl(FEATURE_MAC | FEATURE_STATUS, nic->io + LEGACY_DRIVER_FEATURES);
		return true;
	}
	mmio_write32(common + COMMON_DRIVER_FEATURE_SELECT, 0);
	mmio_write32(common + COMMON_DRIVER_FEATURE, FEATURE_MAC | FEATURE_STATUS);
	mmio_write32(common + COMMON_DRIVER_FEATURE_SELECT, 1);
	mmio_write32(common + COMMON_DRIVER_FEATURE, FEATURE_VERSION_1);
	virtio_set_status(nic, STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK);
	return virtio_status(nic) & STATUS_FEATURES_OK;
}

static int virtio_open(struct nic *nic)
{
	if (!virtio_reset(nic) || !virtio_negotiate(nic) || !virtio_set_queue(nic, QUEUE_RX) ||
	    !virtio_set_queue(nic, QUEUE_TX)) {
		print("virtio: the device does not agree to features or queue sizes\n");
		return ROM_EIO;
	}
	/* AVAIL_NO_INTERRUPT is about the queues; a change of the link would still raise the line. */
	pci_write16(nic->location, PCI_COMMAND,
		    pci_read16(nic->location, PCI_COMMAND) | PCI_COMMAND_NO_INTERRUPT);
	for (uint32_t i = 0; i < TX_COUNT; i++)
		queue_chain(&queues[QUEUE_TX], i, tx_header, tx_buffer[i], 0);
	tx_next = 0;
	virtio_set_status(nic, virtio_status(nic) | STATUS_DRIVER_OK);
	for (uint32_t i = 0; i < RX_COUNT && 2 * i < queues[QUEUE_RX].size; i++) {
		queue_chain(&queues[QUEUE_RX], i, rx_header[i], rx_buffer[i], DESC_WRITE);
		virtio_give(nic, QUEUE_RX, 2 * i);
	}
	return 0;
}

static void virtio_close(struct nic *nic)
{
	virtio_reset(nic);
}

static int virtio_transmit(struct nic *nic, const void *frame, uint32_t len)
{
	struct queue *q = &queues[QUEUE_TX];
	uint32_t i = tx_next;

	/* Chains come back in the order they went: with fewer than all outstanding, the next is free. */
	if (!wait_for((uint16_t)(q->given - q->used->index) < TX_COUNT, TRANSMIT_TIMEOUT))
		return ROM_EIO;
	q->desc[2 * i + 1].length = frame_copy(tx_buffer[i], frame, len);
	virtio_give(nic, QUEUE_TX, 2 * i);
	tx_next = (i + 1) % TX_COUNT;
	return 0;
}

static uint32_t virtio_poll(struct nic *nic, void *frame)
{
	struct queue *q = &queues[QUEUE_RX];
	uint32_t id, len;

	if (q->used->index == q->seen)
		return 0;
	barrier();
	id = q->used->ring[q->seen % q->size].id;
	len = q->used->ring[q->seen % q->size].length - header_len;
	q->seen++;
	if (id >= 2 * RX_COUNT || id & 1)
		return 0; /* not one of ours: nothing that could be given back */
	if (len < 14 || len > NIC_FRAME_MAX)
		len = 0;
	memcpy(frame, rx_buffer[id / 2], len);
	virtio_give(nic, QUEUE_RX, id);
	return len;
}

static bool virtio_link(struct nic *nic)
{
	return virtio_config8(nic, CONFIG_STATUS) & CONFIG_STATUS_LINK_UP;
}

const struct nic_driver nic_driver = {
	.name = "virtio_net",
	.is_pci = true,
	.ops = {
		.probe = virtio_probe,
		.open = virtio_open,
		.close = virtio_close,
		.transmit = virtio_transmit,
		.poll = virtio_poll,
		.link = virtio_link,
	},
};
