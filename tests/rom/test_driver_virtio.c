/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The virtio driver's queues against a fake legacy device: indices that wrap at 65,536, buffers that
 * come back in any order, and a device that lies about them.
 */
#include <string.h>

#include "tests/rom/fake_io.h"
#include "tests/unit/tap.h"
#include "rom/drivers/virtio_net.c"

/* The device: three registers, and its own view of the two queues. */
static uint8_t device_status;
static uint16_t device_select;
static uint16_t device_size = 256;
static uint32_t device_pfn[QUEUES];
static uint16_t device_taken[QUEUES]; /* entries of the available ring it has used */
static unsigned int device_told[QUEUES];

void print(const char *format, ...)
{
	(void)format;
}

void platform_udelay(uint32_t us)
{
	(void)us;
}

uint8_t pci_find_capability(uint16_t location, uint8_t id, uint8_t after)
{
	(void)location, (void)id, (void)after;
	return 0;
}

uint8_t pci_read8(uint16_t location, uint8_t offset)
{
	(void)location, (void)offset;
	return 0;
}

uint16_t pci_read16(uint16_t location, uint8_t offset)
{
	(void)location, (void)offset;
	return 0;
}

uint32_t pci_read32(uint16_t location, uint8_t offset)
{
	(void)location, (void)offset;
	return 0;
}

uint32_t pci_bar(uint16_t location, unsigned int index)
{
	(void)location, (void)index;
	return 0;
}

void pci_write16(uint16_t location, uint8_t offset, uint16_t value)
{
	(void)location, (void)offset, (void)value;
}

uint32_t fake_in(uint16_t port, unsigned int bytes)
{
	(void)bytes;
	switch (port - 0x1000) {
	case LEGACY_STATUS:
		return device_status;
	case LEGACY_QUEUE_SIZE:
		return device_size;
	default:
		return 0;
	}
}

void fake_out(uint16_t port, uint32_t value, unsigned int bytes)
{
	(void)bytes;
	switch (port - 0x1000) {
	case LEGACY_STATUS:
		device_status = (uint8_t)value;
		if (!value) {
			memset(device_pfn, 0, sizeof(device_pfn));
			memset(device_taken, 0, sizeof(device_taken));
		}
		break;
	case LEGACY_QUEUE_SELECT:
		device_select = (uint16_t)value;
		break;
	case LEGACY_QUEUE_PFN:
		device_pfn[device_select] = value;
		break;
	case LEGACY_QUEUE_NOTIFY:
		device_told[value]++;
		break;
	default:
		break;
	}
}

/* The device's pointers, from what it was told, by the layout of the specification. */
static struct virtq_desc *device_desc(int n)
{
	return (void *)(uintptr_t)(device_pfn[n] * 4096);
}

static struct virtq_avail *device_avail(int n)
{
	return (void *)((uint8_t *)device_desc(n) + 16 * device_size);
}

static struct virtq_used *device_used(int n)
{
	uint32_t end = 16u * device_size + 6 + 2u * device_size;

	return (void *)((uint8_t *)device_desc(n) + (end + 4095) / 4096 * 4096);
}

static struct nic nic = { .io = 0x1000, .ops = &nic_driver.ops };
static uint8_t got[NIC_FRAME_MAX];

/* Takes the next buffer the driver has given; -1 if there is none. */
static int device_take(int n)
{
	if (device_avail(n)->index == device_taken[n])
		return -1;
	return device_avail(n)->ring[device_taken[n]++ % device_size];
}

static void device_give_back(int n, uint32_t id, uint32_t length)
{
	struct virtq_used *used = device_used(n);

	used->ring[used->index % device_size].id = id;
	used->ring[used->index % device_size].length = length;
	used->index++;
}

/* Puts a frame into the chain that begins with this descriptor. */
static void device_fill(int id, uint32_t len, uint8_t fill)
{
	struct virtq_desc *d = device_desc(QUEUE_RX) + id;
	struct virtq_desc *data = device_desc(QUEUE_RX) + d->next;

	memset((void *)(uintptr_t)d->address, 0, d->length);
	memset((void *)(uintptr_t)data->address, fill, len);
	device_give_back(QUEUE_RX, (uint32_t)id, d->length + len);
}

