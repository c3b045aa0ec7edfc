#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# mkdcroot add: what it makes, how it is said, and what it refuses.
# shellcheck disable=SC2016 # the scripts are expanded in the lab

setup_file() { source tests/cli/cli.bash && cli_setup_file layer; }
setup() { source tests/cli/cli.bash && cli_setup; }
teardown() { cli_teardown; }
teardown_file() { cli_clean; }

@test "add makes a root, mounts it and registers the host everywhere" {
	farm_ok 'mkdcroot add aldebaran 192.168.1.100 006008C7A3D8; agree aldebaran 192.168.1.100; cat /mnt/etc/bootptab; mkdcroot status'
	says "added aldebaran: its root is /mnt/tftpboot/192.168.1.100" $'\nthere\n' ":ha=006008C7A3D8:" ":ip=192.168.1.100:"
	[[ $output =~ aldebaran\ +192.168.1.100\ +base/1\ +yes ]]
}

@test "the host has a name, an identity and keys of its own" {
	farm_ok 'mkdcroot add a 192.168.1.9 -q; mkdcroot add b 192.168.1.10 -q; cd /mnt/tftpboot; cat a/etc/hostname a/etc/hosts
		cmp a/etc/machine-id b/etc/machine-id; cmp {a,b}/etc/ssh/ssh_host_ed25519_key; stat -c "%a %U" a/etc/ssh/ssh_host_*_key'
	says $'\na\n' "192.168.1.9"
	counts 2 differ
	counts 2 '^600 root'
}

@test "fstab has no local disk, no swap and no root line" {
	farm_ok 'mkdcroot add a 192.168.1.9 -q --set "mount=s:/x /x nfs ro 0 0"; grep -v "^#" /mnt/tftpboot/a/etc/fstab'
	says_not UUID " swap "
	says s:/x server:/home
}

@test "exports carries mp and an fsid of its own for each host" {
	farm_ok 'mkdcroot add a 192.168.1.9 -q; mkdcroot add b 192.168.1.10 -q; grep ^/mnt /mnt/etc/exports'
	counts 2 '^/mnt/tftpboot/(192[.0-9]*) \1\(rw,sync,no_root_squash,no_subtree_check,mp,fsid=[0-9a-f-]{36}\)$'
	[ "$(grep -o 'fsid=[^)]*' <<< "$output" | sort -u | wc -l)" -eq 2 ]
}

@test "the mount point is immutable and empty when the root is not mounted" {
	farm_ok 'mkdcroot add a 192.168.1.9 -q; mkdcroot umount a; ls -A /mnt/tftpboot/192.168.1.9; touch /mnt/tftpboot/192.168.1.9/x; lsattr -d /mnt/tftpboot/192.168.1.9'
	says_like '*Operation not permitted*----i*192.168.1.9'
}

@test "the overlay is nosuid, nodev and noexec on the server, and can be exported" {
	farm_ok 'mkdcroot add a 192.168.1.9 -q; grep 192.168.1.9 /proc/self/mounts'
	says_like '*nosuid,nodev,noexec*index=on*nfs_export=on*'
}

@test "the umask decides nothing: the store is closed, the root has the layer's modes" {
	farm_ok 'umask 077; mkdcroot add a 192.168.1.9 -q 2> /dev/null; stat -c %a /mnt/store /mnt/tftpboot /mnt/tftpboot/192.168.1.9 /mnt/tftpboot/a/etc/{hostname,ssh,hosts,fstab} /mnt/etc/{hosts,exports}; umask 0; mkdcroot add b 192.168.1.10 -q 2> /dev/null; stat -c %a /mnt/tftpboot/b/etc/{hostname,ssh/ssh_host_ed25519_key} /mnt/store/hosts/b'
	[ "$output" = $'700\n755\n755\n644\n755\n644\n644\n644\n644\n644\n600\n700' ]
}

@test "--dry-run says the steps and changes nothing on disk" {
	farm_ok 'snapshot > /run/test.before; mkdcroot add a 192.168.1.9 --dry-run; snapshot | diff /run/test.before -'
	says "1. create /mnt/store/hosts/a" "9. export /mnt/tftpboot/192.168.1.9"
}

