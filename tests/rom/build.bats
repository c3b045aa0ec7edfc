#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# make rom, its formats and refusals; mkrom and romcheck.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	T=$BATS_TEST_TMPDIR
	R=build/rom
}

@test "romcheck finds nothing wrong with any ROM of ours" {
	"$R/tools/romcheck" -q "$R"/*.rom
}

@test "romcheck reads other makers' ROMs, with several images too" {
	run "$R/tools/romcheck" /usr/lib/ipxe/qemu/efi-rtl8139.rom /usr/share/seabios/vgabios.bin
	[ "$status" -eq 0 ]
	[[ $output == *"device 10ec:8139"*"code type 3, last image"*"vgabios"*"checksum good"* ]]
}

@test "romcheck finds a changed byte, a cut, and what is no ROM" {
	cp "$R/rtl8139.rom" "$T/changed"
	printf 'X' | dd of="$T/changed" bs=1 seek=9000 conv=notrunc status=none
	run "$R/tools/romcheck" "$T/changed"
	[ "$status" -eq 1 ]
	[[ $output == *"checksum wrong"* ]]

	head -c 9000 "$R/rtl8139.rom" > "$T/cut"
	run "$R/tools/romcheck" "$T/cut"
	[ "$status" -eq 1 ]
	[[ $output == *"truncated"* ]]

	run "$R/tools/romcheck" Makefile "$T/absent"
	[ "$status" -eq 1 ]
	[[ $output == *"does not begin with 55 AA"*"absent: No such file"* ]]
}

@test "romcheck survives every file cut short and every byte of the headers changed" {
	local i

	for ((i = 0; i < 1100; i += 7)); do
		head -c $i "$R/rtl8139.rom" > "$T/rom"
		run "$R/tools/romcheck" "$T/rom"
		[ "$status" -eq 1 ]
	done
	for ((i = 2; i < 140; i++)); do
		cp "$R/rtl8139.rom" "$T/rom"
		printf '\377' | dd of="$T/rom" bs=1 seek=$i conv=notrunc status=none
		run "$R/tools/romcheck" "$T/rom"
		[ "$status" -le 1 ]
	done
}

@test "the ROM's PCI structure has the ids of the NIC table" {
	run "$R/tools/romcheck" "$R/e1000e.rom"
	[[ $output == *"device 8086:10d3, class 020000"* ]]
	run "$R/tools/romcheck" "$R/8086-1209.rom"
	[[ $output == *"device 8086:1209"*" 1229"* ]]
}

@test "sizes: the EPROM cards fit 16 KB, none is above 24 KB" {
	local nic

	for nic in rtl8139 ne2k_pci pcnet32; do
		[ "$(stat -c %s "$R/$nic.rom")" -le 16384 ]
	done
	for nic in $(make -s rom-names); do
		[ "$(stat -c %s "$R/$nic.rom")" -le 24576 ]
	done
}

@test "a ROM above its budget is refused, and nothing is written" {
	run "$R/tools/mkrom" -m 8192 -n rtl8139 "$R/rtl8139.elf" "$T/out.rom"
	[ "$status" -eq 1 ]
	[[ $output == *"above the budget of 8192"* ]]
	[ ! -e "$T/out.rom" ]
	run "$R/tools/mkrom" -s 8 -n rtl8139 "$R/rtl8139.elf" "$T/out.rom"
	[ "$status" -eq 1 ]
	[[ $output == *"do not fit into an EPROM of 8 KB"* ]]
	[ ! -e "$T/out.rom" ]
}

@test "make rom takes PCI ids and EPROM sizes" {
	make -s rom NIC=10EC:8139 SIZE=32
	[ "$(stat -c %s "$R/10ec-8139-32k.rom")" -eq 32768 ]
	"$R/tools/romcheck" -q "$R/10ec-8139-32k.rom"
	cmp -n "$(stat -c %s "$R/rtl8139.rom")" "$R/10ec-8139-32k.rom" "$R/rtl8139.rom"
}

@test "an unknown card or format lists what there is" {
	run make -s rom NIC=3c509
	[ "$status" -ne 0 ]
	[[ $output == *rtl8139*pcnet32*undi* ]]
	run make -s rom NIC=rtl8139 FORMAT=exe
	[ "$status" -ne 0 ]
	[[ $output == *"rom dsk iso pxe lkrn"* ]]
	run make -s rom
	[ "$status" -ne 0 ]
}

@test "the same sources make the same bytes, wherever they are" {
	mkdir -p "$T/elsewhere"
	# everything but what is built, since the top Makefile includes every folder's fragment
	tar -c --exclude=./build --exclude=./.git . | tar -x -C "$T/elsewhere"
	make -s -C "$T/elsewhere" build/rom/pcnet32.rom build/rom/pcnet32.iso
	cmp "$R/pcnet32.rom" "$T/elsewhere/build/rom/pcnet32.rom"
	make -s "$R/pcnet32.iso"
	cmp "$R/pcnet32.iso" "$T/elsewhere/build/rom/pcnet32.iso"
}
