#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Killed at every step: the next command completes what was committed and takes everything else back.
# shellcheck disable=SC2016 # the scripts are expanded in the lab

setup_file() { source tests/cli/cli.bash && cli_setup_file layer; }
setup() { source tests/cli/cli.bash && cli_setup; }
teardown() { cli_teardown; }
teardown_file() { cli_clean; }

@test "add, killed before each of its steps, is taken back by the next command" {
	farm_ok 'mkdcroot add z 192.168.1.99 -q; killed_at_each_step absent add a 192.168.1.9 006008C7A3D8'
	counts 9 '^before step [0-9]+: absent$'
	says "the whole plan: there"
}

@test "remove, killed before each of its steps, is taken back or completed" {
	farm_ok 'mkdcroot add z 192.168.1.99 -q; killed_at_each_step there remove a'
	counts 5 '^before step [0-4]: there$'
	counts 2 '^before step [56]: absent$'
	says "the whole plan: absent"
}

@test "layer create, killed before each of its steps, is taken back" {
	farm_ok 'look() { agree_layer; }; mkdcroot add z 192.168.1.99 -q; killed_at_each_step absent layer-create x /mnt/source'
	counts 6 '^before step [0-9]: absent$'
	says "the whole plan: there"
}

@test "layer remove, killed before each of its steps, is taken back or completed" {
	farm_ok 'look() { agree_layer; }; put_there() { mkdcroot -q layer create x --source /mnt/source; }; mkdcroot add z 192.168.1.99 -q; killed_at_each_step there layer-remove x'
	counts 2 '^before step [01]: there$'
	counts 1 '^before step 2: absent$'
	says "the whole plan: absent"
}

@test "add, killed at any change that it makes on disk, is all there or not at all" {
	farm_ok 'mkdcroot add z 192.168.1.99 -q; killed_at_each_change absent add a 192.168.1.9 006008C7A3D8'
	[[ ${lines[-1]} =~ ^done\ after\ ([3-9][0-9]|1[0-9][0-9])\ kills$ ]]
	says_not "killed at" "exit status"
}

@test "remove, killed at any change that it makes on disk, is all there or not at all" {
	farm_ok 'mkdcroot add z 192.168.1.99 -q; killed_at_each_change there remove -y a'
	[[ ${lines[-1]} =~ ^done\ after\ ([3-9][0-9]|1[0-9][0-9])\ kills$ ]]
	says_not "killed at" "exit status"
}

@test "add --from, killed before each of its steps, is taken back for all hosts" {
	farm_ok 'look() { look_at 1 2 3 4 5; }; take_away() { mkdcroot remove -yq h1 h2 h3 h4 h5; }; five > /mnt/list; mkdcroot add z 192.168.1.99 -q; killed_at_each_step absent add-from /mnt/list'
	counts 9 '^before step [0-9]: absent$'
	says "the whole plan: there"
}

@test "remove of several, killed before each of its steps, is taken back or completed for all" {
	farm_ok 'look() { look_at 1 2 3; }; put_there() { five | head -3 | mkdcroot add -q --from - 2> /dev/null; }; mkdcroot add z 192.168.1.99 -q; killed_at_each_step there remove h1 h2 h3'
	counts 5 '^before step [0-4]: there$'
	counts 2 '^before step [56]: absent$'
	says "the whole plan: absent"
}

@test "apply that adds, changes, moves and prunes, killed before each of its steps, is all done or not at all" {
	farm_ok 'apply_setup; killed_at_each_step before apply'
	counts 15 '^before step [0-9]+: before$'
	counts 2 '^before step [0-9]+: after$'
	says "the whole plan: after"
}

@test "apply, after the server was switched off before any of its steps, is all done or not at all" {
	local step

	for step in 2 6 10 13 15 16; do
		farm "apply_setup; die_at $step apply 2> /dev/null; exit 0"
		farm_ok 'mkdcroot mount --all -q 2> /dev/null; echo "switched off: $(look_at_apply)"; mkdcroot mount --all -q 2> /dev/null; look_at_apply; touch /mnt/etc/hosts'
		says_like "*switched off: $([ "$step" -lt 15 ] && echo before || echo after)*"
	done
}

@test "set, killed before each of its steps, is taken back" {
	farm_ok 'apply_setup; look() { look_at_set; }; bring() { :; }; killed_at_each_step x set h1 ip=192.168.1.81 mac=0060080000a1 dns=10.0.0.5'
	says "the whole plan: 192.168.1.81 there 1 # desk"
	counts 12 '^before step [0-9]+: 192.168.1.11 there 0 # desk$'
}

