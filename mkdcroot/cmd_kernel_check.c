/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_kernel_check: mkdcroot kernel-check: would this kernel mount an NFS root on that NIC? */
#include "kernel-config/check.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/json_file.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/commands.h"

#include <stdio.h>

static const char *const verdict_words[] = {
	[CHECK_ALONE] = "boots alone",
	[CHECK_INITRD] = "boots only with an initrd",
	[CHECK_NO] = "does not boot",
};

/* The NIC table: --nics, or the one of the shipped data. */
static int read_table(struct nic_table *t, const struct options *o, struct error *err)
{
	cleanup_farm struct farm farm = { .lock = -1 };
	cleanup_free char *path = NULL;
	int rc;

	if (o->file)
		return nic_table_read(t, o->file, err);
	if (command_farm(&farm, o, false, err))
		return err->status;
	path = fs_join(farm.settings.data, "nics");
	rc = nic_table_read(t, path, err);
	if (rc == -ENOENT)
		error_append(err, " (name the NIC table by --nics or the setting `data`)");
	return rc;
}

static json_t *list_json(const struct strv *list)
{
	json_t *out = json_array();
	size_t i;

	for (i = 0; i < list->n; i++)
		json_array_append_new(out, json_string(list->v[i]));
	return out;
}

static json_t *result_json(const struct nic *nic, const struct check_result *r)
{
	json_t *findings = json_array();
	size_t i;

	for (i = 0; i < r->n_findings; i++)
		json_array_append_new(findings, json_pack("{s:s, s:s, s:s}", "level",
							  check_level_name(r->findings[i].level),
							  "option", r->findings[i].option, "text",
							  r->findings[i].text));
	return json_pack("{s:s?, s:s, s:o, s:o}", "nic", nic ? nic->name : NULL, "verdict",
			 check_verdict_name(r->verdict), "modules", list_json(&r->modules),
			 "findings", findings);
}

static void print_list(const char *head, const struct strv *list)
{
	size_t i;

	if (!list->n)
		return;
	printf("%s", head);
	for (i = 0; i < list->n; i++)
		printf(" %s", list->v[i]);
	putchar('\n');
}

static void print_result(const struct nic *nic, const struct check_result *r)
{
	size_t i;

	if (nic)
		printf("%s: %s\n", nic->name, verdict_words[r->verdict]);
	print_list("  the initrd must bring:", &r->modules);
	print_list("  NFS versions:", &r->versions);
	for (i = 0; i < r->n_findings; i++)
		printf("  %s: %s\n", check_level_name(r->findings[i].level), r->findings[i].text);
}

/* Check for every card of the table; returns the best verdict. */
static enum check_verdict check_all(const struct kconfig *k, const struct nic_table *t,
				    json_t *json)
{
	struct strv names[CHECK_NO + 1] = { STRV_INIT, STRV_INIT, STRV_INIT };
	cleanup_check_result struct check_result general = CHECK_RESULT_INIT;
	enum check_verdict best = CHECK_NO;
	size_t i;
	int v;

	for (i = 0; i < t->n; i++) {
		cleanup_check_result struct check_result r = CHECK_RESULT_INIT;

		check_kernel(k, &t->nics[i], &r);
		if (r.verdict < best)
			best = r.verdict;
		strv_add(&names[r.verdict], t->nics[i].name);
		if (json)
			json_array_append_new(json, result_json(&t->nics[i], &r));
	}
	for (v = CHECK_ALONE; v <= CHECK_NO; v++) {
		cleanup_free char *head = mem_printf("%s:", verdict_words[v]);

		if (!json)
			print_list(head, &names[v]);
		strv_free(&names[v]);
	}
	/* What holds for every card, without the cards' own lines. */
	check_kernel(k, NULL, &general);
	if (!json)
		print_result(NULL, &general);
	return best;
}

static enum check_verdict check_one(const struct kconfig *k, const struct nic *nic, json_t *json)
{
	cleanup_check_result struct check_result r = CHECK_RESULT_INIT;

	check_kernel(k, nic, &r);
	if (json)
		json_array_append_new(json, result_json(nic, &r));
	else
		print_result(nic, &r);
	return r.verdict;
}

static void print_json(const struct kconfig *k, json_t *results)
{
	cleanup_check_result struct check_result general = CHECK_RESULT_INIT;
	cleanup_json json_t *root = NULL;

	check_kernel(k, NULL, &general);
	root = json_pack("{s:s, s:s?, s:s?, s:o, s:O}", "origin", k->origin, "version", k->version,
			 "arch", k->arch, "nfs_versions", list_json(&general.versions), "nics",
			 results);
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
}

int cmd_kernel_check(const struct options *o, struct error *err)
{
	cleanup_nic_table struct nic_table table = NIC_TABLE_INIT;
	cleanup_kconfig struct kconfig k = KCONFIG_INIT;
	cleanup_json json_t *results = o->json ? json_array() : NULL;
	const struct nic *nic = NULL;
	enum check_verdict verdict;

	if (read_table(&table, o, err))
		return EXIT_FAILED;
	if (o->nic && !(nic = nic_table_get(&table, o->nic, err)))
		return EXIT_USAGE;
	if (kconfig_read(&k, o->args.v[0], err))
		return EXIT_FAILED;
	if (!results)
		printf("%s: Linux %s %s\n", k.origin, k.arch ? k.arch : "",
		       k.version ? k.version : "of unknown version");
	verdict = nic ? check_one(&k, nic, results) : check_all(&k, &table, results);
	if (results)
		print_json(&k, results);
	if (verdict != CHECK_NO)
		return EXIT_OK;
	error_say(err, -ENOEXEC, "%s: mounts no NFS root on %s", o->args.v[0],
		  nic ? nic->name : "any NIC of the table");
	return EXIT_FAILED;
}
