# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What tests/cli/serve.bats does inside the lab: `mkdcroot serve` as a user runs it, asked by real clients, each
# in a network namespace of its own behind the bridge.

# shellcheck source=tests/cli/cli.bash
source "$LAB_TOP/tests/cli/cli.bash"

BOOT=/mnt/tftpboot/boot
SERVE_LOG=/mnt/log/serve
SERVE_ERR=/mnt/log/serve.err

# Three hosts that are made, and not mounted; one speaks NFSv3, and has settings of its own.
make_farm() {
	lab_settings "nfs_backend = ganesha" "dns = 192.168.1.2"
	mkdcroot -q add aldebaran 192.168.1.100 00:60:08:c7:a3:d8 2> /dev/null
	mkdcroot -q add bellatrix 192.168.1.101 a2:00:00:00:00:02 --set nfs=3 --set gateway=192.168.1.254 \
		--set domain=stars.example 2> /dev/null
	mkdcroot -q add capella 192.168.1.102 02:00:00:00:00:03 2> /dev/null
	mkdcroot -q umount --all
	umount /mnt/store/layers/base/gen/1
	mkdir -p $BOOT
	head -c 700001 /dev/urandom > $BOOT/vmlinuz.nb
	chmod 644 $BOOT/vmlinuz.nb
}

# Start it and wait until it is ready, or has ended.
# shellcheck disable=SC2120 # the bats file has more
serve() { # OPTION...
	rm -f $SERVE_LOG $SERVE_ERR
	"$LAB_TOP/build/bin/mkdcroot" --config /mnt/etc/mkdcroot.conf serve "$@" > $SERVE_LOG 2> $SERVE_ERR &
	SERVE=$!
	_lab_wait 90 "serve" _serve_is_ready && grep -qs '^serving\|"ready"' $SERVE_LOG
}

_serve_is_ready() {
	grep -qs '^serving\|"ready"' $SERVE_LOG || ! kill -0 "$SERVE"
}

# What it ended with, after its last words.
serve_end() {
	wait "$SERVE"
	local status=$?

	cat $SERVE_ERR
	echo "serve: status $status"
}

# Until a line of serve's has REGEX.
serve_says() { # REGEX
	_lab_wait 30 "the line $1" grep -qE -- "$1" $SERVE_LOG
}

# NAME MAC: a computer on a cable of its own.  Without address.
client() {
	ip netns add "$1"
	ip link add "c-$1" type veth peer name eth0 netns "$1"
	ip link set "c-$1" master br0 up
	ip -n "$1" link set lo up
	ip -n "$1" link set eth0 address "$2" up
}

# What a DHCP client is told, a variable a line.
dhcp() { # NAME [udhcpc's options]
	local name=$1

	shift
	cat > /run/told <<-'END'
	#!/bin/sh
	[ "$1" != deconfig ] || exit 0
	env | grep -E '^(ip|subnet|router|dns|hostname|domain|rootpath|boot_file|bootfile|siaddr|serverid|opt129)=' | sort
	END
	chmod +x /run/told
	ip netns exec "$name" busybox udhcpc -i eth0 -f -n -q -t 5 -T 2 -s /run/told -O rootpath -O 129 "$@" 2> /dev/null ||
		echo "no answer"
}

# What plain BOOTP tells it, as bootptest prints it.
bootp() { # NAME IP
	ip -n "$1" address add "$2/24" dev eth0
	ip netns exec "$1" timeout 20 bootptest -h 192.168.1.1 2>&1 | sed -n '/^Recvd/,$p' | tr -d '"' | tr '\t' ' '
	ip -n "$1" address del "$2/24" dev eth0
}

# Nobody answers: every frame to its port is seen.
no_answer() { # NAME MAC
	client "$1" "$2"
	ip netns exec "$1" timeout 120 tcpdump -nli eth0 udp dst port 68 > /run/heard 2> /dev/null &
	sleep 0.5
	dhcp "$1" -t 2 -T 1
	bootp "$1" 192.168.1.200
	kill $!
	wait $! 2> /dev/null
	cat /run/heard
}

fetch() { # NAME IP FILE
	ip -n "$1" address add "$2/24" dev eth0
	rm -f /run/fetched
	ip netns exec "$1" busybox tftp -g -r "$3" -l /run/fetched 192.168.1.1 2>&1
	cmp /run/fetched $BOOT/vmlinuz.nb && echo "byte for byte"
	ip -n "$1" address del "$2/24" dev eth0
}

# What NAME at IP sees of the root of HOST, by both versions.
roots() { # NAME IP HOST'S-IP
	local version

	ip -n "$1" address add "$2/24" dev eth0
	for version in 3 4; do
		ip netns exec "$1" timeout 30 nfs-ls "nfs://192.168.1.1/mnt/tftpboot/$3?version=$version" 2>&1 |
			grep -cE ' (etc|usr|var)$'
	done
	ip -n "$1" address del "$2/24" dev eth0
}

# Processes, mounts, files, sockets and namespaces that a serve could leave.
leavings() {
	# shellcheck disable=SC2009 # pgrep takes no pattern of that length
	ps -eo comm= | grep -E 'mkdcroot|dnsmasq|bootpd|tftpd|ganesha|rpcbind' | sort
	grep -E ' /(mnt|run|dev|etc)' /proc/self/mounts
	find /run /mnt/etc /mnt/tftpboot /mnt/store -xdev -not -path "/run/test.*" -not -path '*/work/*' -not -name serve.lock \
		-printf '%p %y %m %s\n' | sort
	ss -Hlntu
	losetup -j /mnt/store/layers/base/gen/1.erofs
	lsns -n -o TYPE | sort | uniq -c
}

is_as_before() {
	leavings > /run/test.after
	cmp -s /run/test.before /run/test.after
}

# SIGNAL: serve, use it, end it so; nothing may be left.
ended_by() {
	# shellcheck disable=SC2119
	serve || return
	roots a 192.168.1.100 192.168.1.100 > /dev/null
	kill -"$1" "$SERVE"
	serve_end
	_lab_wait 20 "everything's end" is_as_before && echo "nothing is left"
	diff /run/test.before /run/test.after
}

all_ends() {
	make_farm
	client a 00:60:08:c7:a3:d8
	touch /run/told
	# What the first run makes for good: an empty directory, and a lock, which holds a process id.
	ended_by INT > /dev/null 2>&1
	leavings > /run/test.before
	ended_by INT
	ended_by TERM
	ended_by KILL
}

# KIND PORT: keep it bound.
hold_port() {
	perl -MIO::Socket::INET -e '
		my ($kind, $port) = @ARGV;
		my $s = IO::Socket::INET->new(Proto => $kind, LocalPort => $port, $kind eq "tcp" ? (Listen => 1) : ()) or die;
		sleep 1000' "$1" "$2" &
	HOLDER=$!
	sleep 0.5
	kill -0 $HOLDER
}

pid_of() { # PROGRAM
	pgrep -x "$1" | head -1
}

# A DHCP server of somebody else's, on the same cable.
rival() {
	client rival 52:54:00:00:00:fe
	ip -n rival address add 192.168.1.254/24 dev eth0
	ip netns exec rival dnsmasq --keep-in-foreground --port=0 --interface=eth0 --bind-interfaces --log-facility=- \
		--dhcp-range=192.168.1.200,192.168.1.220 --dhcp-leasefile=/run/rival.leases --user=root \
		--pid-file=/run/rival.pid > /mnt/log/rival 2>&1 &
	_lab_wait 10 "the rival" grep -q 'IP range' /mnt/log/rival
}
