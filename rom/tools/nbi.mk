# SPDX-License-Identifier: GPL-2.0-or-later
# mknbi, disnbi, libnbi.a, and the real-mode start code that is put into every image.

# --- start code: freestanding, 16-bit; one flat binary a target ---
START_CFLAGS := -m16 -march=i386 -std=gnu11 -Os -ffreestanding -fno-pic -mregparm=3 -mpreferred-stack-boundary=2 \
	-fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none -fno-builtin -fno-strict-aliasing \
	-ffunction-sections -fdata-sections -mno-mmx -mno-sse -I. $(WARN)
START_B := $(B)/rom/start
START_TARGETS := linux dos rom
START_BINS := $(START_TARGETS:%=$(START_B)/%.bin)
START_linux_OBJS := entry real setup bios place bootp cmdline linux libc
START_dos_OBJS := entry real bios place resident dos libc
START_rom_OBJS := entry real bios place romcall rom libc

$(START_B)/%.o: rom/start/%.c
	@mkdir -p $(@D)
	$(CC) $(START_CFLAGS) -MMD -MP -c -o $@ $<

$(START_B)/%.o: rom/start/%.S
	@mkdir -p $(@D)
	$(CC) -m32 -I. -MMD -MP -c -o $@ $<

define START_RULE
$(START_B)/$(1).elf: $(START_$(1)_OBJS:%=$(START_B)/%.o) rom/start/start.lds
	ld -m elf_i386 --no-warn-rwx-segments --gc-sections -T rom/start/start.lds -Map $$(@:.elf=.map) -o $$@ $$(filter %.o,$$^)

$(START_B)/$(1).bin: $(START_B)/$(1).elf
	objcopy -O binary -j .text $$< $$@
endef
$(foreach t,$(START_TARGETS),$(eval $(call START_RULE,$(t))))

# --- libnbi.a and the programs ---
NBI_B := $(B)/rom/tools
NBI_SRCS := rom/tools/nbi_read.c rom/tools/nbi_linux.c rom/tools/nbi_write.c rom/tools/linux_image.c rom/tools/linux_layout.c \
	rom/tools/linux_template.c rom/tools/linux_nbi.c rom/tools/other_nbi.c \
	rom/tools/start_code.c
NBI_BASE := error mem str fs
# The parts of the start code that are pure, compiled for the host: the same code decides here and there.
NBI_START := place cmdline bootp
NBI_OBJS = $(NBI_SRCS:%.c=$(B)/%.o) $(NBI_B)/start_code_data.o $(NBI_START:%=$(NBI_B)/start_%.o)
LIBNBI := $(B)/libnbi.a

$(NBI_B)/start_%.o: rom/start/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(NBI_B)/start_code_data.o: rom/tools/start_code.S $(START_BINS)
	@mkdir -p $(@D)
	$(CC) -undef -I$(START_B) -Wa,-I$(START_B) -c -o $@ $<

$(LIBNBI): $(NBI_OBJS)
	@rm -f $@
	ar rcsD $@ $^

# mkdcroot image makes images, too.
$(LIBMKDCROOT): $(NBI_OBJS)

$(B)/mknbi: $(B)/rom/tools/mknbi.o $(LIBNBI) $(NBI_BASE:%=$(B)/mkdcroot/base/%.o)
	$(CC) $(ALL_CFLAGS) -o $@ $^

MKNBI_NAMES := $(START_TARGETS:%=$(B)/mknbi-%)
$(MKNBI_NAMES): | $(B)/mknbi
	ln -sf mknbi $@

$(B)/disnbi: $(B)/rom/tools/disnbi.o $(LIBNBI) $(NBI_BASE:%=$(B)/mkdcroot/base/%.o)
	$(CC) $(ALL_CFLAGS) -o $@ $^ -ljansson

ALL_TARGETS += $(B)/mknbi $(MKNBI_NAMES) $(B)/disnbi $(LIBNBI)

# --- a net loader for tests that boots from a disk image (tests/nbi/loader.c) ---
NBI_TEST_B := $(B)/tests/nbi
NBI_LOADER_OBJS := $(NBI_TEST_B)/loader_boot.o $(NBI_TEST_B)/loader.o \
	$(START_B)/real.o $(START_B)/bios.o $(START_B)/place.o

$(NBI_TEST_B)/%.o: tests/nbi/%.c
	@mkdir -p $(@D)
	$(CC) $(START_CFLAGS) -MMD -MP -c -o $@ $<

$(NBI_TEST_B)/%.o: tests/nbi/%.S
	@mkdir -p $(@D)
	$(CC) -m32 -I. -MMD -MP -c -o $@ $<

$(NBI_TEST_B)/loader.bin: $(NBI_LOADER_OBJS) tests/nbi/loader.lds
	ld -m elf_i386 --no-warn-rwx-segments --gc-sections -T tests/nbi/loader.lds -o $(@:.bin=.elf) \
		$(filter %.o,$^)
	objcopy -O binary -j .text $(@:.bin=.elf) $@

# A "kernel" that tells how it was started: payload-PROTOCOL-{z,bz}.  zl fills nearly all a zImage may have, bs
# is a small bzImage.
NBI_PAYLOADS := 200-z 200-zl 201-bz 202-z 202-bz 203-bz 203-bs 20f-bz
NBI_PAYLOAD_BINS := $(NBI_PAYLOADS:%=$(NBI_TEST_B)/payload-%)
payload_protocol = 0x$(firstword $(subst -, ,$(1)))
payload_big = $(if $(filter b%,$(lastword $(subst -, ,$(1)))),1,0)
payload_size = $(if $(filter zl,$(lastword $(subst -, ,$(1)))),520000,$(if $(filter bz,$(lastword $(subst -, ,$(1)))),3000000,300000))

