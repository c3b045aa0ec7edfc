#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# mkdcroot try: a host boots in QEMU through the whole chain, and each thing that can be wrong on the way is named
# at its stage.  The tests share a layer, a host and an image (our own kernel, without initrd).

setup_file() {
	export LAB_DIR=build/e2e/try
	export LAB_SOURCE=$PWD/tests/e2e/try.bash
	chattr -R -i "$LAB_DIR/tftpboot" 2> /dev/null || true
	rm -rf "$LAB_DIR"
}

setup() {
	# shellcheck source=tests/lib/lab.bash
	source tests/lib/lab.bash
	# shellcheck source=tests/lib/layers.bash
	source tests/lib/layers.bash
}

# What every failed trial says: the stage, and where it stood.
failed_at() {
	echo "$output"
	[[ $output == *"try aldebaran: $1 failed: "* ]]
	[[ $'\n'$output == *$'\n'"status 1"* ]]
	[[ $output != *"left: "* ]]
	[[ $output != */store/try* ]]
}

@test "a host, and an image of our own kernel" {
	layers_take bookworm $LAB_DIR
	run lab_in $LAB_DIR make_farm
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "what is missing is said at once, bad words are refused, and nothing changes" {
	run lab_in $LAB_DIR bad_input
	echo "$output"
	[[ $output == *"there is no tagged image /mnt/tftpboot/boot/base-1.nb: mkdcroot image aldebaran"$'\n'*"there is no boot ROM /mnt/data/roms/rtl8139.rom: make rom NIC=rtl8139 && make install"* ]]
	[[ $output == *"the tagged image /mnt/tftpboot/boot/base-1.nb is damaged ("*"): mkdcroot image aldebaran"* ]]
	[[ $output == *"there is no host nobody"* ]]
	[[ $output == *"QEMU does not emulate the card 3c59x: name one that it does by --nic (rtl8139, "* ]]
	[[ $output == *"write --log /mnt/none/log: No such file"* ]]
	[[ $output == *"--nfs 5: one of 3, 4, please"*"status 2"*"--memory 12x: "*"status 2"*"--until: "*"status 2"* ]]
	[[ $output == *"1. copy /mnt/store/hosts/aldebaran/upper to /mnt/store/try/aldebaran"*"status 0"* ]]
	[[ $output != *"it did not fail"* ]]
	[[ $output != *"it changed something"* ]]
	[[ $output != *"left: "* ]]
}

@test "a host that is evidently running is not tried" {
	run lab_in $LAB_DIR running_host
	echo "$output"
	[[ $output == *"aldebaran is running (192.168.1.100 has a connection to the NFS server)"*"status 1" ]]
}

@test "to the login prompt, with the time of each stage; the host, its mount and the farm stay as they are" {
	run lab_in $LAB_DIR boot_to_login
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"mounted again"*"status 0"* ]]
	[[ $output == *'"up": true'* ]]
	for stage in rom bootp tftp kernel nfs init; do
		[[ $output =~ \"$stage\":\ [0-9]+ ]]
	done
	[[ $output == *'aldebaran login:'* ]]
	[[ $output != *"it changed something"* ]]
	[[ $output != *"left: "* ]]
	[ "$(head -c 4 $LAB_DIR/log/shot.png | tail -c 3)" = PNG ]
	[ -z "$(ls -A $LAB_DIR/store/try)" ]
}

@test "NFSv3, another card, bootpd and tftpd, someone logs in at the terminal; what it wrote is kept" {
	run lab_in $LAB_DIR boot_other
	echo "$output"
	[[ $output == *"init to login"*"status 0"* ]]
	[[ $output == *"nfsroot=192.168.1.1:/mnt/tftpboot/192.168.1.100,rsize=65536,wsize=65536,vers=3,nolock,noacl"* ]]
	[[ $output == *$'\n'vers=3$'\n'"only there"* ]]
	[[ $output != *"left: "* ]]
}

@test "a ROM of another card: firmware and ROM" {
	run lab_in $LAB_DIR wrong_rom
	failed_at "firmware and ROM"
	[[ $output == *"sent no BOOTP request"*"romcheck"* ]]
}

@test "a boot server that stands still: BOOTP" {
	run lab_in $LAB_DIR stopped_boot_server
	failed_at BOOTP
	[[ $output == *"nobody answered"* ]]
}

@test "an image that the TFTP daemon may not read: TFTP" {
	run lab_in $LAB_DIR unreadable_image
	failed_at TFTP
	[[ $output == *base-1.nb* ]]
}

@test "a kernel without the card's driver: kernel" {
	run lab_in $LAB_DIR no_driver
	failed_at kernel
	[[ $output == *"did not ask for its root within 45 s"*"does the kernel drive the card"* ]]
}

@test "an export that is gone: NFS root" {
	run lab_in $LAB_DIR removed_export
	failed_at "NFS root"
}

@test "a root without init: init to login" {
	run lab_in $LAB_DIR no_init
	failed_at "init to login"
	[[ $output == *"No working init found"* ]]
}

@test "a second trial of the host is refused; killed or interrupted, nothing is left" {
	run lab_in $LAB_DIR ends
	echo "$output"
	[[ $output == *"another trial of aldebaran is running"*"second: 1"* ]]
	[[ $output == *$'\n'aldebaran$'\n'"after KILL:"$'\n'"interrupted: 1"* ]]
	[[ $output == *"interrupted after"* ]]
	[[ $output != *"left: "* ]]
	[[ $output != *"never came"* ]]
	[[ $output != *"it changed something"* ]]
}
