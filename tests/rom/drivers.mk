# SPDX-License-Identifier: GPL-2.0-or-later
# The driver tests: each driver of rom/drivers/ in a small program of its own for QEMU, and the
# other end of its cable (tests/rom/drivers.bats runs them).  Included by rom/build.mk.

DRIVER_TEST   := $(ROM_B)/test
DRIVER_GUESTS := $(patsubst rom/drivers/%.c,$(DRIVER_TEST)/%.elf,\
		 $(filter-out rom/drivers/undi.c,$(wildcard rom/drivers/*.c)))
# What a driver may use of the core; the clock and the console are the guest's own.
DRIVER_CORE   := build/rom/core/mem.o build/rom/core/pci.o build/rom/core/print.o

$(DRIVER_TEST)/driver_guest.o: tests/rom/driver_guest.c
	@mkdir -p $(@D)
	$(CC) $(ROM_CFLAGS) -Wno-address-of-packed-member -MMD -MP -c -o $@ $<

$(DRIVER_TEST)/driver_entry.o: tests/rom/driver_entry.S
	@mkdir -p $(@D)
	$(CC) -m32 -c -o $@ $<

$(DRIVER_TEST)/%.elf: $(DRIVER_TEST)/driver_entry.o $(DRIVER_TEST)/driver_guest.o $(DRIVER_CORE) \
		      build/rom/drivers/%.o tests/rom/driver_guest.lds
	$(ROM_LD) -m elf_i386 --gc-sections --no-warn-rwx-segments -T tests/rom/driver_guest.lds -o $@ \
		$(filter %.o,$^)

$(B)/tests/rom/driver_peer: tests/rom/driver_peer.c tests/rom/driver_test.h
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Wno-address-of-packed-member -o $@ $<

.PHONY: driver-tests
test-programs: driver-tests
driver-tests: $(DRIVER_GUESTS) $(B)/tests/rom/driver_peer

# --- hosted: ring and queue logic against fake chips ---
# Without PIE: the drivers hand out 32-bit addresses of their static objects.
DRIVER_UNIT_TESTS := test_driver_rtl8139 test_driver_virtio
UNIT_TESTS += $(DRIVER_UNIT_TESTS:%=tests/rom/%)
$(DRIVER_UNIT_TESTS:%=$(B)/tests/rom/%): $(B)/tests/rom/%: tests/rom/%.c tests/rom/fake_io.h \
		tests/unit/tap.h $(wildcard rom/drivers/*.[ch])
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Wno-conversion -Wno-pointer-to-int-cast -Wno-int-to-pointer-cast \
		-fno-pie -no-pie -o $@ $<