@test "--dry-run --json and --json are JSON" {
	farm_ok 'mkdcroot add a 192.168.1.9 -nj | jq -r ".steps[0].type"; mkdcroot add a 192.168.1.9 --json 2> /dev/null | jq -r ".root, .waiting_for_mac"
		mkdcroot list -j | jq -r ".[].name"; mkdcroot show a -j | jq -r .mounted; mkdcroot status -j > /run/test.s; jq -r ".[0].boot_server" /run/test.s'
	[ "$output" = $'make-host\n/mnt/tftpboot/192.168.1.9\ntrue\na\ntrue\nwaiting for MAC' ]
}

@test "a MAC in every usual notation is the same" {
	farm_ok 'for mac in 00:60:08:C7:A3:d8 00-60-08-c7-a3-d8 006008C7A3D8 0060.08c7.a3d8 0:60:8:c7:a3:d8 006008-c7a3d8; do
		mkdcroot add a 192.168.1.9 $mac -q 2> /dev/null; mkdcroot list | tail -1; mkdcroot remove -yq a; done'
	counts 6 '^a  *192.168.1.9  *00:60:08:c7:a3:d8 '
}

@test "what is no MAC of a computer is refused" {
	farm 'for mac in 00:60:08:c7:a3 00:60:08:c7:a3:d8:1 00:60:08:c7:a3:g8 000000000000 ff:ff:ff:ff:ff:ff 01:00:5e:00:00:01 "" 006008C7A3D; do mkdcroot add a 192.168.1.9 --mac "$mac"; echo "status $?"; done; ls -A /mnt/tftpboot'
	counts 7 'status 2'
}

@test "the MAC is found in ethers, by name or address" {
	farm_ok 'printf "# x\n00:60:08:c7:a3:d8\ta\n0:60:8:c7:a3:d9 192.168.1.10 # b\n" > /mnt/etc/ethers
		mkdcroot add a 192.168.1.9 -q; mkdcroot add b 192.168.1.10 -q; mkdcroot list'
	says_like '*00:60:08:c7:a3:d8*00:60:08:c7:a3:d9*'
}

@test "without a MAC the host is exported, not in bootptab, and said to wait" {
	farm 'mkdcroot add a 192.168.1.9; mkdcroot status; r=$?; grep ^/mnt /mnt/etc/exports; cat /mnt/etc/bootptab; exit $r'
	fails_with 3 "a waits for its MAC: nothing answers its BOOTP requests yet" "waiting for MAC" "/mnt/tftpboot/192.168.1.9 "
	says_not "ip=192.168.1.9"
}

@test "--set, --role and --nic go to the host's line, and do what they say" {
	farm_ok 'mkdir -p /mnt/etc/profiles/kiosk; printf "[profile]\nsummary = x\nkind = role\n[host]\nlink = /etc/kiosk yes\n" > /mnt/etc/profiles/kiosk/profile.conf
		mkdcroot add a 192.168.1.9 -q --role kiosk --nic rtl8139 --set dns=10.0.0.1 --set "mount=s:/a /x nfs ro 0 0"; cat /mnt/etc/hosts; cat /mnt/tftpboot/a/etc/resolv.conf; readlink /mnt/tftpboot/a/etc/kiosk'
	says_like '*role=kiosk nic=rtl8139 dns=10.0.0.1 *mount=s:/a /x nfs ro 0 0*nameserver 10.0.0.1*yes'
}

@test "an unknown role, layer or setting is refused and nothing is changed" {
	farm_ok 'snapshot > /run/test.before; for o in --role=nope --layer=nope --set=nope=1 --set=nope --set=netmask=x --role=../x; do mkdcroot add a 192.168.1.9 $o; echo "status $?"; done; snapshot | diff /run/test.before -'
	counts 6 'status [12]'
}

