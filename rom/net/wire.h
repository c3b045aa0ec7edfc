/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands on the wire, byte for byte: Ethernet II, ARP (RFC 826), IPv4 (RFC 791),
 * UDP (RFC 768), BOOTP (RFC 951) and DHCP (RFC 2131).  All numbers are big endian.
 * The structures are packed, so they may be laid over any byte of a received frame.
 */
#ifndef ROM_NET_WIRE_H
#define ROM_NET_WIRE_H

#include <stdint.h>

#define WIRE __attribute__((packed))

/* A number as the wire has it, where a constant expression is wanted. */
#define WIRE16(v) ((uint16_t)(((v)&0xFFu) << 8 | ((v) >> 8 & 0xFFu)))

enum { ETH_TYPE_IP = 0x0800, ETH_TYPE_ARP = 0x0806 };

struct eth_header {
	uint8_t dest[6];
	uint8_t source[6];
	uint16_t type; /* ETH_TYPE_*, big endian */
} WIRE;

/* RFC 826, for IPv4 on Ethernet. */
struct arp_packet {
	uint16_t hardware; /* 1: Ethernet */
	uint16_t protocol; /* ETH_TYPE_IP */
	uint8_t hardware_len;
	uint8_t protocol_len;
	uint16_t operation; /* ARP_REQUEST or ARP_REPLY */
	uint8_t sender_mac[6];
	uint32_t sender_ip;
	uint8_t target_mac[6];
	uint32_t target_ip;
} WIRE;

enum { ARP_REQUEST = 1, ARP_REPLY = 2 };

struct ip_header {
	uint8_t version_length; /* 4 << 4 | header length in dwords */
	uint8_t service;
	uint16_t length; /* header and payload, bytes */
	uint16_t id;
	uint16_t fragment; /* IP_FRAGMENT_MASK: not zero in a fragment */
	uint8_t ttl;
	uint8_t protocol;
	uint16_t checksum;
	uint32_t source;
	uint32_t dest;
} WIRE;

/* More-fragments bit and fragment offset; the don't-fragment bit is outside. */
enum { IP_FRAGMENT_MASK = 0x3FFF, IP_PROTOCOL_UDP = 17 };

#define IP_BROADCAST 0xFFFFFFFFu

struct udp_header {
	uint16_t source;
	uint16_t dest;
	uint16_t length;   /* header and payload, bytes */
	uint16_t checksum; /* 0: none */
} WIRE;

/* Everything before a UDP payload in a frame that we send (no IP options). */
struct udp_frame {
	struct eth_header eth;
	struct ip_header ip;
	struct udp_header udp;
	uint8_t payload[];
} WIRE;

enum { BOOTP_SERVER_PORT = 67, BOOTP_CLIENT_PORT = 68 };
enum { BOOTP_REQUEST = 1, BOOTP_REPLY = 2 };

struct bootp_packet {
	uint8_t op;
	uint8_t hardware; /* 1: Ethernet */
	uint8_t hardware_len;
	uint8_t hops;
	uint32_t xid;
	uint16_t secs;
	uint16_t flags;
	uint32_t ciaddr; /* client's address, if it knows it */
	uint32_t yiaddr; /* "your" address */
	uint32_t siaddr; /* next server */
	uint32_t giaddr; /* relay agent; no gateway for us (RFC 1542, 3.4) */
	uint8_t chaddr[16];
	uint8_t sname[64];
	uint8_t file[128];
	uint8_t vend[]; /* BOOTP_COOKIE, then options */
} WIRE;

#define BOOTP_FIXED  236u	 /* bytes before vend */
#define BOOTP_VENDOR 312u	 /* vendor area of our requests (RFC 2131, 2) */
#define BOOTP_COOKIE 0x63825363u /* RFC 1497, 2132 */

/* Vendor extensions and DHCP options, RFC 2132. */
enum {
	OPTION_PAD = 0,
	OPTION_NETMASK = 1,
	OPTION_ROUTERS = 3,
	OPTION_ROOT_PATH = 17,
	OPTION_REQUESTED_ADDRESS = 50,
	OPTION_OVERLOAD = 52,
	OPTION_MESSAGE_TYPE = 53,
	OPTION_SERVER_ID = 54,
	OPTION_PARAMETERS = 55,
	OPTION_MAX_MESSAGE = 57,
	OPTION_VENDOR_CLASS = 60,
	OPTION_TFTP_SERVER = 66,
	OPTION_BOOT_FILE = 67,
	OPTION_END = 255
};

enum { OVERLOAD_FILE = 1, OVERLOAD_SNAME = 2 };

/* DHCP message types; a plain BOOTP reply has none. */
enum dhcp_type {
	DHCP_NONE,
	DHCP_DISCOVER,
	DHCP_OFFER,
	DHCP_REQUEST,
	DHCP_DECLINE,
	DHCP_ACK,
	DHCP_NAK
};

_Static_assert(sizeof(struct udp_frame) == 42, "wire format");
_Static_assert(sizeof(struct arp_packet) == 28, "wire format");
_Static_assert(sizeof(struct bootp_packet) == BOOTP_FIXED, "wire format");

#endif
