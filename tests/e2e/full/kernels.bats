#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# make e2e-full: Debian 11, 12 and 13 with their own kernels and our own kernel, each with little and much memory, from
# the boot ROM to a shell.  Takes about half an hour; what make check boots is in tests/e2e/.

setup_file() {
	export LAB_SOURCE=$PWD/tests/e2e/full/kernels.bash
	chattr -R -i build/e2e/full-*/tftpboot 2> /dev/null || true
	rm -rf build/e2e/full-*
}

setup() {
	# shellcheck source=tests/lib/lab.bash
	source tests/lib/lab.bash
}

# SUITE
stock_kernel() {
	LAB_NETWORK=keep lab_in "build/e2e/full-$1" make_layer "$1"
	lab_in "build/e2e/full-$1" add_host "$1"
	for megabytes in 1024 5120; do
		run lab_in "build/e2e/full-$1" boot $megabytes
		echo "$output"
		[ "$status" -eq 0 ]
		[[ $output == *-amd64* ]]
		[[ $output == *running* ]]
	done
}

@test "Debian 12's kernel in 1 GB and 5 GB" {
	stock_kernel bookworm
}

@test "our own kernel, without an initrd, in 128 MB, 512 MB and 5 GB" {
	lab_in build/e2e/full-bookworm remove_host
	KERNEL=$PWD/build/kernel/vmlinuz-test lab_in build/e2e/full-bookworm add_host bookworm
	for megabytes in 128 512 5120; do
		run lab_in build/e2e/full-bookworm boot $megabytes
		echo "$output"
		[ "$status" -eq 0 ]
		[[ $output == *-mkdcroot* ]]
		[[ $output == *running* ]]
	done
}

@test "Debian 11's kernel in 1 GB and 5 GB" {
	stock_kernel bullseye
}

@test "Debian 13's kernel in 1 GB and 5 GB" {
	stock_kernel trixie
}
