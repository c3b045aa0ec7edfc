/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bootptab_parse: from the text of a bootptab(5) file to its entries. */

#include "bootptab/bootptab_private.h"

#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/fs.h"
#include "mkdcroot/base/mem.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* One entry while it is read. */
struct parsing {
	struct bootptab *doc;
	const struct bootptab_raw *raw;
	size_t pos;
	struct bootptab_node *node;
	int htype; /* set so far, or -1 */
	struct error *err;
};

static char at(const struct parsing *p, size_t ahead)
{
	return p->pos + ahead < p->raw->len ? p->raw->text[p->pos + ahead] : '\0';
}

static unsigned int line_of(const struct parsing *p)
{
	size_t last = p->raw->len ? p->raw->len - 1 : 0;

	return p->raw->line[p->pos < last ? p->pos : last];
}

static void skip_space(struct parsing *p)
{
	while (isspace((unsigned char)at(p, 0)))
		p->pos++;
}

__attribute__((format(printf, 3, 4))) static int wrong(const struct parsing *p, const char *tag,
						       const char *fmt, ...)
{
	cleanup_free char *why = NULL;
	va_list ap;

	va_start(ap, fmt);
	why = mem_vprintf(fmt, ap);
	va_end(ap);
	return error_say(p->err, -EINVAL, "%s:%u: entry \"%s\", tag \"%s\": %s", p->doc->file,
			 line_of(p), p->node->e.name, tag, why);
}

static void warn(const struct parsing *p, const char *tag, const char *why)
{
	strv_addf(&p->doc->warnings, "%s:%u: entry \"%s\", tag \"%s\": %s", p->doc->file,
		  line_of(p), p->node->e.name, tag, why);
}

/* Go behind the next colon; what is passed over has no meaning to bootpd. */
static void end_tag(struct parsing *p, const char *tag)
{
	bool junk = false;

	while (at(p, 0) && at(p, 0) != ':') {
		junk = junk || !isspace((unsigned char)at(p, 0));
		p->pos++;
	}
	if (junk)
		warn(p, tag, "bootpd ignores what follows the value");
	if (at(p, 0))
		p->pos++;
}

/* Take the value up to the colon as a string. */
static char *take_string(struct parsing *p)
{
	struct str value = STR_INIT;

	p->pos += bootptab_get_string(p->raw->text + p->pos, &value);
	return str_steal(&value);
}

/* Take @n characters as they stand. */
static char *take_text(struct parsing *p, size_t n)
{
	char *text = mem_strndup(p->raw->text + p->pos, n);

	p->pos += n;
	return text;
}

static int add_tag(struct parsing *p, const char *name, enum bootptab_op op, char *value,
		   unsigned int line, struct bootptab_node *template)
{
	struct bootptab_entry *e = &p->node->e;
	struct bootptab_tag *tags = mem_resize((void *)e->tags, e->n_tags + 1, sizeof(*tags));

	p->node->templates =
		mem_resize(p->node->templates, e->n_tags + 1, sizeof(*p->node->templates));
	p->node->templates[e->n_tags] = template;
	memset(&tags[e->n_tags], 0, sizeof(*tags));
	memcpy(tags[e->n_tags].name, name, strlen(name));
	tags[e->n_tags].op = op;
	tags[e->n_tags].value = value ? value : mem_strdup("");
	tags[e->n_tags].line = line;
	e->tags = tags;
	e->n_tags++;
	return 0;
}

/* Tn=hexadecimal bytes or "a string": vendor option n. */
static int parse_generic(struct parsing *p)
{
	unsigned int line = line_of(p);
	unsigned long number;
	char name[6] = "T";
	char *value;

	p->pos++;
	number = strtoul(p->raw->text + p->pos, NULL, 10);
	if (!isdigit((unsigned char)at(p, 0)) || number < 1 || number > 254)
		return wrong(p, "T", "the number of a vendor option, 1 to 254, has to follow");
	while (isdigit((unsigned char)at(p, 0)))
		p->pos++;
	snprintf(name, sizeof(name), "T%u", (unsigned int)number & 0xff);
	skip_space(p);
	if (at(p, 0) != '=')
		return wrong(p, name, "has to be followed by \"=\"");
	p->pos++;
	if (at(p, 0) == '"') {
		value = take_string(p);
	} else {
		size_t n = 0;

		/* Bytes of two digits, each with 0x before and a dot behind as you like. */
		for (;;) {
			size_t prefix = at(p, n) == '0' && tolower(at(p, n + 1)) == 'x' ? 2 : 0;

			if (!isxdigit((unsigned char)at(p, n + prefix)) ||
			    !isxdigit((unsigned char)at(p, n + prefix + 1)))
				break;
			n += prefix + 2;
			n += at(p, n) == '.';
		}
		value = take_text(p, n);
	}
	if (at(p, 0) != ':') {
		free(value);
		return wrong(p, name,
			     "the value has to be a string in quotes or pairs of hexadecimal "
			     "digits, and a colon has to follow");
	}
	add_tag(p, name, BOOTPTAB_SET, value, line, NULL);
	p->pos++;
	return 0;
}

