/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tagged images of floppy images and boot ROMs; see other_nbi.h. */
#include "rom/tools/other_nbi.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mkdcroot/base/cleanup.h"
#include "rom/format/optionrom.h"
#include "rom/start/params.h"
#include "rom/tools/bytes.h"
#include "rom/tools/nbi_write.h"
#include "rom/tools/start_code.h"

#define HEADER 0x20000u /* of the image; start code and parameters follow */
#define ROM_HEADER \
	0x94000u /* the same for a ROM, which finds low memory free as a BIOS leaves it */
#define ONE_MB	      0x100000u
#define ROM_PLACE     0x80000u
#define ROM_MAX	      0x10000u
#define SECTOR	      512u
#define FLOPPY_MAX    (64u << 20)
#define CYLINDERS_MAX 1024u

/* Opens a regular file and reads its first len bytes. */
static int open_file(const char *what, const char *name, void *head, size_t len, uint64_t *size,
		     int *fd, struct error *err)
{
	struct stat st;

	*fd = open(name, O_RDONLY | O_CLOEXEC);
	if (*fd < 0 || fstat(*fd, &st))
		return error_set(err, -errno, "open the %s %s", what, name);
	if (!S_ISREG(st.st_mode))
		return error_say(err, -EINVAL, "open the %s %s: not a regular file", what, name);
	*size = (uint64_t)st.st_size;
	if (*size < len)
		return error_say(err, -EINVAL, "%s: not a %s: it has only %llu bytes", name, what,
				 (unsigned long long)*size);
	if (pread(*fd, head, len, 0) != (ssize_t)len)
		return error_set(err, -errno, "read %s", name);
	return 0;
}

/* Start code, its parameters, and the file at address. */
static int write_all(const struct start_code *code, uint32_t header, const void *params,
		     size_t params_size, int fd, const char *name, uint32_t address,
		     const char *output, struct error *err)
{
	cleanup_nbi_writer struct nbi_writer out = NBI_WRITER_INIT;
	struct nbi_entry entry = start_code_entry(header);
	uint32_t start = header + NBI_HEADER_SIZE;

	if (nbi_writer_open(&out, output, "mkdcroot-" VERSION, err) ||
	    start_code_write(code, &out, start, err) ||
	    nbi_writer_begin(&out, NBI_LINUX_PARAMETERS, start + start_code_memory(code), err) ||
	    nbi_writer_bytes(&out, params, params_size, err) || nbi_writer_end(&out, 0, err) ||
	    nbi_writer_begin(&out, NBI_LINUX_RAMDISK, address, err) ||
	    nbi_writer_file(&out, fd, name, err) || nbi_writer_end(&out, 0, err))
		return err->status;
	return nbi_writer_commit(&out, &entry, err);
}

/* --- floppy images --- */

struct geometry {
	uint32_t kilobytes; /* size of the image */
	uint16_t cylinders, heads, sectors, type;
};

/* The formats that were sold, with the drive type of INT 13h AH=08h. */
static const struct geometry geometries[] = {
	{ 160, 40, 1, 8, 1 },	{ 180, 40, 1, 9, 1 },	{ 320, 40, 2, 8, 1 },
	{ 360, 40, 2, 9, 1 },	{ 720, 80, 2, 9, 3 },	{ 1200, 80, 2, 15, 2 },
	{ 1440, 80, 2, 18, 4 }, { 1680, 80, 2, 21, 4 }, { 2880, 80, 2, 36, 6 },
};

/* Others say it themselves, in the boot sector's parameter block of a FAT. */
static int geometry_of(const uint8_t *boot, uint64_t size, const char *name, struct geometry *g,
		       struct error *err)
{
	uint32_t sectors = get16(boot + 0x18), heads = get16(boot + 0x1A), track = sectors * heads;
	uint64_t cylinders;

