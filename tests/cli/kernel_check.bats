#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# mkdcroot kernel-check on configurations and on the kernel of `make kernel-test`.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	config=$BATS_TEST_TMPDIR/mkdcroot.conf
	echo "data = $PWD/build/data" >"$config"
	debian=tests/golden/kernel/config-debian-12
}

check() {
	run build/bin/mkdcroot kernel-check --config "$config" "$@"
}

has() {
	[[ "$output" == *"$1"* ]] || { echo "not there: $1"; echo "$output"; return 1; }
}

@test "a distribution's kernel boots only with an initrd, whose modules are named" {
	check "$debian" --nic e1000e
	[ "$status" -eq 0 ]
	has "e1000e: boots only with an initrd"
	has "the initrd must bring: e1000e nfs nfsv3 nfsv4"
	has "limit: CONFIG_ROOT_NFS is off"
}

@test "it does so for every NIC of the table that it has a driver for" {
	check "$debian"
	[ "$status" -eq 0 ]
	has "boots only with an initrd: rtl8139 ne2k_pci"
	[[ "$output" != *"boots alone:"* ]]
}

@test "the kernel of make kernel-test boots alone, by its CONFIG_IKCONFIG" {
	make -s kernel-test
	check build/kernel/vmlinuz-test
	[ "$status" -eq 0 ]
	has "vmlinuz-test (CONFIG_IKCONFIG): Linux x86"
	has "boots alone: rtl8139 e1000 virtio_net"
	has "NFS versions: 3 4.0 4.1 4.2"
	[[ "$output" != *"warning:"* ]]
}

@test "its configuration file says the same as the image" {
	make -s kernel-test
	check build/kernel/config-test --json
	[ "$status" -eq 0 ]
	config_says=$(jq .nics <<<"$output")
	check build/kernel/vmlinuz-test --json
	[ "$(jq .nics <<<"$output")" = "$config_says" ]
}

@test "a card without a driver: exit 1, and the option that is off" {
	make -s kernel-test
	check build/kernel/vmlinuz-test --nic 10ec:8168
	[ "$status" -eq 1 ]
	has "r8169: does not boot"
	has "fatal: CONFIG_R8169 is off"
	has "mkdcroot: build/kernel/vmlinuz-test: mounts no NFS root on r8169"
}

@test "JSON has the verdict, the modules and the findings" {
	check "$debian" --nic 8086:100e --json
	[ "$status" -eq 0 ]
	[ "$(jq -r '.nics[0] | .nic, .verdict, .modules[0]' <<<"$output")" = "e1000
initrd
e1000" ]
	[ "$(jq -r '[.nics[0].findings[] | select(.level == "limit").option] | index("ROOT_NFS") != null' <<<"$output")" = true ]
}

@test "a kernel without its configuration takes the one beside it, or says so" {
	# A boot sector with the setup header of a bzImage whose payload is a gzip file of nothing.
	image=$BATS_TEST_TMPDIR/vmlinuz-6.1.0-test
	{ head -c 497 /dev/zero; printf '\1'; head -c 14 /dev/zero; printf '\353\0HdrS\17\2'; head -c 64 /dev/zero
	  printf '\0\0\0\0\26\0\0\0'; head -c 432 /dev/zero; echo x | gzip -n; } >"$image"
	check "$image"
	[ "$status" -eq 1 ]
	has "carries no configuration (CONFIG_IKCONFIG is off); nor is there $BATS_TEST_TMPDIR/config-6.1.0-test"
	cp "$debian" "$BATS_TEST_TMPDIR/config-6.1.0-test"
	check "$image" --nic e1000
	[ "$status" -eq 0 ]
	has "config-6.1.0-test, beside $image"
}

@test "a cut kernel is called cut, not without configuration" {
	make -s kernel-test
	head -c 2000000 build/kernel/vmlinuz-test >"$BATS_TEST_TMPDIR/vmlinuz"
	check "$BATS_TEST_TMPDIR/vmlinuz"
	[ "$status" -eq 1 ]
	has "the kernel is cut off: 2000000 bytes of"
}

@test "what is no configuration is refused with file and line" {
	check /etc/passwd
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
	has "mkdcroot: /etc/passwd:1: not a line of a kernel configuration"
}

@test "a missing file, an unknown NIC, a broken table: one line each" {
	check /nonexistent
	[ "$status" -eq 1 ]
	has "/nonexistent: No such file or directory"
	check "$debian" --nic nosuch
	[ "$status" -eq 2 ]
	has "no NIC 'nosuch' in the NIC table; there are: rtl8139"
	echo "a | b" >"$BATS_TEST_TMPDIR/nics"
	check "$debian" --nics "$BATS_TEST_TMPDIR/nics"
	[ "$status" -eq 1 ]
	has "nics:1: fewer than the 7 columns"
	echo "data = $BATS_TEST_TMPDIR/none" >"$config"
	check "$debian"
	[ "$status" -eq 1 ]
	has "/none/nics: No such file or directory (name the NIC table by --nics or the setting"
}
