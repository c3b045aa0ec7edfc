#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# /etc/exports as we write it, read by the real exportfs(8); it needs no NFS server in the kernel for that.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	# shellcheck source=/dev/null
	source tests/lib/lab.bash
	export LAB_SOURCE=$PWD/tests/cli/exports.bash
}

in_lab() {
	run lab_in "$BATS_TEST_TMPDIR/lab" "$@"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "exportfs reads our lines below all the oddities of the manual" { in_lab reads_ours; }
@test "adding and removing leaves the file as it was" { in_lab leaves_no_trace; }
@test "a hand-written line for the root is a conflict that names it" { in_lab conflict; }
@test "the file that we refuse to extend is one that exportfs reads only in part" { in_lab unread; }
@test "live: exported after add, gone after remove, only that client's state expired" { in_lab live; }
@test "a root that stays busy is named, after the second flush" { in_lab busy; }
@test "no server runs: files only, and it is said" { in_lab not_running; }
