/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mkrom: makes an option ROM image from the linked program.
 *
 *      mkrom [-s KB] [-m BYTES] -n NIC IN.elf OUT.rom
 *
 *      read_elf()      the three parts of rom/entry/rom.lds, one after the other
 *      -> relocations  the body's table (rom/core/relocate.h), from ld --emit-relocs
 *      -> patch        sizes, ids and device list, checksums (rom/format/optionrom.h)
 *      -> write        padded with FF to the EPROM's size, as an erased EPROM reads
 *
 * NIC is a name or vendor:device of kernel-config/nics, or "undi".  Nothing is written if anything
 * is wrong: a size above -m (default: what the size byte can say) or -s is an error.
 */
#include <elf.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rom/core/relocate.h"
#include "rom/format/optionrom.h"
#include "rom/nics.h"

enum { ROM_MAX = 64 * 1024, FILL = 0xFF };

struct nic_row {
	const char *name;
	const char *driver;
	uint16_t vendor;
	uint16_t device;
};

static const struct nic_row nic_rows[] = {
#define ROW(name, driver, vendor, device) { name, driver, vendor, device },
	NIC_ROWS(ROW)
#undef ROW
};

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* The linked program, read into memory. */
struct program {
	const char *path;
	uint8_t *file;
	size_t len;
	const Elf32_Shdr *sections;
	unsigned int count;
	const char *names;
};

struct image {
	uint8_t bytes[2 * ROM_MAX];
	size_t len;
};

