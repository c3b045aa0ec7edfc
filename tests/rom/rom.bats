#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The boot ROMs in QEMU, from a cold start, against real servers.  Every driver and every server
# at least once; the full product is `make check-rom-matrix`.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	# shellcheck source=tests/rom/lib.bash
	source tests/rom/lib.bash
	R=build/rom
	[ -x build/tests/rom/mktestimage ] || { echo "first: make rom-test-tools" && return 1; }
}

# SERVERS DEVICE ROM
boots() {
	rom_image real 400000
	rom_boot "$1" "$2" "$R/$3.rom"
	rom_saw_image
}

@test "rtl8139 boots from bootpd and tftpd-hpa" { boots bootpd rtl8139 rtl8139; }
@test "rtl8139 boots from ISC dhcpd and atftpd" { boots dhcpd rtl8139 rtl8139; }
@test "rtl8139 boots from dnsmasq" { boots dnsmasq rtl8139 rtl8139; }
@test "ne2k_pci boots from ISC dhcpd and atftpd" { boots dhcpd ne2k_pci ne2k_pci; }
@test "pcnet32 boots from dnsmasq" { boots dnsmasq pcnet pcnet32; }
@test "e1000 boots from bootpd and tftpd-hpa" { boots bootpd e1000 e1000; }
@test "e1000e (82574L) boots from ISC dhcpd and atftpd" { boots dhcpd e1000e e1000e; }
@test "eepro100 boots from dnsmasq" { boots dnsmasq i82559er 8086-1209; }
@test "virtio_net, legacy, boots from bootpd and tftpd-hpa" {
	boots bootpd virtio-net-pci,disable-modern=on virtio_net
}
@test "virtio_net, modern, boots from ISC dhcpd and atftpd" {
	boots dhcpd virtio-net-pci,disable-legacy=on 1af4-1041
}
@test "tulip boots from dnsmasq" { boots dnsmasq tulip tulip; }
@test "vmxnet3 boots from bootpd and tftpd-hpa" { boots bootpd vmxnet3 vmxnet3; }

@test "rtl8139 boots from servers behind a router and a relay agent" { boots relay rtl8139 rtl8139; }

@test "on a 486, which has no time stamp counter" {
	rom_image real 400000
	rom_boot bootpd rtl8139 "$R/rtl8139.rom" -cpu 486
	rom_saw_image
}

@test "on a machine with PCI Express and without a screen" {
	rom_image real 400000
	rom_boot dhcpd e1000e "$R/e1000e.rom" -machine q35 -vga none
	rom_saw_image
}

@test "the floppy image boots" {
	rom_image real 400000
	rom_boot bootpd rtl8139 "" -fda "$R/rtl8139.dsk"
	rom_saw_image
}

@test "cat floppyload.bin rtl8139.rom is a floppy image" {
	rom_image real 400000
	cat "$R/floppyload.bin" "$R/rtl8139.rom" > "$ROM_DIR/floppy"
	rom_boot bootpd rtl8139 "" -drive "file=$ROM_DIR/floppy,if=floppy,format=raw"
	rom_saw_image
}

@test "the CD image boots" {
	rom_image real 400000
	rom_boot dhcpd rtl8139 "" -cdrom "$R/rtl8139.iso"
	rom_saw_image
}

@test "the lkrn image boots by the Linux boot protocol" {
	rom_image real 400000
	rom_boot bootpd rtl8139 "" -kernel "$R/rtl8139.lkrn"
	rom_saw_image
}

@test "the native PXE program boots behind iPXE's ROM" {
	rom_image real 400000
	cp "$R/rtl8139.pxe" "$ROM_DIR/tftp/"
	ROM_PXE_FILE=rtl8139.pxe rom_boot dnsmasq rtl8139 default
	rom_saw_image
}

@test "undi.pxe boots behind iPXE's ROM, by the PXE firmware's driver" {
	rom_image real 400000
	cp "$R/undi.pxe" "$ROM_DIR/tftp/"
	ROM_PXE_FILE=undi.pxe rom_boot dnsmasq rtl8139 default
	rom_saw_image
	rom_saw " undi "
}

# The firmware's memory then reaches down to where the image goes.
@test "undi.pxe unloads firmware that is in the image's way" {
	rom_image real 400000
	cat build/tests/rom/lowbase.bin "$R/undi.pxe" > "$ROM_DIR/tftp/low.pxe"
	ROM_PXE_FILE=low.pxe rom_boot dnsmasq rtl8139 default
	rom_saw_image
}

@test "an image with a linear entry is entered in 32-bit mode" {
	rom_image linear 200000
	rom_boot bootpd rtl8139 "$R/rtl8139.rom"
	rom_saw_image "test image entered in 32-bit mode"
}

@test "after an image that returns, the next device boots" {
	rom_image returns 200000
	cp build/tests/rom/testboot.bin "$ROM_DIR/disk"
	rom_boot bootpd rtl8139,bootindex=0 "$R/rtl8139.rom" \
		-drive "file=$ROM_DIR/disk,format=raw,if=none,id=d0" -device ide-hd,drive=d0,bootindex=1
	rom_saw "test image returns"
	rom_saw "The image returned"
	rom_saw "boot sector entered"
}

