#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# mkdcroot serve with the real daemons, in a lab, asked by real BOOTP, DHCP, TFTP and NFS clients.
# shellcheck disable=SC2016 # the scripts are expanded in the lab

setup_file() { source tests/cli/cli.bash && cli_setup_file layer; }

setup() {
	source tests/cli/cli.bash && cli_setup
	export LAB_SOURCE=$PWD/tests/cli/serve.bash
}

teardown() { cli_teardown; }
teardown_file() { cli_clean; }

# As farm, with time for the daemons on a busy machine.
served() {
	run timeout 280 "$BASH" -c 'source tests/lib/lab.bash; lab_in "$@"' lab "$LAB" farm_do "$@"
	echo "$output"
	[ "$status" -eq 0 ]
}

answers='make_farm; serve $WITH && cat $SERVE_LOG
	client a 00:60:08:c7:a3:d8; client b a2:00:00:00:00:02
	echo "-- dhcp a"; dhcp a; echo "-- dhcp b"; dhcp b; echo "-- bootp a"; bootp a 192.168.1.100
	echo "-- stranger: $(no_answer s 02:00:00:00:00:99 | grep . | paste -sd " ")"'

check_answers() {
	says_like '*-- dhcp a*boot_file=/vmlinuz.nb
dns=192.168.1.2
hostname=aldebaran
ip=192.168.1.100
rootpath=/mnt/tftpboot/192.168.1.100
serverid=192.168.1.1
siaddr=192.168.1.1
subnet=255.255.255.0
-- dhcp b
boot_file=/vmlinuz.nb
dns=192.168.1.2
domain=stars.example
hostname=bellatrix
ip=192.168.1.101
rootpath=/mnt/tftpboot/192.168.1.101
router=192.168.1.254
serverid=192.168.1.1
siaddr=192.168.1.1
subnet=255.255.255.0
-- bootp a*' || return
	says_like '*-- bootp a*Y:192.168.1.100*S:192.168.1.1*file:/vmlinuz.nb*-- stranger:*' || return
	says_like '*-- bootp a*192.168.1.100*/mnt/tftpboot/192.168.1.100*-- stranger:*' || return
	says_like '*-- stranger: no answer'
}

@test "dnsmasq tells a host all that is its own, by DHCP and BOOTP, and a stranger nothing" {
	WITH='' served "$answers"
	says 'serving 3 hosts on br0 (192.168.1.1): dnsmasq, dnsmasq-tftp, nfs-ganesha, rpcbind'
	check_answers
}

@test "bootpd tells a host all that is its own, by DHCP and BOOTP, and a stranger nothing" {
	export WITH='--boot-server bootpd'
	served "$answers"
	says 'serving 3 hosts on br0 (192.168.1.1): bootpd, in.tftpd, nfs-ganesha, rpcbind'
	check_answers
}

loads='make_farm; serve $WITH; client a 00:60:08:c7:a3:d8; client b a2:00:00:00:00:02
	fetch a 192.168.1.100 /vmlinuz.nb; fetch a 192.168.1.100 vmlinuz.nb; fetch a 192.168.1.100 ../store/lock
	echo "own: $(roots a 192.168.1.100 192.168.1.100 | paste -sd " ")"
	echo "own: $(roots b 192.168.1.101 192.168.1.101 | paste -sd " ")"
	echo "another: $(roots b 192.168.1.101 192.168.1.100 | paste -sd " ")"
	echo "stranger: $(roots b 192.168.1.77 192.168.1.100 | paste -sd " ")"
	serve_says "aldebaran .*loaded"; serve_says "aldebaran .*mounted"; serve_says "vmlinuz|lock"'

check_loads() {
	counts 2 '^byte for byte$' && counts 2 '^own: 3 3$' && says 'another: 0 0' 'stranger: 0 0' &&
		says_not 'did not come up'
}

@test "with dnsmasq a host loads its file, sees its root by NFSv3 and v4, and no other one" {
	WITH='' served "$loads"
	check_loads
}

@test "with in.tftpd a host loads its file, sees its root by NFSv3 and v4, and no other one" {
	export WITH='--boot-server bootpd'
	served "$loads"
	check_loads
}

