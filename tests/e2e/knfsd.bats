#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's NFS server, on a server as administrators have it: a QEMU machine with Debian 12, its kernel, systemd,
# bootpd, tftpd-hpa, its own /etc/exports and /etc/bootptab.  A diskless computer boots from it by our ROM.
# The tests build on each other, in this order.

setup_file() {
	# shellcheck source=tests/vm/lib.bash
	source tests/vm/lib.bash
	vm_open build/e2e/knfsd
}

teardown_file() {
	# shellcheck source=tests/vm/lib.bash
	source tests/vm/lib.bash
	vm_close
}

setup() {
	# shellcheck source=tests/vm/lib.bash
	source tests/vm/lib.bash
	# shellcheck source=tests/e2e/knfsd.bash
	source tests/e2e/knfsd.bash
	MKIMAGE='mkdcroot --quiet image --all --kernel /share/vmlinuz'
}

# A probe that a failed test has left would keep the other tests' roots in use.
teardown() {
	touch "$VM_DIR/probe.end"
}

@test "the server's own / becomes the layer" {
	run vm 'cp -a /etc/exports /etc/bootptab /root && mkdcroot layer create base --source /'
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"layer base is ready, generation 1"* ]]
}

@test "add warns of manage-gids, and writes the real /etc/exports and /etc/bootptab" {
	run vm 'mkdcroot add aldebaran 192.168.1.100 525400123456'
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"manage-gids is on"* ]]
	run vm 'printf "[mountd]\nmanage-gids=n\n" > /etc/nfs.conf.d/groups.conf; systemctl restart nfs-server
		systemctl enable --quiet --now mkdcroot-mount; mkdcroot status; cat /etc/exports; exportfs -v'
	echo "$output"
	[[ $output =~ aldebaran\ +192.168.1.100\ +base/1\ +yes\ +yes\ +yes ]]
	[[ $output == *$'\n/srv 192.168.1.0/24(ro,no_subtree_check)\n# BEGIN mkdcroot'* ]]
	[[ $output =~ 192.168.1.100\([^\)]*fsid=[0-9a-f-]{36},mountpoint, ]]
}

@test "our ROM, bootpd, tftpd-hpa, NFSv4.2 from the kernel's server: to the login prompt, no unit failed, it writes" {
	cp build/kernel/vmlinuz-test "$VM_DIR/share/vmlinuz"
	run vm "echo 'nfs_options = vers=4.2,rsize=65536,wsize=65536' >> /etc/mkdcroot/mkdcroot.conf; $MKIMAGE && cat /etc/bootptab"
	echo "$output"
	[[ $output == *aldebaran:*:bf=/base-1.nb:* ]]
	# For half a minute after manage-gids was switched off the kernel waits for the mountd that answered about groups.
	vm 'while [ $(($(date +%s) - $(stat -c %Y /etc/nfs.conf.d/groups.conf))) -lt 40 ]; do sleep 1; done'
	vm_client_start v4
	vm_client_login v4 300
	run vm_client 'hostname; grep " / " /proc/mounts; systemctl is-system-running --wait; systemctl --failed --no-legend
		echo kept > /etc/written; useradd -m visitor; mkdir /opt/d; mv /usr/share/perl5 /opt/d/; ls /opt/d; sync'
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == aldebaran$'\n'"192.168.1.1:/tftpboot/192.168.1.100 / nfs4 rw"*"vers=4.2"*$'\n'running$'\n'perl5 ]]
	run vm 'cat /tftpboot/192.168.1.100/etc/written'
	[ "$output" = kept ]
}

@test "a second host comes and goes, twice, without a hiccup in the first one's writing" {
	loop_start
	run vm 'for i in 1 2; do mkdcroot add bellatrix 192.168.1.101 525400123457 && mkdcroot remove --yes bellatrix; done'
	echo "$output"
	[ "$status" -eq 0 ]
	run loop_end
	echo "rounds, failed ones, longest in seconds: $output"
	[[ $output =~ ^[1-9][0-9]+\ 0\ [0-7]\. ]]
}