@test "a name, address or MAC that another host has is refused with its line" {
	farm_ok 'echo "# farm" > /mnt/etc/hosts; mkdcroot add a 192.168.1.9 006008C7A3D8 -q; snapshot > /run/test.before
		mkdcroot add A 192.168.1.10; mkdcroot add b 192.168.1.9; mkdcroot add b 192.168.1.10 0:60:8:c7:a3:d8; snapshot | diff /run/test.before -'
	counts 3 '/mnt/etc/hosts:2: host a already has the '
	says "the name A" "the IP address 192.168.1.9" "the MAC address 00:60:08:c7:a3:d8"
}

@test "run twice, the second one is refused and changes nothing" {
	farm 'mkdcroot add a 192.168.1.9 -q; snapshot > /run/test.before; mkdcroot add a 192.168.1.9; r=$?; snapshot | diff /run/test.before - && exit $r'
	fails_with 1 "/mnt/etc/hosts:1: host a already has the name a"
}

@test "a hand-written exports line for the root is a conflict with file and line" {
	farm 'printf "# mine\n\n/mnt/tftpboot/192.168.1.9 *(ro)\n" > /mnt/etc/exports; snapshot > /run/test.before; mkdcroot add a 192.168.1.9; r=$?; snapshot | diff /run/test.before - && exit $r'
	fails_with 1 "/mnt/etc/exports:3"
}

@test "a hand-written bootptab entry for the name, address or MAC is a conflict with file and line" {
	farm_ok 'for e in a:ip=10.1.1.1: x:ip=192.168.1.9: x:ha=006008C7A3D8:; do
		printf "# mine\n$e\n" > /mnt/etc/bootptab; snapshot > /run/test.before; mkdcroot add a 192.168.1.9 006008C7A3D8; snapshot | diff /run/test.before -; done'
	counts 3 '/mnt/etc/bootptab:2'
}

@test "invalid names and addresses are refused" {
	farm 'for n in -a a_b a..b "" .. ../x a/b 1.2.3.4 "a b" $(printf "x%.0s" {1..64}); do mkdcroot add -- "$n" 192.168.1.9; echo "status $?"; done
		for i in 1.2.3 1.2.3.4.5 256.1.1.1 0.0.0.0 127.0.0.1 224.0.0.1 01.2.3.4 host fe80::1; do mkdcroot add a $i; echo "status $?"; done; ls -A /mnt/tftpboot'
	counts 19 '^status 2'
}

@test "things that stand in the host's place are refused" {
	farm 'for p in /mnt/store/hosts/a /mnt/tftpboot/192.168.1.9 /mnt/tftpboot/a; do mkdir -p $p; mkdcroot add a 192.168.1.9; echo "status $?"; rmdir $p; done'
	counts 3 '^status 1'
	counts 3 ' exists'
}

@test "host keys and machine-id stay when the root is mounted again" {
	farm_ok 'mkdcroot add a 192.168.1.9 -q; cd /; sha256sum /mnt/tftpboot/a/etc/{machine-id,ssh/ssh_host_*} > /run/test.1; mkdcroot umount a; mkdcroot mount a; sha256sum -c --quiet /run/test.1 && echo same'
	[ "${lines[-1]}" = same ]
}

@test "root can log in with what the settings say" {
	farm_ok 'h=$(openssl passwd -6 -salt x secret); printf "root_hash = $h\nroot_key = ssh-ed25519 AAAA me\n" >> /mnt/etc/mkdcroot.conf; mkdcroot add a 192.168.1.9
		grep ^root /mnt/tftpboot/a/etc/shadow; cd /mnt/tftpboot/a/root/.ssh; cat authorized_keys; stat -c %a . authorized_keys'
	says_not "nobody will be able"
	says_like '*root:$6$x$*ssh-ed25519 AAAA me*700?600'
}

@test "a layer without a word of its own can be named" {
	farm_ok 'mkdcroot layer create two --source /mnt/source -q; mkdcroot add a 192.168.1.9 --layer two -q; mkdcroot show a; mkdcroot list'
	says "layer:       two, generation 1"
}

@test "show tells where everything is" {
	farm_ok 'mkdcroot add a 192.168.1.9 006008C7A3D8 -q; mkdcroot show a'
	says "root:        /mnt/tftpboot/192.168.1.9 (mounted)" "changes:     /mnt/store/hosts/a/upper" "boot server: yes" "in files: yes"
}