static int parse_hardware(struct parsing *p, const char *name, const char *value)
{
	int type = p->htype < 0 ? 1 : p->htype;

	if (!strcmp(name, "ht")) {
		p->htype = bootptab_parse_htype(value);
		return p->htype < 0 ? wrong(p, name, "no hardware type is called \"%s\"", value)
				    : 0;
	}
	p->htype = type;
	if (bootptab_parse_haddr(&p->node->e.mac, value, type) < 0)
		return wrong(p, name,
			     "\"%s\" is no hardware address of type %d (\"ht\" has to stand "
			     "before \"ha\")",
			     value, type);
	return 0;
}

/* Is @value good for a tag of this kind that has been taken as a string? */
static int check_string(struct parsing *p, const char *name, enum bootptab_kind kind,
			const char *value)
{
	const char *digits = value + (*value == '-' || *value == '+');

	switch (kind) {
	case BOOTPTAB_PATH:
		if (*value != '/')
			return wrong(p, name, "\"%s\" has to begin with a slash", value);
		break;
	case BOOTPTAB_NUMBER:
		if (!bootptab_is_number(value))
			return wrong(p, name, "\"%s\" is no number", value);
		return 0;
	case BOOTPTAB_SIZE:
		if (!bootptab_is_number(value) && strncmp(value, "auto", 4))
			return wrong(p, name, "\"%s\" is neither a number nor auto", value);
		return 0;
	case BOOTPTAB_OFFSET:
		if (!bootptab_is_number(digits) && strncmp(value, "auto", 4))
			return wrong(p, name, "\"%s\" is neither a number of seconds nor auto",
				     value);
		return 0;
	case BOOTPTAB_COOKIE:
		if (strncmp(value, "auto", 4) && strncmp(value, "rfc", 3) &&
		    strncmp(value, "cmu", 3) && !isdigit((unsigned char)*value))
			return wrong(p, name, "\"%s\" is none of auto, rfc1048, rfc1084, cmu",
				     value);
		return 0;
	default:
		break;
	}
	if (strlen(value) > BOOTPTAB_STRING_MAX)
		warn(p, name, "bootpd keeps only the first 79 characters");
	return 0;
}

static int parse_addresses(struct parsing *p, const char *name, bool list, char **value)
{
	const char *text = p->raw->text + p->pos;
	struct ip_addr first;
	size_t n;

	while (list && (isspace((unsigned char)*text) || *text == ',')) {
		text++;
		p->pos++;
	}
	n = list ? bootptab_parse_addresses(text) : bootptab_parse_address(text, &first);
	if (!n)
		return wrong(p, name, "no address");
	*value = take_text(p, n);
	if (!list && !strcmp(name, "ip"))
		p->node->e.ip = first;
	return 0;
}

static int parse_template(struct parsing *p, const char *value, struct bootptab_node **template)
{
	cleanup_free char *dotted = mem_printf(".%s", value);

	*template = bootptab_find_template(p->doc, value);
	if (*template)
		return 0;
	/* The Etherboot chapter's example leaves the dot out. */
	*template = bootptab_find_template(p->doc, dotted);
	if (*template) {
		warn(p, "tc",
		     "the template's name begins with a dot, bootpd does not find it without");
		return 0;
	}
	if (!strcmp(value, p->node->e.name))
		return wrong(p, "tc", "the entry names itself");
	return wrong(p, "tc", "no entry before this one is called \"%s\"", value);
}

