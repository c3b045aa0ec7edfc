/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Composes the kernel's command line; see cmdline.h. */
#include "rom/start/cmdline.h"

#include <stdbool.h>

/* A text that is cut off where it does not fit, but goes on counting. */
struct line {
	char *out;
	size_t cap;
	size_t len;
};

static void put(struct line *line, char c)
{
	if (line->len + 1 < line->cap)
		line->out[line->len] = c;
	line->len++;
}

static void put_text(struct line *line, const char *text)
{
	while (*text)
		put(line, *text++);
}

static void put_number(struct line *line, unsigned n)
{
	if (n >= 10)
		put_number(line, n / 10);
	put(line, (char)('0' + n % 10));
}

static void put_hex(struct line *line, uint8_t byte)
{
	put(line, "0123456789abcdef"[byte >> 4]);
	put(line, "0123456789abcdef"[byte & 15]);
}

static bool is_set(const uint8_t *address)
{
	return address[0] | address[1] | address[2] | address[3];
}

/* Nothing for 0.0.0.0. */
static void put_address(struct line *line, const uint8_t *address)
{
	if (!is_set(address))
		return;
	for (unsigned i = 0; i < 4; i++) {
		if (i)
			put(line, '.');
		put_number(line, address[i]);
	}
}

/* A word begins: a space before all but the first. */
static void put_space(struct line *line)
{
	if (line->len && line->out[line->len < line->cap ? line->len - 1 : line->cap - 1] != ' ')
		put(line, ' ');
}

static void put_ip(struct line *line, const char *options, const struct bootp_info *info)
{
	(void)options;
	put_space(line);
	put_text(line, "ip=");
	if (!is_set(info->client)) {
		put_text(line, "on");
		return;
	}
	put_address(line, info->client);
	put(line, ':');
	put_address(line, info->server);
	put(line, ':');
	put_address(line, info->gateway);
	put(line, ':');
	put_address(line, info->netmask);
	put(line, ':');
	put_text(line, info->hostname);
	if (info->device[0] || is_set(info->dns)) {
		put(line, ':');
		put_text(line, info->device);
	}
	/* How to configure is left empty: with all addresses told, nobody needs to ask again. */
	if (is_set(info->dns)) {
		put_text(line, "::");
		put_address(line, info->dns);
	}
}

/* Does path begin with "server:", as "192.168.1.1:/root"? */
static bool has_server(const char *path)
{
	while (*path && *path != '/' && *path != ',' && *path != ':')
		path++;
	return *path == ':';
}

static void put_nfsroot(struct line *line, const char *options, const struct bootp_info *info)
{
	const char *path = info->root_path;

	if (!info->valid || (!path[0] && !is_set(info->client)))
		return;
	put_space(line);
	put_text(line, "nfsroot=");
	if (is_set(info->server) && !has_server(path)) {
		put_address(line, info->server);
		put(line, ':');
	}
	if (!path[0]) {
		put_text(line, "/tftpboot/");
		put_address(line, info->client);
	}
	while (*path && *path != ',')
		put(line, *path++);
	/* The server's own options come last, so that they win. */
	while (*options && *options != ' ')
		put(line, *options++);
	put_text(line, path);
}

static void put_bootif(struct line *line, const char *options, const struct bootp_info *info)
{
	(void)options;
	if (!info->valid || !info->hardware_length)
		return;
	put_space(line);
	put_text(line, "BOOTIF=");
	put_hex(line, info->hardware_type);
	for (unsigned i = 0; i < info->hardware_length; i++) {
		put(line, '-');
		put_hex(line, info->hardware[i]);
	}
}

/* The words that are replaced; options is what follows the word in the template. */
static const struct word {
	const char *text;
	bool takes_options; /* may be followed by a comma */
	void (*put)(struct line *line, const char *options, const struct bootp_info *info);
} words[] = {
	{ "ip=rom", false, put_ip },
	{ "nfsroot=rom", true, put_nfsroot },
	{ "BOOTIF=rom", false, put_bootif },
};

