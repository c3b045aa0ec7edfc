#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# /etc/bootptab as we write it, answered from by the real bootpd(8) and asked by bootptest(8);
# the file that the reply names is fetched from the real tftpd.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	# shellcheck source=/dev/null
	source tests/lib/lab.bash
	export LAB_SOURCE=$PWD/tests/cli/bootptab.bash
}

in_lab() {
	run lab_in "$BATS_TEST_TMPDIR/lab" "$@"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "bootpd answers with address, boot file and root path; tftpd has the file" { in_lab answers; }
@test "the same below the tftp root, in a file full of the manual's oddities" { in_lab answers_below; }
@test "everything fits into the 64 bytes of plain BOOTP" { in_lab all_options; }
@test "a MAC that begins with a letter is found" { in_lab letter_mac; }
@test "a host's own boot file, and a change that bootpd sees at once" { in_lab changes; }
@test "the Etherboot chapter's entries are read as bootpd reads them" { in_lab etherboot; }
@test "adding and removing leaves the file as it was" { in_lab leaves_no_trace; }
@test "a hand-written entry for the host is a conflict that names it" { in_lab conflict; }
@test "without a MAC the host waits, and is written nowhere" { in_lab waits; }
@test "a boot file that the TFTP daemon cannot reach is refused" { in_lab unreachable; }
