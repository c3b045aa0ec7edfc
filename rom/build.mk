# SPDX-License-Identifier: GPL-2.0-or-later
# The boot ROMs.
#
#	make rom NIC=rtl8139 [FORMAT=rom|dsk|iso|pxe|lkrn] [SIZE=16|32|64]
#	make rom NIC=10ec:8139          a card by its PCI ids
#	make roms                       the ROMs of all cards, and floppyload.bin
#	make rom-sizes                  ROM bytes by object
#
# No function may use more than 1 KB of the 8 KB stack; there is no recursion.
# A ROM is one driver, compiled with everything else for i386 without an operating system.
# The cards and their ids come from kernel-config/nics.

include rom/tools/nbi.mk
-include tests/rom/build.mk

ROM_B := build/rom
ROM_LD ?= ld
ROM_CFLAGS := -m32 -march=i386 -mtune=i686 -std=gnu11 -Os -ffreestanding -fno-pic -fno-pie \
	-mregparm=3 -mpreferred-stack-boundary=2 -fomit-frame-pointer -fno-stack-protector \
	-fno-asynchronous-unwind-tables -fno-unwind-tables -fcf-protection=none \
	-fno-strict-aliasing -fno-jump-tables -ffunction-sections -fdata-sections -fno-common \
	-falign-functions=1 -falign-jumps=1 -falign-loops=1 -fno-tree-loop-distribute-patterns \
	-mno-mmx -mno-sse -msoft-float -Wframe-larger-than=1024 -ffile-prefix-map=$(CURDIR)=. \
	-DVERSION='"$(VERSION)"' -I. -Ibuild $(filter-out -Wconversion,$(WARN)) \
	-Wno-array-bounds -Wno-pointer-to-int-cast -Wno-int-to-pointer-cast

