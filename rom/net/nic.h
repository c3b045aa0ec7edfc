/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One network card, as the network code sees it.  A ROM holds exactly one driver, one file
 * in rom/drivers/, which defines `nic_driver`.  Everything is polled: no interrupts
 * are enabled in the card, and no function is called from another one's context.
 *
 * Order of calls:   probe -> open -> (transmit | poll)* -> close,  open again is allowed after
 * close.
 */
#ifndef ROM_NET_NIC_H
#define ROM_NET_NIC_H

#include <stdbool.h>
#include <stdint.h>

/* An Ethernet frame without its checksum: 14 bytes of header, up to 1500 of payload. */
#define NIC_FRAME_MIN 60u
#define NIC_FRAME_MAX 1514u

struct nic_ops;

struct nic {
	const struct nic_ops *ops;

	/* Set by the core before probe(). */
	uint16_t location; /* PCI location, rom/core/pci.h; unused by undi */
	uint16_t vendor;   /* PCI ids found there */
	uint16_t device;
	uint16_t io;   /* base of the first I/O BAR, 0 if there is none */
	uint32_t mmio; /* base of the first memory BAR below 4 GB, 0 if there is none */

	/* Set by probe(). */
	uint8_t mac[6];
	const char *chip; /* optional: what the driver calls this variant, else NULL */
	/*
	 * True if the receiver cannot hold sixteen full frames that come in one go: then TFTP
	 * does not ask for windows of that size.
	 */
	bool small_ring;
};

struct nic_ops {
	/*
	 * Finds the chip at nic->location, resets it and reads its MAC address into
	 * nic->mac.  PCI I/O, memory and bus mastering are already enabled. Must be quick
	 * (well under 50 ms) and must not wait for a link.  Sends and receives nothing.
	 * Returns 0, or ROM_ENODEV after printing why.
	 */
	int (*probe)(struct nic *nic);

	/*
	 * Starts receiving (own address and broadcast) and sending. Does not wait for the
	 * link: frames sent too early are lost, and the network code repeats them.
	 * Returns 0, or ROM_EIO after printing why.
	 */
	int (*open)(struct nic *nic);

	/*
	 * Stops the card for good: when it returns, no DMA into our memory can happen any
	 * more, and the card is as a reset leaves it, for whoever drives it next.
	 * Also called after an open() that failed.
	 */
	void (*close)(struct nic *nic);

	/*
	 * Sends one frame of len bytes (14..NIC_FRAME_MAX); the driver pads to
	 * NIC_FRAME_MIN with zeros if the chip does not.  The frame belongs to the caller again on
	 * return, so the driver copies it into a buffer of its own or waits until it
	 * is sent.  With all buffers busy it waits, but never longer than 100 ms.
	 * Returns 0, or ROM_EIO if the frame was not sent (no link, timeout); says nothing, the
	 * network code retries.
	 */
	int (*transmit)(struct nic *nic, const void *frame, uint32_t len);

	/*
	 * Takes the next received frame, if there is one: copies it, without the checksum, into
	 * frame, which has room for NIC_FRAME_MAX bytes and belongs to the caller, and gives the
	 * chip its buffer back.  Returns the frame's length (14..NIC_FRAME_MAX), or 0 when
	 * there is none now.  Frames with errors, and longer ones, are dropped silently; a
	 * receiver that overflowed or stopped is restarted here.  Lengths the chip reports are
	 * checked before they are used.  Called in a tight loop: no delays.
	 */
	uint32_t (*poll)(struct nic *nic, void *frame);

	/*
	 * Optional (may be NULL): true if the cable has a link.  Only for messages ("no link:
	 * check the cable"); it may be slow, up to 10 ms.
	 */
	bool (*link)(struct nic *nic);

	/*
	 * Optional: called after close() when an image is about to be entered, so that firmware
	 * the driver stood on can be taken out of the image's way.  Returns 0, or an error after
	 * saying why the image cannot be entered.
	 */
	int (*leave)(struct nic *nic);
};

/* What a driver file defines: its name (as in NIC=) and operations. */
struct nic_driver {
	const char *name;
	bool is_pci; /* false: found by other means than a PCI id (undi) */
	struct nic_ops ops;
};

extern const struct nic_driver nic_driver;

#endif
