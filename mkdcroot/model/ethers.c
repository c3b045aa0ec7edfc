/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ethers: lines of others that make no sense are none of our business. */
#include "mkdcroot/model/ethers.h"
#include "mkdcroot/base/fs.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static bool is_meant(const char *word, const char *name, const struct ip_addr *ip)
{
	char text[IP_TEXT_MAX];

	return strcasecmp(word, name) == 0 || strcmp(word, ip_format(ip, text)) == 0;
}

int ethers_lookup(struct mac_addr *mac, const char *path, const char *name,
		  const struct ip_addr *ip, struct error *err)
{
	cleanup_str struct str text = STR_INIT;
	unsigned int line = 0;
	int rc = fs_read_optional(path, &text, err);

	for (const char *p = str_text(&text); !rc && *p; p += strcspn(p, "\n"), p += *p == '\n') {
		cleanup_strv struct strv words = STRV_INIT;
		cleanup_str struct str copy = STR_INIT;

		line++;
		str_addn(&copy, p, strcspn(p, "#\n"));
		strv_split(&words, str_text(&copy), " \t\r");
		if (words.n < 2 || !is_meant(words.v[1], name, ip))
			continue;
		return mac_parse(mac, words.v[0], err) ? error_wrap(err, "%s:%u", path, line) : 0;
	}
	return rc;
}