	for (size_t i = 0; i < sizeof(geometries) / sizeof(geometries[0]); i++)
		if (geometries[i].kilobytes * 1024ull == size) {
			*g = geometries[i];
			return 0;
		}
	cylinders = track ? (size / SECTOR + track - 1) / track : 0;
	if (size > FLOPPY_MAX || !sectors || sectors > 63 || !heads || heads > 255 || !cylinders ||
	    cylinders > CYLINDERS_MAX)
		return error_say(
			err, -EINVAL,
			"%s: %llu bytes is no floppy format, and its boot sector tells of no "
			"usable geometry",
			name, (unsigned long long)size);
	*g = (struct geometry){ 0, (uint16_t)cylinders, (uint16_t)heads, (uint16_t)sectors, 6 };
	return 0;
}

int dos_nbi_make(const char *floppy, const char *output, struct error *err)
{
	uint8_t boot[SECTOR];
	cleanup_fd int fd = -1;
	struct start_dos p;
	struct geometry g = { 0 };
	uint64_t size;

	if (open_file("floppy image", floppy, boot, sizeof(boot), &size, &fd, err))
		return err->status;
	if (boot[510] != 0x55 || boot[511] != 0xAA || size % SECTOR)
		return error_say(err, -EINVAL, "%s: not a bootable floppy image: %s", floppy,
				 size % SECTOR ? "its size is no multiple of 512 bytes"
					       : "its first sector does not end in 55 AA");
	if (geometry_of(boot, size, floppy, &g, err))
		return err->status;
	p = (struct start_dos){
		.magic = htole32(START_DOS_MAGIC),
		.image = htole32(ONE_MB),
		.image_size = htole32((uint32_t)size),
		.cylinders = htole16(g.cylinders),
		.heads = htole16(g.heads),
		.sectors = htole16(g.sectors),
		.drive_type = htole16(g.type),
	};
	return write_all(&start_code_dos, HEADER, &p, sizeof(p), fd, floppy, ONE_MB, output, err);
}

/* --- boot ROMs --- */

static const uint8_t *part(const uint8_t *rom, uint64_t size, uint16_t offset, size_t len,
			   const char *signature)
{
	if (!offset || offset + len > size || memcmp(rom + offset, signature, 4))
		return NULL;
	return rom + offset;
}

/* The ids and the bootstrap entry vector, as far as there are any. */
static void read_rom(const uint8_t *rom, uint64_t size, struct start_rom *p)
{
	const uint8_t *pci =
		part(rom, size, get16(rom + offsetof(struct optionrom_header, pci_offset)),
		     sizeof(struct optionrom_pci), "PCIR");
	const uint8_t *pnp =
		part(rom, size, get16(rom + offsetof(struct optionrom_header, pnp_offset)),
		     sizeof(struct optionrom_pnp), "$PnP");

	if (pci) {
		p->vendor = htole16(get16(pci + offsetof(struct optionrom_pci, vendor)));
		p->device = htole16(get16(pci + offsetof(struct optionrom_pci, device)));
	}
	if (pnp)
		p->bev = htole16(get16(pnp + offsetof(struct optionrom_pnp, bev)));
}

int rom_nbi_make(const char *rom, const char *output, struct error *err)
{
	uint8_t head[SECTOR], data[ROM_MAX];
	cleanup_fd int fd = -1;
	struct start_rom p = { .magic = htole32(START_ROM_MAGIC), .rom = htole32(ROM_PLACE) };
	uint64_t size;
	ssize_t n;

	if (open_file("boot ROM", rom, head, sizeof(head), &size, &fd, err))
		return err->status;
	if (head[0] != 0x55 || head[1] != 0xAA || !head[2])
		return error_say(err, -EINVAL,
				 "%s: not a boot ROM: it does not begin with 55 AA and a size",
				 rom);
	if (size < head[2] * OPTIONROM_UNIT || size > ROM_MAX)
		return error_say(
			err, -EINVAL,
			"%s: the ROM says it has %u bytes, the file has %llu (at most %u are "
			"possible)",
			rom, head[2] * OPTIONROM_UNIT, (unsigned long long)size, ROM_MAX);
	n = pread(fd, data, sizeof(data), 0);
	if (n != (ssize_t)size)
		return error_set(err, n < 0 ? -errno : -EIO, "read %s", rom);
	p.size = htole32((uint32_t)size);
	read_rom(data, size, &p);
	return write_all(&start_code_rom, ROM_HEADER, &p, sizeof(p), fd, rom, ROM_PLACE, output,
			 err);
}