@test "a boot sector image is entered, its rest at 0x10000" {
	rom_image boot 100000
	rom_boot dhcpd rtl8139 "$R/rtl8139.rom"
	rom_saw "boot sector entered, next bytes: 0123456789abcdef"
}

@test "a text image is shown, and the next device boots" {
	rom_image text 200
	cp build/tests/rom/testboot.bin "$ROM_DIR/disk"
	rom_boot bootpd rtl8139,bootindex=0 "$R/rtl8139.rom" \
		-drive "file=$ROM_DIR/disk,format=raw,if=none,id=d0" -device ide-hd,drive=d0,bootindex=1
	[ "$(grep -c 'text image' "$ROM_DIR/output")" -ge 18 ]
	rom_saw "boot sector entered"
}

# One hostile image after the other; the disk behind must boot each time.
@test "hostile images get a message, and the next device boots" {
	local kind

	for kind in low rom self vectors wrap short magic; do
		rom_image "$kind" 200000
		cp build/tests/rom/testboot.bin "$ROM_DIR/disk"
		rom_boot bootpd rtl8139,bootindex=0 "$R/rtl8139.rom" \
			-drive "file=$ROM_DIR/disk,format=raw,if=none,id=d0" \
			-device ide-hd,drive=d0,bootindex=1
		grep -Eq 'Bad image|ends too early' "$ROM_DIR/output"
		rom_did_not_see "test image entered"
		rom_saw "boot sector entered"
	done
}

@test "boot order: with the disk first, the ROM keeps quiet" {
	rom_image real 200000
	cp build/tests/rom/testboot.bin "$ROM_DIR/disk"
	rom_boot bootpd rtl8139,bootindex=1 "$R/rtl8139.rom" \
		-drive "file=$ROM_DIR/disk,format=raw,if=none,id=d0" -device ide-hd,drive=d0,bootindex=0
	rom_saw "boot sector entered"
	rom_did_not_see mkdcroot
	[ "$(tcpdump -nr "$ROM_DIR/packets.pcap" port 67 2> /dev/null | wc -l)" -eq 0 ]
}

@test "the boot menu shows the ROM by name and place" {
	rom_image real 200000
	ROM_KEYS=$'2 sendkey esc\n1 sendkey 1' \
		rom_boot bootpd rtl8139,bootindex=0 "$R/rtl8139.rom" -boot menu=on,splash-time=4000
	rom_saw_image
	# SeaBIOS writes the menu to its own log, too
	grep -q 'mkdcroot rtl8139 (PCI 00:0[0-9a-f].0)' "$ROM_DIR/bios"
}

@test "Esc skips to the next boot device, d shows details" {
	rom_image real 200000
	cp build/tests/rom/testboot.bin "$ROM_DIR/disk"
	ROM_KEYS=$'3 sendkey d\n4 sendkey esc' rom_boot none rtl8139,bootindex=0 "$R/rtl8139.rom" \
		-drive "file=$ROM_DIR/disk,format=raw,if=none,id=d0" -device ide-hd,drive=d0,bootindex=1
	rom_saw "PCI 10ec:8139 at 00:0"
	rom_saw ", link up"
	rom_saw "boot sector entered"
}

@test "on a BIOS without Plug and Play it is INT 19h, and passes on when it gives up" {
	rom_image real 200000
	cat build/tests/rom/oldbios.bin "$R/rtl8139.rom" > "$ROM_DIR/floppy"
	truncate -s 1474560 "$ROM_DIR/floppy"
	rom_boot bootpd rtl8139 "" -drive "file=$ROM_DIR/floppy,if=floppy,format=raw"
	rom_saw "init returned 0000"
	rom_saw_image

	ROM_KEYS="5 sendkey esc" rom_boot none rtl8139 "" -drive "file=$ROM_DIR/floppy,if=floppy,format=raw"
	rom_saw "old INT 19h reached"
}

@test "1 %, 5 % and 20 % of the frames lost: every byte still arrives" {
	local loss

	# less data where most of the time goes into waiting
	for loss in 1 5 20; do
		rom_image real $((1000000 / loss))
		ROM_SECONDS=90 ROM_NETEM="-l $loss -D 1 -r 1 -s $loss" \
			rom_boot bootpd rtl8139 "$R/rtl8139.rom"
		rom_saw_image
	done
}

@test "1 ms of delay, windows, 5 % lost, duplicates, reordering" {
	rom_image real 2000000
	ROM_NETEM="-d 1000 -l 5 -D 2 -r 2" rom_boot dhcpd e1000 "$R/e1000.rom"
	rom_saw_image
}

# Both take more than a minute: at the same time.
@test "60 s without a forwarding port are survived; without any server the disk boots" {
	rom_image real 200000
	ROM_SECONDS=110 ROM_NETEM="-q 60" rom_boot bootpd rtl8139 "$R/rtl8139.rom" &
	(
		ROM_DIR=$ROM_DIR/none
		mkdir -p "$ROM_DIR"
		cp build/tests/rom/testboot.bin "$ROM_DIR/disk"
		ROM_SECONDS=140 rom_boot none ne2k_pci,bootindex=0 "$R/ne2k_pci.rom" \
			-drive "file=$ROM_DIR/disk,format=raw,if=none,id=d0" \
			-device ide-hd,drive=d0,bootindex=1
		rom_saw "boot sector entered"
	)
	wait $!
	rom_saw_image
}
