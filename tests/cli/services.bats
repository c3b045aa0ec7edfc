#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The printed lines serve the farm: real inetds, tcpd, bootpd and in.tftpd, real clients; status tells what runs.
# shellcheck disable=SC2016 # the scripts are expanded in the lab

setup_file() { source tests/cli/cli.bash && cli_setup_file layer; }
setup() { source tests/cli/cli.bash && cli_setup && export FARM_TIMEOUT=240; }
teardown() { cli_teardown; }
teardown_file() { cli_clean; }

# BACKEND SCRIPT
served() {
	farm_ok "lab_settings 'nfs_backend = $1' 'nfs = ${3:-4}'; source $BATS_TEST_DIRNAME/services.bash; $2"
}

@test "from openbsd-inetd behind tcpd: answers aldebaran, not the stranger; status says who has the port" { served none 'from_inetd openbsd-inetd inetd'; }
@test "from xinetd behind tcpd: the same" { served none 'from_inetd xinetd xinetd'; }
@test "stand-alone by the printed commands: the same, and who asks hosts.allow" { served none alone; }
@test "a refusal by tcpd keeps the others waiting, unless all are allowed" { served none slow_refusal; }
@test "without 0.0.0.0 in hosts.allow a ROM's request is refused" { served none without_zeros; }
@test "status names each service that does not run, and exits 3 for them with --services alone" { served ganesha in_turn 3; }

@test "what another machine does is not missed, what listens elsewhere is" {
	served kernel elsewhere
	says_like "*NFS *TCP 2049 *elsewhere *at 192.168.1.77*"
	says_like "*TFTP *other address *in.tftpd listens on 127.0.0.1 only*"
}

@test "the JSON of status stays an array of hosts" {
	farm_ok 'mkdcroot add a 192.168.1.9 -q 2> /dev/null; mkdcroot status --json > /run/json; jq -r ".[] | .name, .ip" < /run/json'
	[ "$output" = $'a\n192.168.1.9' ]
}

@test "the printed lines follow the settings, and say what is untested" {
	farm_ok 'for s in "tftp_root = /" "bootptab = /etc/bootptab" "nfs = 3"; do echo "$s" >> /mnt/etc/mkdcroot.conf; done; mkdcroot add a 192.168.1.9 -q 2> /dev/null; mkdcroot serve --print-services'
	says $'\tbootpd -i -t 120\n' $'\tin.tftpd /mnt/tftpboot/boot\n' "bootpd: 0.0.0.0 192.168.1.0/255.255.255.0" "rpcbind: 127.0.0.1 192.168.1.0/255.255.255.0" \
		"Debian 12 (tested)" "Ubuntu (untested)" "RHEL (untested)" "openSUSE (untested)" "Arch Linux (untested)" "Alpine (untested)" "Slackware (untested)" "rpcbind is needed"
}

@test "a path that no inetd can be told is refused" {
	farm 'sed -i "s|^bootptab.*|bootptab = /mnt/etc/boot tab|" /mnt/etc/mkdcroot.conf; mkdcroot serve --print-services'
	fails_with 1 "bootptab = /mnt/etc/boot tab: the files of an inetd know no names with blanks"
}

@test "the daemons of mkdcroot serve are seen while it runs" {
	served ganesha 'mkdcroot add a 192.168.1.9 006008C7A3D8 -q 2> /dev/null; mkdir -p /mnt/tftpboot/boot; echo x > /mnt/tftpboot/boot/vmlinuz.nb
		"$LAB_TOP/build/bin/mkdcroot" -c /mnt/etc/mkdcroot.conf serve --interface br0 --boot-server bootpd > /run/serve.log 2>&1 & _lab_wait 60 serve grep -q "^serving" /run/serve.log || cat /run/serve.log
		mkdcroot status --services; echo "status $?"; kill $!; wait $!; mkdcroot status --services > /dev/null; echo "after $?"' 3
	says "status 0" "after 3"
	counts 1 '^boot server +UDP 67 +yes +running +bootpd$'
}
