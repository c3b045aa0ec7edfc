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
test-programs: default $(UNIT_BINS) $(B)/tests/cli/registrar $(B)/tests/cli/die_at $(UNPACKED:%=build/tools/%)
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

# The kernels of Debian 11, 12 and 13, and memory sizes: what does not fit into make check's time.
.PHONY: e2e-full
e2e-full: default test-programs kernel-test
	bats tests/e2e/full

# Side by side with peers, medians in one run.  Wants an idle machine and takes some minutes.
bench: default test-programs
	tests/bench/run
	tests/bench/many
	tests/bench/mknbi-bench
	tests/bench/rom-bench
