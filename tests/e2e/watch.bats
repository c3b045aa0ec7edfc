#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# mkdcroot watch beside real boots in QEMU: ROM, bootpd, tftpd-hpa, our kernel, nfs-ganesha.

setup_file() {
	export LAB_SOURCE=$PWD/tests/e2e/watch.bash
	mkdir -p build/tests/e2e
	cc -O2 -static -o build/tests/e2e/watch_init tests/e2e/watch_init.c
}

setup() {
	# shellcheck source=tests/lib/lab.bash
	source tests/lib/lab.bash
}

in_lab() {
	mkdir -p "$BATS_TEST_TMPDIR/lab"
	cp build/tests/e2e/watch_init "$BATS_TEST_TMPDIR/lab/init"
	run lab_in "$BATS_TEST_TMPDIR/lab" "$@"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "from power-on to login over NFSv3" { in_lab to_login 3; }
@test "from power-on to login over NFSv4.2" { in_lab to_login 4.2; }
@test "its export was removed" { in_lab no_export 4; }
@test "its root has no init" { in_lab no_init; }
@test "its ROM is another card's" { in_lab wrong_rom; }
