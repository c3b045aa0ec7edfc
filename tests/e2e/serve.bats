#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A whole boot through `mkdcroot serve` alone, from our boot ROM to the login.  The tests build on each other, in this
# order.

setup_file() {
	export LAB_DIR=build/e2e/serve
	export LAB_SOURCE=$PWD/tests/e2e/serve.bash
	chattr -R -i "$LAB_DIR/tftpboot" 2> /dev/null || true
	rm -rf "$LAB_DIR"
}

setup() {
	# shellcheck source=tests/lib/lab.bash
	source tests/lib/lab.bash
}

served_it() { # VERSION
	[ "$status" -eq 0 ] || return
	local stage

	for stage in asked answered load mounted init up; do
		grep -qE "^[0-9:]{8} aldebaran +.*$stage" <<< "$output" || { echo "no line about $stage"; return 1; }
	done
	[[ $output == *" / nfs$1 rw"* && $output == *$'\nwritten'* && $output == *"serve ended with 0"* ]] &&
		[[ $output != *ganesha.nfsd* && $output != *"/mnt/tftpboot/192.168.1.100 overlay"* ]]
}

@test "a layer, a host, its image" {
	LAB_NETWORK=keep run lab_in $LAB_DIR make_layer 4
	echo "$output"
	[ "$status" -eq 0 ]
	run lab_in $LAB_DIR add_host
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "dnsmasq and nfs-ganesha under serve bring it from the ROM to its login, over NFSv4" {
	run lab_in $LAB_DIR boot_served dnsmasq
	echo "$output"
	served_it 4
}

@test "bootpd, in.tftpd and nfs-ganesha under serve do so over NFSv3" {
	run lab_in $LAB_DIR boot_v3
	echo "$output"
	served_it ""
}
