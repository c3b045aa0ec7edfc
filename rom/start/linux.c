/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Start code of a Linux image.  When it is entered, the loader has put setup, kernel and initrd where the
 * image's records say.  What is left to do:
 *
 *      reply -> bootp_parse() -> cmdline_compose() -> the kernel's command line
 *      memory map -> place_find() -> where the initrd goes
 *      copy both, fill in the setup header, enter the setup code
 *
 * Everything is checked before anything is moved, so that up to then it can go back to the loader with
 * a message.  (Documentation/arch/x86/boot.rst)
 */
#include "rom/start/bios.h"
#include "rom/start/bootp.h"
#include "rom/start/cmdline.h"
#include "rom/start/place.h"

void enter_setup(uint32_t segment, uint32_t sp) __attribute__((noreturn));
void start_main(uint32_t header, uint32_t reply);

#define MAP_MAX	    64
#define ONE_MB	    0x100000u
#define AT_VID_MODE 0x1FAu
#define AT_RAMDISK  0x218u

static struct place_range map[MAP_MAX];
static unsigned map_n;
static char line[START_LINE_MAX];
static struct bootp_info info;

static void fail(const char *what)
{
	print_text("mknbi: ");
	print_text(what);
	print_text("\n");
}

/* The reply is in the loader's memory, wherever that is; option scanning needs a copy in our segment. */
static void read_reply(uint32_t reply)
{
	/* The command line's buffer is free until the reply has been read. */
	uint8_t *packet = (uint8_t *)line;

	if (reply)
		mem_copy(linear_of(packet), reply, BOOTP_MAX);
	bootp_parse(reply ? packet : NULL, BOOTP_MAX, &info);
	if (!info.valid)
		fail("the net loader left no BOOTP reply");
}

static bool compose(const struct start_linux *p)
{
	const char *template = (const char *)(p + 1);
	size_t len = cmdline_compose(template, &info, line, sizeof(line));

	if (len <= p->command_line_max && len < sizeof(line))
		return true;
	fail("the kernel command line is too long:");
	print_text(line);
	print_text("\nmknbi: it has ");
	print_number((uint32_t)len);
	print_text(" characters, this kernel takes ");
	print_number(p->command_line_max);
	print_text(": shorten --append, the root path or tag 129\n");
	return false;
}

static uint32_t memory_total(void)
{
	uint32_t top = 0;

	for (unsigned i = 0; i < map_n; i++)
		if (map[i].usable && map[i].end > top)
			top = map[i].end;
	return top;
}

static void fail_memory(const char *what, uint32_t size)
{
	print_text("mknbi: not enough memory: ");
	print_text(what);
	print_size(size);
	print_text(", this machine has ");
	print_size(memory_total());
	print_text("\n");
}

/* Is there memory for the kernel, packed where it is and unpacked where it will run? */
static bool check_kernel(const struct start_linux *p)
{
	uint32_t end = p->kernel + p->kernel_size;

	if (memory_low_end() < p->low_end) {
		print_text("mknbi: not enough conventional memory: needed up to ");
		print_hex(p->low_end);
		print_text(", there is up to ");
		print_hex(memory_low_end());
		print_text("\n");
		return false;
	}
	if ((p->kernel >= ONE_MB && !place_is_memory(map, map_n, p->kernel, end)) ||
	    !place_is_memory(map, map_n, p->run_start, p->run_end)) {
		fail_memory("the kernel needs the first ", p->run_end > end ? p->run_end : end);
		return false;
	}
	return true;
}

/* Where the initrd goes; 0, with a message, if there is no place for it. */
static uint32_t find_initrd_place(const struct start_linux *p)
{
	const struct place_range taken[] = {
		{ p->kernel, p->kernel + p->kernel_size, false },
		{ p->run_start, p->run_end, false },
	};
	uint32_t limit = p->initrd_max + 1, mem = cmdline_mem(line), at;

	/* mem= hides what is above it from the kernel. */
	if (mem && (!limit || mem < limit))
		limit = mem;
	at = place_find(map, map_n, p->initrd_size, limit, taken, 2);
	if (!at) {
		fail_memory("kernel and initrd need about ", p->run_end + p->initrd_size);
		if (mem)
			fail("(the command line's mem= limits it)");
	}
	return at;
}

/* The few fields of the setup header that are known only now; mknbi filled in the others. */
static void fill_setup(const struct start_linux *p, uint32_t initrd)
{
	uint16_t mode = cmdline_vga(line);

	mem_copy(p->setup + AT_VID_MODE, linear_of(&mode), sizeof(mode));
	if (initrd)
		mem_copy(p->setup + AT_RAMDISK, linear_of(&initrd), sizeof(initrd));
}

static uint32_t length(const char *text)
{
	uint32_t n = 0;

	while (text[n])
		n++;
	return n;
}

/* Returns only to give up; the entry code then goes back to the loader. */
void start_main(uint32_t header, uint32_t reply)
{
	const struct start_linux *p = (const struct start_linux *)(uintptr_t)start_params;
	uint32_t initrd = 0;

	(void)header;
	print_init();
	if (!start_params || p->magic != START_LINUX_MAGIC) {
		fail("this image is damaged: it has no parameter block");
		return;
	}
	if (!a20_enable()) {
		fail("the A20 gate does not open: no memory above 1 MB");
		return;
	}
	read_reply(reply);
	if (!compose(p))
		return;
	map_n = memory_map(map, MAP_MAX);
	if (!check_kernel(p))
		return;
	if (p->initrd_size) {
		initrd = find_initrd_place(p);
		if (!initrd)
			return;
	}
	print_text("mknbi: starting Linux");
	if (initrd) {
		print_text(", initrd of ");
		print_size(p->initrd_size);
		print_text(" at ");
		print_hex(initrd);
	}
	print_text("\n");
	/* From here on there is no way back: the loader may be overwritten. */
	if (initrd && initrd != p->initrd)
		mem_copy(initrd, p->initrd, p->initrd_size);
	mem_copy(p->command_line, linear_of(line), length(line) + 1);
	fill_setup(p, initrd);
	enter_setup(p->setup >> 4, p->stack);
}