static bool frame_is(uint32_t len, uint8_t fill)
{
	if (nic.ops->poll(&nic, got) != len)
		return false;
	for (uint32_t i = 0; i < len; i++)
		if (got[i] != fill)
			return false;
	return true;
}

static void test_receive(void)
{
	bool right = true;

	/* More than twice round the 16-bit indices. */
	for (uint32_t i = 0; i < 150000 && right; i++) {
		uint32_t len = 60 + i % 1455;

		device_fill(device_take(QUEUE_RX), len, (uint8_t)i);
		right = frame_is(len, (uint8_t)i);
	}
	tap_ok(right, "frames are whole while the indices go round");
	TAP_OK(!nic.ops->poll(&nic, got));
}

static void test_order(void)
{
	int ids[8];

	for (int i = 0; i < 8; i++)
		ids[i] = device_take(QUEUE_RX);
	for (int i = 8; i--;)
		device_fill(ids[i], 100, (uint8_t)i);
	for (int i = 8; i--;)
		tap_ok(frame_is(100, (uint8_t)i), "buffer %d, given back out of order", ids[i]);
}

static void test_lies(void)
{
	static const uint32_t ids[] = { 1, 63, 64, 65536, 0xFFFFFFFF };
	static const uint32_t lengths[] = { 0, 9, 10, 23, 1525, 65536, 0xFFFFFFFF };

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		device_give_back(QUEUE_RX, ids[i], 100);
		tap_ok(!nic.ops->poll(&nic, got), "buffer %u: not one of ours", ids[i]);
	}
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		device_give_back(QUEUE_RX, (uint32_t)device_take(QUEUE_RX), lengths[i]);
		tap_ok(!nic.ops->poll(&nic, got), "length %u with header: no frame", lengths[i]);
	}
	device_fill(device_take(QUEUE_RX), 1514, 5);
	tap_ok(frame_is(1514, 5), "and works on");
}

static void test_transmit(void)
{
	static const uint8_t frame[20] = "12345678901234567890";
	bool right = true;

	for (uint32_t i = 0; i < 70000 && right; i++) {
		struct virtq_desc *d;
		int id;

		right = !nic.ops->transmit(&nic, frame, sizeof(frame));
		id = device_take(QUEUE_TX);
		right = right && id >= 0;
		if (!right)
			break;
		d = device_desc(QUEUE_TX) + device_desc(QUEUE_TX)[id].next;
		right = d->length == NIC_FRAME_MIN &&
			!memcmp((void *)(uintptr_t)d->address, frame, sizeof(frame)) &&
			!((uint8_t *)(uintptr_t)d->address)[59];
		device_give_back(QUEUE_TX, (uint32_t)id, 0);
	}
	tap_ok(right, "frames go out padded while the indices go round");
	for (uint32_t i = 0; i < TX_COUNT; i++)
		right = right && !nic.ops->transmit(&nic, frame, sizeof(frame));
	tap_ok(right && nic.ops->transmit(&nic, frame, sizeof(frame)) == ROM_EIO,
	       "with all buffers busy, and no end of it, a frame is not sent");
}

int main(void)
{
	TAP_OK(!nic.ops->probe(&nic));
	TAP_OK(!nic.ops->open(&nic));
	TAP_OK(device_status & STATUS_DRIVER_OK);
	TAP_OK(device_told[QUEUE_RX]);
	test_receive();
	test_order();
	test_lies();
	test_transmit();
	nic.ops->close(&nic);
	TAP_OK(!device_status);
	device_size = 2048;
	tap_ok(nic.ops->open(&nic) == ROM_EIO, "a queue larger than we can hold is refused");
	device_size = 1024;
	tap_ok(!nic.ops->open(&nic), "the largest one is not");
	device_used(QUEUE_RX)->flags = USED_NO_NOTIFY;
	device_told[QUEUE_RX] = 0;
	device_fill(device_take(QUEUE_RX), 100, 1);
	tap_ok(frame_is(100, 1) && !device_told[QUEUE_RX], "a device that wants no word gets none");
	return tap_done();
}
