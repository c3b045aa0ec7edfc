/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * romcheck: verifies option ROM images, ours or anybody's.
 *
 *      romcheck [-q] FILE...
 *
 * For every image in a file (an option ROM may hold several, for other machines): what it is,
 * for which devices, and whether a BIOS would accept it.  Structures: rom/format/optionrom.h.
 * Exit status: 0 all are good, 1 something is wrong, 2 wrong usage.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rom/format/optionrom.h"

enum { FILE_MAX_BYTES = 16 * 1024 * 1024, LAST_IMAGE = 0x80, CODE_PC_AT = 0 };

struct check {
	const char *path;
	const uint8_t *rom; /* the image being looked at */
	size_t len;	    /* of the file from there on */
	unsigned int number;
	unsigned int errors;
	bool quiet;
};

static __attribute__((format(printf, 2, 3))) void problem(struct check *check, const char *format,
							  ...)
{
	va_list args;

	fprintf(stderr, "romcheck: %s: image %u: ", check->path, check->number);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	check->errors++;
}

static __attribute__((format(printf, 2, 3))) void say(const struct check *check, const char *format,
						      ...)
{
	va_list args;

	if (check->quiet)
		return;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
}

static uint8_t sum(const uint8_t *bytes, size_t len)
{
	uint8_t total = 0;

	while (len--)
		total = (uint8_t)(total + *bytes++);
	return total;
}

static bool inside(const struct check *check, size_t offset, size_t len)
{
	return offset <= check->len && len <= check->len - offset;
}

/* The string at `offset`, or NULL if it does not end within the image. */
static const char *string_at(const struct check *check, uint16_t offset)
{
	if (!inside(check, offset, 1) || !memchr(check->rom + offset, 0, check->len - offset))
		return NULL;
	return (const char *)check->rom + offset;
}

static void check_device_list(struct check *check, const struct optionrom_pci *pci, size_t at)
{
	size_t offset = at + pci->device_list;
	uint16_t id;

	if (!pci->device_list || pci->revision < 3)
		return;
	say(check, "  further devices ");
	for (;; offset += 2) {
		if (!inside(check, offset, 2)) {
			say(check, "\n");
			problem(check, "the device list at %#zx does not end within the file",
				at + pci->device_list);
			return;
		}
		memcpy(&id, check->rom + offset, 2);
		if (!id)
			break;
		say(check, " %04x", id);
	}
	say(check, "\n");
}

/* Returns the PCI structure's image length in bytes, 0 if there is no usable structure. */
static size_t check_pci(struct check *check, const struct optionrom_header *header, bool *last,
			uint8_t *code_type)
{
	const struct optionrom_pci *pci;
	size_t at = header->pci_offset;

	if (!at || at == 0xFFFF)
		return 0; /* an ISA card's ROM */
	pci = (const struct optionrom_pci *)(check->rom + at);
	if (!inside(check, at, sizeof(*pci))) {
		problem(check, "the PCI data structure at %#zx is outside the file", at);
		return 0;
	}
	if (memcmp(pci->signature, "PCIR", 4) != 0) {
		problem(check, "no PCIR at %#zx, where the header says", at);
		return 0;
	}
	say(check, "  PCI %u.%u: device %04x:%04x, class %02x%02x%02x, code type %u%s\n",
	    pci->revision >= 3 ? 3 : 2, pci->revision >= 3 ? 0 : 1, pci->vendor, pci->device,
	    pci->class_code[2], pci->class_code[1], pci->class_code[0], pci->code_type,
	    pci->indicator & LAST_IMAGE ? ", last image" : "");
	if (!pci->image_length)
		problem(check, "the PCI data structure says the image has no length");
	check_device_list(check, pci, at);
	*last = pci->indicator & LAST_IMAGE;
	*code_type = pci->code_type;
	return (size_t)pci->image_length * OPTIONROM_UNIT;
}