/* Take what @template brings for the parsing itself. */
static int inherit(struct parsing *p, struct bootptab_node *template)
{
	template->is_template = true;
	if (p->node->depth <= template->depth)
		p->node->depth = template->depth + 1;
	if (p->node->depth > BOOTPTAB_CHAIN_MAX)
		return wrong(p, "tc", "more than %d templates behind one another",
			     BOOTPTAB_CHAIN_MAX);
	if (p->htype < 0)
		p->htype = template->htype;
	return 0;
}

static int parse_set(struct parsing *p, const char *name, enum bootptab_kind kind)
{
	struct bootptab_node *template = NULL;
	unsigned int line = line_of(p);
	char *value = NULL;
	int r = 0;

	if (kind == BOOTPTAB_FLAG)
		return wrong(p, name, "is a switch and has no value");
	if (kind == BOOTPTAB_ADDRESS || kind == BOOTPTAB_ADDRESSES) {
		r = parse_addresses(p, name, kind == BOOTPTAB_ADDRESSES, &value);
	} else {
		value = take_string(p);
		if (kind == BOOTPTAB_HTYPE || kind == BOOTPTAB_HADDR)
			r = parse_hardware(p, name, value);
		else if (kind == BOOTPTAB_TEMPLATE_NAME)
			r = parse_template(p, value, &template);
		else
			r = check_string(p, name, kind, value);
	}
	if (r == 0 && template)
		r = inherit(p, template);
	if (r < 0) {
		free(value);
		return r;
	}
	return add_tag(p, name, BOOTPTAB_SET, value, line, template);
}

static int parse_delete(struct parsing *p, const char *name, enum bootptab_kind kind)
{
	if (kind == BOOTPTAB_TEMPLATE_NAME)
		return wrong(p, name, "cannot be taken back");
	if (!strcmp(name, "ip"))
		memset(&p->node->e.ip, 0, sizeof(p->node->e.ip));
	if (kind == BOOTPTAB_HADDR)
		memset(&p->node->e.mac, 0, sizeof(p->node->e.mac));
	if (kind == BOOTPTAB_HTYPE)
		p->htype = -1;
	return add_tag(p, name, BOOTPTAB_DELETE, NULL, line_of(p), NULL);
}

static int parse_boolean(struct parsing *p, const char *name, enum bootptab_kind kind)
{
	if (kind == BOOTPTAB_OFFSET)
		warn(p, name, "bootpd 2.4.3 refuses it without a value, whatever its manual says");
	else if (kind != BOOTPTAB_FLAG && kind != BOOTPTAB_SIZE)
		return wrong(p, name, "needs a value");
	return add_tag(p, name, BOOTPTAB_BOOLEAN, NULL, line_of(p), NULL);
}

static int parse_tag(struct parsing *p)
{
	char name[3] = { at(p, 0), at(p, 1), '\0' };
	enum bootptab_kind kind;
	char op;
	int r;

	if (name[0] == ':') {
		p->pos++;
		return 0;
	}
	if (name[0] == 'T')
		return parse_generic(p);
	op = name[1] ? at(p, 2) : '\0';
	kind = bootptab_tag_kind(name);
	if (kind == BOOTPTAB_UNKNOWN)
		return wrong(p, name, "bootptab(5) has no such tag, bootpd drops the entry");
	if (op != '=' && op != '@' && op != ':' && op != '\0')
		return wrong(p, name, "has to be followed by \"=\", \"@\" or \":\"");
	p->pos += op == '=' || op == '@' ? 3 : 2;
	skip_space(p);
	r = op == '='	? parse_set(p, name, kind)
	    : op == '@' ? parse_delete(p, name, kind)
			: parse_boolean(p, name, kind);
	if (r < 0)
		return r;
	end_tag(p, name);
	return 0;
}

static int parse_tags(struct parsing *p)
{
	for (;;) {
		int r;

		skip_space(p);
		if (!at(p, 0))
			return 0;
		r = parse_tag(p);
		if (r < 0)
			return r;
	}
}

int bootptab_parse_entry(struct bootptab *doc, const struct bootptab_raw *raw,
			 struct marked_line *text, struct bootptab_node **node, struct error *err)
{
	struct parsing p = { .doc = doc, .raw = raw, .htype = -1, .err = err };
	int r = 0;

