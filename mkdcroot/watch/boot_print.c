/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot_print: what is drawn on a terminal is remembered, so that it can be taken off and drawn again. */
#include "mkdcroot/watch/boot_print.h"
#include "mkdcroot/base/mem.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* Hosts that load at the same time and have their progress shown. */
#define LOADING_MAX  64
#define STEP_PERCENT 25
#define NAME_WIDTH   16

struct loading {
	char name[65];
	unsigned int percent;
	unsigned int said; /* of a line elsewhere than on a terminal */
};

struct boot_print {
	FILE *out;
	bool json, terminal;
	bool drawn; /* the line of progress is on the terminal */
	struct loading loading[LOADING_MAX];
	size_t n;
};

struct boot_print *boot_print_new(FILE *out, bool json)
{
	struct boot_print *p = mem_new(sizeof(*p));

	*p = (struct boot_print){ .out = out, .json = json };
	p->terminal = !json && isatty(fileno(out));
	return p;
}

void boot_print_clear(struct boot_print *p)
{
	if (!p->drawn)
		return;
	fputs("\r\033[K", p->out);
	fflush(p->out);
	p->drawn = false;
}

void boot_print_free(struct boot_print *p)
{
	if (!p)
		return;
	boot_print_clear(p);
	free(p);
}

/* The host's name, a stranger's MAC. */
static const char *name_of(const struct boot_line *l, char *buf)
{
	return l->host	    ? l->host->name
	       : l->mac.set ? mac_format(&l->mac, buf)
			    : ip_format(&l->ip, buf);
}

static struct loading *find_loading(struct boot_print *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->loading[i].name, name) == 0)
			return &p->loading[i];
	return NULL;
}

static void forget_loading(struct boot_print *p, const char *name)
{
	struct loading *l = find_loading(p, name);

	if (l)
		*l = p->loading[--p->n];
}

static unsigned int percent_of(const struct boot_line *l)
{
	return l->total ? (unsigned int)(l->bytes / ((l->total + 99) / 100)) : 0;
}

/* All hosts that load, as far as the terminal is wide. */
static void draw(struct boot_print *p)
{
	struct winsize size = { 0 };
	size_t room;

	if (!p->terminal || !p->n)
		return;
	room = ioctl(fileno(p->out), TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
	for (size_t i = 0, used = 0; i < p->n; i++) {
		char piece[100];
		int len =
			snprintf(piece, sizeof(piece), "%s%s %u %%",
				 i ? ", " : "loading: ", p->loading[i].name, p->loading[i].percent);

		used += (size_t)len;
		if (used >= room)
			break;
		fputs(piece, p->out);
		p->drawn = true;
	}
}

/* Returns whether a line is due where there is no terminal. */
static bool note_progress(struct boot_print *p, const struct boot_line *l, const char *name)
{
	struct loading *at = find_loading(p, name);
	unsigned int percent = percent_of(l);

	if (!at && p->n < LOADING_MAX) {
		at = &p->loading[p->n++];
		*at = (struct loading){ 0 };
		snprintf(at->name, sizeof(at->name), "%s", name);
	}
	if (!at)
		return false;
	at->percent = percent;
	/* The last quarter is the line that says that it is loaded. */
	if (percent / STEP_PERCENT == at->said / STEP_PERCENT || percent >= 100)
		return false;
	at->said = percent;
	return true;
}

static void print_json(struct boot_print *p, const struct boot_line *l)
{
	static const char *const says[] = { "stage", "progress", "trouble" };
	char ip[IP_TEXT_MAX], mac[MAC_TEXT_MAX];
	json_t *o = json_object();

	/* Seconds since 1970, with milliseconds: what date -d @ and jq's todate take. */
	json_object_set_new(o, "time", json_real((double)l->when_ms / 1000.0));
	json_object_set_new(o, "host", l->host ? json_string(l->host->name) : json_null());
	json_object_set_new(o, "mac",
			    l->mac.set ? json_string(mac_format(&l->mac, mac)) : json_null());
	json_object_set_new(o, "ip",
			    ip_is_set(&l->ip) ? json_string(ip_format(&l->ip, ip)) : json_null());
	json_object_set_new(o, "say", json_string(says[l->say]));
	json_object_set_new(o, "stage", json_string(boot_stage_name(l->stage)));
	json_object_set_new(o, "text", json_string(l->text));
	if (l->say == SAY_TROUBLE) {
		json_object_set_new(o, "code", json_string(l->code));
		json_object_set_new(o, "hint", l->hint ? json_string(l->hint) : json_null());
	} else if (l->say == SAY_PROGRESS) {
		json_object_set_new(o, "bytes", json_integer((json_int_t)l->bytes));
		json_object_set_new(o, "total", json_integer((json_int_t)l->total));
	}
	json_dumpf(o, p->out, JSON_COMPACT | JSON_REAL_PRECISION(13));
	fputc('\n', p->out);
	json_decref(o);
}

/* The hint goes on lines of its own below the trouble, so that the table stays one. */
static void print_hint(FILE *out, const char *hint)
{
	size_t column = 0;

	while (*hint) {
		size_t len = strcspn(hint, " ");

		if (!column || column + 1 + len > 90) {
			fprintf(out, "%s%*s%.*s", column ? "\n" : "", 9 + NAME_WIDTH + 3, "",
				(int)len, hint);
			column = 9 + NAME_WIDTH + 3 + len;
		} else {
			fprintf(out, " %.*s", (int)len, hint);
			column += 1 + len;
		}
		hint += len;
		hint += strspn(hint, " ");
	}
	fputc('\n', out);
}

static void print_text(struct boot_print *p, const struct boot_line *l, const char *name)
{
	time_t seconds = (time_t)(l->when_ms / 1000);
	char clock[16] = "--:--:--";
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	fprintf(p->out, "%s %-*s %s%s\n", clock, NAME_WIDTH, name,
		l->say == SAY_TROUBLE ? "! " : "", l->text);
	if (l->say == SAY_TROUBLE && l->hint)
		print_hint(p->out, l->hint);
}

void boot_print_line(const struct boot_line *line, void *print)
{
	struct boot_print *p = print;
	char buf[IP_TEXT_MAX];
	const char *name = name_of(line, buf);
	bool due = true;

	boot_print_clear(p);
	if (line->say == SAY_PROGRESS)
		due = note_progress(p, line, name) && !p->terminal;
	else
		forget_loading(p, name);
	if (due && p->json)
		print_json(p, line);
	else if (due)
		print_text(p, line, name);
	draw(p);
	fflush(p->out);
}
