#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# From a Debian suite to a diskless computer that someone logs in to: real mmdebstrap, erofs, overlay,
# nfs-ganesha, QEMU.  The tests build on each other, in this order.

setup_file() {
	export LAB_DIR=build/e2e/nfsroot
	export LAB_SOURCE=$PWD/tests/e2e/nfsroot.bash
	chattr -R -i "$LAB_DIR/tftpboot" 2> /dev/null || true
	rm -rf "$LAB_DIR"
}

setup() {
	# shellcheck source=tests/lib/lab.bash
	source tests/lib/lab.bash
	# shellcheck source=tests/lib/layers.bash
	source tests/lib/layers.bash
}

@test "a layer is made from debian:bookworm" {
	run layers_take bookworm $LAB_DIR
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"layer base is ready, generation 1"* ]]
}

@test "a host is added and everything about it is good" {
	run lab_in $LAB_DIR add_host
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"added aldebaran: its root is /mnt/tftpboot/192.168.1.100"* ]]
	[[ $output =~ aldebaran\ +192.168.1.100\ +base/1\ +yes\ +no\ +yes ]]
}

@test "no secret of the source is in the generation or the host" {
	run lab_in $LAB_DIR search_secrets
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output =~ ^searched\ [0-9]{4,}\ paths$ ]]
}

@test "it boots over NFSv4, someone logs in, no unit failed, it writes and powers off" {
	run lab_in $LAB_DIR boot 4 -run 'systemctl is-system-running --wait; systemctl --failed --no-legend' \
		-run 'hostname; cat /etc/machine-id' -run 'grep " / " /proc/mounts' \
		-run 'echo kept > /etc/written; useradd -m visitor; mkdir /opt/d; mv /usr/share/doc /opt/d/doc; sync'
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *running* ]]
	[[ $output != *degraded* ]]
	[[ $output == *" / nfs4 rw"* ]]
	[[ $output == *aldebaran* ]]
	[[ $(grep -c '^STATUS 0' <<< "$output") -eq 4 ]]
	[[ $output == *"powered down"* ]]
}

@test "it comes up again over NFSv3 with what was written, as itself" {
	run lab_in $LAB_DIR boot 3 -run 'systemctl is-system-running --wait; systemctl --failed --no-legend' \
		-run 'cat /etc/written; id visitor; ls -d /opt/d/doc/bash; [ ! -e /usr/share/doc ]' -run 'grep " / " /proc/mounts' \
		-run 'swapon --show; findmnt -n /tmp; ls /etc/ssh/ssh_host_*'
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *running* ]]
	[[ $output == *kept* ]]
	[[ $output == *" / nfs rw"*"vers=3"* ]]
	[[ $output == *"(visitor)"* ]]
	[[ $output == */opt/d/doc/bash* ]]
	[[ $(grep -c '^STATUS 0' <<< "$output") -eq 4 ]]
	[[ $output == *"powered down"* ]]
}

@test "a second host comes and goes while the server runs" {
	run lab_in $LAB_DIR live_exports
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *'"exported": "yes"'* ]]
	[[ $output != *"a stranger was let in"* ]]
	[[ $output == *$'\n'bellatrix$'\n'* ]]
	[[ $output =~ aldebaran\ +192.168.1.100\ +base/1\ +yes\ +yes\ +yes ]]
}

@test "remove leaves the administrator's files as they were, and nothing behind" {
	run lab_in $LAB_DIR boot_files_after_remove
	echo "$output"
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = removed ]
	[[ $output != */mnt/tftpboot/* ]]
	[[ $output != */mnt/store/* ]]
}
