# SPDX-License-Identifier: GPL-2.0-or-later
# Each driver against QEMU's card (tests/rom/driver_guest.c says what is checked): MAC address, all
# frame lengths, bursts, a long stream, overruns, a lost link, no DMA after close, open again.

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	make -s driver-tests >&2
}

drive() { # DRIVER QEMU-DEVICE
	cd "$BATS_TEST_DIRNAME/../.." || return
	build/tests/rom/driver_peer "build/rom/test/$1.elf" "$2"
}

@test "rtl8139"                   { drive rtl8139 rtl8139; }
@test "ne2k_pci (RTL8029)"        { drive ne2k_pci ne2k_pci; }
@test "pcnet32 (Am79C970A)"       { drive pcnet32 pcnet; }
@test "e1000 (82540EM)"           { drive e1000 e1000; }
@test "e1000 (82574L)"            { drive e1000 e1000e; }
@test "eepro100 (82557B)"         { drive eepro100 i82557b; }
@test "eepro100 (82559ER)"        { drive eepro100 i82559er; }
@test "tulip (21143)"             { drive tulip tulip; }
@test "virtio_net, version 1"     { drive virtio_net virtio-net-pci,disable-legacy=on; }
@test "virtio_net, legacy"        { drive virtio_net virtio-net-pci,disable-modern=on; }
@test "virtio_net, largest legacy queue" {
	drive virtio_net virtio-net-pci,disable-modern=on,rx_queue_size=1024
}
@test "vmxnet3"                   { drive vmxnet3 vmxnet3; }