@test "hosts that are added and removed meanwhile are served, and are not any more" {
	for WITH in '' '--boot-server bootpd'; do
		export WITH
		served 'make_farm; serve $WITH; client d 02:00:00:00:00:04; no=$(dhcp d -t 1 -T 1); echo "before: $no"
			mkdcroot -q add deneb 192.168.1.103 02:00:00:00:00:04 2> /dev/null; serve_says "serving 4 hosts"
			dhcp d | grep ip=; roots d 192.168.1.103 192.168.1.103; mkdcroot -yq remove deneb; serve_says "serving 3 hosts$"
			echo "after: $(dhcp d -t 1 -T 1)"; echo "after: $(roots d 192.168.1.103 192.168.1.103 | paste -sd " ")"
			for i in 1 2 3; do mkdcroot -q add deneb 192.168.1.103 02:00:00:00:00:04 2> /dev/null; mkdcroot -yq remove deneb; done
			sleep 2; echo "again: $(dhcp d -t 1 -T 1)"; kill -0 $SERVE && echo "still there"; cat $SERVE_ERR'
		says 'before: no answer' $'ip=192.168.1.103\n3\n3' 'after: no answer' 'after: 0 0' 'again: no answer' 'still there'
		says_not 'did not come up'
		cli_teardown
		cli_setup
	done
}

@test "where mounts propagate, as on a real server, a root that is added meanwhile is served, too" {
	served 'mount --make-rshared /; make_farm; serve; client d 02:00:00:00:00:04
		mkdcroot -q add deneb 192.168.1.103 02:00:00:00:00:04 2> /dev/null; serve_says "serving 4 hosts"
		roots d 192.168.1.103 192.168.1.103; grep -c " /mnt/tftpboot/192" /proc/self/mounts; kill -INT $SERVE; serve_end
		mkdcroot mount --all && grep -c " /mnt/tftpboot/192" /proc/self/mounts'
	says $'3\n3\n1\n' 'serve: status 0'
	[ "${lines[-1]}" -eq 4 ]
}

@test "Ctrl-C, TERM and KILL leave no process, mount, file or namespace" {
	served 'all_ends'
	counts 3 '^nothing is left$'
	counts 2 '^serve: status 0$'
	counts 1 '^serve: status 137$'
}

@test "a daemon that dies ends it, and is named" {
	served 'make_farm; for p in ganesha.nfsd dnsmasq rpcbind; do mkdir -p /mnt/store/serve; serve; kill -KILL $(pid_of $p); serve_end; pid_of dnsmasq; done
		for p in bootpd in.tftpd; do serve --boot-server bootpd; kill -KILL $(pid_of $p); serve_end; done'
	says 'serve: nfs-ganesha was killed by signal 9' 'serve: dnsmasq' 'serve: rpcbind was killed by signal 9'
	says 'serve: bootpd was killed by signal 9' 'serve: in.tftpd was killed by signal 9'
	counts 5 '^serve: status 1$'
}

@test "another DHCP server is noticed: nothing is served, unless told" {
	served 'make_farm; rival; serve || serve_end; serve --despite-dhcp && echo ready; cat $SERVE_ERR; ip -4 -o address show br0 | wc -l'
	says 'serve: another DHCP server answers on br0: 192.168.1.254 (52:54:00:00:00:fe)' '--despite-dhcp' 'serve: status 1'
	says $'ready\nmkdcroot: warning: another DHCP server answers on br0, too: 192.168.1.254'
}

@test "a second one for the same farm is refused, commands go on working" {
	served 'make_farm; serve; mkdcroot serve; echo "second: $?"; mkdcroot -q add x 192.168.1.9 && mkdcroot -yq remove x && echo "commands work"'
	says 'serve: this farm is served already' 'holds it' 'second: 1' 'commands work'
}

@test "a port that another program has is told with its name" {
	served 'make_farm; hold_port udp 67; serve || serve_end; serve --boot-server bootpd || serve_end; kill $HOLDER
		hold_port tcp 2049; serve || serve_end'
	counts 2 'UDP port 67 is taken by perl \(process [0-9]+\): stop it first'
	says 'start nfs-ganesha: TCP port 2049 is taken by perl' '--nfs-server'
	counts 3 '^serve: status 1$'
}