@test "apply that adds, changes, moves and prunes, killed at any change on disk, is all done or not at all" {
	local calls

	for calls in "mkdir symlink rename" "renameat unlink unlinkat rmdir" "fsync syncfs move_mount umount2"; do
		FARM_TIMEOUT=300 KILL_AT=$calls farm_ok 'apply_setup; killed_at_each_change before apply --prune --yes'
		says_not "killed at" "exit status"
		says "done after"
	done
}

@test "add --from, killed at any change that it makes on disk, is all there or not at all" {
	farm_ok 'look() { look_at 1 2; }; take_away() { mkdcroot remove -yq h1 h2; }; five | head -2 > /mnt/list; mkdcroot add z 192.168.1.99 -q; killed_at_each_change absent add --from /mnt/list'
	[[ ${lines[-1]} =~ ^done\ after\ ([3-9][0-9]|1[0-9][0-9])\ kills$ ]]
	says_not "killed at" "exit status"
}

@test "layer create, killed at any change that it makes on disk, is all there or not at all" {
	FARM_TIMEOUT=300 farm_ok 'look() { agree_layer; }; take_away() { mkdcroot layer remove -yq x; }; mkdcroot add z 192.168.1.99 -q; killed_at_each_change absent layer create x --source /mnt/source -q'
	[[ ${lines[-1]} =~ ^done\ after\ ([2-9][0-9]|1[0-9][0-9])\ kills$ ]]
	says_not "killed at" "exit status"
}

@test "Ctrl-C during add --from of many takes all back and says so" {
	farm 'for i in {1..250}; do echo "h$i 192.168.2.$i nfs_server=192.168.1.1"; done > /mnt/list; interrupted_add; find /mnt/store/hosts /mnt/tftpboot /mnt/store/journal -mindepth 1 | wc -l; grep -c tftpboot/192 /proc/self/mounts; cat /mnt/etc/hosts /mnt/etc/exports'
	says "add 250 hosts: " "interrupted (Interrupt)" "what was done was taken back" "status 1"
	says_like $'*status 1\n0\n0*'
}

@test "what was taken back or completed is said" {
	farm 'die_at 6 add a 192.168.1.9 2> /dev/null; mkdcroot add b 192.168.1.10; mkdcroot remove -yq b; mkdcroot add a 192.168.1.9 -q; die_at 5 remove a; mkdcroot mount --all'
	says "an earlier 'add a' was interrupted: taking it back" "an earlier 'remove a' was interrupted: completing it"
}

@test "commands that only read leave an interrupted command as it is" {
	farm 'die_at 6 add a 192.168.1.9 2> /dev/null; mkdcroot list; mkdcroot status; mkdcroot add b 192.168.1.10 -n; find /mnt/store/journal -type f'
	[ "${lines[-1]}" = /mnt/store/journal/plan.json ]
}

@test "a host that was killed while it was removed can be removed again" {
	farm_ok 'mkdcroot add a 192.168.1.9 -q; die_at 3 remove a 2> /dev/null; mkdcroot remove -y a; agree a 192.168.1.9'
	[ "${lines[-1]}" = absent ]
}

@test "after the server was switched off in the middle, nothing is mounted and it is still taken back" {
	farm 'mkdcroot add z 192.168.1.99 -q; die_at 7 add a 192.168.1.9 2> /dev/null; exit 0'
	farm_ok 'mkdcroot mount --all; agree a 192.168.1.9; mountpoint /mnt/tftpboot/192.168.1.99'
	says_like '*absent*is a mountpoint*'
}

@test "a journal that cannot be read stops everything, with its name" {
	farm 'mkdcroot add a 192.168.1.9 -q; echo "{" > /mnt/store/journal/plan.json; snapshot > /run/test.before; mkdcroot remove -y a; r=$?; snapshot | diff /run/test.before - && exit $r'
	fails_with 1 "/mnt/store/journal/plan.json"
}

@test "a step that fails takes back what was done, and says so" {
	farm 'echo "# mine" > /mnt/etc/bootptab; chattr +i /mnt/etc/bootptab; mkdcroot add a 192.168.1.9 006008C7A3D8; r=$?; chattr -i /mnt/etc/bootptab; agree a 192.168.1.9; exit $r'
	fails_with 1 "replace /mnt/etc/bootptab" "what was done was taken back" absent
}

@test "Ctrl-C during layer create stops the copying, takes it back and says so" {
	farm_ok 'slow_rsync; interrupted INT -'
	says_like $'*create layer x: interrupted (Interrupt)*; what was done was taken back\nstatus 1\nbase'
}

@test "a TERM that only mkdcroot gets does the same" {
	farm_ok 'slow_rsync; interrupted TERM'
	says_like $'*create layer x: interrupted (Terminated)*; what was done was taken back\nstatus 1\nbase'
}
