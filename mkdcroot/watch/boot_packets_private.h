/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot_packets_private: what the protocols of boot_packets share.  Tables are of fixed size: who floods us only
 * makes us forget the one that was silent longest. */
#ifndef MKDCROOT_WATCH_BOOT_PACKETS_PRIVATE_H
#define MKDCROOT_WATCH_BOOT_PACKETS_PRIVATE_H

#include "mkdcroot/watch/boot_packets.h"
#include "mkdcroot/watch/frame.h"

#define BOOTP_SERVER_PORT 67
#define BOOTP_CLIENT_PORT 68
#define TFTP_PORT	  69
#define NFS_PORT	  2049

/* Files on their way at the same time, and hosts whose NFS calls are followed. */
#define TFTP_TRANSFERS 256
#define NFS_CLIENTS    256
#define RPC_PENDING    512

/* One file that one host loads. */
struct tftp_transfer {
	struct ip_addr client, server;
	uint16_t client_port;
	uint16_t server_port; /* 0 until the server has said something */
	uint64_t used_ms;     /* 0: the slot is free */
	uint32_t block_size;
	uint64_t total;	     /* bytes, 0 while not known */
	uint64_t acked;	     /* blocks */
	uint64_t last_block; /* the short one that ends the file, 0 while not seen */
	uint64_t said_bytes, said_ms;
	bool options; /* the server has answered with an OACK */
	bool done;
	char file[256];
};

/* A call whose reply is waited for. */
struct rpc_pending {
	struct ip_addr client;
	uint16_t client_port;
	uint32_t xid;
	uint32_t what;	 /* an enum rpc_call; 0: the slot is free */
	uint32_t parent; /* of an NFSv4 LOOKUP: hash of the directory's file handle */
	char name[256];
};

/* How far a host has come with its root. */
struct nfs_client {
	struct ip_addr ip;
	uint64_t used_ms; /* 0: the slot is free */
	bool asked, mounted, init, up;
	char root[256];	 /* as the boot server gave it, "" when it did not */
	uint32_t parent; /* where the last step of @path was looked up */
	char path[256];	 /* what it has looked up since the last PUTROOTFH */
};

struct boot_packets {
	void (*emit)(const struct boot_event *e, void *arg);
	void *arg;
	uint64_t now_ms; /* of the frame that is looked at */
	struct tftp_transfer transfer[TFTP_TRANSFERS];
	struct nfs_client client[NFS_CLIENTS];
	struct rpc_pending pending[RPC_PENDING];
};

/* An event of the frame that is looked at; the rest is filled in by the caller. */
struct boot_event boot_packets_event(const struct boot_packets *p, enum boot_event_kind kind);

/* One protocol each.  They return whether the frame was theirs. */
bool packets_bootp(struct boot_packets *p, const struct frame *f);
bool packets_tftp(struct boot_packets *p, const struct frame *f);
bool packets_rpc(struct boot_packets *p, const struct frame *f);

/* What the RPC calls and replies of packets_rpc say to NFS.  @call, @reply stand behind the RPC header. */
void packets_nfs_call(struct boot_packets *p, const struct frame *f, uint32_t xid, uint32_t program,
		      uint32_t version, uint32_t procedure, struct wire *call);
void packets_nfs_reply(struct boot_packets *p, const struct frame *f, uint32_t xid,
		       struct wire *reply);
/* A reply that says no before NFS was reached: @why. */
void packets_nfs_denied(struct boot_packets *p, const struct frame *f, uint32_t xid,
			const char *why);
/* A connection to the NFS server was refused. */
void packets_nfs_closed(struct boot_packets *p, const struct frame *f);
/* The root path that the boot server gave to the host at @ip. */
void packets_nfs_root(struct boot_packets *p, const struct ip_addr *ip, const char *root);

#endif
