/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_serve: mkdcroot serve: a whole farm server in the foreground. */
#include "mkdcroot/cmd_services.h"
#include "mkdcroot/commands.h"
#include "mkdcroot/serve/serve.h"

#include <errno.h>

int cmd_serve(const struct options *o, struct error *err)
{
	const struct serve_options s = { .interface = o->interface,
					 .boot_server = o->boot_server,
					 .nfs = o->nfs_server,
					 .despite_dhcp = o->despite_dhcp,
					 .print = o->print,
					 .dry_run = o->dry_run,
					 .verbose = o->verbose,
					 .json = o->json,
					 .quiet = o->quiet };
	cleanup_farm struct farm farm = { .lock = -1 };
	int rc;

	if (command_farm(&farm, o, false, err))
		return EXIT_FAILED;
	if (o->print_services)
		return services_print_lines(&farm, o, err);
	rc = serve(&farm, &s, err);
	if (!rc)
		return EXIT_OK;
	error_wrap(err, "serve");
	return rc == -EINVAL ? EXIT_USAGE : EXIT_FAILED;
}