static void check_pnp(struct check *check, const struct optionrom_header *header)
{
	size_t at = header->pnp_offset;
	const struct optionrom_pnp *pnp;
	const char *product;

	/* Older ROMs have other things at this place: only "$PnP" says that it is one. */
	for (unsigned int n = 0; at && n < 16; at = pnp->next, n++) {
		pnp = (const struct optionrom_pnp *)(check->rom + at);
		if (!inside(check, at, sizeof(*pnp)) || memcmp(pnp->signature, "$PnP", 4) != 0)
			return;
		product = string_at(check, pnp->product);
		say(check, "  Plug and Play: \"%s\"%s%s\n", product ? product : "?",
		    pnp->bev ? ", boots (BEV)" : "", pnp->bcv ? ", connects (BCV)" : "");
		if (sum((const uint8_t *)pnp, (size_t)pnp->length * 16) != 0)
			problem(check, "the checksum of the $PnP header at %#zx is wrong", at);
		if (pnp->bev && !inside(check, pnp->bev, 1))
			problem(check, "the bootstrap entry vector %#x is outside the file",
				pnp->bev);
		if (pnp->product && !product)
			problem(check, "the product string at %#x has no end", pnp->product);
	}
}

/* One image; returns its length, or 0 if the rest of the file cannot be followed. */
static size_t check_image(struct check *check, bool *last)
{
	const struct optionrom_header *header = (const struct optionrom_header *)check->rom;
	uint8_t code_type = CODE_PC_AT;
	size_t size;
	size_t pci_size;

	*last = true;
	if (!inside(check, 0, sizeof(*header)) || header->signature != OPTIONROM_SIGNATURE) {
		problem(check, "no option ROM: it does not begin with 55 AA");
		return 0;
	}
	size = header->size * (size_t)OPTIONROM_UNIT;
	say(check, "%s: image %u\n", check->path, check->number);
	pci_size = check_pci(check, header, last, &code_type);
	if (code_type != CODE_PC_AT)
		return inside(check, 0, pci_size) ? pci_size : 0; /* not for a BIOS */

	if (!size) {
		problem(check, "the size byte is zero");
		return 0;
	}
	if (!inside(check, 0, size)) {
		problem(check, "truncated: %zu bytes, and the size byte says %zu", check->len,
			size);
		return 0;
	}
	check->len = size > pci_size ? size : pci_size;
	check_pnp(check, header);
	if (sum(check->rom, size) != 0)
		problem(check, "checksum wrong: the bytes add up to %#04x, not 0",
			sum(check->rom, size));
	else
		say(check, "  %zu bytes, checksum good\n", size);
	if (pci_size && pci_size < size)
		problem(check, "PCI says %zu bytes, the size byte %zu", pci_size, size);
	return pci_size ? pci_size : size;
}

static void check_file(struct check *check, const uint8_t *bytes, size_t len)
{
	size_t at = 0;
	bool last = false;

	while (!last && at < len) {
		size_t image;

		check->rom = bytes + at;
		check->len = len - at;
		check->number++;
		image = check_image(check, &last);
		if (!image)
			return;
		at += image;
	}
	if (!last)
		problem(check, "no image says that it is the last");
}

/* The file's bytes, for the caller to free, or NULL after a message. */
static uint8_t *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	uint8_t *bytes = NULL;

	if (f) {
		bytes = malloc(FILE_MAX_BYTES);
		if (bytes)
			*len = fread(bytes, 1, FILE_MAX_BYTES, f);
		if (bytes && ferror(f)) {
			free(bytes);
			bytes = NULL;
		}
	}
	if (!bytes)
		fprintf(stderr, "romcheck: read %s: %s\n", path, strerror(errno));
	if (f)
		fclose(f);
	return bytes;
}

static int usage(int status)
{
	fputs("usage: romcheck [-q] FILE...\n"
	      "Verifies option ROM images: structure, checksums, ids.\n"
	      "  -q  only say what is wrong\n",
	      status ? stderr : stdout);
	return status;
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "quiet", no_argument, NULL, 'q' },
						 { "help", no_argument, NULL, 'h' },
						 { 0 } };
	unsigned int errors = 0;
	bool quiet = false;
	int option;

	while ((option = getopt_long(argc, argv, "qh", options, NULL)) != -1) {
		if (option != 'q')
			return usage(option == 'h' ? 0 : 2);
		quiet = true;
	}
	if (optind == argc)
		return usage(2);
	for (; optind < argc; optind++) {
		struct check check = { .path = argv[optind], .quiet = quiet };
		size_t len = 0;
		uint8_t *bytes = read_file(argv[optind], &len);

		if (bytes)
			check_file(&check, bytes, len);
		errors += !bytes || check.errors;
		free(bytes);
	}
	return errors ? 1 : 0;
}
