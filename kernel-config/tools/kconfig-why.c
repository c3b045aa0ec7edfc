/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kconfig-why: says why a kernel dropped an option that was asked for.
 *
 *	kconfig-why CONFIG NAME...
 *
 * CONFIG is a final .config, NAME an option without CONFIG_.  Prints one line an option,
 * "NAME<tab>reason": the conjuncts of its dependencies that do not hold, with their values.
 *
 * It is compiled by kernel-config/make-kernel against scripts/kconfig of the very kernel that
 * is configured, so that the Kconfig files are read by their own parser.  Of that it uses only
 * what has kept its shape from Linux 4.19 on.  The environment is what the kernel's Makefile
 * gives to conf: srctree, ARCH, SRCARCH, KERNELVERSION, CC, LD.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lkc.h"

static const char *symbol_name(const struct symbol *sym)
{
	return sym->name ? sym->name : "a choice";
}

static const char *symbol_value(struct symbol *sym)
{
	const char *value;

	/* Names that no Kconfig file of this architecture defines stand for themselves. */
	if (sym->type == S_UNKNOWN)
		return "n";
	sym_calc_value(sym);
	value = sym_get_string_value(sym);
	return value && *value ? value : "n";
}

static const char *comparison(enum expr_type type)
{
	switch (type) {
	case E_EQUAL:
		return "=";
	case E_UNEQUAL:
		return "!=";
	case E_LTH:
		return "<";
	case E_LEQ:
		return "<=";
	case E_GTH:
		return ">";
	case E_GEQ:
		return ">=";
	default:
		return "?";
	}
}

/* One atom of an expression: the option and, where it is not a constant, what it is now. */
static void print_atom(struct expr *e, int negated)
{
	struct symbol *sym = e->left.sym;

	if (e->type == E_SYMBOL) {
		printf("%s%s (is %s)", symbol_name(sym), negated ? " off" : "", symbol_value(sym));
		return;
	}
	printf("%s%s%s (is %s)", symbol_name(sym), comparison(e->type), symbol_name(e->right.sym),
	       symbol_value(sym));
}

/* All of an expression; @inner: it stands within another, so it gets brackets. */
static void print_whole(struct expr *e, int negated, int inner)
{
	switch (e->type) {
	case E_OR:
	case E_AND:
		fputs(inner ? "(" : "", stdout);
		print_whole(e->left.expr, negated, e->left.expr->type != e->type);
		fputs((e->type == E_OR) != negated ? " or " : " and ", stdout);
		print_whole(e->right.expr, negated, e->right.expr->type != e->type);
		fputs(inner ? ")" : "", stdout);
		break;
	case E_NOT:
		print_whole(e->left.expr, !negated, inner);
		break;
	default:
		print_atom(e, negated);
	}
}

/* Print the conjuncts of @e that keep it below y; returns how many were printed so far. */
static int print_false(struct expr *e, int printed)
{
	if (!e || expr_calc_value(e) == yes)
		return printed;
	if (e->type == E_AND) {
		printed = print_false(e->left.expr, printed);
		return print_false(e->right.expr, printed);
	}
	printf("%s", printed ? ", " : "needs ");
	print_whole(e, 0, printed > 0);
	return printed + 1;
}

static void explain(const char *name)
{
	struct symbol *sym = sym_find(name);
	struct property *prop;
	int prompts = 0;
	int printed = 0;

	printf("%s\t", name);
	if (!sym || sym->type == S_UNKNOWN) {
		puts("this kernel has no such option");
		return;
	}
	sym_calc_value(sym);
	/* A prompt's condition contains the dependencies of the option and of its menus. */
	for (prop = sym->prop; prop && !printed; prop = prop->next) {
		if (!prop->text)
			continue;
		prompts++;
		printed = print_false(prop->visible.expr, printed);
	}
	if (!printed)
		printed = print_false(sym->dir_dep.expr, printed);
	if (!prompts && !printed)
		printf("cannot be asked for: other options select it");
	else if (!printed)
		printf("another option of its choice, or a select, decided otherwise");
	putchar('\n');
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 3) {
		fprintf(stderr, "usage: kconfig-why CONFIG NAME...\n");
		return 2;
	}
	conf_parse("Kconfig");
	if (conf_read(argv[1])) {
		fprintf(stderr, "kconfig-why: read %s: failed\n", argv[1]);
		return 1;
	}
	for (i = 2; i < argc; i++)
		explain(argv[i]);
	return 0;
}
