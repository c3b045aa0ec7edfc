/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_services: what other commands print of the services: status --services, serve --print-services. */
#ifndef MKDCROOT_CMD_SERVICES_H
#define MKDCROOT_CMD_SERVICES_H

#include "mkdcroot/command.h"
#include "mkdcroot/plan/farm.h"

#include <stdbool.h>

/*
 * serve --print-services: the lines for the files of the system's own daemons, as text or (with --json) as an array of
 * objects with "file" and "text".  Returns an exit status.
 */
int services_print_lines(const struct farm *farm, const struct options *o, struct error *err);

/*
 * The table of the services that the farm needs, or an array of objects.  Returns an exit status: 3 when one that is
 * needed on this machine does not run.
 */
int services_print_status(const struct farm *farm, bool json);

#endif
