#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# mkdcroot watch, beside real daemons: each stage, and each culprit by its code.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	# shellcheck source=/dev/null
	source tests/lib/lab.bash
	export LAB_SOURCE=$PWD/tests/cli/watch.bash
}

in_lab() {
	run lab_in "$BATS_TEST_TMPDIR/lab" "$@"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "on the wire: asked, answered, loading, loaded" { in_lab answered; }
@test "a computer that is no host is named, until it is one" { in_lab unknown; }
@test "a boot server that does not know a host" { in_lab unregistered; }
@test "no boot server runs; then one does" { in_lab no_server; }
@test "another DHCP server answers" { in_lab other_server; }
@test "the boot file is not there" { in_lab file_not_found; }
@test "the boot file is not readable for the TFTP daemon" { in_lab file_unreadable; }
@test "the same by dnsmasq's log" { in_lab dnsmasq_log; }
@test "an export that is another's, a mount, a stopped NFS server" { in_lab mounts; }
@test "a log is followed over rotation, truncation and half lines" { in_lab follows; }
@test "it ends cleanly at a signal" { in_lab clean_stop; }
@test "wrong use changes nothing and says why" { in_lab wrong_use; }

@test "a million lines of other programs are read in seconds" {
	in_lab chatty
	[[ $output == *"loading needle"* ]]
	[[ $output =~ user[^0-9]+0m([0-9]+)\. ]]
	[ "${BASH_REMATCH[1]}" -lt 20 ]
}

@test "old logs are read to their end, with a summary and its exit status" {
	printf 'hosts = %s\n' "$BATS_TEST_TMPDIR/hosts" > "$BATS_TEST_TMPDIR/conf"
	echo "aldebaran 192.168.1.100 mac=52:54:00:12:34:56" > "$BATS_TEST_TMPDIR/hosts"
	TZ=UTC run build/bin/mkdcroot -c "$BATS_TEST_TMPDIR/conf" watch --once \
		--log tests/data/logs/bootpd-syslog --log tests/data/logs/tftpd-vvvv
	echo "$output"
	[ "$status" -eq 3 ]
	[ "${lines[0]}" = "21:46:14 aldebaran        asked, as 52:54:00:12:34:56" ]
	[ "${lines[2]}" = "21:46:30 aldebaran        loading test.nb" ]
	[[ ${lines[-1]} == "aldebaran        loading    file-not-found: etc/shadow: "* ]]
	run build/bin/mkdcroot -c "$BATS_TEST_TMPDIR/conf" watch --once --json --log tests/data/logs/kea-info
	[ "$status" -eq 0 ]
	[ "$(jq -r 'select(.say == "summary") | .host + " " + .stage' <<< "$output")" = "aldebaran answered" ]
}
