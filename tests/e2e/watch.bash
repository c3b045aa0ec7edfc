# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What watch.bats does inside the lab: a whole boot from the ROM on, of our kernel, with a root of two programs.
# shellcheck disable=SC2086 # a host is three words

# shellcheck source=tests/cli/watch.bash
source "$LAB_TOP/tests/cli/watch.bash"

MAC=52:54:00:12:34:56

# VERSION
whole_farm() {
	farm
	ip netns del client
	roots
	mkdir -p $ROOT/sbin $ROOT/dev
	cp /mnt/init $ROOT/sbin/init
	cp /mnt/init $ROOT/sbin/agetty
	"$LAB_TOP/build/mknbi-linux" --output /mnt/tftpboot/boot/base-1.nb --ipaddrs rom --rootdir rom \
		--append "console=ttyS0 panic=-1 nfsroot=$ROOT,vers=$1" "$LAB_TOP/build/kernel/vmlinuz-test" ||
		fail mknbi
	registrar_ok nfs add-files $ALDEBARAN
	registrar_ok nfs add-files $CAPELLA
	lab_ganesha || fail "$(tail -n 20 /mnt/log/ganesha.log)"
	lab_boot_servers || fail "boot servers"
	watch aldebaran
}

# [SECONDS [ROM]]
power_on() {
	timeout "${1:-200}" qemu-system-x86_64 -accel tcg -cpu max -m 256 -display none -no-reboot \
		-serial file:/mnt/log/console -netdev tap,id=n0,ifname=tap0,script=no,downscript=no \
		-device "rtl8139,netdev=n0,mac=$MAC,romfile=$LAB_TOP/build/rom/${2:-rtl8139}.rom" < /dev/null
	tail -n 5 /mnt/log/console
}

# VERSION
to_login() {
	whole_farm "$1"
	power_on
	says 10 '.host == "aldebaran" and .stage == "up" and (.text | contains("agetty"))'
	same story "asked answered loading loaded mounted init up" "$(story)"
	says 1 '.stage == "mounted" and (.text | contains("'$ROOT'"))'
	stop
}

no_init() {
	whole_farm 4
	rm $ROOT/sbin/init
	power_on
	says 100 '.host == "aldebaran" and .code == "no-init" and .stage == "mounted"'
	stop
}

# Taken out after the servers were started: the kernel tries again and again.
no_export() {
	whole_farm "$1"
	registrar_ok nfs take-away $ALDEBARAN
	power_on 60
	says 10 '.host == "aldebaran" and .code == "mount-refused" and .stage == "loaded"'
	stop
}

# The computer runs, and nothing of it comes onto the wire.
wrong_rom() {
	whole_farm 4
	power_on 70 e1000
	says 10 '.host == "aldebaran" and .code == "silent" and .stage == "off"'
	stop
}