@test "the server reboots: no mount request is answered wrongly before all is back, and the running client goes on" {
	vm 'mkdcroot add bellatrix 192.168.1.101 525400123457'
	vm_in_lab bash tests/e2e/knfsd.bash --run bellatrix_plug
	vm_in_lab bash tests/e2e/knfsd.bash --run bellatrix_probe 3>&- &
	loop_start
	run vm_reboot
	echo "$output"
	[ "$output" = running ]
	# A root that a client asks for over NFSv3 all the while may stay in use until the power goes.
	run vm 'mkdcroot status; systemctl is-active mkdcroot-mount; journalctl -b -1 --no-pager |
		grep -iE "fail.*(umount|mount).*(tftpboot|mkdcroot)" | grep -v "tftpboot.192.168.1.101"'
	echo "$output"
	[[ $output =~ aldebaran\ +192.168.1.100\ +base/1\ +yes\ +yes\ +yes.*bellatrix\ +192.168.1.101\ +base/1\ +yes\ +yes\ +yes ]]
	[[ $output == *$'\n'active ]]
	sleep 15
	touch "$VM_DIR/probe.end"
	wait
	sort "$VM_DIR/log/probe" | uniq -c
	[ "$(tail -n 1 "$VM_DIR/log/probe")" = bellatrix ]
	# From where nobody answers: nfs-server takes its exports back before mountd ends.
	run grep -E 'NOENT|ACCES|STALE|denied' <(sed -E '1,/status 124|[Nn]o route|refused|timed out/d' "$VM_DIR/log/probe")
	echo "$output"
	[ "$status" -eq 1 ]
	run loop_end
	echo "rounds, failed ones, longest in seconds: $output"
	[[ $output =~ ^[1-9][0-9]+\ 0\  ]]
	run vm_client 'systemctl is-system-running; cat /etc/written'
	[ "$output" = $'running\nkept' ]
}

@test "the client's power fails: its export is taken away though its NFSv4 state lingers" {
	vm_client_cut
	run vm 'grep -l "address: \"192.168.1.100:" /proc/fs/nfsd/clients/*/info'
	echo "$output"
	[ "$status" -eq 0 ]
	run vm 'mkdcroot --quiet remove --yes aldebaran; echo status $?; grep -rl "192.168.1.100:" /proc/fs/nfsd/clients
		cat /proc/net/rpc/nfsd.export/content; grep 192.168.1.100 /proc/mounts /etc/exports /etc/bootptab; exportfs -v
		ls -a /tftpboot /var/lib/mkdcroot/hosts /var/lib/mkdcroot/trash; journalctl -b -p err --no-pager -t kernel'
	echo "$output"
	[[ $output == *"status 0"* ]]
	[[ $output != *192.168.1.100* ]]
	[[ $output != *aldebaran$'\n'* ]]
}

@test "the same host again, over NFSv3, with what a new one has" {
	run vm "sed -i 's/^nfs_options.*/nfs_options = vers=3,rsize=65536,wsize=65536/' /etc/mkdcroot/mkdcroot.conf
		mkdcroot add aldebaran 192.168.1.100 525400123456 && $MKIMAGE"
	echo "$output"
	[ "$status" -eq 0 ]
	vm_client_start v3
	vm_client_login v3 300
	run vm_client 'grep " / " /proc/mounts; systemctl is-system-running --wait; systemctl --failed --no-legend
		ls /etc/written; echo again > /etc/again; sync'
	echo "$output"
	[[ $output == "192.168.1.1:/tftpboot/192.168.1.100 / nfs rw"*"vers=3"*$'\n'running$'\n'*"/etc/written': No such file"* ]]
	run vm 'cat /tftpboot/192.168.1.100/etc/again'
	[ "$output" = again ]
}

@test "both are removed, and the administrator's files are what they were" {
	vm_client_cut
	# Who asked while nfsd was starting may have left it a request that pins the root: it goes with the next start.
	run vm_reboot
	[ "$output" = running ]
	run vm 'mkdcroot remove --yes aldebaran bellatrix; echo status $?; cd /root; cmp exports /etc/exports; cmp bootptab /etc/bootptab
		grep overlay /proc/mounts; ls /var/lib/mkdcroot/hosts; systemctl --failed --no-legend'
	echo "$output"
	[ "${lines[-1]}" = "status 0" ]
}
