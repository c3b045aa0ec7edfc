/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nics: reader of the NIC table (kernel-config/nics, whose head describes the format), the
 * only place where a network card is described.
 */
#ifndef KERNEL_CONFIG_NICS_H
#define KERNEL_CONFIG_NICS_H

#include "mkdcroot/base/error.h"
#include "mkdcroot/base/str.h"

#include <stddef.h>
#include <stdint.h>

enum nic_bus { NIC_PCI, NIC_USB };

struct nic_id {
	uint16_t vendor;
	uint16_t device;
};

/* One family of cards. */
struct nic {
	char *name;	     /* ours: [a-z0-9_]+ */
	char *rom;	     /* driver in rom/drivers/, or NULL where no boot ROM starts it */
	struct strv options; /* kernel options without CONFIG_, all needed; at least one */
	struct strv modules; /* the modules that those make; at least one */
	enum nic_bus bus;
	struct nic_id *ids; /* at least one; the commonest first */
	size_t n_ids;
	char *description;
};

struct nic_table {
	struct nic *nics; /* in the order of the file */
	size_t n;
};

#define NIC_TABLE_INIT  \
	{               \
		NULL, 0 \
	}

/*
 * Parse @len bytes of @text into the fresh table @t; @name stands in messages.
 * Returns 0, or -EINVAL with "NAME:LINE: what is wrong"; then @t is empty.
 */
int nic_table_parse(struct nic_table *t, const char *text, size_t len, const char *name,
		    struct error *err);

/* Read the file @path.  Errors of nic_table_parse() and fs_read_file(). */
int nic_table_read(struct nic_table *t, const char *path, struct error *err);

/* The family called @name, or that has the id @name ("10ec:8139"); NULL when there is none. */
const struct nic *nic_table_find(const struct nic_table *t, const char *name);

/* As nic_table_find(); where there is none, -ENOENT naming all that there are, and NULL. */
const struct nic *nic_table_get(const struct nic_table *t, const char *name, struct error *err);

/* "pci" or "usb". */
const char *nic_bus_name(enum nic_bus bus);

void nic_table_free(struct nic_table *t);
#define cleanup_nic_table __attribute__((cleanup(nic_table_free)))

#endif
