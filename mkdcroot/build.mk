# SPDX-License-Identifier: GPL-2.0-or-later
# libmkdcroot.a (everything but main.c, so that the tests link it) and mkdcroot.

LIB_SRCS = $(wildcard mkdcroot/base/*.c mkdcroot/model/*.c mkdcroot/root/*.c mkdcroot/plan/*.c \
	   mkdcroot/watch/*.c mkdcroot/serve/*.c mkdcroot/try/*.c overlay/*.c exports/*.c bootptab/*.c mkdcroot/cmd_*.c mkdcroot/command*.c) $(KERNEL_LIB_SRCS)
LIB_OBJS = $(LIB_SRCS:%.c=$(B)/%.o)
LIBMKDCROOT := $(B)/libmkdcroot.a

$(LIBMKDCROOT): $(LIB_OBJS)
	@rm -f $@
	ar rcsD $@ $^

# Where the shipped data is: the installed folder, unless settings say otherwise.
$(B)/mkdcroot/model/settings.o: ALL_CFLAGS += -DDATADIR='"$(datadir)"'

$(B)/bin/mkdcroot: $(B)/mkdcroot/main.o $(LIBMKDCROOT)
	@mkdir -p $(@D)
	$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
ALL_TARGETS += $(B)/bin/mkdcroot

# The shipped data as it will be installed, for running from the tree: data = build/data.
.PHONY: data
data:
	@mkdir -p build/data
	@ln -sfn $(CURDIR)/share/profiles build/data/profiles
	@ln -sfn $(CURDIR)/share/initramfs build/data/initramfs
	@ln -sfn $(CURDIR)/kernel-config/nics build/data/nics
	@ln -sfn $(CURDIR)/build/rom build/data/roms
ALL_TARGETS += data
