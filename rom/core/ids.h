/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PCI ids of the cards this ROM's driver knows, from kernel-config/nics; ends with vendor 0. */
#ifndef ROM_CORE_IDS_H
#define ROM_CORE_IDS_H

#include "rom/core/pci.h"

extern const struct pci_id nic_ids[];

#endif
