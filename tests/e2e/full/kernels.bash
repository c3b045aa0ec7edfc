# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What kernels.bats does inside the lab (tests/lib/lab.bash).

# SUITE: its layer, with Debian's own kernel.  4.1: the kernels of Debian 13 and nfs-ganesha 4.3 disagree on READ_PLUS.
make_layer() {
	lab_settings "root_hash = $(openssl passwd -6 secret)" "console = ttyS0,115200" \
		"nfs_options = vers=4.1,rsize=65536,wsize=65536"
	mkdcroot layer create "$1" --source "debian:$1" --profile debian-kernel
}

# SUITE: a host on that layer, with the image of the layer's kernel, or of the one in KERNEL.
add_host() {
	mkdcroot mount --all
	mkdcroot add aldebaran 192.168.1.100 525400123456 --layer "$1" || return
	mkdcroot image --layer "$1" ${KERNEL:+--kernel "$KERNEL"}
}

# MEGABYTES: from the boot ROM to the login prompt.
boot() {
	mkdcroot mount --all && lab_ganesha && lab_boot_servers || return
	"$LAB_TOP/tests/lib/lab-console" "/mnt/log/console-$1" 400 -password secret -run 'uname -r; free -m | grep Mem' \
		-run 'systemctl is-system-running --wait' -poweroff -- \
		qemu-system-x86_64 -accel tcg -cpu max -m "$1" -nographic -no-reboot \
		-netdev tap,id=n0,ifname=tap0,script=no,downscript=no \
		-device "rtl8139,netdev=n0,mac=52:54:00:12:34:56,romfile=$LAB_TOP/build/rom/rtl8139.rom"
}

remove_host() {
	mkdcroot mount --all && mkdcroot remove --yes aldebaran
}
