#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# make kernel: the one kernel that the tests share, and the configurations of all others.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	unset NIC EXTRA KERNEL_SRC LINK CONFIG_ONLY
}

has() {
	[[ "$output" == *"$1"* ]] || { echo "not there: $1"; echo "$output"; return 1; }
}

# The .config that the last kernel-config run printed.
final() {
	sed -n 's/^make kernel: \(\/.*\.config\)$/\1/p' <<<"$output"
}

@test "the shared kernel is built, and a second run does nothing" {
	make kernel-test
	[ -s build/kernel/vmlinuz-test ]
	before=$(stat -L -c '%Y %i' build/kernel/vmlinuz-test build/kernel/config-test)
	run make -s kernel-test
	[ "$status" -eq 0 ]
	has "is up to date"
	[ "$(stat -L -c '%Y %i' build/kernel/vmlinuz-test build/kernel/config-test)" = "$before" ]
}

@test "with three NICs it still has no more than 5 MB" {
	make -s kernel-test
	[ "$(stat -L -c %s build/kernel/vmlinuz-test)" -le 5000000 ]
}

@test "its name has version and NICs, and the same build has the same name by PCI ids" {
	make -s kernel-test
	[[ "$(readlink build/kernel/vmlinuz-test)" =~ ^vmlinuz-[0-9.]+-rtl8139,e1000,virtio_net\+nfs42$ ]]
	run make -s kernel NIC="1af4:1000 8086:100E,10ec:8139" EXTRA=nfs42
	[ "$status" -eq 0 ]
	has "rtl8139,e1000,virtio_net+nfs42 is up to date"
}

@test "one kernel for all NICs: every option of the table is in the final configuration" {
	run make -s kernel-config NIC=all
	echo "$output"
	[ "$status" -eq 0 ]
	file=$(final)
	awk '/^#/ { next } { line = line $0 } /\\$/ { sub(/\\$/, "", line); next }
		{ split(line, c, "|"); n = split(c[3], o, " "); for (i = 1; i <= n; i++) print o[i]; line = "" }' \
		kernel-config/nics >"$BATS_TEST_TMPDIR/options"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/options")" -ge 20 ]
	while read -r option; do
		grep -qx "CONFIG_$option=y" "$file" || { echo "CONFIG_$option is not in $file"; false; }
	done <"$BATS_TEST_TMPDIR/options"
}

@test "each NIC alone brings what it depends on" {
	for nic in r8152 b44 tulip vmxnet3 virtio_net; do
		run make -s kernel-config NIC=$nic
		[ "$status" -eq 0 ] || { echo "$output"; false; }
	done
}

@test "each extra can be had, and all together" {
	for extra in i386 debug,console,disk,firewall,nfs42,overlay,xterminal; do
		run make -s kernel-config NIC=rtl8139 EXTRA=$extra
		[ "$status" -eq 0 ] || { echo "$output"; false; }
	done
	[ "$(find kernel-config/extras -name '*.config' | wc -l)" -eq 8 ]
	run make -s kernel-config NIC=rtl8139 EXTRA=i386
	run ! grep -q "^CONFIG_64BIT=y" "$(final)"
}

@test "a dropped option is named with the dependency that is missing" {
	printf 'CONFIG_BLK_DEV_LOOP=y\nCONFIG_NE2000=y\nCONFIG_NO_SUCH_THING=y\n# CONFIG_SUNRPC is not set\n' \
		>"$BATS_TEST_TMPDIR/mine.config"
	run make -s kernel-config NIC=rtl8139 EXTRA="$BATS_TEST_TMPDIR/mine.config"
	[ "$status" -ne 0 ]
	has "CONFIG_BLK_DEV_LOOP=y ($BATS_TEST_TMPDIR/mine.config) was dropped: needs BLK_DEV (is n)"
	has "CONFIG_NE2000=y ($BATS_TEST_TMPDIR/mine.config) was dropped: needs NET_VENDOR_8390 (is n)"
	has "CONFIG_NO_SUCH_THING=y ($BATS_TEST_TMPDIR/mine.config) was dropped: this kernel has no such option"
	has "# CONFIG_SUNRPC is not set ($BATS_TEST_TMPDIR/mine.config) was dropped: it is on"
}

