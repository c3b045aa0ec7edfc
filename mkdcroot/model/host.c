/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host: fields with a type of their own are parsed here, all others are settings. */
#include "mkdcroot/model/host.h"
#include "mkdcroot/base/mem.h"
#include "mkdcroot/model/settings.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

void host_free(struct host *h)
{
	free(h->name);
	free(h->layer);
	free(h->role);
	free(h->nic);
	strv_free(&h->settings);
	*h = (struct host){ 0 };
}

struct host host_copy(const struct host *h)
{
	struct host copy = *h;

	copy.name = mem_strdup(h->name);
	copy.layer = mem_strdup(h->layer);
	copy.role = mem_strdup(h->role);
	copy.nic = mem_strdup(h->nic);
	copy.settings = (struct strv)STRV_INIT;
	for (size_t i = 0; i < h->settings.n; i++)
		strv_add(&copy.settings, h->settings.v[i]);
	return copy;
}

const char *host_setting(const struct host *h, const char *key)
{
	size_t len = strlen(key);

	for (size_t i = h->settings.n; i-- > 0;)
		if (strncmp(h->settings.v[i], key, len) == 0 && h->settings.v[i][len] == '=')
			return h->settings.v[i] + len + 1;
	return NULL;
}

static int set_word(char **field, const char *key, const char *value, struct error *err)
{
	/* These become names of files and units, and words of command lines. */
	if (!*value || value[0] == '.' || value[0] == '-' ||
	    strspn(value, "abcdefghijklmnopqrstuvwxyz"
			  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			  "0123456789._-+:") != strlen(value))
		return error_say(err, -EINVAL,
				 "%s '%s': only letters, digits and ._-+: may stand in it, the "
				 "first not . or -",
				 key, value);
	free(*field);
	*field = mem_strdup(value);
	return 0;
}

static bool is_utf8(const char *text)
{
	json_t *probe = json_string(text);

	json_decref(probe);
	return probe != NULL;
}

static int set_setting(struct host *h, const char *key, const char *value, struct error *err)
{
	if (!settings_is_per_host(key))
		return error_say(err, -EINVAL,
				 "unknown key '%s' for a host (see mkdcroot-hosts(5))", key);
	if (strpbrk(value, "\n\r"))
		return error_say(err, -EINVAL, "%s: a line break cannot stand in a value", key);
	if (!is_utf8(value))
		return error_say(err, -EINVAL,
				 "%s: its value is not UTF-8, which the journal has to be", key);
	if (settings_check(key, value, err))
		return err->status;
	strv_addf(&h->settings, "%s=%s", key, value);
	return 0;
}

int host_set(struct host *h, const char *assignment, struct error *err)
{
	const char *value = strchr(assignment, '=');
	char *key;
	int rc;

	if (!value)
		return error_say(err, -EINVAL, "'%s' is not of the form key=value", assignment);
	key = mem_strndup(assignment, (size_t)(value - assignment));
	value++;
	if (strcmp(key, "mac") == 0)
		rc = *value ? mac_parse(&h->mac, value, err) : 0;
	else if (strcmp(key, "layer") == 0)
		rc = set_word(&h->layer, key, value, err);
	else if (strcmp(key, "role") == 0)
		rc = set_word(&h->role, key, value, err);
	else if (strcmp(key, "nic") == 0)
		rc = set_word(&h->nic, key, value, err);
	else
		rc = set_setting(h, key, value, err);
	free(key);
	return rc;
}

/* Take all values of the setting @key from the line.  Returns whether there was one. */
static bool drop_setting(struct host *h, const char *key)
{
	size_t len = strlen(key), left = 0;

	for (size_t i = 0; i < h->settings.n; i++) {
		char *v = h->settings.v[i];

		if (strncmp(v, key, len) == 0 && v[len] == '=')
			free(v);
		else
			h->settings.v[left++] = v;
	}
	if (left == h->settings.n)
		return false;
	h->settings.n = left;
	h->settings.v[left] = NULL;
	return true;
}

static int clear_field(struct host *h, const char *key, struct error *err)
{
	char **const word = strcmp(key, "role") == 0  ? &h->role
			    : strcmp(key, "nic") == 0 ? &h->nic
						      : NULL;

	if (strcmp(key, "mac") == 0) {
		h->mac = (struct mac_addr){ 0 };
	} else if (word) {
		free(*word);
		*word = NULL;
	} else if (!settings_is_per_host(key)) {
		return error_say(err, -EINVAL, "a host cannot be without '%s'", key);
	} else {
		drop_setting(h, key);
	}
	return 0;
}

int host_change(struct host *h, const char *assignment, bool again, struct error *err)
{
	const char *value = strchr(assignment, '=');
	char *key;
	int rc;

	if (!value)
		return error_say(err, -EINVAL, "'%s' is not of the form key=value", assignment);
	key = mem_strndup(assignment, (size_t)(value - assignment));
	if (strcmp(key, "name") == 0)
		rc = error_say(err, -EINVAL,
			       "a host's name stays: add it under the new one, and remove it");
	else if (strcmp(key, "ip") == 0)
		rc = ip_parse(&h->ip, value + 1, err);
	else if (!value[1])
		rc = clear_field(h, key, err);
	else {
		if (!again)
			drop_setting(h, key);
		rc = host_set(h, assignment, err);
	}
	free(key);
	return rc;
}

/* A value with blanks, quotes or a number sign stands in double quotes. */
static void add_value(struct str *out, const char *assignment)
{
	if (!strpbrk(assignment, " \t\"#\\")) {
		str_add(out, assignment);
		return;
	}
	str_addc(out, '"');
	for (; *assignment; assignment++) {
		if (*assignment == '"' || *assignment == '\\')
			str_addc(out, '\\');
		str_addc(out, *assignment);
	}
	str_addc(out, '"');
}

char *host_format(const struct host *h)
{
	char ip[IP_TEXT_MAX], mac[MAC_TEXT_MAX];
	struct str out = STR_INIT;

	str_addf(&out, "%s %s", h->name, ip_format(&h->ip, ip));
	if (h->mac.set)
		str_addf(&out, " mac=%s", mac_format(&h->mac, mac));
	str_addf(&out, " layer=%s", h->layer);
	if (h->role)
		str_addf(&out, " role=%s", h->role);
	if (h->nic)
		str_addf(&out, " nic=%s", h->nic);
	for (size_t i = 0; i < h->settings.n; i++) {
		str_addc(&out, ' ');
		add_value(&out, h->settings.v[i]);
	}
	return str_steal(&out);
}
