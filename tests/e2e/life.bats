#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What happens to diskless computers after their login: our boot ROM, our own kernel, nfs-ganesha over NFSv4.2.
# The tests build on each other, in this order.

setup_file() {
	export LAB_DIR=build/e2e/life
	export LAB_SOURCE=$PWD/tests/e2e/life.bash
	chattr -R -i "$LAB_DIR/tftpboot" 2> /dev/null || true
	rm -rf "$LAB_DIR"
}

setup() {
	# shellcheck source=tests/lib/lab.bash
	source tests/lib/lab.bash
	# shellcheck source=tests/lib/layers.bash
	source tests/lib/layers.bash
}

# The last words of a console, for whoever has to find out.
last_words() {
	tail -n 20 "$LAB_DIR/log/$1" | tr -d '\r'
}

@test "two hosts are added to one layer" {
	layers_take bookworm $LAB_DIR
	run lab_in $LAB_DIR add_hosts
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "two hosts at once: one installs a package, writes, reboots, finds it again; the other has its own" {
	run lab_in $LAB_DIR two_hosts
	echo "$output"
	last_words console-a
	last_words console-b
	[ "$status" -eq 0 ]
	[ "$(grep -c '^STATUS 0' <<< "$output")" -eq 4 ]
	[ "$(grep -c '^bellatrix: STATUS 0' <<< "$output")" -eq 3 ]
	[ "$(grep -c 'Hello, world!' <<< "$output")" -eq 2 ]
	[[ $output == *"Status: install ok installed"* ]]
	[[ $output == *"bellatrix: of bellatrix"* ]]
	[[ $output == *192.168.1.100/root/mine*"of aldebaran"*192.168.1.101/root/mine*"of bellatrix"* ]]
	[ "$(grep -c 'powered down' <<< "$output")" -eq 2 ]
}

@test "the server stops for 20 s, the link is cut for 30 s: the host waits, and goes on without an error" {
	run lab_in $LAB_DIR troubles
	echo "$output"
	last_words console-t
	tail -n 5 $LAB_DIR/log/ganesha.out
	[ "$status" -eq 0 ]
	[ "$(grep -c '^STATUS 0' <<< "$output")" -eq 5 ]
	[[ $output =~ server:\ 30\ ticks,\ longest\ pause\ (2[0-9]|[3-9][0-9])\ s ]]
	[[ $output =~ link:\ 30\ ticks,\ longest\ pause\ ([3-9][0-9])\ s ]]
	[[ $output != *"is lost"* ]]
	[[ $output == *running* ]]
	[[ $output == *"powered down"* ]]
}