/* Returns what follows prefix in text, or NULL if text does not begin with it. */
static const char *after(const char *text, const char *prefix)
{
	while (*prefix)
		if (*text++ != *prefix++)
			return NULL;
	return text;
}

static bool replace(struct line *line, const char *at, const struct bootp_info *info)
{
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *rest = after(at, words[i].text);

		if (rest && (!*rest || *rest == ' ' || (words[i].takes_options && *rest == ','))) {
			words[i].put(line, rest, info);
			return true;
		}
	}
	return false;
}

/* The end of the word at text: a space outside of quotes, or NUL. */
static const char *word_end(const char *text)
{
	bool quoted = false;

	for (; *text && (quoted || *text != ' '); text++)
		if (*text == '"')
			quoted = !quoted;
	return text;
}

static const char *skip_spaces(const char *text)
{
	while (*text == ' ')
		text++;
	return text;
}

size_t cmdline_compose(const char *template, const struct bootp_info *info, char *out, size_t cap)
{
	struct line line = { out, cap, 0 };
	const char *at;

	for (at = skip_spaces(template); *at; at = skip_spaces(at)) {
		const char *end = word_end(at);

		if (!replace(&line, at, info)) {
			put_space(&line);
			for (const char *c = at; c < end; c++)
				put(&line, *c);
		}
		at = end;
	}
	if (info->append[0]) {
		put_space(&line);
		put_text(&line, info->append);
	}
	out[line.len < cap ? line.len : cap - 1] = '\0';
	return line.len;
}

const char *cmdline_value(const char *line, const char *name)
{
	const char *found = NULL;

	for (line = skip_spaces(line); *line; line = skip_spaces(word_end(line))) {
		const char *value = after(line, name);

		if (value)
			found = value;
	}
	return found;
}

/* Reads a number, decimal or 0x; *end is behind it, equal to text if there is none. Above 32 bits it sticks at the top. */
static uint32_t read_number(const char *text, const char **end)
{
	uint32_t n = 0, base = 10;

	if (text[0] == '0' && (text[1] | 32) == 'x') {
		base = 16;
		text += 2;
	}
	for (;; text++) {
		uint32_t digit;

		if (*text >= '0' && *text <= '9')
			digit = (uint32_t)(*text - '0');
		else if (base == 16 && (*text | 32) >= 'a' && (*text | 32) <= 'f')
			digit = (uint32_t)((*text | 32) - 'a' + 10);
		else
			break;
		n = n > (0xFFFFFFFFu - digit) / base ? 0xFFFFFFFFu : n * base + digit;
	}
	*end = text;
	return n;
}

uint32_t cmdline_mem(const char *line)
{
	const char *value = cmdline_value(line, "mem="), *end;
	uint32_t n, shift = 0;

	if (!value || *value < '0' || *value > '9')
		return 0;
	n = read_number(value, &end);
	if ((*end | 32) == 'k')
		shift = 10;
	else if ((*end | 32) == 'm')
		shift = 20;
	else if ((*end | 32) == 'g')
		shift = 30;
	if (n == 0xFFFFFFFFu || (shift && n >> (32 - shift)))
		return 0; /* 4 GB or more */
	return n << shift;
}

uint16_t cmdline_vga(const char *line)
{
	static const struct {
		const char *name;
		uint16_t mode;
	} names[] = { { "normal", 0xFFFF }, { "ext", 0xFFFE }, { "ask", 0xFFFD } };
	const char *value = cmdline_value(line, "vga="), *end;
	uint32_t n;

	if (!value)
		return 0xFFFF;
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (after(value, names[i].name))
			return names[i].mode;
	n = read_number(value, &end);
	return end == value || n > 0xFFFF ? 0xFFFF : (uint16_t)n;
}