static _Noreturn __attribute__((format(printf, 1, 2))) void die(const char *format, ...)
{
	va_list args;

	fputs("mkrom: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static void read_file(struct program *program)
{
	FILE *f = fopen(program->path, "rb");
	long len;

	if (!f || fseek(f, 0, SEEK_END) || (len = ftell(f)) < 0 || fseek(f, 0, SEEK_SET))
		die("open %s: %s", program->path, strerror(errno));
	program->len = (size_t)len;
	program->file = malloc(program->len + 1);
	if (!program->file || fread(program->file, 1, program->len, f) != program->len)
		die("read %s: %s", program->path, strerror(errno));
	fclose(f);
}

/* A piece of the file, checked to lie within it. */
static const void *piece(const struct program *program, size_t offset, size_t len)
{
	if (offset > program->len || len > program->len - offset)
		die("%s: truncated ELF file", program->path);
	return program->file + offset;
}

static void read_elf(struct program *program)
{
	const Elf32_Ehdr *header;

	read_file(program);
	header = piece(program, 0, sizeof(*header));
	if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
	    header->e_ident[EI_CLASS] != ELFCLASS32 || header->e_machine != EM_386)
		die("%s: not an ELF program for i386", program->path);
	program->count = header->e_shnum;
	program->sections =
		piece(program, header->e_shoff, program->count * sizeof(*program->sections));
	if (header->e_shstrndx >= program->count)
		die("%s: no section names", program->path);
	program->names =
		(const char *)program->file + program->sections[header->e_shstrndx].sh_offset;
}

/* The index of the section `name`; it must be there. */
static unsigned int find_section(const struct program *program, const char *name)
{
	for (unsigned int i = 0; i < program->count; i++) {
		if (!strcmp(program->names + program->sections[i].sh_name, name))
			return i;
	}
	die("%s: no section %s: not linked with rom/entry/rom.lds and --emit-relocs", program->path,
	    name);
}

static void append(struct image *image, const void *data, size_t len)
{
	if (len > sizeof(image->bytes) - image->len)
		die("the program is far too large for an option ROM");
	memcpy(image->bytes + image->len, data, len);
	image->len += len;
}

static void append_byte(struct image *image, unsigned int byte)
{
	append(image, &(uint8_t){ (uint8_t)byte }, 1);
}

static void append_section(struct image *image, const struct program *program, const char *name)
{
	const Elf32_Shdr *section = &program->sections[find_section(program, name)];

	append(image, piece(program, section->sh_offset, section->sh_size), section->sh_size);
}

static int compare_offsets(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* One ascending offset of the table, as a distance from the last one. */
static void append_relocation(struct image *image, uint32_t distance)
{
	for (; distance > RELOCATE_STEP; distance -= RELOCATE_STEP)
		append_byte(image, RELOCATE_SKIP);
	append_byte(image, distance);
}

/* Every word of the body that holds an address in the body or its .bss. */
static unsigned int append_relocations(struct image *image, const struct program *program)
{
	unsigned int body = find_section(program, ".body");
	unsigned int bss = find_section(program, ".bss");
	const Elf32_Shdr *table = &program->sections[find_section(program, ".rel.body")];
	const Elf32_Shdr *symtab = &program->sections[find_section(program, ".symtab")];
	const Elf32_Rel *rel = piece(program, table->sh_offset, table->sh_size);
	size_t n = table->sh_size / sizeof(*rel);
	size_t symbols = symtab->sh_size / sizeof(Elf32_Sym);
	const Elf32_Sym *symbol = piece(program, symtab->sh_offset, symtab->sh_size);
	uint32_t *offsets = calloc(n + 1, sizeof(*offsets));
	uint32_t last = 0;
	unsigned int used = 0;

	if (!offsets)
		die("%s", strerror(errno));
	for (size_t i = 0; i < n; i++) {
		unsigned int index = ELF32_R_SYM(rel[i].r_info);
		unsigned int type = ELF32_R_TYPE(rel[i].r_info);
		bool ours;

		if (index >= symbols)
			die("%s: relocation %zu has no symbol", program->path, i);
		ours = symbol[index].st_shndx == body || symbol[index].st_shndx == bss;
		if (type == R_386_32 && ours)
			offsets[used++] = rel[i].r_offset - program->sections[body].sh_addr;
		else if (ours ? type != R_386_PC32 && type != R_386_PLT32 && type != R_386_PC8
			      : type != R_386_32)
			die("%s: relocation type %u at %#x cannot be used in a program that moves",
			    program->path, type, rel[i].r_offset);
	}
	qsort(offsets, used, sizeof(*offsets), compare_offsets);
	for (unsigned int i = 0; i < used; i++) {
		/* A distance of 0 would end the table: the first word is code, never one of these. */
		if (offsets[i] == last)
			die("%s: two relocations at body offset %#x", program->path, last);
		append_relocation(image, offsets[i] - last);
		last = offsets[i];
	}
	append_byte(image, RELOCATE_END);
	free(offsets);
	return used;
}

/* The row that NIC= means, or NULL for undi, which has no id of its own. */
static const struct nic_row *find_nic(const char *nic)
{
	char id[16];

	if (!strcmp(nic, "undi"))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(nic_rows); i++) {
		snprintf(id, sizeof(id), "%04x:%04x", nic_rows[i].vendor, nic_rows[i].device);
		if (!strcmp(nic_rows[i].name, nic) || !strcmp(id, nic))
			return &nic_rows[i];
	}
	die("unknown network card %s: it is not in kernel-config/nics", nic);
}

/* The ids of the same vendor that the driver also knows; the PCI structure's own is left out. */
static void append_device_list(struct image *image, const struct nic_row *nic)
{
	if (image->len & 1)
		append_byte(image, 0);
	for (size_t i = 0; i < ARRAY_SIZE(nic_rows); i++) {
		if (!strcmp(nic_rows[i].driver, nic->driver) && nic_rows[i].vendor == nic->vendor &&
		    nic_rows[i].device != nic->device) {
			append_byte(image, nic_rows[i].device & 0xFF);
			append_byte(image, nic_rows[i].device >> 8);
		}
	}
	append(image, "\0", 2);
}

static uint8_t sum(const uint8_t *bytes, size_t len)
{
	uint8_t total = 0;

	while (len--)
		total = (uint8_t)(total + *bytes++);
	return total;
}

static void patch(struct image *image, const struct nic_row *nic)
{
	struct optionrom_header *header = (struct optionrom_header *)image->bytes;
	struct optionrom_pci *pci = (struct optionrom_pci *)(image->bytes + header->pci_offset);
	struct optionrom_pnp *pnp = (struct optionrom_pnp *)(image->bytes + header->pnp_offset);
	size_t units;

	if (nic) {
		size_t list;

		pci->vendor = nic->vendor;
		pci->device = nic->device;
		if (image->len & 1)
			append_byte(image, 0);
		list = image->len;
		append_device_list(image, nic);
		pci->device_list = (uint16_t)(list - header->pci_offset);
	}
	/* BIOSes reserve space for ROMs in steps of 2 KB; the size says 512 bytes exactly. */
	while (image->len % OPTIONROM_UNIT)
		append_byte(image, FILL);
	units = image->len / OPTIONROM_UNIT;
	header->size = (uint8_t)units;
	pci->image_length = (uint16_t)units;
	pci->max_runtime_length = (uint16_t)units;
	pnp->checksum = (uint8_t)-sum((const uint8_t *)pnp, sizeof(*pnp));
	header->checksum = 0;
	header->checksum = (uint8_t)-sum(image->bytes, image->len);
}

static void write_image(const struct image *image, size_t size, const char *path)
{
	FILE *f = fopen(path, "wb");
	size_t written;

	if (!f)
		die("create %s: %s", path, strerror(errno));
	written = fwrite(image->bytes, 1, image->len, f);
	for (size_t i = image->len; i < size; i++)
		fputc(FILL, f);
	if (written != image->len || ferror(f) || fclose(f)) {
		int why = errno;

		remove(path);
		die("write %s: %s", path, strerror(why));
	}
}

static _Noreturn void usage(int status)
{
	fputs("usage: mkrom [-s KB] [-m BYTES] -n NIC IN.elf OUT.rom\n"
	      "  -n NIC    a name or vendor:device of kernel-config/nics, or undi\n"
	      "  -s KB     pad to an EPROM of 8, 16, 32 or 64 KB\n"
	      "  -m BYTES  fail if the ROM is larger\n",
	      status ? stderr : stdout);
	exit(status);
}

int main(int argc, char **argv)
{
	static struct image image;
	struct program program = { 0 };
	const struct nic_row *nic;
	const char *name = NULL;
	size_t size = 0;
	size_t limit = 127 * OPTIONROM_UNIT;
	size_t code;
	unsigned int relocations;
	int option;

	while ((option = getopt(argc, argv, "n:s:m:h")) != -1) {
		switch (option) {
		case 'n':
			name = optarg;
			break;
		case 's':
			size = strtoul(optarg, NULL, 10) * 1024;
			if (size != 8192 && size != 16384 && size != 32768 && size != 65536)
				die("an EPROM has 8, 16, 32 or 64 KB, not %s", optarg);
			break;
		case 'm':
			limit = strtoul(optarg, NULL, 10);
			break;
		default:
			usage(option == 'h' ? 0 : 2);
		}
	}
	if (argc - optind != 2 || !name)
		usage(2);

	nic = find_nic(name);
	program.path = argv[optind];
	read_elf(&program);
	append_section(&image, &program, ".rom16");
	append_section(&image, &program, ".low");
	append_section(&image, &program, ".body");
	code = image.len;
	relocations = append_relocations(&image, &program);
	printf("%-20s %6zu code and data, %zu for %u relocations", name, code, image.len - code,
	       relocations);
	patch(&image, nic);
	printf(", %zu in all\n", image.len);
	if (image.len > limit)
		die("%s: %zu bytes, %zu above the budget of %zu", argv[optind + 1], image.len,
		    image.len - limit, limit);
	if (size && image.len > size)
		die("%s: %zu bytes do not fit into an EPROM of %zu KB", argv[optind + 1], image.len,
		    size / 1024);
	write_image(&image, size, argv[optind + 1]);
	free(program.file);
	return 0;
}
