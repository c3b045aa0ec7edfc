/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ethers: lines of others that make no sense are none of our business. */
#include "mkdcroot/model/ethers.h"
#include "mkdcroot/base/fs.h"

#include <string.h>

/* The host that the name or address @word of a line means. */
static struct host *find(struct hosts_file *f, const char *word)
{
	cleanup_error struct error ignored = ERROR_INIT;
	const struct host *h = hosts_file_find(f, word);
	struct ip_addr ip = { 0 };

	if (!h && !ip_parse(&ip, word, &ignored))
		h = hosts_file_find_ip(f, &ip);
	return h ? &f->host[h - f->host] : NULL;
}

int ethers_fill(struct hosts_file *f, const char *path, struct error *err)
{
	cleanup_str struct str text = STR_INIT;
	unsigned int line = 0;
	int rc = fs_read_optional(path, &text, err);

	for (const char *p = str_text(&text); !rc && *p; p += strcspn(p, "\n"), p += *p == '\n') {
		cleanup_strv struct strv words = STRV_INIT;
		cleanup_str struct str copy = STR_INIT;
		struct host *h;

		line++;
		str_addn(&copy, p, strcspn(p, "#\n"));
		strv_split(&words, str_text(&copy), " \t\r");
		h = words.n < 2 ? NULL : find(f, words.v[1]);
		if (h && !h->mac.set && mac_parse(&h->mac, words.v[0], err))
			return error_wrap(err, "%s:%u", path, line);
	}
	return rc;
}
