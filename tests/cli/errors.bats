#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Wrong use, wrong files, wrong servers: one clear line, the right exit status, nothing changed.
# shellcheck disable=SC2016 # the scripts are expanded in the lab

setup_file() { source tests/cli/cli.bash && cli_setup_file layer; }
setup() { source tests/cli/cli.bash && cli_setup; }
teardown() { cli_teardown; }
teardown_file() { cli_clean; }

@test "wrong use: exit status 2, and where the help is" {
	farm 'for a in "" nix layer "layer nix" "add a" "add a 192.168.1.9 00:60:08:00:00:01 x" "list x" "--nix" "list --role x" "add --mac" "show" "remove"; do mkdcroot $a > /dev/null; echo "status $?"; done'
	counts 12 'status 2'
	says "there is no command 'nix'" "layer takes one of: create, list, show, remove" "too few arguments: add NAME IP" "'x' is one argument too many" \
		"list has no option --role" "option --mac takes a value"
}

@test "every command has a help, and the man page's sections come from the same table" {
	farm 'mkdcroot --help | sed -n "/^commands:/,/^$/s/^  \(\([a-z-]* \)\{1,2\}\) .*/\1/p" > /run/test.c; command mkdcroot --man-commands > /run/test.m; while read -r c; do mkdcroot $c --help | head -1 || exit; grep -q "^.SS mkdcroot $c " /run/test.m || echo "$c is not in the man page"; done < /run/test.c'
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -ge 12 ]
	counts "${#lines[@]}" '^usage: mkdcroot '
}

@test "a settings file with mistakes: all of them, with file and line" {
	farm 'printf "farm = /mnt/tftpboot\nnix = 1\nkeep_generations = many\nnetmask = 1.2.3\nno equals\nnfs_backend = smb\n" > /mnt/bad; snapshot > /run/test.before; command mkdcroot -c /mnt/bad list; r=$?; snapshot | diff /run/test.before - && exit $r'
	fails_with 1 "/mnt/bad:2: " "/mnt/bad:3: " "/mnt/bad:4: " "/mnt/bad:5" "/mnt/bad:6: "
}

@test "a settings file that there is not, or that is none" {
	farm 'for f in /mnt/nix /mnt /dev/null /dev/zero; do command mkdcroot -c $f list; echo "status $?"; done'
	says "/mnt/nix: No such file"
	counts 4 'status [01]'
}

@test "a hosts file with mistakes: all of them, with file and line" {
	farm 'printf "a 192.168.1.9\n\nb\nA 192.168.1.10\nc 192.168.1.9 nix=1\nd_ 192.168.1.12\ne 192.168.1.13 mac=0\n" > /mnt/etc/hosts; snapshot > /run/test.before; mkdcroot list; mkdcroot add z 192.168.1.99; r=$?; snapshot | diff /run/test.before - && exit $r'
	fails_with 1 "/mnt/etc/hosts:3: " "/mnt/etc/hosts:4: " "/mnt/etc/hosts:5: " "/mnt/etc/hosts:6: " "/mnt/etc/hosts:7: "
}

@test "exports or bootptab that cannot be read: file and line, and nothing is changed" {
	farm 'printf "/srv \"unclosed *(ro)\n" > /mnt/etc/exports; snapshot > /run/test.before; mkdcroot add a 192.168.1.9; snapshot | diff /run/test.before - || exit; rm /mnt/etc/exports; printf "# x\nx:tc=nowhere:ip=1.2.3:\n" > /mnt/etc/bootptab; mkdcroot add a 192.168.1.9 006008C7A3D8'
	says "/mnt/etc/exports:1" "/mnt/etc/bootptab:2"
}

@test "a block of ours that somebody broke is not touched" {
	farm 'mkdcroot add a 192.168.1.9 006008C7A3D8 -q; sed -i /^#.END.mkdcroot/d /mnt/etc/exports; snapshot > /run/test.before; mkdcroot add b 192.168.1.10; mkdcroot remove -y a; r=$?; snapshot | diff /run/test.before - && exit $r'
	fails_with 1 "/mnt/etc/exports:1"
}

@test "a profile with a mistake: file and line" {
	farm 'mkdir -p /mnt/etc/profiles/r; printf "[profile]\nsummary = x\nkind = role\n[host]\nnix = 1\n" > /mnt/etc/profiles/r/profile.conf; snapshot > /run/test.before; mkdcroot add a 192.168.1.9 --role r; r=$?; snapshot | diff /run/test.before - && exit $r'
	fails_with 1 "/mnt/etc/profiles/r/profile.conf:5: "
}

