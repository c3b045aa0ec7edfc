#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A client is root in its tree, and a source may be anybody's: whatever is planted there, nothing outside is
# touched or read, and nothing blocks.
# shellcheck disable=SC2016 # the scripts are expanded in the lab

setup_file() { source tests/cli/cli.bash && cli_setup_file layer; }
setup() { source tests/cli/cli.bash && cli_setup; }
teardown() { cli_teardown; }
teardown_file() { cli_clean; }

@test "host: absolute links to files and directories of the server" { farm_ok 'host_with absolute'; }
@test "host: links that climb out with .." { farm_ok 'host_with climbing'; }
@test "host: links that lead to themselves and to each other" { farm_ok 'host_with loop'; }
@test "host: FIFOs" { farm_ok 'host_with fifo'; }
@test "host: sockets and devices" { farm_ok 'host_with device'; }
@test "host: hard links to another of its files" { farm_ok 'host_with hardlink'; }
@test "host: directories in the place of files, files in the place of directories" { farm_ok 'host_with swapped'; }
@test "host: nothing left at all" { farm_ok 'host_with nothing'; }
@test "host: /etc itself is a link out" { farm_ok 'host_with etc'; }
@test "host: names with line breaks, control characters, 254 bytes, not UTF-8" { farm_ok 'host_with names'; }

@test "host: directories nested deeper than a process may have descriptors" {
	farm_ok 'ulimit -n 512; host_with deep'
}

@test "source: absolute links to files and directories of the server" { farm_ok 'source_with absolute'; }
@test "source: links that climb out with .." { farm_ok 'source_with climbing'; }
@test "source: links that lead to themselves and to each other" { farm_ok 'source_with loop'; }
@test "source: FIFOs" { farm_ok 'source_with fifo'; }
@test "source: sockets and devices" { farm_ok 'source_with device'; }
@test "source: hard links to another of its files" { farm_ok 'source_with hardlink'; }
@test "source: directories in the place of files, files in the place of directories" { farm_ok 'source_with swapped'; }
@test "source: nothing at the paths that we read" { farm_ok 'source_with nothing'; }
@test "source: /etc itself is a link out" { farm_ok 'source_with etc'; }
@test "source: names with line breaks, control characters, 254 bytes, not UTF-8" { farm_ok 'source_with names'; }

@test "the sentinels notice: a read and a write are both seen" {
	farm_ok 'sentinels; cat /mnt/outside/file > /dev/null; untouched || echo read; sentinels; echo x >> /mnt/outside/dir/hostname; untouched || echo written; sentinels; ls /mnt/outside/dir > /dev/null; untouched || echo listed; sentinels; untouched && echo clean'
	counts 1 '^read$'
	counts 1 '^written$'
	counts 1 '^listed$'
	[ "${lines[-1]}" = clean ]
}

@test "an upper or a work directory that is a link is not followed" {
	farm 'sentinels; mkdcroot add a 192.168.1.9 -q; mkdcroot umount a; cd /mnt/store/hosts/a; rm -r upper; ln -s /mnt/outside/dir upper; bounded show a; bounded remove -y a; agree a 192.168.1.9; cat /mnt/outside/dir/hostname'
	says_like $'*absent\nsentinel'
}
