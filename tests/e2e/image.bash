# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What image.bats does inside the lab (tests/lib/lab.bash), one function a test.

BOOT=/mnt/tftpboot/boot
OWN_KERNEL=$LAB_TOP/build/kernel/vmlinuz-test

# shellcheck source=tests/lib/layers.bash
source "$LAB_TOP/tests/lib/layers.bash"

add_host() {
	layers_settings
	mkdcroot add aldebaran 192.168.1.100 525400123456
}

# [mkdcroot image's arguments]; its --json, what there is then, and what disnbi thinks of it.
make_image() {
	mkdcroot mount --all || return
	(umask 077 && mkdcroot image --json "$@") || return
	find $BOOT -mindepth 1 -printf '%P %y %m %l\n' | sort
	grep ^aldebaran /mnt/etc/bootptab
	find /mnt/store/layers/base -maxdepth 1 -name 'workshop*'
	"$LAB_TOP/build/disnbi" $BOOT/base-1.nb > /dev/null && echo "disnbi is content"
}

# From the boot ROM on; the argument says where the console's words go, the rest is lab-console's.
boot() {
	local log=/mnt/log/$1

	shift
	mkdcroot mount --all && lab_ganesha && lab_boot_servers || return
	rm -f "$log"
	"$LAB_TOP/tests/lib/lab-console" "$log" 300 "$@" -- \
		qemu-system-x86_64 -accel tcg -cpu max -m 512 -nographic -no-reboot \
		-netdev tap,id=n0,ifname=tap0,script=no,downscript=no \
		-device "rtl8139,netdev=n0,mac=52:54:00:12:34:56,romfile=$LAB_TOP/build/rom/rtl8139.rom"
}

# A second image, for NFSv3.  noacl: nfs-ganesha 4.3 answers SETACL wrongly.
boot_v3() {
	sed -i '/^nfs_options/d' /mnt/etc/mkdcroot.conf
	echo "nfs_options = vers=3,noacl,rsize=65536,wsize=65536" >> /mnt/etc/mkdcroot.conf
	mkdcroot mount --all && mkdcroot --quiet image || return
	boot console-v3 -nologin
}

# Our own kernel, over NFSv4 again.
boot_own_kernel() {
	sed -i '/^nfs_options/d' /mnt/etc/mkdcroot.conf
	make_image --kernel "$OWN_KERNEL" || return
	boot console-own -nologin
}

# Runs "$@", which must fail, and tells whether anything changed by it.
must_change_nothing() {
	local before

	before=$(state_of_things)
	"$@" && echo "it did not fail"
	[ "$(state_of_things)" = "$before" ] || echo "it changed something"
}

state_of_things() {
	cat /mnt/etc/bootptab /mnt/etc/hosts
	find $BOOT -ls
	sha256sum $BOOT/*.nb
	find /mnt/store/layers/base /mnt/store/journal -maxdepth 1 | sort
}

bad_input() {
	local kernels=(/mnt/store/layers/base/stage/boot/vmlinuz-*)
	local kernel=${kernels[0]}

	mkdcroot mount --all || return
	cut -c 1-100 /etc/passwd > /mnt/text
	head -c 3000000 "$kernel" > /mnt/cut
	must_change_nothing mkdcroot image --kernel /mnt/nothing
	must_change_nothing mkdcroot image --kernel /mnt/text
	must_change_nothing mkdcroot image --kernel /mnt/cut
	must_change_nothing mkdcroot image --kernel "$kernel"
	must_change_nothing mkdcroot image --layer nothing
	must_change_nothing mkdcroot image nobody
	must_change_nothing mkdcroot image aldebaran --all
}

# The layer's tool fails, in its own words; so does a boot server's file that has the host already.
failures() {
	mkdcroot mount --all || return
	cp -r "$LAB_TOP/share/initramfs" /mnt/initramfs
	# Not the modules, which take long.
	sed -i 's/^MODULES=.*/MODULES=list/' /mnt/initramfs/initramfs.conf
	: > /mnt/initramfs/modules
	mkdir -p /mnt/data
	ln -sfn /mnt/initramfs /mnt/data/initramfs
	ln -sfn "$LAB_TOP/build/data/profiles" /mnt/data/profiles
	# shellcheck disable=SC2016 # the hook's
	printf '#!/bin/sh\n[ "$1" = prereqs ] || { echo "no mount.nfs, says the hook" >&2; exit 1; }\n' \
		> /mnt/initramfs/hooks/mkdcroot
	sed 's|^data = .*|data = /mnt/data|' /mnt/etc/mkdcroot.conf > /mnt/etc/other.conf
	must_change_nothing command mkdcroot --config /mnt/etc/other.conf image
	cp /mnt/etc/bootptab /mnt/etc/bootptab.good
	sed '/^aldebaran/d' /mnt/etc/bootptab.good > /mnt/etc/bootptab
	echo 'other:ht=ethernet:ha=525400123456:ip=192.168.1.100:' >> /mnt/etc/bootptab
	must_change_nothing mkdcroot image --kernel "$OWN_KERNEL"
	cp /mnt/etc/bootptab.good /mnt/etc/bootptab
}

what_hosts_boot() {
	cat /mnt/etc/bootptab
	find $BOOT -mindepth 1 -printf '%P %y %l\n' | sort
	sha256sum $BOOT/*.nb
	find /mnt/store/journal /mnt/store/layers/base -type f -name '*.json'
}

# Killed before each of the plan's steps: the next command takes it back, or, from the last step on, completes it.
die_at_each_step() {
	local step before after

	mkdcroot mount --all || return
	before=$(what_hosts_boot)
	for ((step = 0; step < 10; step++)); do
		"$LAB_TOP/build/tests/cli/die_at" /mnt/etc/mkdcroot.conf $step image base "$OWN_KERNEL" && break
		mkdcroot mount --all || return
		after=$(what_hosts_boot)
		[ "$after" = "$before" ] && echo "step $step: as before" || echo "step $step: changed"
	done
	[ "$(what_hosts_boot)" = "$after" ] && echo "$step steps; the same in the end"
}

# Killed while the initrd is made: the next command takes back what was begun.
killed() {
	local pid before tries

	mkdcroot mount --all || return
	before=$(state_of_things)
	env mkdcroot --config /mnt/etc/mkdcroot.conf image 2> /mnt/log/killed &
	pid=$!
	for ((tries = 0; tries < 100; tries++)); do
		[ -n "$(ls /mnt/store/layers/base/workshop/upper 2> /dev/null)" ] && break
		sleep 0.1
	done
	kill -KILL $pid
	wait $pid 2> /dev/null
	sleep 0.5
	pgrep -f mkinitramfs && echo "mkinitramfs lives on"
	mkdcroot mount --all || return
	mkdcroot --quiet image --kernel "$OWN_KERNEL" || return
	[ "$(state_of_things | grep -v ' /mnt/tftpboot/boot')" = "$(grep -v ' /mnt/tftpboot/boot' <<< "$before")" ] ||
		echo "something else than the image changed"
	echo over
}
