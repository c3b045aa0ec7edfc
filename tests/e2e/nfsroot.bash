# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What nfsroot.bats does inside the lab (tests/lib/lab.bash), one function a test.

ROOT=/mnt/tftpboot/192.168.1.100

# shellcheck source=tests/lib/layers.bash
source "$LAB_TOP/tests/lib/layers.bash"

add_host() {
	layers_settings
	printf '# mine\n/srv/data *(ro)' > /mnt/etc/exports
	printf '# no newline at its end' > /mnt/etc/bootptab
	cp /mnt/etc/exports /mnt/etc/exports.before
	cp /mnt/etc/bootptab /mnt/etc/bootptab.before
	mkdcroot add aldebaran 192.168.1.100 525400123456 && mkdcroot status
}

# VERSION [lab-console's arguments]
boot() {
	local version=$1

	shift
	mkdcroot mount --all && lab_ganesha || return
	"$LAB_TOP/tests/lib/lab-console" "/mnt/log/console-v$version" 300 -password secret "$@" -poweroff -- \
		qemu-system-x86_64 -accel tcg -cpu max -m 512 -nographic -no-reboot \
		-netdev tap,id=n0,ifname=tap0,script=no,downscript=no \
		-device rtl8139,netdev=n0,mac=52:54:00:12:34:56 \
		-kernel "$LAB_TOP/build/kernel/vmlinuz-test" -append "root=/dev/nfs rw \
			nfsroot=192.168.1.1:$ROOT,vers=$version,rsize=65536,wsize=65536 \
			ip=192.168.1.100:192.168.1.1::255.255.255.0:aldebaran:eth0:none console=ttyS0 panic=5"
}

# A second host is added while the first one's root is served, and taken away again, by D-Bus.
live_exports() {
	mkdcroot mount --all && lab_ganesha || return
	mkdcroot add bellatrix 192.168.1.101 || return
	mkdcroot status bellatrix --json
	# Only the host itself may mount it: not the server, but a computer with its address.
	nfs-ls "nfs://192.168.1.1/mnt/tftpboot/192.168.1.101?version=3" && echo "a stranger was let in"
	ip netns add bellatrix
	ip link add br-port type veth peer name eth0 netns bellatrix
	ip link set br-port master br0 up
	ip -n bellatrix address add 192.168.1.101/24 dev eth0
	ip -n bellatrix link set eth0 up
	ip netns exec bellatrix nfs-cat "nfs://192.168.1.1/mnt/tftpboot/192.168.1.101/etc/hostname?version=3"
	mkdcroot remove --yes bellatrix || return
	mkdcroot status aldebaran
}

# Everything of the server's that must not be in a generation or a host.
search_secrets() {
	mkdcroot mount --all || return
	local gen=/mnt/store/layers/base/gen/1

	find "$gen" "$ROOT" -xdev -name 'ssh_host_*' -not -path "$ROOT/etc/ssh/ssh_host_*"
	find "$gen/var" "$gen/etc" "$gen/boot" -xdev -type f -name '*random-seed*'
	[ -s "$gen/etc/machine-id" ] && echo "machine-id"
	awk -F: '$2 ~ /^\$/ { print "hash of " $1 }' "$gen/etc/shadow"
	grep -rlIE 'BEGIN [A-Z ]*PRIVATE KEY' "$gen/etc" "$gen/root" "$gen/home" "$gen/var/lib" 2> /dev/null
	cmp -s "$gen/etc/machine-id" "$ROOT/etc/machine-id" && echo "same machine-id"
	echo "searched $(find "$gen" -xdev | wc -l) paths"
}

boot_files_after_remove() {
	mkdcroot mount --all && mkdcroot remove --yes aldebaran || return
	cmp /mnt/etc/exports /mnt/etc/exports.before && cmp /mnt/etc/bootptab /mnt/etc/bootptab.before || return
	find /mnt/tftpboot /mnt/store/hosts /mnt/store/trash -mindepth 1
	cat /mnt/etc/hosts
	echo removed
}
