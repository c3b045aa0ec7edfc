/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtio 1.0 PCI transport, its predecessor's registers, and the split virtqueue. */
#ifndef ROM_DRIVERS_VIRTIO_NET_H
#define ROM_DRIVERS_VIRTIO_NET_H

#include <stdint.h>

enum { PCI_COMMAND_NO_INTERRUPT = 0x400 }; /* PCI 2.3: keep the INTx line down */

/* Legacy registers: offsets from the I/O base. */
enum {
	LEGACY_DRIVER_FEATURES = 4,
	LEGACY_QUEUE_PFN = 8, /* address of the queue / 4096 */
	LEGACY_QUEUE_SIZE = 12,
	LEGACY_QUEUE_SELECT = 14,
	LEGACY_QUEUE_NOTIFY = 16,
	LEGACY_STATUS = 18,
	LEGACY_CONFIG = 20
};

/* Vendor capability in configuration space: where a structure is. */
enum { CAP_VENDOR = 0x09, CAP_TYPE = 3, CAP_BAR = 4, CAP_OFFSET = 8, CAP_MULTIPLIER = 16 };
enum { CAP_COMMON = 1, CAP_NOTIFY = 2, CAP_DEVICE = 4, CAP_TYPES = 5 };

/* The "common configuration" structure. */
enum {
	COMMON_DRIVER_FEATURE_SELECT = 0x08,
	COMMON_DRIVER_FEATURE = 0x0C,
	COMMON_STATUS = 0x14,
	COMMON_QUEUE_SELECT = 0x16,
	COMMON_QUEUE_SIZE = 0x18,
	COMMON_QUEUE_ENABLE = 0x1C,
	COMMON_QUEUE_NOTIFY_OFF = 0x1E,
	COMMON_QUEUE_DESC = 0x20,
	COMMON_QUEUE_DRIVER = 0x28,
	COMMON_QUEUE_DEVICE = 0x30
};

enum { STATUS_ACKNOWLEDGE = 1, STATUS_DRIVER = 2, STATUS_DRIVER_OK = 4, STATUS_FEATURES_OK = 8 };

/* Feature bits; VERSION_1 is the lowest of the second 32. */
#define FEATURE_MAC	  (1u << 5)
#define FEATURE_STATUS	  (1u << 16)
#define FEATURE_VERSION_1 (1u << 0)

/* The network device's configuration. */
enum { CONFIG_MAC = 0, CONFIG_STATUS = 6 };
enum { CONFIG_STATUS_LINK_UP = 1 };

struct virtq_desc {
	uint32_t address, address_high;
	uint32_t length;
	uint16_t flags;
	uint16_t next;
};
enum { DESC_NEXT = 1, DESC_WRITE = 2 };

struct virtq_avail {
	uint16_t flags;
	uint16_t index;
	uint16_t ring[];
};
enum { AVAIL_NO_INTERRUPT = 1 };

struct virtq_used {
	uint16_t flags;
	uint16_t index;
	struct {
		uint32_t id;
		uint32_t length;
	} ring[];
};
enum { USED_NO_NOTIFY = 1 };

/* Before every frame; without offloads all of it is zero. */
enum { HEADER_LEGACY = 10, HEADER_MODERN = 12 };

#endif
