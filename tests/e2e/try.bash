# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What try.bats does inside the lab (tests/lib/lab.bash), one function a test.

ROOT=/mnt/tftpboot/192.168.1.100
STORE=/mnt/store
IMAGE=/mnt/tftpboot/boot/base-1.nb
OWN_KERNEL=$LAB_TOP/build/kernel/vmlinuz-test # drives rtl8139, e1000, virtio_net

# The layer is there; a host and an image that the tests share.
make_farm() {
	lab_settings "root_hash = $(openssl passwd -6 secret)"
	mkdcroot add aldebaran 192.168.1.100 525400123456 --nic rtl8139 || return
	mkdcroot image --kernel "$OWN_KERNEL"
}

# In the background, with what it says in /mnt/log/try.
start_try() {
	rm -f /mnt/log/console
	env mkdcroot --config /mnt/etc/mkdcroot.conf try aldebaran --log /mnt/log/console "$@" \
		> /mnt/log/try 2>&1 &
	TRY=$!
}

wait_for() { # SECONDS COMMAND...
	local tries=$(($1 * 20))

	shift
	while ! "$@" > /dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { echo "never came: $*"; return 1; }
		sleep 0.05
	done
}

# Everything of the host's and the farm's that a trial must leave as it is.
state_of_things() {
	find $STORE/hosts $STORE/journal /mnt/tftpboot/boot /mnt/etc -path '*/work' -prune -o -type d -printf '%P %m\n' \
		-o -printf '%P %y %m %s %T@ %l\n' | grep -v ^mkdcroot.conf | sort
	getfattr -R -h -d -m - --absolute-names $STORE/hosts/aldebaran/upper
}

must_be_as() { # STATE
	local now

	now=$(state_of_things)
	diff <(echo "$1") <(echo "$now") || echo "it changed something"
}

# Nothing of a trial is left: processes, mounts, files.
nothing_left() {
	no_processes || echo "left: these processes"
	ls -A $STORE/try
	grep $STORE/try /proc/self/mounts
	return 0
}

# To the login prompt; meanwhile the host's own root is unmounted and mounted again.
boot_to_login() {
	local before

	mkdcroot mount --all || return
	before=$(state_of_things)
	start_try --json --quiet --screenshot /mnt/log/shot.png
	wait_for 120 grep -q . /mnt/log/console || return
	mkdcroot umount aldebaran && mkdcroot mount aldebaran && echo "mounted again" || return
	wait $TRY
	echo "status $?"
	cat /mnt/log/try
	must_be_as "$before"
	head -c 8 /mnt/log/shot.png | tail -c 7 | head -c 3
	nothing_left
}

