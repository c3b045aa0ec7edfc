# SPDX-License-Identifier: GPL-2.0-or-later
# Hosted tests and fuzz targets of rom/net and the image loader: the ROM's own sources, compiled for
# this machine, with a fake card and clock (fake_net.c).  Included by rom/build.mk.

ROM_HOSTED_SRCS = rom/net/arp.c rom/net/udp.c rom/net/options.c rom/net/bootp.c rom/net/tftp.c \
		  rom/core/print.c
# Not $(B)/rom/: there the ROM's own objects are made of the same sources.
ROM_HOSTED      = $(B)/hosted
ROM_HOSTED_OBJS = $(ROM_HOSTED_SRCS:%.c=$(ROM_HOSTED)/%.o) $(B)/tests/rom/fake_net.o
ROM_NET_TESTS   = test_net_udp test_net_bootp test_net_tftp

UNIT_TESTS += $(ROM_NET_TESTS:%=tests/rom/%) tests/rom/test_image

$(ROM_NET_TESTS:%=$(B)/tests/rom/%): $(B)/tests/rom/%: $(B)/tests/rom/%.o $(ROM_HOSTED_OBJS)
	$(CC) $(ALL_CFLAGS) -o $@ $^

$(B)/tests/rom/test_image: $(B)/tests/rom/test_image.o $(ROM_HOSTED)/rom/core/nbi.o $(ROM_HOSTED)/rom/core/print.o \
			   $(B)/tests/rom/fake_net.o $(B)/tests/rom/fake_memory.o
	$(CC) $(ALL_CFLAGS) -o $@ $^

$(ROM_HOSTED)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The fuzz targets: clang's libFuzzer with ASan and UBSan over the same sources.
ROM_FUZZ_FLAGS = -std=gnu11 -D_GNU_SOURCE -I. -O1 -g -fsanitize=fuzzer,address,undefined \
		 -fno-sanitize-recover=undefined

build/tests/fuzz/fuzz_bootp build/tests/fuzz/fuzz_tftp: build/tests/fuzz/%: tests/fuzz/%.c \
		$(ROM_HOSTED_SRCS) tests/rom/fake_net.c $(wildcard rom/net/*.h tests/rom/*.h)
	@mkdir -p $(@D)
	$(CLANG) $(ROM_FUZZ_FLAGS) -o $@ $(filter %.c,$^)

build/tests/fuzz/fuzz_nbi: tests/fuzz/fuzz_nbi.c rom/core/nbi.c rom/core/print.c \
		tests/rom/fake_net.c tests/rom/fake_memory.c $(wildcard rom/core/*.h tests/rom/*.h)
	@mkdir -p $(@D)
	$(CLANG) $(ROM_FUZZ_FLAGS) -o $@ $(filter %.c,$^)

FUZZ_TARGETS += fuzz_bootp fuzz_tftp fuzz_nbi
