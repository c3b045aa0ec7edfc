#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# One hostile thing at a time at every path, and in every component of the path, that we read or write in a host's
# root; while a client races with us; in sources; where openat2(2) is missing; and in trees that are to be deleted.
# PLANTS_STRIDE=1 for all places (make check takes one of four), PLANTS_SAN=1 with AddressSanitizer (make SAN=1 first).
# shellcheck disable=SC2016 # the scripts are expanded in the lab

setup_file() { source tests/cli/cli.bash && cli_setup_file layer; }

setup() {
	source tests/cli/cli.bash && cli_setup
	export LAB_SOURCE=$PWD/tests/cli/plants.bash FARM_TIMEOUT=1000
}

teardown() {
	chattr -R -a "$LAB" 2> /dev/null || true
	cli_teardown
}

teardown_file() { cli_clean; }

# What was covered is printed with the test's result.
covered() {
	says_not "BAD:" || return
	grep -E "$1" <<< "$output" | sed 's/^/# /' >&3
}

@test "links at each path: to the server's files, up, to themselves, to nothing, to /, to a FIFO" {
	farm_ok 'plants_at_paths absolute outside climbing magic root up itself dangling to-fifo'
	covered ' plants '
}

@test "special files at each path: FIFO, socket, devices, hard link, set-user-ID" {
	farm_ok 'plants_at_paths fifo socket zero disk tty hardlink setuid'
	covered ' plants '
}

@test "other things at each path: 1 TB, directories for files, files for directories, unreadable, empty, noise" {
	farm_ok 'plants_at_paths huge directory file closed empty binary'
	covered ' plants '
}

@test "each directory on the way is a link, a FIFO, a file, a device" {
	farm_ok 'plants_at_parents absolute outside climbing magic root up itself dangling fifo file closed zero'
	covered ' plants '
}

@test "a client that swaps its directories with links while we write and remove" {
	farm_ok 'race_with_client ${RACES:-100}'
	covered 'race'
	counts 2 '^racer: [1-9][0-9]* swaps'
}

@test "hostile trees are deleted wholly: deep, wide, odd names, closed, immutable, append-only, links, sparse, devices" {
	local kind n=0

	for kind in deep wide names closed sealed append hardlink links sparse xattrs devices; do
		farm_ok "remove_hostile $kind"
		says "removed: $kind"
		says_not "BAD:"
		n=$((n + 1))
	done
	echo "# $n trees deleted" >&3
}

@test "what is mounted below a host's root is neither written into nor deleted" {
	local at

	for at in etc root tmp/x; do
		farm_ok "mounted_below $at"
		says "mounted at $at: refused, then removed"
		says_not "BAD:"
	done
}

@test "sources with accounts, fstab and os-release that want to be too much" {
	local kind n=0

	for kind in passwd-{huge,lines,many,nul,noise,one} fstab-{noise,words} os-{words,noise,path} xattrs closed units; do
		farm_ok "source_file $kind"
		says_not "BAD:"
		[[ $output == *"taken: $kind"* || $output == *"refused: $kind"* ]]
		n=$((n + 1))
	done
	echo "# $n sources" >&3
}

@test "without openat2(2) nothing is done in a tree: neither ENOSYS nor EPERM leads to something weaker" {
	local errno

	for errno in ENOSYS EPERM; do
		farm "without_openat2 $errno"
		counts 3 "^mkdcroot: (add a|set b|create layer x): .*openat2\(2\) does not work here"
		says "add: status 1, absent" "set: status 1, 0 written" "layer: status 1, absent" "remove: status 0" untouched
	done
}
