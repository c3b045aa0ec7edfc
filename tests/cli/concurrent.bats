#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Many commands at the same time: none is lost, none sees another's half.
# shellcheck disable=SC2016 # the scripts are expanded in the lab

setup_file() { source tests/cli/cli.bash && cli_setup_file layer; }
setup() { source tests/cli/cli.bash && cli_setup; }
teardown() { cli_teardown; }
teardown_file() { cli_clean; }

@test "twenty adds at once, then twenty removes, lose nothing" {
	farm_ok 'for i in {10..29}; do mkdcroot add h$i 192.168.1.$i 0060080000$i -q 2> /dev/null & done; wait; count; mkdcroot status > /dev/null && echo good
		for i in {10..29}; do mkdcroot remove -yq h$i & done; wait; count'
	[ "$output" = $'20 20 20 20 20\ngood\n0 0 0 0 0' ]
}

@test "adds and removes at once do not disturb each other, nor what stands in the files" {
	farm_ok 'echo "/srv *(ro)" > /mnt/etc/exports; for i in {10..19}; do mkdcroot add h$i 192.168.1.$i -q 2> /dev/null; done
		for i in {10..19}; do mkdcroot remove -yq h$i & mkdcroot add n$i 192.168.1.1$i 0060080000$i -q 2> /dev/null & mkdcroot list > /dev/null || echo unreadable & done; wait; count; head -1 /mnt/etc/exports; mkdcroot list | grep -c ^n'
	[ "$output" = $'10 10 10 10 10\n/srv *(ro)\n10' ]
}

@test "twenty adds of files, sets, applies and removes at once lose nothing" {
	farm_ok 'for i in {10..19}; do mkdcroot add o$i 192.168.1.$i 0060080000$i -q 2> /dev/null; done
		for i in {10..19}; do mkdcroot remove -yq o$i & printf "a$i 192.168.1.1$i mac=0060080001$i\nb$i 192.168.2.1$i nfs_server=192.168.1.1 mac=0060080002$i\n" | mkdcroot add -q --from - 2> /dev/null & mkdcroot apply -q > /dev/null 2>&1 & done; wait
		for i in {10..19}; do mkdcroot set a$i dns=10.0.0.1 -q > /dev/null 2>&1 & done; wait; count; mkdcroot list | grep -c ^[ab]; grep -c dns=10.0.0.1 /mnt/etc/hosts; mkdcroot status > /dev/null; mkdcroot apply 2>&1 | tail -1'
	[ "$output" = $'20 20 20 20 20\n20\n10\nmkdcroot: nothing to do: the farm is as /mnt/etc/hosts says' ]
}

@test "of ten that want the same name one gets it" {
	farm_ok 'for i in {10..19}; do mkdcroot add same 192.168.1.$i -q 2> /dev/null && echo got & done; wait; count'
	[ "$output" = $'got\n1 1 0 1 1' ]
}

@test "a layer that two want to make is made once" {
	farm_ok 'for i in 1 2; do mkdcroot layer create x --source /mnt/source & done; wait; agree_layer'
	counts 1 'layer x is ready'
	counts 1 'there is a layer x already'
	[ "${lines[-1]}" = there ]
}
