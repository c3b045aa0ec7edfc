/* SPDX-License-Identifier: GPL-2.0-or-later */
/* log_line: one small parser a form; who does not match leaves everything as it was. */
#include "mkdcroot/watch/log_line.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* @n digits as a number, or -1. */
static int digits(const char *s, int n)
{
	int value = 0;

	for (int i = 0; i < n; i++) {
		if (!isdigit((unsigned char)s[i]))
			return -1;
		value = value * 10 + (s[i] - '0');
	}
	return value;
}

/* "hh:mm:ss" to @tm. */
static bool read_clock(const char *s, struct tm *tm)
{
	if (strnlen(s, 8) < 8 || s[2] != ':' || s[5] != ':')
		return false;
	tm->tm_hour = digits(s, 2);
	tm->tm_min = digits(s + 3, 2);
	tm->tm_sec = digits(s + 6, 2);
	return tm->tm_hour >= 0 && tm->tm_hour < 24 && tm->tm_min >= 0 && tm->tm_min < 60 &&
	       tm->tm_sec >= 0 && tm->tm_sec <= 60;
}

static uint64_t local_ms(struct tm *tm)
{
	time_t t;

	tm->tm_isdst = -1;
	t = mktime(tm);
	return t > 0 ? (uint64_t)t * 1000 : 0;
}

/* "Nov 26 21:40:03 ", of this year, or of the last when that would be to come. */
static const char *bsd_time(const char *s, uint64_t now_ms, uint64_t *when_ms)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t now = (time_t)(now_ms / 1000);
	struct tm tm = { 0 }, today;
	char name[4];
	const char *month;

	if (strnlen(s, 16) < 16 || s[3] != ' ' || s[6] != ' ' || s[15] != ' ')
		return NULL;
	memcpy(name, s, 3);
	name[3] = '\0';
	month = strstr(months, name);
	tm.tm_mday = s[4] == ' ' ? digits(s + 5, 1) : digits(s + 4, 2);
	if (!month || (month - months) % 3 || tm.tm_mday < 1 || !read_clock(s + 7, &tm) ||
	    !localtime_r(&now, &today))
		return NULL;
	tm.tm_mon = (int)(month - months) / 3;
	tm.tm_year = today.tm_year - (tm.tm_mon > today.tm_mon + 1);
	*when_ms = local_ms(&tm);
	return s + 16;
}

/* "2026-11-26T21:40:03.123456+01:00 ", or with a blank for the T, and local time without a zone. */
static const char *iso_time(const char *s, uint64_t *when_ms)
{
	struct tm tm = { 0 };
	uint64_t fraction = 0;
	const char *p = s + 19;

	if (strnlen(s, 20) < 20 || s[4] != '-' || s[7] != '-' || (s[10] != 'T' && s[10] != ' ') ||
	    !read_clock(s + 11, &tm))
		return NULL;
	tm.tm_year = digits(s, 4) - 1900;
	tm.tm_mon = digits(s + 5, 2) - 1;
	tm.tm_mday = digits(s + 8, 2);
	if (tm.tm_year < 70 || tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_mday < 1 || tm.tm_mday > 31)
		return NULL;
	if (*p == '.' || *p == ',') {
		int scale = 100;

		for (p++; isdigit((unsigned char)*p); p++, scale /= 10)
			fraction += (uint64_t)(*p - '0') * (uint64_t)scale;
	}
	if (*p == 'Z' || *p == '+' || *p == '-') {
		int hours = *p == 'Z' ? 0 : digits(p + 1, 2);
		int minutes = *p == 'Z' || hours < 0 || p[3] != ':' ? 0 : digits(p + 4, 2);
		time_t t = timegm(&tm);

		if (hours < 0 || minutes < 0)
			return NULL;
		t -= (*p == '-' ? -60 : 60) * (hours * 60 + minutes);
		*when_ms = t > 0 ? (uint64_t)t * 1000 + fraction : 0;
		p += strcspn(p, " ");
	} else {
		*when_ms = local_ms(&tm) + fraction;
	}
	return *p == ' ' ? p + 1 : NULL;
}

/* "26/11/2026 21:36:52 : epoch 6b08a674 : farm : nfs-ganesha-8176[main] function :COMPONENT :LEVEL :message" */
static bool ganesha_line(struct log_line *out, const char *s)
{
	struct tm tm = { 0 };
	const char *p;

	if (strnlen(s, 20) < 20 || s[2] != '/' || s[5] != '/' || !read_clock(s + 11, &tm))
		return false;
	tm.tm_mday = digits(s, 2);
	tm.tm_mon = digits(s + 3, 2) - 1;
	tm.tm_year = digits(s + 6, 4) - 1900;
	p = strstr(s, " : nfs-ganesha-");
	if (tm.tm_mday < 1 || tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_year < 70 || !p)
		return false;
	p += 3;
	for (int i = 0; i < 3 && p; i++) {
		p = strstr(p, " :");
		if (p)
			p += 2;
	}
	if (!p)
		return false;
	snprintf(out->program, sizeof(out->program), "nfs-ganesha");
	out->when_ms = local_ms(&tm);
	out->message = p;
	return true;
}

/* "INFO  [kea-dhcp4.leases/123.140] " */
static bool kea_line(struct log_line *out, const char *s)
{
	static const char *const levels[] = { "DEBUG", "INFO", "WARN", "ERROR", "FATAL" };
	const char *p, *end;

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		size_t len = strlen(levels[i]);

		if (strncmp(s, levels[i], len) != 0 || s[len] != ' ')
			continue;
		p = s + len + strspn(s + len, " ");
		end = strchr(p, ']');
		if (strncmp(p, "[kea-dhcp4", 10) != 0 || !end || end[1] != ' ')
			return false;
		snprintf(out->program, sizeof(out->program), "kea-dhcp4");
		out->message = end + 2;
		return true;
	}
	return false;
}

/* "program[123]: " or "program: " at @s. */
static bool tag(struct log_line *out, const char *s)
{
	size_t len = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
	const char *p = s + len;

	if (!len || len >= sizeof(out->program))
		return false;
	if (*p == '[') {
		p += 1 + strspn(p + 1, "0123456789.");
		if (*p++ != ']')
			return false;
	}
	if (p[0] != ':' || p[1] != ' ')
		return false;
	snprintf(out->program, sizeof(out->program), "%.*s", (int)len, s);
	out->message = p + 2;
	return true;
}

void log_line_split(struct log_line *out, const char *line, uint64_t now_ms)
{
	const char *p = line, *after;

	*out = (struct log_line){ .message = line };
	if (*p == '<' && isdigit((unsigned char)p[1])) { /* what goes to /dev/log */
		p += 1 + strspn(p + 1, "0123456789");
		p += *p == '>';
	}
	if (ganesha_line(out, p))
		return;
	after = bsd_time(p, now_ms, &out->when_ms);
	if (!after)
		after = iso_time(p, &out->when_ms);
	if (after)
		out->message = p = after;
	if (kea_line(out, p) || tag(out, p) || !after)
		return;
	/* The host's name stands before the program's. */
	p += strcspn(p, " ");
	if (*p && !kea_line(out, p + 1))
		tag(out, p + 1);
}
