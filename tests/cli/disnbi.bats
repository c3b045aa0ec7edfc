#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# disnbi: what it prints, checks and extracts.

bats_require_minimum_version 1.5.0

setup() {
	load ../nbi/lib.bash
	cd "$BATS_TEST_TMPDIR"
	"$NBI_TOP/tests/nbi/noise" 100001 > initrd
	kernel=$NBI_T/payload-20f-bz
	mknbi -o a.nb -a quiet "$kernel" initrd
}

# One byte of a.nb changed: put OFFSET BYTE
put() {
	# shellcheck disable=SC2059
	printf "\\x$2" | dd of=a.nb bs=1 seek="$1" conv=notrunc status=none
}

bad() {
	run disnbi a.nb
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"disnbi: a.nb: rule $1, offset $2: "* ]]
}

@test "a good image" {
	run disnbi a.nb
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"header: loaded at 2000:0000 (0x20000)"* ]]
	[[ $output == *"tag 20 (kernel), record at 0x50"* ]]
	[[ $output == *"in file   100001 bytes at "* ]]
	[[ $output == *"boot protocol 2.15, bzImage, 64-bit"* ]]
	[[ $output == *"command line: rw root=/dev/nfs nfsroot=rom,"*" quiet"* ]]
}

@test "JSON" {
	[ "$(disnbi -j a.nb | jq -r '.good, .linux.protocol, .segments[4].image_length, (.problems | length)')" = \
"true
2.15
100001
0" ]
	put 0 00
	run --separate-stderr disnbi --json a.nb
	[ "$status" -eq 1 ]
	[ "$(jq -r '.problems[0].rule, .problems[0].offset' <<< "$output")" = "magic
0" ]
}

@test "extraction gives back what went in" {
	disnbi -x parts a.nb
	cmp parts/4-ramdisk initrd
	tail -c 3000000 "$kernel" | cmp parts/3-kernel -
	cat parts/header parts/0-start-code parts/1-parameters parts/2-setup parts/3-kernel parts/4-ramdisk |
		cmp a.nb -
}

@test "extraction does not overwrite" {
	mkdir parts
	echo mine > parts/header
	run disnbi -x parts a.nb
	[ "$status" -eq 1 ]
	[[ $output == *"create parts/header: File exists"* ]]
	[ "$(cat parts/header)" = mine ]
}

@test "cut off" {
	truncate -s -1 a.nb
	bad file-size "$(printf 0x%x "$(stat -c %s a.nb)")"
}

@test "something behind" {
	end=$(printf 0x%x "$(stat -c %s a.nb)")
	echo >> a.nb
	bad file-size "$end"
}

@test "a header in the interrupt table" { put 10 00; put 11 00; bad location 0x8; }
@test "entered nowhere" { put 15 70; bad execute 0xc; }
@test "a segment in the BIOS" { put 38 0f; bad memory 0x24; }
@test "segments that overlap" { put 86 11; put 102 12; bad overlap 0x64; }
@test "no last record" { put 99 00; bad record-space 0x60; }

@test "boot sector and text images are recognised" {
	disnbi "$NBI_T/floppy.img" | grep -q "boot sector image"
	echo "no server today" > text
	disnbi text | grep -q "text image"
}

@test "no such file, no file" {
	run disnbi nothing
	[ "$status" -eq 1 ]
	[ "$output" = "disnbi: open nothing: No such file or directory" ]
	run disnbi
	[ "$status" -eq 2 ]
	run disnbi .
	[ "$status" -eq 1 ]
	[[ $output == *"not a regular file"* ]]
}

@test "every rule is listed" {
	[ "$(disnbi --rules | wc -l)" -ge 13 ]
}
