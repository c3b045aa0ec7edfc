#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Real kernels: each kind that Debian ships goes through mknbi; its stock kernel with a large initrd, and a kernel
# made by `make kernel`, run as far as a kernel gets without a server.

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	# 60 MB, nowhere the same, unpacked and summed up by a program in them
	mkdir -p root/dev
	"$BATS_TEST_DIRNAME/noise" 5000000 2 > noise
	for skip in {1..12}; do
		tail -c "+$((skip * 1009))" noise
	done > root/data
	size=$(printf '0x%08X' "$(stat -c %s root/data)")
	echo "$size $("$BATS_TEST_DIRNAME/../../build/tests/nbi/sum" root/data)" > sum
	cp "$BATS_TEST_DIRNAME/../../build/tests/nbi/init" root/init
	mknod root/dev/console c 5 1
	(cd root && find . | cpio -o -H newc --quiet) > initrd
}

setup() {
	load lib.bash
	kernels=$NBI_TOP/build/cache/debian-kernels
	nb=$BATS_TEST_TMPDIR/image.nb
}

@test "each kind of kernel that Debian ships for amd64 and i386" {
	for name in amd64 cloud-amd64 rt-amd64 686 686-pae rt-686-pae; do
		mknbi -o "$nb" "$kernels/vmlinuz-$name" "$BATS_FILE_TMPDIR/initrd"
		disnbi "$nb" > list
		grep -q "^kernel: 6.*Debian" list
		grep -c ", 64-bit" list | grep -qx "$([[ $name == *amd64 ]] && echo 1 || echo 0)"
	done
}

# the initrd arrives whole: boots KERNEL MEMORY
boots() {
	mknbi -o "$nb" -a "console=ttyS0 panic=-1" "$kernels/vmlinuz-$1" "$BATS_FILE_TMPDIR/initrd"
	NBI_SECONDS=120 nbi_boot "$nb" "$2" 1=255.255.255.0 12=aldebaran 17=/tftpboot/192.168.1.100
	nbi_said "ommand line: rw root=/dev/nfs nfsroot=192.168.1.1:/tftpboot/192.168.1.100,rsize="
	nbi_said "init: /data $(cat "$BATS_FILE_TMPDIR/sum")"
}

@test "Debian's amd64 kernel and a 60 MB initrd, 1 GB of memory" { boots amd64 1G; }
@test "Debian's amd64 kernel and a 60 MB initrd, 5 GB of memory" { boots amd64 5G; }
@test "Debian's 686 kernel and a 60 MB initrd, 1 GB of memory" { boots 686 1G; }

@test "Debian's kernel and a 60 MB initrd in too little memory say so" {
	mknbi -o "$nb" "$kernels/vmlinuz-amd64" "$BATS_FILE_TMPDIR/initrd"
	nbi_boot "$nb" 100
	nbi_said "mknbi: not enough memory: kernel and initrd need about"
	nbi_said "loader: the image came back"
}

# our own kernel without initrd: until it has configured its card
own() {
	local kernel

	kernel=$(find "$NBI_TOP"/build/kernel -maxdepth 1 -name 'vmlinuz-*rtl8139*' | sort | tail -n 1)
	[ -n "$kernel" ] || { echo "no build/kernel/vmlinuz-*rtl8139*: run make kernel NIC=rtl8139 first"; return 1; }
	mknbi -o "$nb" -a "console=ttyS0 panic=-1" "$kernel"
	# nobody serves the root here: it would try for a long time
	NBI_UNTIL=rootserver= nbi_boot "$nb" "$1" 1=255.255.255.0 3=192.168.1.254 12=aldebaran 17=/r -- \
		-netdev user,id=n,restrict=on -device rtl8139,netdev=n,romfile=
	nbi_said "IP-Config: Complete:"
	nbi_said "device=eth0, hwaddr=52:54:00:12:34:56, ipaddr=192.168.1.100, mask=255.255.255.0, gw=192.168.1.254"
	nbi_said "host=aldebaran"
	nbi_said "bootserver=192.168.1.1, rootserver=192.168.1.1"
}

@test "own kernel without initrd, 128 MB of memory" { own 128; }
@test "own kernel without initrd, 512 MB of memory" { own 512; }
@test "own kernel without initrd, 5 GB of memory" { own 5G; }

# Two cards, the first on a network without servers; two_cards REPLY…
two_cards() {
	local kernel

	kernel=$(find "$NBI_TOP"/build/kernel -maxdepth 1 -name 'vmlinuz-*rtl8139*' | sort | tail -n 1)
	[ -n "$kernel" ] || { echo "no build/kernel/vmlinuz-*rtl8139*: run make kernel NIC=rtl8139 first"; return 1; }
	mknbi -o "$nb" -a "console=ttyS0 panic=-1" "$kernel"
	NBI_UNTIL=rootserver= nbi_boot "$nb" 256 yiaddr=10.0.2.15 siaddr=10.0.2.2 1=255.255.255.0 12=aldebaran 17=/r \
		"$@" -- -netdev hubport,id=a,hubid=9 -device rtl8139,netdev=a,mac=52:54:00:00:00:01,romfile= \
		-netdev user,id=n,restrict=on -device rtl8139,netdev=n,mac=52:54:00:12:34:56,romfile=
	nbi_said "device=eth1, hwaddr=52:54:00:12:34:56, ipaddr=10.0.2.15"
}

@test "two cards: the kernel finds the one that has a server" { two_cards; nbi_said "Got DHCP answer"; }
@test "two cards: tag 130 names the one, and nobody is asked again" {
	two_cards 130=eth1
	run nbi_said "DHCP requests"
	[ "$status" -ne 0 ]
}