@test "without root's rights it says so" {
	farm 'chmod 755 /mnt; echo a 192.168.1.8 > /mnt/etc/hosts; for c in "add b 192.168.1.9" "layer create x --source /mnt/source" "remove -y a" "mount --all"; do setpriv --reuid 65534 --clear-groups "$LAB_TOP/build/bin/mkdcroot" -c /mnt/etc/mkdcroot.conf $c; echo "status $?"; done'
	counts 4 'status 1'
	counts 4 "root's rights"
}

@test "a store that cannot be written" {
	farm 'mount --bind -o ro /mnt/store /mnt/store; mount -o remount,ro,bind /mnt/store; mkdcroot add a 192.168.1.9'
	fails_with 1 "/mnt/store"
	says "Read-only file system"
}

@test "a store that is a file, or cannot be made" {
	farm 'echo > /mnt/file; for s in /mnt/file /mnt/file/x /proc/x; do echo "store = $s" >> /mnt/etc/mkdcroot.conf; mkdcroot layer create --source /mnt/source; echo "status $?"; done'
	counts 3 'status 1'
	says "/mnt/file" "/proc/x"
}

@test "a store on a file system without trusted attributes: says what to use" {
	farm 'mkdir /mnt/ram; mount -t ramfs ramfs /mnt/ram; sed -i "s|^store.*|store = /mnt/ram|" /mnt/etc/mkdcroot.conf; mkdcroot layer create --source /mnt/source; r=$?; ls /mnt/ram/layers; exit $r'
	fails_with 1 "the store /mnt/ram is on a file system without trusted extended attributes" "put it on ext4, xfs or btrfs"
}

@test "a store that gets full: what was done is taken back" {
	farm 'mkdir /mnt/small; mount -t tmpfs -o size=6m tmpfs /mnt/small; sed -i "s|^store.*|store = /mnt/small|" /mnt/etc/mkdcroot.conf; dd if=/dev/urandom of=/run/big bs=1M count=9 status=none; cp -a /mnt/source /run/s; mv /run/big /run/s/opt
		mkdcroot layer create --source /run/s; r=$?; find /mnt/small/layers /mnt/small/journal -mindepth 1; exit $r'
	fails_with 1 "No space left on device" "what was done was taken back"
	says_not $'\n/mnt/small'
}

@test "missing programs are named with the package that has them" {
	farm 'for p in rsync mkfs.erofs; do path_without $p mkdcroot layer create x --source /mnt/source; echo "status $?"; done; path_without exportfs mkdcroot add a 192.168.1.9; echo "status $?"; path_without mmdebstrap mkdcroot layer create x --source debian:bookworm; echo "status $?"; find /mnt/tftpboot -mindepth 1'
	counts 4 'status 1'
	says "rsync is not installed (apt-get install rsync)" "mkfs.erofs is not installed (apt-get install erofs-utils)" "Debian's package is nfs-kernel-server" "apt-get install mmdebstrap"
}

@test "a farm directory that is no directory" {
	farm 'echo > /mnt/tftpboot; mkdcroot add a 192.168.1.9; echo "status $?"; find /mnt/store/hosts /mnt/store/journal -mindepth 1; cat /mnt/etc/hosts'
	says "/mnt/tftpboot" "status 1"
	says_not /mnt/store/hosts/a
}

@test "an address from which no network leads to the server asks for nfs_server" {
	farm 'ip link set br0 down; mkdcroot add a 192.168.1.9'
	fails_with 1 "nfs_server"
}

@test "another command that is changing the farm is waited for, and named" {
	farm_ok 'flock /mnt/store/lock sleep 2 & sleep 0.3; mkdcroot add a 192.168.1.9; agree a 192.168.1.9'
	says "waiting for process " "added a"
}

@test "standard output that cannot be written is an error" {
	farm 'mkdcroot list > /dev/full'
	fails_with 1 "write to standard output"
}

@test "no file system of the server's is touched outside the paths of the settings" {
	farm_ok 'for d in /etc /var/lib /tftpboot /srv; do [ -d $d ] && find $d -xdev -newer /mnt/etc/mkdcroot.conf; done > /run/test.before; mkdcroot add a 192.168.1.9 -q; mkdcroot remove -yq a
		for d in /etc /var/lib /tftpboot /srv; do [ -d $d ] && find $d -xdev -newer /mnt/etc/mkdcroot.conf; done | diff /run/test.before -; ls /etc/mkdcroot /var/lib/mkdcroot 2> /dev/null; true'
	says_not "> /" mkdcroot/
}
