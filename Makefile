# SPDX-License-Identifier: GPL-2.0-or-later
# mkdcroot: one non-recursive make for everything.  Each folder brings its own
# fragment (FOLDER/build.mk), which adds to the lists below; see ARCHITECTURE.md.

VERSION := 0.1.0

B       := build
SAN     ?=
ifneq ($(SAN),)
B       := build/san
SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
endif

PREFIX  ?= /usr/local
DESTDIR ?=
bindir   = $(PREFIX)/bin
sbindir  = $(PREFIX)/sbin
mandir   = $(PREFIX)/share/man
datadir  = $(PREFIX)/share/mkdcroot
unitdir  = $(PREFIX)/lib/systemd/system

CC      ?= cc
HOSTCC  ?= $(CC)
CLANG   ?= clang
PKG_CONFIG ?= pkg-config
PKGS    := mount blkid libarchive inih jansson libssh libcrypto uuid zlib
WARN    := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes \
	   -Wmissing-prototypes -Wpointer-arith -Wformat=2 -Wvla -Werror
CFLAGS  ?= -O2 -g
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -I. $(WARN) \
	     $(shell $(PKG_CONFIG) --cflags $(PKGS)) $(SANFLAGS) $(CFLAGS)
LDLIBS  = $(shell $(PKG_CONFIG) --libs $(PKGS)) -lnfsidmap

# What the fragments add to.
ALL_TARGETS   :=
UNIT_TESTS    :=
FUZZ_TARGETS  :=
INSTALL_STEPS :=

all: default

# Objects stay, though only pattern rules name them.
.SECONDARY:
.PRECIOUS: %.o $(B)/%.o

include mkdcroot/build.mk
-include rom/build.mk
-include kernel-config/build.mk
include man/build.mk
include tests/build.mk

.PHONY: all default install clean check check-fast check-layers check-asan format bench
default: $(ALL_TARGETS)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

install: default $(INSTALL_STEPS)

clean:
	rm -rf build

-include $(filter-out $(B)/kernel/%,$(wildcard $(B)/*/*.d $(B)/*/*/*.d))
