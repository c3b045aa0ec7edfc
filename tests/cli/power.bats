#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The power fails: store, farm and the administrator's files on an ext4 in a file, of which a picture is taken before
# each call that waits for the disk (what it holds then), and before each call that changes something, with all
# that was written until then.  Each picture comes up as before the command or as after it.
# POWER_STRIDE=1 for every picture with all written (make check takes one of ten); those on the disk are all taken.
# shellcheck disable=SC2016,SC2030,SC2031 # the scripts are expanded in the lab

setup_file() { source tests/cli/cli.bash && cli_setup_file layer; }

setup() {
	source tests/cli/cli.bash && cli_setup
	export LAB_SOURCE=$PWD/tests/cli/power.bash FARM_TIMEOUT=3000
	start='disk_insert; own_lines; mkdcroot add z 192.168.1.99 006008C7A3D9 -q 2> /dev/null || mkdcroot mount --all -q;'
}

teardown() { cli_teardown; }
teardown_file() { cli_clean; }

pictures() { # BEFORE AFTER COMMAND...
	local before=$1 after=$2

	shift 2
	farm_ok "$start POWER_STRIDE=1 power_fails_at_each_call $before $after s '' $*"
	pictures_tell
	farm_ok "$start POWER_STRIDE=${POWER_STRIDE:-10} power_fails_at_each_call $before $after gcsm yes $*"
	pictures_tell
}

pictures_tell() {
	says_not "BAD:" || return
	grep ' pictures, ' <<< "$output" | sed 's/^/# /' >&3
}

@test "the power fails during add" { pictures absent there add a 192.168.1.9 006008C7A3D8; }
@test "the power fails during remove" { pictures there absent remove -y a; }

@test "the power fails during apply that adds, changes, moves and prunes" {
	# A host without a line is not mounted at boot, and one whose line is new cannot be.
	start+='apply_setup; look() { local s; s=$(look_at_apply); [ "$s" != "111111 111111 000000 111111 000000 111110 0 0 0" ] || s=before; echo "$s"; }; POWER_MOUNT_STATUS=3;'
	pictures before after apply --prune -y
}

# A layer that no host uses is not mounted at boot.
layer='look() { local s; s=$(agree_layer); [[ $s != *1100 ]] || s=there; echo "$s"; };
	bring() { [ "$(look)" = "$1" ] || case $1 in there) mkdcroot -q layer create x --source /mnt/source ;; *) mkdcroot layer remove -yq x ;; esac; };'

@test "the power fails during layer create" {
	start+=$layer
	pictures absent there layer create x --source /mnt/source
}

@test "the power fails during layer remove" {
	start+=$layer
	pictures there absent layer remove -y x
}