@test "#? asks only the kernels that know the option" {
	printf '#?CONFIG_NO_SUCH_THING=y\n' >"$BATS_TEST_TMPDIR/mine.config"
	run make -s kernel-config NIC=rtl8139 EXTRA="$BATS_TEST_TMPDIR/mine.config"
	[ "$status" -eq 0 ]
	printf '#?CONFIG_BLK_DEV_LOOP=y\n' >"$BATS_TEST_TMPDIR/mine.config"
	run make -s kernel-config NIC=rtl8139 EXTRA="$BATS_TEST_TMPDIR/mine.config"
	[ "$status" -ne 0 ]
	has "was dropped: needs BLK_DEV"
}

@test "a line of a fragment that is none names file and line" {
	printf 'CONFIG_SWAP=y\nSWAP=y\n' >"$BATS_TEST_TMPDIR/mine.config"
	run make -s kernel-config NIC=rtl8139 EXTRA="$BATS_TEST_TMPDIR/mine.config"
	[ "$status" -ne 0 ]
	has "mine.config:2: not a kernel option: SWAP=y"
}

@test "no NIC, an unknown one, an unknown extra: what there is is listed" {
	run make -s kernel
	[ "$status" -ne 0 ]
	has "no NIC given: make kernel NIC=rtl8139"
	run make -s kernel NIC=rtl8139,nosuch
	[ "$status" -ne 0 ]
	has "no NIC 'nosuch' in kernel-config/nics; there are: rtl8139 ne2k_pci"
	run make -s kernel NIC=rtl8139 EXTRA=nosuch
	[ "$status" -ne 0 ]
	has "no extra 'nosuch'; there are: console debug disk"
}

@test "no source, none at all, a broken tarball, one configured in place: one line each" {
	run make -s kernel NIC=rtl8139 KERNEL_SRC=/nonexistent
	[ "$status" -ne 0 ]
	has "kernel source /nonexistent: no such file"
	mkdir "$BATS_TEST_TMPDIR/src"
	run make -s kernel NIC=rtl8139 KERNEL_SRC="$BATS_TEST_TMPDIR/src"
	[ "$status" -ne 0 ]
	has "not a kernel source"
	head -c 100000 /dev/urandom >"$BATS_TEST_TMPDIR/linux-9.tar.xz"
	run kernel_in_own_folder "$BATS_TEST_TMPDIR/linux-9.tar.xz"
	[ "$status" -eq 1 ]
	has "make kernel: unpack $BATS_TEST_TMPDIR/linux-9.tar.xz: "
	cd "$BATS_TEST_TMPDIR"
	mkdir -p src/scripts/kconfig src/arch/x86
	touch src/Makefile src/scripts/kconfig/conf.c src/.config
	cd "$OLDPWD"
	run kernel_in_own_folder "$BATS_TEST_TMPDIR/src"
	[ "$status" -eq 1 ]
	has "was configured in place: run 'make mrproper'"
}

kernel_in_own_folder() {
	NIC=rtl8139 KERNEL_SRC=$1 kernel-config/make-kernel "$BATS_TEST_TMPDIR/out"
}

@test "a missing tool is named" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	for tool in sh awk sed tr cut sort tail find stat realpath dirname basename mktemp mkdir flock rm cat head \
		grep gcc ld make flex zstd env tar xz; do
		ln -s "$(command -v $tool)" "$BATS_TEST_TMPDIR/bin/$tool"
	done
	PATH=$BATS_TEST_TMPDIR/bin run kernel_in_own_folder ""
	[ "$status" -eq 1 ]
	has "cannot build a kernel without: bc bison"
}

@test "a source tree does instead of a tarball" {
	make -s kernel-test
	run make -s kernel-config NIC=rtl8139 KERNEL_SRC=build/kernel/src/linux-source-6.1
	[ "$status" -eq 0 ]
	has "rtl8139.config"
}
