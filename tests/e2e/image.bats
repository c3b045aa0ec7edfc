#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The whole chain: our boot ROM, bootpd with our bootptab, tftpd-hpa, a tagged image with Debian's kernel and
# an initrd, or with our own kernel, nfs-ganesha, login.  The tests build on each other, in this order.

setup_file() {
	export LAB_DIR=build/e2e/image
	export LAB_SOURCE=$PWD/tests/e2e/image.bash
	chattr -R -i "$LAB_DIR/tftpboot" 2> /dev/null || true
	rm -rf "$LAB_DIR"
}

setup() {
	# shellcheck source=tests/lib/lab.bash
	source tests/lib/lab.bash
	# shellcheck source=tests/lib/layers.bash
	source tests/lib/layers.bash
}

@test "a layer with Debian's kernel is made, without an initrd of its own" {
	run layers_take bookworm $LAB_DIR
	echo "$output"
	[ "$status" -eq 0 ]
	[ -n "$(ls $LAB_DIR/store/layers/base/stage/boot/vmlinuz-*)" ]
	[ -z "$(ls $LAB_DIR/store/layers/base/stage/boot/initrd* 2> /dev/null)" ]
}

@test "a host is added; it boots what the settings say" {
	run lab_in $LAB_DIR add_host
	echo "$output"
	[ "$status" -eq 0 ]
	grep -q 'bf=/vmlinuz.nb' $LAB_DIR/etc/bootptab
	[ "$(grep -c '^aldebaran.*bf=' $LAB_DIR/etc/bootptab)" -eq 0 ]
}

@test "the image gets the layer's kernel and an initrd, is world-readable, and the host is registered with it" {
	run lab_in $LAB_DIR make_image
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output =~ '"kernel": "'[0-9.]+-[0-9]+-amd64 ]]
	[[ $output =~ \"initrd_bytes\":\ [1-9][0-9]{6} ]]
	[[ $output == *"nfsroot=rom,vers=4,"*"ip=rom BOOTIF=rom console=tty0 console=ttyS0,115200 boot=mkdcroot"* ]]
	[[ $output == *$'\nbase-1.nb f 644 \nvmlinuz.nb l 777 base-1.nb\naldebaran:'*:bf=/base-1.nb:$'\ndisnbi is content' ]]
	[ "$(stat -c %a $LAB_DIR/tftpboot/boot)" = 755 ]
}

@test "from our ROM to a shell, with Debian's kernel over NFSv4" {
	run lab_in $LAB_DIR boot console-v4 -password secret -run 'uname -r; grep " / " /proc/mounts' \
		-run 'systemctl is-system-running --wait; systemctl --failed --no-legend' -poweroff
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output =~ [0-9]-amd64 ]]
	[[ $output == *":/mnt/tftpboot/192.168.1.100 / nfs4 rw"* ]]
	[[ $output == *$'\nrunning'* ]]
	[[ $output == *"powered down"* ]]
	grep -aq 'mkdcroot: mounting 192.168.1.1:/mnt/tftpboot/192.168.1.100 (vers=4,' $LAB_DIR/log/console-v4
}

@test "the same over NFSv3, when nfs_options say so" {
	run lab_in $LAB_DIR boot_v3
	echo "$output"
	tail -n 20 $LAB_DIR/log/console-v3
	[ "$status" -eq 0 ]
	[[ $output == *"login prompt"* ]]
	grep -aq 'mkdcroot: mounting 192.168.1.1:/mnt/tftpboot/192.168.1.100 (vers=3,.*nolock' $LAB_DIR/log/console-v3
}

@test "bad input gets one clear line and changes nothing" {
	run lab_in $LAB_DIR bad_input
	echo "$output"
	[[ $output == *"open the kernel /mnt/nothing: No such file"* ]]
	[[ $output == */mnt/text* ]]
	[[ $output == */mnt/cut* ]]
	[[ $output == *"needs an initrd to mount an NFS root, and one is made for a layer's own kernel only"* ]]
	[[ $output == *"there is no layer nothing"* ]]
	[[ $output == *"there is no host nobody"* ]]
	[[ $output == *"say a host's name, or --layer LAYER, or --all"* ]]
	[[ $output != *"it did not fail"* ]]
	[[ $output != *"it changed something"* ]]
}

@test "what fails is taken back, and said in the failing tool's words" {
	run lab_in $LAB_DIR failures
	echo "$output"
	[[ $output == *"make an initrd for Linux"*"no mount.nfs, says the hook"* ]]
	[[ $output == *bootptab:[0-9]*:* ]]
	[[ $output != *"it did not fail"* ]]
	[[ $output != *"it changed something"* ]]
}

@test "killed before each step, the image, its link and the entry are the old ones or the new ones" {
	run lab_in $LAB_DIR die_at_each_step
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep ^step <<< "$output")" = "step 0: as before
step 1: as before
step 2: as before
step 3: as before
step 4: changed" ]
	[ "${lines[-1]}" = "5 steps; the same in the end" ]
}

@test "killed while it makes the initrd, nothing is left behind" {
	run lab_in $LAB_DIR killed
	echo "$output"
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = over ]
	[[ $output != *"lives on"* ]]
	[[ $output != *"something else"* ]]
}

@test "from our ROM to the login prompt with our own kernel, without initrd" {
	run lab_in $LAB_DIR boot_own_kernel
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *'"initrd_bytes": 0'* ]]
	[[ $output == *-mkdcroot* ]]
	[[ $output == *"login prompt"* ]]
	grep -aq 'NFS.*192.168.1.1\|Mounted root (nfs' $LAB_DIR/log/console-own
}
