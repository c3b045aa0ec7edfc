/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * error: what went wrong, in words for the administrator.
 *
 * Every function that can fail takes a `struct error *` as its last parameter
 * and returns 0 or a negative errno value.  On success the object is not
 * modified.  Only main.c and the commands print it.
 *
 *	return error_set(err, -errno, "open %s", path);
 *
 * reads "open /etc/exports: Permission denied".  Where errno's words say
 * nothing, error_say() takes the reason from the text itself.
 */
#ifndef MKDCROOT_BASE_ERROR_H
#define MKDCROOT_BASE_ERROR_H

struct error {
	int status; /* negative errno value; 0 while nothing went wrong */
	char *text; /* owned by the object; NULL while nothing went wrong */
};

#define ERROR_INIT      \
	{               \
		0, NULL \
	}

/*
 * Record a failure whose reason is errno's: "<fmt>: <strerror>".
 * @status: negative errno value.  An earlier text is replaced.
 * Returns @status, so that it can be returned in the same expression.
 */
int error_set(struct error *err, int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* As error_set(), but the text is complete: the words of @status are not added. */
int error_say(struct error *err, int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Put "<fmt>: " before the text that is there.  Returns the status recorded before. */
int error_wrap(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Put ": <fmt>" or any other tail after the text that is there.  Returns the status recorded
 * before. */
int error_append(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The text, never NULL; it belongs to the object. */
const char *error_text(const struct error *err);

/* Free the text and make the object fresh again. */
void error_clear(struct error *err);

#define cleanup_error __attribute__((cleanup(error_clear)))

#endif
