/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compiled once for each driver, with NIC_IDS = its list in the generated header. */
#include "rom/core/ids.h"
#include "rom/nics.h"

const struct pci_id nic_ids[] = { NIC_IDS{ 0, 0 } };