# What every ROM consists of, beside its driver, header and ids.
ROM_C := $(filter-out rom/core/ids.c,$(wildcard rom/core/*.c)) $(wildcard rom/net/*.c)
ROM_OBJS := $(ROM_C:%.c=build/%.o) build/rom/entry/switch.o

NICS_TABLE := kernel-config/nics
ROM_NICS_AWK := rom/tools/nics.awk
# name/driver pairs; a name whose driver is not there is left out
ROM_NAMES := $(shell awk -v want=names -f $(ROM_NICS_AWK) $(NICS_TABLE) | tr ' ' /) undi/undi
ROM_NAMES := $(foreach n,$(ROM_NAMES),$(if $(wildcard rom/drivers/$(lastword $(subst /, ,$n)).c),$n))
ROM_DRIVERS := $(sort $(notdir $(ROM_NAMES)))

# The budgets, in bytes.  The three cards of the 16 KB EPROM age have to fit one.
ROM_LIMIT := 24576
ROM_LIMIT_rtl8139 := 16384
ROM_LIMIT_ne2k_pci := 16384
ROM_LIMIT_pcnet32 := 16384

# A source, whatever implicit rules may think of a file nics.c beside it.
$(NICS_TABLE): ;

$(ROM_B)/nics.h: $(NICS_TABLE) $(ROM_NICS_AWK)
	@mkdir -p $(@D)
	awk -v want=header -f $(ROM_NICS_AWK) $< > $@.tmp && mv $@.tmp $@

$(ROM_B)/core/%.o: rom/core/%.c
	@mkdir -p $(@D)
	$(CC) $(ROM_CFLAGS) -MMD -MP -c -o $@ $<
$(ROM_B)/net/%.o: rom/net/%.c
	@mkdir -p $(@D)
	$(CC) $(ROM_CFLAGS) -MMD -MP -c -o $@ $<
$(ROM_B)/drivers/%.o: rom/drivers/%.c
	@mkdir -p $(@D)
	$(CC) $(ROM_CFLAGS) -MMD -MP -c -o $@ $<
$(ROM_B)/drivers/%.ids.o: rom/core/ids.c $(ROM_B)/nics.h
	@mkdir -p $(@D)
	$(CC) $(ROM_CFLAGS) -DNIC_IDS=NIC_IDS_$* -MMD -MP -c -o $@ $<
$(ROM_B)/drivers/%.header.o: rom/entry/header.S
	@mkdir -p $(@D)
	$(CC) -m32 -I. -DPRODUCT='"mkdcroot $*"' -MMD -MP -c -o $@ $<
$(ROM_B)/entry/%.o: rom/entry/%.S
	@mkdir -p $(@D)
	$(CC) -m32 -I. -MMD -MP -c -o $@ $<
$(ROM_B)/rom.lds: rom/entry/rom.lds rom/entry/low.h
	@mkdir -p $(@D)
	$(CC) -E -P -x assembler-with-cpp -I. -o $@ $<

$(ROM_B)/%.elf: $(ROM_OBJS) $(ROM_B)/drivers/%.o $(ROM_B)/drivers/%.ids.o \
		$(ROM_B)/drivers/%.header.o $(ROM_B)/rom.lds
	$(ROM_LD) -m elf_i386 -T $(ROM_B)/rom.lds --emit-relocs --no-check-sections --gc-sections \
		--no-warn-rwx-segments -z noexecstack --build-id=none -Map $(@:.elf=.map) -o $@ $(filter %.o,$^)

$(ROM_B)/tools/%: rom/tools/%.c $(ROM_B)/nics.h
	@mkdir -p $(@D)
	$(HOSTCC) -std=gnu11 -D_GNU_SOURCE -I. -Ibuild $(WARN) -O2 -g -MMD -MP -o $@ $<

# The floppy loader, the PXE and the lkrn prefix: flat 16-bit programs in front of a ROM image.
$(ROM_B)/entry/%.bin: $(ROM_B)/entry/%.o
	$(ROM_LD) -m elf_i386 -Ttext=0 --oformat=binary -o $@ $<
$(ROM_B)/floppyload.bin: $(ROM_B)/entry/floppyload.bin
	cp $< $@

# $(1) = file name, $(2) = driver, $(3) = what mkrom is told
define ROM_RULES
$(ROM_B)/$(1).rom: $(ROM_B)/$(2).elf $(ROM_B)/tools/mkrom
	$(ROM_B)/tools/mkrom -m $$(or $$(ROM_LIMIT_$(2)),$$(ROM_LIMIT)) -n $(3) $$< $$@
endef
# SeaBIOS takes a ROM only if the PCI structure's own id is the card's; it does not read the device
# list.  QEMU's 82559ER and its modern-only virtio card want these.
ROM_BY_ID := 8086-1209/eepro100 1af4-1041/virtio_net
$(foreach n,$(ROM_BY_ID),$(eval $(call ROM_RULES,$(firstword $(subst /, ,$n)),$(notdir $n),$(subst -,:,$(firstword $(subst /, ,$n))))))
$(foreach n,$(ROM_NAMES),$(eval $(call ROM_RULES,$(firstword $(subst /, ,$n)),$(notdir $n),$(firstword $(subst /, ,$n)))))

$(ROM_B)/%.dsk: $(ROM_B)/floppyload.bin $(ROM_B)/%.rom
	cat $^ > $@
	truncate -s 1474560 $@
$(ROM_B)/%.pxe: $(ROM_B)/entry/pxeload.bin $(ROM_B)/%.rom
	cat $^ > $@
$(ROM_B)/%.lkrn: $(ROM_B)/entry/lkrnload.bin $(ROM_B)/%.rom
	cat $^ > $@
# El Torito, floppy emulation.  The dates are fixed: the same sources make the same bytes.
$(ROM_B)/%.iso: $(ROM_B)/%.dsk
	rm -rf $@ $@.tree && mkdir -p $@.tree && cp $< $@.tree/boot.img
	SOURCE_DATE_EPOCH=0 xorriso -as mkisofs -quiet -o $@ -V MKDCROOT -b boot.img -c boot.cat \
		--set_all_file_dates 1980010100000000 $@.tree
	rm -rf $@.tree

# --- make rom NIC=... ---
# undi stands on PXE firmware: it is a PXE program, and no ROM.
FORMAT ?= $(if $(filter undi,$(NIC)),pxe,rom)
ROM_FORMATS := rom dsk iso pxe lkrn
ifneq ($(NIC),)
ROM_WANTED := $(shell awk -v want=resolve -v nic='$(NIC)' -f $(ROM_NICS_AWK) $(NICS_TABLE))
ifeq ($(NIC),undi)
ROM_WANTED := undi undi undi
endif
ROM_FILE := $(word 1,$(ROM_WANTED))
ifeq ($(filter $(ROM_FILE)/%,$(ROM_NAMES) $(ROM_BY_ID)),)
$(eval $(call ROM_RULES,$(ROM_FILE),$(word 2,$(ROM_WANTED)),$(word 3,$(ROM_WANTED))))
endif
endif

.PHONY: rom roms rom-sizes rom-names
.SECONDARY:
ROM_OK := $(and $(ROM_FILE),$(wildcard rom/drivers/$(word 2,$(ROM_WANTED)).c),\
	$(filter $(FORMAT),$(ROM_FORMATS)),$(if $(SIZE),$(filter 8 16 32 64,$(SIZE)),any))
# What make rom makes: padded ROMs have a name of their own.
ROM_OUT := $(ROM_B)/$(ROM_FILE)$(if $(SIZE),-$(SIZE)k).$(FORMAT)
$(ROM_B)/%-$(SIZE)k.rom: $(ROM_B)/%.rom
	$(ROM_B)/tools/mkrom -s $(SIZE) -n $(word 3,$(ROM_WANTED)) \
		$(ROM_B)/$(word 2,$(ROM_WANTED)).elf $@
rom: $(if $(ROM_OK),$(ROM_OUT))
ifeq ($(ROM_OK),)
	@{ echo "make rom: cannot make NIC='$(NIC)' FORMAT='$(FORMAT)' SIZE='$(SIZE)'. There are:"; \
	echo "NIC=    $(foreach n,$(ROM_NAMES),$(firstword $(subst /, ,$n))), or vendor:device as lspci -n shows it"; \
	echo "FORMAT= $(ROM_FORMATS)"; echo "SIZE=   8 16 32 64 (KB)"; } >&2; exit 1
else
	@ls -l $(ROM_OUT)
endif
rom-names:
	@echo $(foreach n,$(ROM_NAMES),$(firstword $(subst /, ,$n)))

ROMS := $(foreach n,$(ROM_NAMES),$(ROM_B)/$(firstword $(subst /, ,$n)).rom)
roms: $(ROMS) $(ROM_B)/floppyload.bin

ALL_TARGETS += $(ROMS) $(ROM_B)/floppyload.bin $(ROM_B)/undi.pxe $(ROM_B)/tools/romcheck

.PHONY: install-rom
INSTALL_STEPS += install-rom
install-rom: $(ROMS) $(ROM_B)/floppyload.bin $(ROM_B)/undi.pxe $(ROM_B)/tools/romcheck
	install -d $(DESTDIR)$(bindir) $(DESTDIR)$(datadir)/roms $(DESTDIR)$(mandir)/man1
	install -m 755 $(ROM_B)/tools/romcheck $(DESTDIR)$(bindir)/
	install -m 644 $(filter-out %/undi.rom,$(ROMS)) $(ROM_B)/floppyload.bin $(ROM_B)/undi.pxe $(DESTDIR)$(datadir)/roms/
	install -m 644 man/romcheck.1 $(DESTDIR)$(mandir)/man1/

# ROM bytes by object, for every driver.
rom-sizes: $(ROMS)
	@for n in $(ROM_DRIVERS); do awk -v rom=$$n -f rom/tools/sizes.awk $(ROM_B)/$$n.map; done

# --- tests in QEMU (tests/rom/*.bats) ---
# The test image: code for the emulated machine, and the hosted program that builds images of it.
ROM_T := build/tests/rom
TESTIMAGE_CFLAGS := -m32 -march=i386 -std=gnu11 -Os -ffreestanding -fno-pic -fno-pie -mno-sse \
	-fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none -I. \
	-Wall -Wextra -Werror

$(ROM_T)/testimage.elf: tests/rom/testimage.S tests/rom/testimage.c tests/rom/testimage.h \
		rom/format/nbi.h tests/rom/testimage.lds
	@mkdir -p $(@D)
	$(CC) -m32 -I. -c -o $(ROM_T)/testimage-entry.o tests/rom/testimage.S
	$(CC) $(TESTIMAGE_CFLAGS) -c -o $(ROM_T)/testimage-main.o tests/rom/testimage.c
	$(ROM_LD) -m elf_i386 -T tests/rom/testimage.lds -z noexecstack --no-warn-rwx-segments \
		--build-id=none -o $@ $(ROM_T)/testimage-entry.o $(ROM_T)/testimage-main.o
$(ROM_T)/testimage.bin: $(ROM_T)/testimage.elf
	objcopy -O binary -j .text $< $@
$(ROM_T)/testboot.bin: $(ROM_T)/testimage.elf
	objcopy -O binary -j .boot $< $@
$(ROM_T)/mktestimage $(ROM_T)/netem: $(ROM_T)/%: tests/rom/%.c rom/format/nbi.h tests/rom/testimage.h
	@mkdir -p $(@D)
	$(HOSTCC) -std=gnu11 -D_GNU_SOURCE -I. $(WARN) -O2 -g -o $@ $<

# A boot sector that behaves as a BIOS without Plug and Play does; a prefix for PXE programs.
$(ROM_T)/oldbios.bin $(ROM_T)/lowbase.bin: $(ROM_T)/%.bin: tests/rom/%.S
	@mkdir -p $(@D)
	$(CC) -m32 -c -o $(@:.bin=.o) $<
	$(ROM_LD) -m elf_i386 -Ttext=0 --oformat=binary -o $@ $(@:.bin=.o)

# atftpd knows windowsize; its package conflicts with tftpd-hpa, so it is only unpacked.
build/tools/atftpd:
	@mkdir -p build/tools
	cd build/tools && apt-get download -q atftpd && dpkg -x atftpd_*.deb atftpd.tmp && rm atftpd_*.deb
	mv build/tools/atftpd.tmp $@

.PHONY: rom-test-tools check-rom-matrix
ifeq ($(SAN),)
test-programs: rom-test-tools
endif
# Every driver with every pair of servers; tests/rom/rom.bats has each at least once.
check-rom-matrix: rom-test-tools
	tests/rom/matrix
rom-test-tools: $(ROM_T)/testimage.bin $(ROM_T)/oldbios.bin $(ROM_T)/lowbase.bin $(ROM_T)/testboot.bin $(ROM_T)/mktestimage $(ROM_T)/netem \
	build/tools/atftpd roms $(foreach n,$(ROM_BY_ID),$(ROM_B)/$(firstword $(subst /, ,$n)).rom) $(foreach f,dsk iso pxe lkrn,$(ROM_B)/rtl8139.$f) \
	$(if $(wildcard rom/drivers/undi.c),$(ROM_B)/undi.pxe) $(if $(wildcard rom/tools/romcheck.c),$(ROM_B)/tools/romcheck)
include tests/rom/drivers.mk

# The memory map, hosted.  Without PIE: its addresses have 32 bits.
UNIT_TESTS += tests/rom/test_memmap
$(B)/tests/rom/test_memmap: tests/rom/test_memmap.c rom/core/memmap.c rom/core/memmap.h tests/unit/tap.h
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Wno-conversion -Wno-pointer-to-int-cast -Wno-int-to-pointer-cast \
		-fno-pie -no-pie -o $@ $<
