#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Calls that fail: each call of a command in turn, and all after it, with the errors of full, broken and read-only disks;
# then disks that really are full, have no inodes left, or are read-only.  Whatever fails, all is as it was, or
# the next command completes what is behind the commit point.
# FAULT_STRIDE=1 for every call (make check takes one of eight, from a random one on).
# shellcheck disable=SC2016,SC2030,SC2031 # the scripts are expanded in the lab

setup_file() { source tests/cli/cli.bash && cli_setup_file layer; }

setup() {
	source tests/cli/cli.bash && cli_setup
	export LAB_SOURCE=$PWD/tests/cli/power.bash FARM_TIMEOUT=3000 FAULT_STRIDE=${FAULT_STRIDE:-8}
	start='own_lines; mkdcroot add z 192.168.1.99 006008C7A3D9 -q 2> /dev/null || mkdcroot mount --all -q;'
	layer='look() { agree_layer; }; is_right() { no_secret_in_layer; }; put_there() { mkdcroot -q layer create x --source /mnt/source; }; take_away() { mkdcroot layer remove -yq x; };'
}

teardown() { cli_teardown; }
teardown_file() { cli_clean; }

# A walk for each line of KINDS ERRNO ON from standard input; how much it was is printed.
walk() { # BEFORE AFTER COMMAND...
	local before=$1 after=$2 kinds errno on

	shift 2
	while read -r kinds errno on; do
		farm_ok "$start fail_at_each_call $before $after $kinds $errno $on $*"
		says_not "BAD:" || return
		grep ' faults, ' <<< "$output" | sed 's/^/# /' >&3
	done
}

# ENOSPC, EDQUOT, EIO, EROFS, ENOMEM: the second argument as Linux numbers them.
errors() {
	printf '%s\n' "gs 28 0" "gs 28 1" "gs 122 1" "gcsrm 5 0" "gcsrm 5 1" "gc 30 1" "m 12 0"
}

@test "add: a call fails" { errors | walk absent there add a 192.168.1.9 006008C7A3D8; }
@test "remove: a call fails" { errors | walk there absent remove -y a; }

@test "apply that adds, changes, moves and prunes: a call fails" {
	start+='apply_setup;'
	export FAULT_STRIDE=$((FAULT_STRIDE * 4))
	walk before after apply --prune -y <<< $'gs 28 0\ngcsrm 5 0\ngcsrm 5 1'
}

@test "layer create: a call fails" {
	start+=$layer
	export FAULT_STRIDE=$((FAULT_STRIDE * 2))
	walk absent there layer create x --source /mnt/source <<< $'gs 28 0\ngcsrm 5 0\ngs 28 1'
}

@test "layer remove: a call fails" {
	start+=$layer
	export FAULT_STRIDE=$((FAULT_STRIDE * 4))
	walk there absent layer remove -y x <<< $'gcsrm 5 0\ngcsrm 5 1'
}

@test "a disk that is full: add, apply and layer create are refused, remove works, and with room all is done" {
	farm_ok "disk_insert; $start disk_full; refused_here; disk_empty; done_here"
	says "refused: add 1, set 1, layer 1" "with room: there" "removed: absent"
	says_not "BAD:"
}

@test "a disk that has a little left is full in the middle" {
	farm_ok "disk_insert; $start disk_getting_full"
	grep 'with .* KiB' <<< "$output" | sed 's/^/# /' >&3
	says_not "BAD:"
}

@test "a disk without inodes left" {
	farm_ok "disk_insert -N 256; $start no_inodes; refused_here; disk_empty; done_here"
	says "refused: add 1, set 1, layer 1" "with room: there" "removed: absent"
	says_not "BAD:"
}

@test "a disk that became read-only: each command is refused in one line, what only reads works" {
	farm_ok "disk_insert; $start"' mkdcroot umount --all -q; mount -o remount,ro /mnt; for c in "add a 192.168.1.9" "remove -y z" "set z dns=10.0.0.5" "layer create x --source /mnt/source" "mount --all"; do mkdcroot $c > /run/out 2>&1; echo "status $?"; tail -n 1 /run/out; done; mkdcroot list; mkdcroot layer list'
	counts 5 '^status 1'
	counts 5 '^mkdcroot: .*: Read-only file system'
	says "z " "base "
}
