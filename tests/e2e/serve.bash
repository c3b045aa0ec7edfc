# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What serve.bats does inside the lab (tests/lib/lab.bash), one function a test.

SERVE_LOG=/mnt/log/serve

make_layer() {
	lab_settings "root_hash = $(openssl passwd -6 secret)" "console = ttyS0,115200" \
		"nfs_options = vers=$1,rsize=65536,wsize=65536${2:-}"
	[ -e /mnt/store/layers/base/state ] || mkdcroot layer create base --source debian:bookworm
}

add_host() {
	mkdcroot add aldebaran 192.168.1.100 52:54:00:12:34:56 && mkdcroot image --kernel "$LAB_TOP/build/kernel/vmlinuz-test"
}

# BOOT-SERVER: from our ROM to the login, served by nothing but serve.
boot_served() {
	local serve status

	"$LAB_TOP/build/bin/mkdcroot" --config /mnt/etc/mkdcroot.conf serve --boot-server "$1" > $SERVE_LOG 2>&1 &
	serve=$!
	_lab_wait 90 "serve" grep -qs '^serving' $SERVE_LOG || { cat $SERVE_LOG; return 1; }
	"$LAB_TOP/tests/lib/lab-console" "/mnt/log/console-$1" 400 -password secret -run 'grep " / " /proc/mounts' \
		-run 'echo written > /root/written; sync' -poweroff -- \
		qemu-system-x86_64 -accel tcg -cpu max -m 512 -nographic -no-reboot \
		-netdev tap,id=n0,ifname=tap0,script=no,downscript=no \
		-device "rtl8139,netdev=n0,mac=52:54:00:12:34:56,romfile=$LAB_TOP/build/rom/rtl8139.rom"
	status=$?
	kill -INT $serve
	wait $serve
	echo "serve ended with $?"
	cat $SERVE_LOG
	# shellcheck disable=SC2009 # pgrep takes no pattern of that length
	ps -eo comm= | grep -E 'dnsmasq|bootpd|ganesha|rpcbind'
	grep ' /mnt/tftpboot' /proc/self/mounts
	cat /mnt/store/hosts/aldebaran/upper/root/written
	return $status
}

# The same with the root by NFSv3.  noacl: nfs-ganesha 4.3 answers SETACL wrongly.
boot_v3() {
	make_layer 3 ,noacl && mkdcroot --quiet image --kernel "$LAB_TOP/build/kernel/vmlinuz-test" || return
	umount /mnt/store/layers/base/gen/1 2> /dev/null
	boot_served bootpd
}
