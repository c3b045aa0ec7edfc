# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What tests/cli/services.bats does inside the lab, beside what cli.bash has: an /etc of its own with the printed lines,
# and two computers on the bridge, in network namespaces: aldebaran (192.168.1.100), whom hosts.allow knows, and a
# stranger (10.9.9.9), whom it does not, though the bootptab has him.

TOOLS=$LAB_TOP/build/tools

# KEY: the text of serve --print-services.
printed() {
	mkdcroot serve --print-services --json | jq -r --arg key "$1" '.[] | select(.key == $key).text'
}

services_begin() {
	mkdir -p /run/etc/{upper,work}
	mount -t overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work etc /etc
	printf '127.0.0.1 localhost\n192.168.1.1 farm\n192.168.1.100 aldebaran\n10.9.9.9 stranger\n' > /etc/hosts
	: > /etc/resolv.conf
	ip address change 192.168.1.1/24 broadcast 192.168.1.255 dev br0
	ip address add 10.9.9.1/24 broadcast 10.9.9.255 dev br0
	computer aldebaran 192.168.1.100/24 02:00:00:00:00:01
	computer stranger 10.9.9.9/24 02:00:00:00:00:02
	mkdir -p /mnt/tftpboot/boot
	head -c 300001 /dev/urandom > /mnt/tftpboot/boot/vmlinuz.nb
	chmod 755 /mnt /mnt/tftpboot /mnt/tftpboot/boot
	printf 'stranger:ht=ethernet:ha=020000000002:ip=10.9.9.9:sm=255.255.255.0:bf=/vmlinuz.nb\n' > /mnt/etc/bootptab
	mkdcroot add aldebaran 192.168.1.100 02:00:00:00:00:01 --quiet 2> /dev/null || return
	for file in services hosts.allow hosts.deny; do
		printed $file > /etc/$file
	done
}

computer() { # NAME ADDRESS MAC
	ip netns add "$1"
	ip link add "v$1" type veth peer name eth0 netns "$1"
	ip link set "v$1" master br0 up
	ip -n "$1" link set eth0 address "$3" up
	ip -n "$1" address add "$2" dev eth0
}

on() {
	ip netns exec "$@"
}

# NAME [SECONDS]: as its boot ROM asks.
bootp() {
	on "$1" "$LAB_TOP/tests/lib/bootp-ask" eth0 "${2:-30}" 2>&1
}

# NAME SERVER SECONDS: with its own address; what bootptest says of an answer.
bootptest_from() {
	timeout "$3" ip netns exec "$1" bootptest -h "$2" 2>&1 | sed -n 's/.*(reply).* \(Y:[^ ]*\).*/\1/p' | head -1
}

# NAME SERVER: "same" when the file is got byte for byte.
tftp_from() {
	rm -f /run/got
	timeout 10 ip netns exec "$1" tftp -4 -m binary "$2" -c get /vmlinuz.nb /run/got > /run/tftp.log 2>&1
	if cmp -s /run/got /mnt/tftpboot/boot/vmlinuz.nb; then echo same; else echo nothing; fi
}

# What is needed here and does not run, in one line.
missing() {
	mkdcroot status --services --json | jq -r '[.[] | select(.missing).service] | join(" ")'
}

# SERVICE: by whom.
by() {
	mkdcroot status --services --json | jq -r --arg s "$1" '.[] | select(.service == $s).by'
}

same() { # WHAT WANTED GOT
	[ "$2" = "$3" ] && { echo "$1: $3"; return; }
	echo "$1: '$3', not '$2'"
	exit 1
}

listens() { # UDP PORT
	_lab_wait 10 "UDP port $1" udp_is_bound "$1" || exit 1
}

start_openbsd-inetd() {
	printed inetd.conf > /etc/inetd.conf
	"$TOOLS/openbsd-inetd/usr/sbin/inetd" -i > /mnt/log/inetd 2>&1 &
	INETD=$!
}

start_xinetd() {
	cp "$TOOLS/xinetd/etc/xinetd.conf" /etc/xinetd.conf
	mkdir -p /etc/xinetd.d
	printed xinetd > /etc/xinetd.d/mkdcroot
	"$TOOLS/xinetd/usr/sbin/xinetd" -dontfork -filelog /mnt/log/xinetd > /mnt/log/xinetd.out 2>&1 &
	INETD=$!
}

# openbsd-inetd|xinetd NAME: everything from an inetd behind tcpd.
from_inetd() {
	services_begin || exit
	same "missing before" "boot-server tftp" "$(missing)"
	"start_$1"
	listens 67
	listens 69
	same "missing with it" "" "$(missing)"
	same "who has the port" "$2, which starts it when it is asked" "$(by boot-server)"
	same "only IPv4" 0 "$(ss -Hlun6 | grep -cE ':(67|69) ')"

	# Nothing runs yet but the inetd: tcpd decides.
	same "TFTP, the stranger" nothing "$(tftp_from stranger 10.9.9.1)"
	same "TFTP, aldebaran" same "$(tftp_from aldebaran 192.168.1.1)"
	same "TFTP, the stranger, of the running in.tftpd" nothing "$(tftp_from stranger 10.9.9.1)"
	same "TFTP runs" "in.tftpd (from $2)" "$(by tftp)"
	same "BOOTP, the stranger" "" "$(bootptest_from stranger 10.9.9.1 1.5)"
	pgrep -x bootpd && exit 1
	same "BOOTP, aldebaran's ROM" "192.168.1.100 /vmlinuz.nb" "$(bootp aldebaran)"
	same "BOOTP, aldebaran with its address" "Y:192.168.1.100" "$(bootptest_from aldebaran 192.168.1.1 8)"
	same "BOOTP runs" "bootpd (from $2)" "$(by boot-server)"
	same "one bootpd" 1 "$(pgrep -cx bootpd)"
	same "as long as bootpd runs it answers whom the bootptab has" "Y:10.9.9.9" "$(bootptest_from stranger 10.9.9.1 8)"

	kill "$INETD"
	pkill -x 'bootpd|in.tftpd'
	_lab_wait 10 "the end of them" gone 67
	same "missing after" "boot-server tftp" "$(missing)"
}