@test "--print and --dry-run start nothing and change nothing" {
	served 'make_farm; leavings > /run/test.before; mkdcroot serve --print; mkdcroot serve --dry-run --boot-server bootpd; mkdcroot serve --dry-run --json | jq -r ".start[0]"; leavings | diff /run/test.before - && echo "nothing changed"'
	says '==> /run/dnsmasq.conf <==' 'dhcp-ignore=tag:!known' '==> /run/ganesha.conf <==' '192.168.1.101'
	says 'serve 3 hosts on br0 (192.168.1.1)' 'start bootpd -i' 'start in.tftpd' $'\nrpcbind -f\nnothing changed'
}

@test "JSON is an object a line, and verbose has the daemons' own words" {
	served 'make_farm; serve --json --verbose; client a 00:60:08:c7:a3:d8; dhcp a > /dev/null; serve_says "\"stage\":\"answered\""; kill -INT $SERVE; serve_end
		jq -r "select(.say == \"ready\") | \"\(.hosts) \(.interface) \(.daemons | length)\"" $SERVE_LOG
		jq -r "select(.say == \"stage\") | \"\(.host) \(.stage)\"" $SERVE_LOG
		jq -r "select(.say == \"log\" and .daemon == \"dnsmasq\") | .text" $SERVE_LOG | grep -m 1 -o "DHCPACK(br0) 192.168.1.100"'
	says '3 br0 4' 'aldebaran asked' 'aldebaran answered' 'DHCPACK(br0) 192.168.1.100'
}

@test "who cannot be served is named with the reason, the others are served" {
	served 'make_farm; mkdcroot -q add nomac 192.168.1.9 2> /dev/null; echo "far 10.0.0.1 mac=020000000009" >> /mnt/etc/hosts
		echo "unmade 192.168.1.8 mac=020000000008" >> /mnt/etc/hosts; serve; cat $SERVE_LOG $SERVE_ERR; echo "x y z" >> /mnt/etc/hosts; sleep 2; cat $SERVE_ERR; kill -0 $SERVE && echo alive'
	says 'serving 3 hosts' 'nomac is not served: its hardware address is not known' 'far is not served: 10.0.0.1 is not on the network of br0'
	says 'unmade is not served: ' 'the hosts stay as they were: /mnt/etc/hosts:' alive
}

@test "interfaces: none, several, unknown, down, named" {
	served 'make_farm; ip link add d0 type veth peer name d1; ip address add 192.168.1.7/24 dev d0; ip link set d0 up
		mkdcroot serve --dry-run; mkdcroot serve --dry-run --interface d0; mkdcroot serve --dry-run --interface nix
		ip link set d0 down; mkdcroot serve --interface d0; ip address flush dev d0; mkdcroot serve --interface d0; ip address flush dev br0; mkdcroot serve; true'
	says 'several interfaces (br0, d0): say which one by --interface' 'serve 3 hosts on d0 (192.168.1.7)' 'there is no interface nix'
	says 'interface d0 is down' 'interface d0 has no IPv4 address' 'no interface has an address on the network of aldebaran'
}

@test "wrong words are wrong usage; the kernel's NFS server must run to be used" {
	served 'make_farm; mkdcroot serve --boot-server x; echo $?; mkdcroot serve --nfs-server x; echo $?; mkdcroot serve --nfs-server kernel; echo $?; mkdcroot serve now; echo $?; true'
	says $'--boot-server takes one of: dnsmasq bootpd' $'--nfs-server takes one of: kernel ganesha none' "the kernel's NFS server does not run"
	counts 3 '^2$'
	counts 1 '^1$'
}

@test "without its program a daemon is named with its package" {
	served 'make_farm; path_without dnsmasq true; mount -t tmpfs tmpfs /usr/sbin; PATH=/run/path serve --boot-server dnsmasq || serve_end; PATH=/run/path mkdcroot serve --dry-run --boot-server bootpd | head -1; true'
	says 'install the package'
}

@test "--nfs-server none leaves NFS to others; the machine's rpcbind is used where there is one" {
	served 'make_farm; serve --nfs-server none; cat $SERVE_LOG; kill -INT $SERVE; serve_end; rpcbind -f -w & _lab_wait 10 rpcbind rpcinfo -p 127.0.0.1
		serve; cat $SERVE_LOG; client a 00:60:08:c7:a3:d8; roots a 192.168.1.100 192.168.1.100'
	says 'serving 3 hosts on br0 (192.168.1.1): dnsmasq, dnsmasq-tftp'$'\n' $'nfs-ganesha\n3\n3'
}
