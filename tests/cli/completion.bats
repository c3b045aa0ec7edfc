#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The bash completion that is made from the command table, asked by a real bash.
# shellcheck disable=SC2016 # the scripts are expanded in the lab

setup_file() { source tests/cli/cli.bash && cli_setup_file layer; }
setup() { source tests/cli/cli.bash && cli_setup; }
teardown() { cli_teardown; }
teardown_file() { cli_clean; }

@test "it is a script that bash and shellcheck accept" {
	farm_ok 'command mkdcroot --completion > /run/test.c; bash -n /run/test.c && shellcheck -s bash -S error /run/test.c && echo good'
	[ "$output" = good ]
}

@test "commands are completed" {
	farm_ok 'complete_words mkdcroot l; complete_words mkdcroot layer ""; complete_words mkdcroot --quiet sta'
	[ "$output" = $'layer list\ncreate list remove show\nstatus' ]
}

@test "options of the command are completed, those of others are not" {
	farm_ok 'complete_words mkdcroot add --r; complete_words mkdcroot list --r; complete_words mkdcroot layer create --so'
	[ "$output" = $'--role\n\n--source' ]
}

@test "hosts and layers that there are" {
	farm_ok 'mkdcroot add alde 192.168.1.9 -q 2> /dev/null; mkdcroot add bella 192.168.1.10 -q 2> /dev/null; complete_words mkdcroot remove b; complete_words mkdcroot show ""; complete_words mkdcroot add x 192.168.1.1 --layer b'
	[[ ${lines[0]} == bella && ${lines[1]} == *"alde bella"* && ${lines[2]} == base ]]
}
