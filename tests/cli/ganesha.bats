#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# nfs-ganesha with our file of exports: at its start, and added and removed while it runs.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	# shellcheck source=/dev/null
	source tests/lib/lab.bash
	export LAB_SOURCE=$PWD/tests/cli/ganesha.bash
}

in_lab() {
	run lab_in "$BATS_TEST_TMPDIR/lab" "$@"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "exports in the file are served from the start, over NFSv3 and NFSv4, to their host only" { in_lab at_start; }
@test "a host added while it runs is served at once, one removed no longer, and its root is free" { in_lab live; }
@test "Export_Ids stay, and the file is left valid when the last host goes" { in_lab ids; }
@test "a foreign line in the file is refused with its number" { in_lab foreign; }
@test "without D-Bus the file is written, and it is said" { in_lab not_running; }
