# SPDX-License-Identifier: GPL-2.0-or-later
# Tests: C unit tests, fuzz targets, and the targets that run everything.
#
# UNIT_TESTS: names in tests/unit/, linked with libmkdcroot.a; with a slash (tests/rom/x) the
# fragment that names them has its own rule.  FUZZ_TARGETS: names in tests/fuzz/.

UNIT_TESTS   += $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))
FUZZ_TARGETS += $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
UNIT_TESTS   := $(sort $(UNIT_TESTS))
FUZZ_TARGETS := $(sort $(FUZZ_TARGETS))

UNIT_BINS := $(foreach t,$(UNIT_TESTS),$(if $(findstring /,$t),$(B)/$t,$(B)/tests/unit/$t))
FUZZ_BINS := $(FUZZ_TARGETS:%=build/tests/fuzz/%)

$(B)/tests/unit/test_%: $(B)/tests/unit/test_%.o $(LIBMKDCROOT)
	$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# What the bats tests of registration drive the servers with.
$(B)/tests/cli/registrar: $(B)/tests/cli/registrar.o $(LIBMKDCROOT)
	$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# Runs a command's plan and is killed before one of its steps.
$(B)/tests/cli/die_at: $(B)/tests/cli/die_at.o $(LIBMKDCROOT)
	$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# Lets calls of mkdcroot fail, or takes pictures of its disk: preloaded.
$(B)/tests/cli/faults.so: tests/cli/faults.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN) -Wno-conversion $(CFLAGS) -fPIC -shared -o $@ $<

# Racing clients, and a kernel without openat2(2).
$(B)/tests/cli/racer $(B)/tests/cli/no_openat2: %: %.o
	$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $<

CLI_HELPERS := $(addprefix $(B)/tests/cli/,registrar die_at faults.so racer no_openat2)

# A small package that a diskless computer installs after its login.
build/tools/hello.deb:
	@mkdir -p build/tools
	cd build/tools && rm -f hello_*.deb && apt-get download -q hello && mv hello_*.deb hello.deb

# Unpacked, since these packages as installed want to start a server, or exclude each other: exportfs(8), to read
# what we write, and two inetds.
UNPACKED := nfs-kernel-server openbsd-inetd xinetd

$(UNPACKED:%=build/tools/%): build/tools/%:
	@mkdir -p build/tools
	cd build/tools && rm -rf $*.tmp && apt-get download -q $* && \
		dpkg -x $*_*.deb $*.tmp && rm $*_*.deb
	mv build/tools/$*.tmp $@

# The library once more, by clang, with what libFuzzer needs.
FUZZ_CFLAGS = -std=gnu11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -DDATADIR='"$(datadir)"' -I. -O1 -g \
	      -fsanitize=address,undefined -fno-sanitize-recover=undefined $(shell $(PKG_CONFIG) --cflags $(PKGS))
FUZZ_LIB = build/fuzz/libmkdcroot.a

build/fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(CLANG) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

$(FUZZ_LIB): $(LIB_SRCS:%.c=build/fuzz/%.o)
	@rm -f $@
	ar rcsD $@ $^

build/tests/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(FUZZ_LIB)
	@mkdir -p $(@D)
	$(CLANG) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $< $(FUZZ_LIB) $(LDLIBS)

.PHONY: test-programs fuzz-programs
test-programs: default $(UNIT_BINS) $(CLI_HELPERS) $(UNPACKED:%=build/tools/%) build/tools/hello.deb
fuzz-programs: $(FUZZ_BINS)

# All: what .ci/check runs.  Fast: what a change needs at once, without root's rights or QEMU.
check: default test-programs fuzz-programs kernel-test check-static
	tests/run all

check-fast: default test-programs check-layers
	tests/run fast

# The unit tests and the parsers under AddressSanitizer and UndefinedBehaviorSanitizer.
check-asan:
	$(MAKE) SAN=1 test-programs
	tests/run asan

# The unit tests and some commands under valgrind; takes some minutes.
check-valgrind: default test-programs
	tests/lib/check-valgrind

.PHONY: check-valgrind

check-layers:
	tests/lib/check-layers

SHELL_SCRIPTS := $(shell grep -rlE '^\#!/bin/(ba)?sh' --include='*' .ci tests mkdcroot rom kernel-config share 2>/dev/null)

.PHONY: check-static
check-static: check-layers
	@clang-format --dry-run -Werror $(C_FILES)
	@cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 -j2 \
		--suppress=missingIncludeSystem -I. $(filter-out %.h,$(filter-out rom/% tests/%,$(C_FILES)))
	@shellcheck -x $(SHELL_SCRIPTS)

C_FILES = $(shell git ls-files '*.c' '*.h' 2>/dev/null)

format:
	clang-format -i $(C_FILES)

# The boot matrix with every pair of its columns' values, or with MATRIX=product everything: what does not fit into make check's time.
.PHONY: e2e-full booted
MATRIX ?= pairs
e2e-full: default test-programs kernel-test
	JOBS=2 tests/e2e/matrix $(MATRIX)

# The page of what the last run of the matrix booted.
booted:
	cp build/e2e/booted.md BOOTED.md

# Side by side with peers, medians in one run.  Wants an idle machine and takes some minutes.
bench: default test-programs
	tests/bench/run
	tests/bench/many
	tests/bench/mknbi-bench
	tests/bench/rom-bench
	tests/bench/boot-bench