$(NBI_TEST_B)/noise: tests/nbi/noise
	@mkdir -p $(@D)
	perl $< 3000000 > $@.tmp && mv $@.tmp $@

$(NBI_TEST_B)/payload_head-%.o: tests/nbi/payload_head.S $(NBI_TEST_B)/noise
	$(CC) -m32 -I. -DPROTOCOL=$(call payload_protocol,$*) -DBIG=$(call payload_big,$*) \
		-DKERNEL_SIZE=$(call payload_size,$*) -Wa,-I$(NBI_TEST_B) -DPREF=0x1000000 -DINIT_SIZE=0x2000000 -c -o $@ $<

$(NBI_TEST_B)/payload-%: $(NBI_TEST_B)/payload_head-%.o $(NBI_TEST_B)/payload.o $(START_B)/real.o \
		$(START_B)/bios.o $(START_B)/place.o tests/nbi/payload.lds
	ld -m elf_i386 --no-warn-rwx-segments --gc-sections -T tests/nbi/payload.lds -o $@.elf $(filter %.o,$^)
	objcopy -O binary -j .text $@.elf $@

.SECONDARY: $(NBI_PAYLOADS:%=$(NBI_TEST_B)/payload_head-%.o)

# --- unit tests and fuzz targets ---
NBI_UNIT_TESTS := test_nbi_place test_nbi_cmdline test_nbi_read test_nbi_kernel
UNIT_TESTS += $(NBI_UNIT_TESTS)

$(NBI_UNIT_TESTS:%=$(B)/tests/unit/%): $(B)/tests/unit/%: $(B)/tests/unit/%.o $(LIBNBI) \
		$(NBI_BASE:%=$(B)/mkdcroot/base/%.o)
	$(CC) $(ALL_CFLAGS) -o $@ $^

NBI_FUZZ_TARGETS := fuzz_nbi_read fuzz_linux_image fuzz_start_reply
FUZZ_TARGETS += $(NBI_FUZZ_TARGETS)

NBI_FUZZ_SRCS := rom/tools/nbi_read.c rom/tools/nbi_linux.c rom/tools/linux_image.c rom/tools/linux_layout.c \
	$(NBI_START:%=rom/start/%.c) mkdcroot/base/error.c mkdcroot/base/mem.c mkdcroot/base/str.c

$(NBI_FUZZ_TARGETS:%=$(B)/tests/fuzz/%): $(B)/tests/fuzz/%: tests/fuzz/%.c $(NBI_FUZZ_SRCS) \
		$(wildcard rom/tools/*.h rom/start/*.h)
	@mkdir -p $(@D)
	$(CLANG) -std=gnu11 -D_GNU_SOURCE -I. -O1 -g -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=undefined -o $@ $(filter %.c,$^)

# A boot floppy that tries the RAM disk it is on.
$(NBI_TEST_B)/floppy.bin: $(NBI_TEST_B)/floppy_boot.o $(NBI_TEST_B)/floppy.o $(START_B)/real.o \
		$(START_B)/bios.o $(START_B)/place.o tests/nbi/floppy.lds
	ld -m elf_i386 --no-warn-rwx-segments --gc-sections -T tests/nbi/floppy.lds -o $(@:.bin=.elf) \
		$(filter %.o,$^)
	objcopy -O binary -j .text $(@:.bin=.elf) $@

$(NBI_TEST_B)/floppy.img: $(NBI_TEST_B)/floppy.bin tests/nbi/mkfloppy
	tests/nbi/mkfloppy $< > $@.tmp && mv $@.tmp $@

# Programs of the tests: the payload's sum of a file, and an init that needs no C library.
$(NBI_TEST_B)/sum: tests/nbi/sum.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $<

$(NBI_TEST_B)/init: tests/nbi/init.c
	@mkdir -p $(@D)
	$(CC) -m32 -std=gnu11 -O2 $(WARN) -ffreestanding -fno-pic -no-pie -fno-stack-protector -nostdlib -static -o $@ $<

# What tests/nbi/*.bats and tests/cli/{mknbi,disnbi}.bats need beside the programs.
.PHONY: nbi-tests
nbi-tests: $(B)/mknbi $(MKNBI_NAMES) $(B)/disnbi $(NBI_TEST_B)/loader.bin $(NBI_PAYLOAD_BINS) \
		$(NBI_TEST_B)/floppy.img $(NBI_TEST_B)/sum $(NBI_TEST_B)/init

# --- installation ---
.PHONY: install-nbi
install-nbi: $(B)/mknbi $(B)/disnbi
	install -D -t $(DESTDIR)$(bindir) $^
	for t in $(START_TARGETS); do ln -sf mknbi $(DESTDIR)$(bindir)/mknbi-$$t; done
	install -D -m 644 -t $(DESTDIR)$(mandir)/man1 man/mknbi.1 man/disnbi.1
	for t in $(START_TARGETS); do ln -sf mknbi.1 $(DESTDIR)$(mandir)/man1/mknbi-$$t.1; done
INSTALL_STEPS += install-nbi

# Debian's kernels, for tests/nbi/kernels.bats; fetched once.
.PHONY: nbi-kernels
nbi-kernels: build/cache/debian-kernels/vmlinuz-rt-686-pae
build/cache/debian-kernels/vmlinuz-rt-686-pae: tests/nbi/fetch-kernels
	$< $(@D)
	touch $@

ifeq ($(SAN),)
test-programs: nbi-tests nbi-kernels
endif
