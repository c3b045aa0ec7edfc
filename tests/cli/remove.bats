#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# mkdcroot remove, status, mount and umount.
# shellcheck disable=SC2016 # the scripts are expanded in the lab

setup_file() { source tests/cli/cli.bash && cli_setup_file layer; }
setup() { source tests/cli/cli.bash && cli_setup; }
teardown() { cli_teardown; }
teardown_file() { cli_clean; }

@test "remove leaves nothing of the host behind" {
	farm_ok 'mkdcroot add a 192.168.1.9 006008C7A3D8 -q; mkdcroot remove --yes a; agree a 192.168.1.9; find /mnt/tftpboot /mnt/store/hosts -mindepth 1; mkdcroot list | wc -l'
	says_like $'*mkdcroot: removed a\nabsent\n1'
}

@test "exports and bootptab are byte for byte what they were: whatever their ends, line ends and modes" {
	farm_ok 'for text in "" "/srv *(ro)\n" "/srv *(ro)" "/srv *(ro)\r\n# x\r\n" "\n\n" "# only a comment"; do there_and_back "$text" "${text//\/srv \*(ro)/x:ip=10.0.0.1:}" || exit; done; echo same'
	[ "${lines[-1]}" = same ]
}

@test "exports with the oddities of the manual are byte for byte what they were" {
	farm_ok 'cat > /mnt/odd <<-"END"
		# comment with \ at its end \
		/usr	*.local.domain(ro) @trusted(rw)
		"/with space"  2001:db8::/32(rw,sec=krb5i) 192.168.0.0/255.255.255.0(ro)
		/octal\040name   -ro,no_subtree_check  a.b(rw)   c \
		   d(rw) # more
		/pub	*(ro,insecure,all_squash)

		END
		there_and_back "$(sed "s/\\\\/\\\\\\\\/g" /mnt/odd)" "x:ip=10.0.0.1:" && echo same'
	[ "${lines[-1]}" = same ]
}

@test "files that were links stay links, modes and owners stay" {
	farm_ok 'cd /mnt/etc; echo "# x" > real; chmod 640 real; chown 7:8 real; ln -s real exports; mkdcroot add a 192.168.1.9 -q; readlink exports; stat -c "%a %u %g" real; grep -c ^/mnt real; mkdcroot remove -yq a; cat real'
	says_like $'*real\n640 7 8\n1\n# x'
}

@test "several are removed at once; with an unknown one among them none is" {
	farm_ok 'for i in 1 2 3; do mkdcroot add h$i 192.168.1.1$i -q; done; mkdcroot remove -y h1 nix h2; mkdcroot list | wc -l; mkdcroot remove -y h1 h3; mkdcroot list'
	says "there is no host nix" $'\n4\n' "removed h1" "removed h3"
	says_like '*h2 *'
}

@test "the same name twice is removed once" {
	farm 'mkdcroot add a 192.168.1.9 -q; mkdcroot remove -y a a; r=$?; agree a 192.168.1.9; exit $r'
	says "removed a" absent
}

@test "it asks, and without a terminal wants --yes" {
	farm 'mkdcroot add a 192.168.1.9 -q; mkdcroot remove a < /dev/null; echo "status $?"; script -qec "mkdcroot --config /mnt/etc/mkdcroot.conf remove a" /dev/null <<< n; mkdcroot list | tail -1'
	says_like '*say --yes*status 1*Delete a, with all that it wrote? [[]y/N]*not done*a *'
}

@test "--dry-run says the steps and changes nothing" {
	farm_ok 'mkdcroot add a 192.168.1.9 006008C7A3D8 -q; snapshot > /run/test.before; mkdcroot remove a -n; snapshot | diff /run/test.before -'
	says "1. take a out of" "delete the host's own changes"
}

@test "a root that is in use is kept, registered and exported as it was" {
	farm 'mkdcroot add a 192.168.1.9 006008C7A3D8 -q; cd /mnt/tftpboot/192.168.1.9; mkdcroot remove -y a; r=$?; cd /; agree a 192.168.1.9; mkdcroot remove -yq a; agree a 192.168.1.9; exit $r'
	fails_with 1 "unmount /mnt/tftpboot/192.168.1.9" "in use" "what was done was taken back"
	says_like $'*\nthere\nabsent'
}

@test "a host that is only a line in the hosts file can be removed" {
	farm_ok 'echo "a 192.168.1.9" > /mnt/etc/hosts; mkdcroot status; echo "status $?"; mkdcroot remove -y a; agree a 192.168.1.9'
	says "status 3" absent
}

@test "status: 0 when all is good, 3 when something is not, 1 for an unknown host" {
	farm_ok 'mkdcroot add a 192.168.1.9 006008C7A3D8 -q; mkdcroot status; echo "good $?"; umount /mnt/tftpboot/192.168.1.9; mkdcroot status a; echo "unmounted $?"; mkdcroot mount a
		echo > /mnt/etc/bootptab; mkdcroot status; echo "unregistered $?"; mkdcroot status nix; echo "unknown $?"'
	says "good 0" "unmounted 3" "unregistered 3" "unknown 1"
}

@test "after a boot of the server mount --all brings everything back" {
	farm 'for i in 1 2 3; do mkdcroot add h$i 192.168.1.1$i 00600800000$i -q; done; echo kept > /mnt/tftpboot/h2/etc/kept; exit 0'
	farm_ok 'mkdcroot status; echo "before $?"; mkdcroot mount --all; mkdcroot mount --all; mkdcroot status; echo "after $?"; cat /mnt/tftpboot/h2/etc/kept'
	says "before 3" "after 0"
	[ "${lines[-1]}" = kept ]
}

@test "a host that fails does not keep the others from being mounted, the exit status is 3" {
	farm 'for i in 1 2 3; do mkdcroot add h$i 192.168.1.1$i -q; done; exit 0'
	farm 'rm -r /mnt/store/hosts/h2/work; echo > /mnt/store/hosts/h2/work; mkdcroot mount --all; r=$?; mountpoint /mnt/tftpboot/192.168.1.11; mountpoint /mnt/tftpboot/192.168.1.13; exit $r'
	fails_with 3 "mount h2: " "mount: 1 of 3 hosts failed" "192.168.1.11 is a mountpoint" "192.168.1.13 is a mountpoint"
}

@test "a host that fails does not keep the others from being unmounted, the exit status is 3" {
	farm 'for i in 1 2 3; do mkdcroot add h$i 192.168.1.1$i -q; done; cd /mnt/tftpboot/h2; mkdcroot umount --all; r=$?; grep -c /mnt/tftpboot/ /proc/self/mounts; exit $r'
	fails_with 3 "umount h2: " "umount: 1 of 3 hosts failed"
	[ "${lines[-1]}" = 1 ]
}

@test "mount and umount want names or --all, and not both" {
	farm 'for v in mount umount; do mkdcroot $v; echo "status $?"; mkdcroot $v a --all; echo "status $?"; mkdcroot $v nix; echo "status $?"; done'
	counts 4 'status 2'
	counts 2 'status 1'
}

@test "umount and mount --dry-run change nothing" {
	farm_ok 'mkdcroot add a 192.168.1.9 -q; snapshot > /run/test.before; mkdcroot umount --all -n; snapshot | diff /run/test.before -'
	says "umount a"
}

@test "a farm of no hosts can be mounted and asked for" {
	farm_ok 'mkdcroot mount --all && mkdcroot umount --all && mkdcroot status && mkdcroot list && mkdcroot list --json'
	[ "${lines[-1]}" = "[]" ]
}