gone() {
	! udp_is_bound "$1"
}

# The refusal that keeps everybody waiting, as the printed comment says.
slow_refusal() {
	services_begin || exit
	start_openbsd-inetd
	listens 67
	bootptest_from stranger 10.9.9.1 0.5
	sleep 1
	same "in tcpd's pause" "no answer" "$(bootp aldebaran 2)"
	same "after it" "192.168.1.100 /vmlinuz.nb" "$(bootp aldebaran 30)"
	sed -i 's/^bootpd:.*/bootpd: ALL/' /etc/hosts.allow
	pkill -x bootpd
	_lab_wait 10 "the end of bootpd" no_bootpd
	same "bootpd: ALL, the stranger" "Y:10.9.9.9" "$(bootptest_from stranger 10.9.9.1 8)"
	same "bootpd: ALL, aldebaran" "192.168.1.100 /vmlinuz.nb" "$(bootp aldebaran 5)"
}

no_bootpd() {
	! pgrep -x bootpd
}

# With the hosts' network alone in hosts.allow no ROM gets an answer.
without_zeros() {
	services_begin || exit
	sed -i 's/^bootpd: 0.0.0.0/bootpd:/' /etc/hosts.allow
	start_xinetd
	listens 67
	same "from 0.0.0.0" "no answer" "$(bootp aldebaran 3)"
	same "from its address" "Y:192.168.1.100" "$(bootptest_from aldebaran 192.168.1.1 8)"
}

# The printed commands, as they are.
start_alone() {
	printed alone > /run/alone
	PATH=$PATH:/usr/sbin sh -e /run/alone
	listens 67
	listens 69
}

alone() {
	services_begin || exit
	start_alone
	same missing "" "$(missing)"
	same "boot server" bootpd "$(by boot-server)"
	same "TFTP server" in.tftpd "$(by tftp)"
	same "BOOTP, aldebaran's ROM" "192.168.1.100 /vmlinuz.nb" "$(bootp aldebaran)"
	same "BOOTP, aldebaran with its address" "Y:192.168.1.100" "$(bootptest_from aldebaran 192.168.1.1 8)"
	same "TFTP, aldebaran" same "$(tftp_from aldebaran 192.168.1.1)"
	same "TFTP, the stranger: in.tftpd asks hosts.allow" nothing "$(tftp_from stranger 10.9.9.1)"
	same "BOOTP, the stranger: bootpd does not" "Y:10.9.9.9" "$(bootptest_from stranger 10.9.9.1 8)"
}

# With NFSv3 everything is needed; each is stopped in turn.
in_turn() {
	local text

	services_begin || exit
	same "nothing runs" "boot-server tftp rpcbind mountd nfs" "$(missing)"
	mkdcroot status --services
	same "exit status" 3 $?
	mkdcroot status > /run/status
	same "of the hosts" 0 $?
	grep -q '^NFS .*not running .*systemctl enable --now nfs-ganesha' /run/status || { cat /run/status; exit 1; }
	start_alone
	same "boot servers" "rpcbind mountd nfs" "$(missing)"
	lab_ganesha || exit
	same "all" "" "$(missing)"
	mkdcroot status --services
	same "exit status" 0 $?
	same "NFS by" ganesha.nfsd "$(by nfs)"
	same "rpcbind by" rpcbind "$(by rpcbind)"
	# Without root's rights the owners cannot be seen, the ports can.
	text=$(setpriv --reuid 65534 --clear-groups "$LAB_TOP/build/bin/mkdcroot" -c /mnt/etc/mkdcroot.conf status --services --json) || exit
	same "as nobody" "running  running  running  running ganesha.nfsd running " "$(jq -r '[.[] | .state, .by] | join(" ")' <<< "$text")"
	pkill -x bootpd && _lab_wait 10 "no bootpd" gone 67
	same "without bootpd" boot-server "$(missing)"
	pkill -x in.tftpd && _lab_wait 10 "no in.tftpd" gone 69
	same "without in.tftpd" "boot-server tftp" "$(missing)"
	pkill -x rpcbind && sleep 0.5
	same "without rpcbind" "boot-server tftp rpcbind" "$(missing)"
	lab_ganesha_stop
	same "without nfs-ganesha" "boot-server tftp rpcbind mountd nfs" "$(missing)"
}

# What another machine does, what listens for itself alone, and what is not needed.
elsewhere() {
	services_begin || exit
	echo 'nfs_server = 192.168.1.77' >> /mnt/etc/mkdcroot.conf
	bootpd -s /mnt/etc/bootptab
	listens 67
	mkdcroot status --services
	same "exit status" 0 $?
	echo 'tftp_server = 192.168.1.1' >> /mnt/etc/mkdcroot.conf
	same "TFTP is here" tftp "$(missing)"
	in.tftpd -l -a 127.0.0.1:69 -s /mnt/tftpboot/boot
	listens 69
	mkdcroot status --services
	same "exit status" 3 $?
	printf 'boot_backends = none\nnfs_backend = none\n' >> /mnt/etc/mkdcroot.conf
	sed -i /_server/d /mnt/etc/mkdcroot.conf
	same "not needed" "no no no no no" "$(mkdcroot status --services --json | jq -r '[.[].needed] | join(" ")')"
}