	p.node = mem_new(sizeof(*p.node));
	p.node->text = text;
	p.node->e.ours = text != NULL;
	p.node->e.line = raw->line[0];
	p.node->e.name = take_string(&p);
	if (!*p.node->e.name)
		r = error_say(err, -EINVAL,
			      "%s:%u: an entry without a name (if it is to go on from the line "
			      "above, that "
			      "has to end in a backslash)",
			      doc->file, raw->line[0]);
	if (r == 0 && strlen(p.node->e.name) > BOOTPTAB_STRING_MAX)
		warn(&p, "", "bootpd keeps only the first 79 characters of the name");
	if (r == 0 && at(&p, 0) == ':')
		p.pos++;
	if (r == 0)
		r = parse_tags(&p);
	if (r < 0) {
		bootptab_node_free(p.node);
		return r;
	}
	p.node->htype = p.htype;
	*node = p.node;
	return 0;
}

/* A comment that begins a line, perhaps one of our markers.  Returns 1 when it is a marker. */
static int parse_comment(struct bootptab *doc, struct bootptab_lexer *lx, size_t start,
			 struct error *err)
{
	unsigned int line = lx->line;
	enum marked_kind kind;
	int r;

	bootptab_lex_comment(lx);
	kind = marked_classify(lx->text + start, lx->pos - start);
	if (kind == MARKED_NONE)
		return 0;
	r = marked_meet(&doc->marked, kind, lx->file, line, lx->text, start, lx->pos, err);
	return r < 0 ? r : 1;
}

/* A blank line, a comment or an entry, from its first character to behind its newline. */
static int parse_line(struct bootptab *doc, struct bootptab_lexer *lx, struct bootptab_raw *raw,
		      struct error *err)
{
	bool in_block = marked_inside(&doc->marked);
	struct bootptab_node *node;
	struct marked_line *text;
	size_t start = lx->pos;
	char c;
	int r;

	while (lx->pos < lx->len && lx->text[lx->pos] != '\n' &&
	       isspace((unsigned char)lx->text[lx->pos]))
		lx->pos++;
	c = lx->pos < lx->len ? lx->text[lx->pos] : '\n';
	raw->len = 0;
	if (c == '#') {
		r = parse_comment(doc, lx, start, err);
		if (r != 0)
			return r < 0 ? r : 0;
	} else if (c == '\n') {
		bootptab_lex_comment(lx);
	} else {
		r = bootptab_lex_entry(lx, raw, err);
		if (r < 0)
			return r;
	}
	text = in_block ? marked_add(&doc->marked, NULL, lx->text + start, lx->pos - start) : NULL;
	/* A blank line, a comment, a lone backslash. */
	if (!raw->len)
		return 0;
	r = bootptab_parse_entry(doc, raw, text, &node, err);
	if (r < 0)
		return r;
	if (text && bootptab_find_name(doc, node->e.name) &&
	    bootptab_find_name(doc, node->e.name)->ours) {
		r = error_say(err, -EINVAL, "%s:%u: \"%s\" stands twice in our block: remove one",
			      doc->file, node->e.line, node->e.name);
		bootptab_node_free(node);
		return r;
	}
	bootptab_node_add(doc, node);
	return 0;
}

int bootptab_parse(struct bootptab **out, const char *file, const char *text, size_t len,
		   struct error *err)
{
	struct bootptab_lexer lx = { .file = file, .text = text, .len = len, .line = 1 };
	cleanup_free struct bootptab_raw *raw = mem_new(sizeof(*raw));
	struct bootptab *doc = bootptab_new(file);
	int r = 0;

	while (r == 0 && lx.pos < lx.len)
		r = parse_line(doc, &lx, raw, err);
	if (r == 0)
		r = marked_finish(&doc->marked, file, text, len, err);
	if (r < 0) {
		bootptab_free(doc);
		return r;
	}
	if (lx.open_end)
		doc->continued_at = len && text[len - 1] == '\n' ? lx.line - 1 : lx.line;
	*out = doc;
	return 0;
}

int bootptab_read(struct bootptab **out, const char *file, struct error *err)
{
	cleanup_str struct str text = STR_INIT;
	int r = fs_read_optional(file, &text, err);

	if (r < 0)
		return r;
	return bootptab_parse(out, file, str_text(&text), text.len, err);
}