# NFSv3, another card, the other boot server; someone logs in at the terminal; what it wrote is kept.
boot_other() {
	mkdcroot mount --all || return
	expect -f - <<-'END'
		set timeout 200
		spawn -noecho mkdcroot --config /mnt/etc/mkdcroot.conf try aldebaran --nfs 3 --nic e1000 \
			--boot-server bootpd --memory 512 --keep --until {keys work} --log /mnt/log/console
		expect -re {login: $}
		send root\r
		expect Password:
		send secret\r
		expect -re {# $}
		send "grep -om1 vers=3 /proc/mounts > /etc/written; sync; echo keys'' work\r"
		expect eof
		exit [lindex [wait] 3]
	END
	echo "status $?"
	grep -ao 'nfsroot=192.168.1.1:/mnt[^ ]*' /mnt/log/console | tail -n 1
	cat $STORE/kept/aldebaran/upper/etc/written
	[ ! -e $ROOT/etc/written ] && echo "only there"
	nothing_left
	rm -r $STORE/kept/aldebaran
}

# SECONDS [try's arguments]: it must fail
fail() {
	local seconds=$1

	shift
	mkdcroot try aldebaran --timeout "$seconds" --log /mnt/log/console "$@"
	echo "status $?"
	nothing_left
}

# The shipped data with other ROMs.
with_roms() {
	mkdir -p /mnt/data
	ln -sfn "$LAB_TOP/build/data/nics" /mnt/data/nics
	ln -sfn "$LAB_TOP/build/data/profiles" /mnt/data/profiles
	rm -rf /mnt/data/roms
	mkdir /mnt/data/roms
	sed -i 's|^data = .*|data = /mnt/data|' /mnt/etc/mkdcroot.conf
}

without_roms() {
	sed -i "s|^data = .*|data = $LAB_TOP/build/data|" /mnt/etc/mkdcroot.conf
}

wrong_rom() {
	mkdcroot mount --all && with_roms || return
	cp "$LAB_TOP/build/rom/ne2k_pci.rom" /mnt/data/roms/rtl8139.rom
	fail 15
	without_roms
}

# dnsmasq stands still as soon as it listens for BOOTP and TFTP.
stopped_boot_server() {
	mkdcroot mount --all || return
	start_try --timeout 90
	wait_for 60 boot_servers_listen || return
	# shellcheck disable=SC2046 # there may be two
	kill -STOP $(pgrep -x dnsmasq)
	wait $TRY
	echo "status $?"
	cat /mnt/log/try
	nothing_left
}

boot_servers_listen() {
	local pid

	pid=$(pgrep -x -n dnsmasq) && grep -q ':0043 ' "/proc/$pid/net/udp" && grep -q ':0045 ' "/proc/$pid/net/udp"
}

unreadable_image() {
	mkdcroot mount --all || return
	chmod 600 $IMAGE
	fail 90
	chmod 644 $IMAGE
}

# The kernel has no driver for the card.
no_driver() {
	mkdcroot mount --all || return
	fail 45 --nic pcnet32
}

# The export goes while the host loads its image.
removed_export() {
	local pid

	mkdcroot mount --all || return
	start_try --timeout 200
	wait_for 60 pgrep -x qemu-system-x86 || return
	pid=$(pgrep -x ganesha.nfsd)
	: > "/proc/$pid/root/run/ganesha-exports.conf"
	kill -HUP "$pid"
	wait $TRY
	echo "status $?"
	cat /mnt/log/try
	nothing_left
}

# Neither init nor the shell that the kernel falls back to.
no_init() {
	mkdcroot mount --all || return
	mv $ROOT/usr/sbin/init $ROOT/usr/sbin/init.away && mv $ROOT/usr/bin/sh $ROOT/usr/bin/sh.away || return
	fail 120
	mv $ROOT/usr/sbin/init.away $ROOT/usr/sbin/init && mv $ROOT/usr/bin/sh.away $ROOT/usr/bin/sh
}

# All that is missing is said at once; what is wrong with the words, before anything is looked at.
bad_input() {
	local before

	mkdcroot mount --all && with_roms || return
	before=$(state_of_things)
	mv $IMAGE $IMAGE.away
	mkdcroot try aldebaran && echo "it did not fail"
	head -c 1000000 $IMAGE.away > $IMAGE
	mkdcroot try aldebaran && echo "it did not fail"
	rm $IMAGE
	mv $IMAGE.away $IMAGE
	without_roms
	mkdcroot try nobody && echo "it did not fail"
	mkdcroot try aldebaran --nic 3c59x && echo "it did not fail"
	mkdcroot try aldebaran --nic nothing && echo "it did not fail"
	mkdcroot try aldebaran --log /mnt/none/log && echo "it did not fail"
	mkdcroot try aldebaran --nfs 5
	echo "status $?"
	mkdcroot try aldebaran --memory 12x
	echo "status $?"
	mkdcroot try aldebaran --until ""
	echo "status $?"
	mkdcroot try aldebaran --dry-run
	echo "status $?"
	must_be_as "$before"
	no_processes
}

# A connection from the host's address to the NFS port.
running_host() {
	mkdcroot mount --all || return
	ip address add 192.168.1.100/32 dev lo
	perl -MIO::Socket::INET -e '
		my $l = IO::Socket::INET->new(LocalAddr => "192.168.1.1", LocalPort => 2049, Listen => 1) or die;
		my $c = IO::Socket::INET->new(PeerAddr => "192.168.1.1", PeerPort => 2049,
			LocalAddr => "192.168.1.100") or die;
		sleep 60' &
	wait_for 10 grep -q ':0801 6401A8C0:.... 01' /proc/net/tcp || return
	mkdcroot try aldebaran
	echo "status $?"
}

# Two at once; one that is killed; one that is interrupted.
ends() {
	local before

	mkdcroot mount --all || return
	before=$(state_of_things)
	start_try
	wait_for 60 pgrep -x qemu-system-x86 || return
	mkdcroot try aldebaran
	echo "second: $?"
	kill -KILL $TRY
	wait $TRY
	wait_for 10 no_processes || return
	ls $STORE/try
	mkdcroot mount --all
	echo "after KILL:"
	nothing_left
	start_try
	wait_for 60 grep -q . /mnt/log/console || return
	kill -INT $TRY
	wait $TRY
	echo "interrupted: $?"
	grep interrupted /mnt/log/try
	nothing_left
	must_be_as "$before"
}

no_processes() {
	local name

	for name in qemu-system dnsmasq ganesha rpcbind bootpd in.tftpd; do
		pgrep -a "$name" && return 1
	done
	return 0
}
