/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_ganesha: nfs-ganesha's configuration: NFSv3 and NFSv4, each root for its host alone.
 * The export blocks are those of exports/ganesha_file.h; ganesha reads them again at SIGHUP.
 */
#include "exports/ganesha_file.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/serve/conf.h"

#define EXPORTS_FILE "ganesha-exports.conf"

/*
 * Only_Numeric_Owners: names would have to be looked up by a program on the root that waits
 * for them.  Locks and quotas are not served to roots (they are mounted with nolock).
 */
static const char text[] = "# made by mkdcroot from the farm's hosts\n"
			   "NFS_CORE_PARAM {\n"
			   "\tProtocols = 3, 4;\n"
			   "\tmount_path_pseudo = false;\n"
			   "\tEnable_NLM = false;\n"
			   "\tEnable_RQUOTA = false;\n"
			   "}\n"
			   "NFS_KRB5 { Active_krb5 = false; }\n"
			   "NFSv4 {\n"
			   "\tGrace_Period = 1;\n"
			   "\tRecoveryBackend = fs;\n"
			   "\tRecoveryRoot = \"/run\";\n"
			   "\tOnly_Numeric_Owners = true;\n"
			   "}\n"
			   "# neither a system bus nor Kerberos is used here\n"
			   "LOG {\n"
			   "\tDefault_Log_Level = EVENT;\n"
			   "\tComponents { DBUS = FATAL; NFS_CB = FATAL; }\n"
			   "}\n"
			   "%include \"/run/" EXPORTS_FILE "\"\n";

static int add_export(struct ganesha_file *file, const struct farm_server_options *o,
		      const struct served_host *h, struct error *err)
{
	cleanup_settings struct settings own = { 0 };
	char client[IP_TEXT_MAX];
	struct nfs_export e = { .path = h->root,
				.client = ip_format(&h->host->ip, client),
				.ip = h->host->ip,
				.uuid = h->fsid };
	int rc = conf_settings(&own, o, h, err);

	e.options = own.export_options;
	return rc ? rc : ganesha_file_ensure(file, &e, NULL, err);
}

int conf_ganesha(const struct farm_server_options *o, struct conf_files *files, struct error *err)
{
	struct ganesha_file *file = NULL;
	int rc = ganesha_file_parse(&file, "/run/" EXPORTS_FILE, "", 0, err);

	if (rc)
		return rc;
	for (size_t i = 0; !rc && i < o->n_hosts; i++)
		rc = add_export(file, o, &o->hosts[i], err);
	str_add(conf_files_add(files, "ganesha.conf"), text);
	ganesha_file_write(file, conf_files_add(files, EXPORTS_FILE));
	ganesha_file_free(file);
	return rc;
}
