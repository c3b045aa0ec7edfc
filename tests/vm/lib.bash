# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A farm server as administrators have it, in a QEMU machine: Debian 12, its kernel and its kernel NFS server, systemd,
# bootpd and tftpd-hpa, /etc/exports and /etc/bootptab; and diskless computers that boot from it.  Both are on the
# bridge of a lab (tests/lib/lab.bash), where the server VM is 192.168.1.1.
#
#	source tests/vm/lib.bash
#	vm_open DIR		make a lab and start the server VM in it, with this tree's mkdcroot; returns when it is up
#	vm COMMAND		run COMMAND (bash) in the server; its output and status
#	vm_client_start LOG [ROM [DEVICE [QEMU-OPTION...]]]
#				switch a diskless computer on; its console goes to DIR/log/LOG
#	vm_client_login LOG SECONDS	wait for the login prompt in that log
#	vm_client COMMAND	run COMMAND in the diskless computer
#	vm_client_cut		its power fails
#	vm_reboot		reboot the server, and wait until it is up again
#	vm_in_lab COMMAND ARG...	run COMMAND in the lab's namespaces
#	vm_close		end all that
#
# DIR is remembered in VM_DIR, so that a bats file opens it in setup_file() and uses it in its tests.  A layer cloned
# from the server's own / brings the agent that vm_client talks to along.
#
# For a test that only wants some host to boot from the kernel's NFS server:
#
#	vm_farm DIR NFS-OPTIONS [KERNEL]	vm_open, a layer of the server's own /, the host aldebaran (192.168.1.100,
#				52:54:00:12:34:56) on it, and its tagged image: of KERNEL, or of Debian's kernel and an initrd
#
# DIR/share is /share in the server, read-only.

LAB_TOP=${LAB_TOP:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
export LAB_TOP
# shellcheck source=tests/lib/lab.bash
source "$LAB_TOP/tests/lib/lab.bash"

VM_SHARE='mkdir -p /share && mount -t 9p -o trans=virtio,version=9p2000.L,ro share /share'
VM_MAC=52:54:00:12:34:56
VM_SECONDS=${VM_SECONDS:-900} # bounds each wait; cloning a server takes minutes when every instruction is emulated

vm_open() {
	VM_DIR=$1
	export VM_DIR
	vm_close
	"$LAB_TOP/tests/vm/build" "$LAB_TOP/build/vm" || return
	rm -rf "$VM_DIR"
	mkdir -p "$VM_DIR/share/install" "$VM_DIR/log"
	make -s -C "$LAB_TOP" install DESTDIR="$(realpath "$VM_DIR")/share/install" > "$VM_DIR/log/install" || return
	cp --sparse=always "${VM_DISK:-$LAB_TOP/build/vm/disk.img}" "$VM_DIR/disk.img"
	_vm_lab_start || return
	vm_in_lab _vm_server || return
	_vm_wait_agent server || return
	vm "$VM_SHARE"' &&
		cp -a --no-preserve=ownership /share/install/. / && systemctl daemon-reload'
}

# The lab lives as long as its first process; others enter its namespaces.
_vm_lab_start() {
	local tries

	LAB_SOURCE=$LAB_TOP/tests/vm/lib.bash lab_in "$VM_DIR" _vm_lab < /dev/null > "$VM_DIR/log/lab" 2>&1 3>&- &
	for ((tries = 0; tries < 100; tries++)); do
		[ -e "$VM_DIR/lab.up" ] && break
		sleep 0.1
	done
	# unshare's child, which is the first process there.
	pgrep -P "$(pgrep -P $!)" > "$VM_DIR/lab.pid" || { cat "$VM_DIR/log/lab" >&2; return 1; }
}

# The address of the lab's server belongs to the VM, whose card is tap0; tap1 is the diskless computer's.
_vm_lab() {
	ip address flush dev br0
	ip tuntap add tap1 mode tap
	echo 1 > /proc/sys/net/ipv6/conf/tap1/disable_ipv6
	ip link set tap1 master br0 up
	touch /mnt/lab.up
	# Bash as the first process also reaps what is left to it.
	sleep infinity &
	wait $!
}

# Functions of this file can be the command.
vm_in_lab() {
	# shellcheck disable=SC2016 # expanded inside
	nsenter --all -t "$(cat "$VM_DIR/lab.pid")" bash -c '
		cd "$LAB_TOP" && source tests/vm/lib.bash && "$@"' lab "$@"
}

# What both machines have: a console in a log, and the agent's wire.
_vm_qemu() { # NAME LOG QEMU-OPTION...
	local name=$1 log=$2

	shift 2
	rm -f "/mnt/$name.agent"
	setsid qemu-system-x86_64 -name "$name" -accel tcg -cpu max -display none -no-user-config \
		-monitor none -serial "file:/mnt/log/$log" -serial "unix:/mnt/$name.agent,server=on,wait=off" \
		"$@" < /dev/null > "/mnt/log/$name.qemu" 2>&1 3>&- &
	echo $! > "/mnt/$name.pid"
}

_vm_server() {
	_vm_qemu server server -m 1024 -smp 1 -nodefaults -vga none \
		-kernel "$LAB_TOP/build/vm/vmlinuz" -initrd "$LAB_TOP/build/vm/initrd.img" \
		-append "root=/dev/vda rw console=ttyS0 quiet mitigations=off" \
		-drive file=/mnt/disk.img,if=virtio,format=raw,cache=unsafe \
		-netdev tap,id=n0,ifname=tap0,script=no,downscript=no -device virtio-net-pci,netdev=n0,mac=52:54:00:00:00:01,romfile= \
		-virtfs local,path=/mnt/share,mount_tag=share,security_model=none,readonly=on
}

_vm_wait_agent() { # NAME
	"$LAB_TOP/tests/vm/ask" "$VM_DIR/$1.agent" "$VM_SECONDS" && return
	tail -n 20 "$VM_DIR/log/$1" "$VM_DIR/log/$1.qemu" >&2
	return 1
}

vm() {
	"$LAB_TOP/tests/vm/ask" "$VM_DIR/server.agent" "$VM_SECONDS" "$*"
}

vm_reboot() {
	local before tries

	before=$(vm 'cat /proc/sys/kernel/random/boot_id; systemctl --no-block reboot 2> /dev/null')
	for ((tries = 0; tries < 100; tries++)); do
		[[ "$("$LAB_TOP/tests/vm/ask" "$VM_DIR/server.agent" 5 'cat /proc/sys/kernel/random/boot_id' 2> /dev/null)" =~ ^${before:-none}|^$ ]] ||
			break
		sleep 1
	done
	vm "$VM_SHARE; systemctl is-system-running --wait"
}

vm_client() {
	"$LAB_TOP/tests/vm/ask" "$VM_DIR/client.agent" "$VM_SECONDS" "$*"
}

vm_client_start() {
	local log=$1 rom=${2:-$LAB_TOP/build/rom/rtl8139.rom} device=${3:-rtl8139}

	rm -f "$VM_DIR/log/$log"
	shift $(($# < 3 ? $# : 3))
	vm_in_lab _vm_client_qemu "$log" -m 512 "$@" -nic none -netdev tap,id=n0,ifname=tap1,script=no,downscript=no \
		-device "$device,netdev=n0,mac=$VM_MAC,romfile=$rom"
}

_vm_client_qemu() {
	_vm_qemu client "$@"
}

vm_client_login() { # LOG SECONDS
	local tries

	for ((tries = 0; tries < $2; tries++)); do
		grep -aq ' login: ' "$VM_DIR/log/$1" 2> /dev/null && return
		sleep 1
	done
	echo "no login prompt in $2 s; the console's last lines:" >&2
	tail -n 30 "$VM_DIR/log/$1" >&2
	return 1
}

vm_client_cut() {
	vm_in_lab _vm_end client
}

# Ends one machine of ours, and waits for that.
_vm_end() { # NAME
	local pid

	pid=$(cat "/mnt/$1.pid" 2> /dev/null) || return 0
	kill -KILL "$pid" 2> /dev/null
	while kill -0 "$pid" 2> /dev/null; do sleep 0.1; done
	rm -f "/mnt/$1.pid"
}

# The server's own / as the layer, one host, and the image that it boots.
vm_farm() {
	local image='mkdcroot image --all'

	vm_open "$1" || return
	if [ -n "${3:-}" ]; then
		cp "$3" "$VM_DIR/share/vmlinuz"
		image+=' --kernel /share/vmlinuz'
	fi
	vm "printf '[mountd]\nmanage-gids=n\n' > /etc/nfs.conf.d/groups.conf && systemctl restart nfs-server &&
		echo 'nfs_options = $2' >> /etc/mkdcroot/mkdcroot.conf &&
		mkdcroot layer create base --source / &&
		mkdcroot add aldebaran 192.168.1.100 ${VM_MAC//:/} && $image && systemctl enable --now mkdcroot-mount"
}

# The lab's first process takes everything in the lab along.
vm_close() {
	local pid

	pid=$(cat "$VM_DIR/lab.pid" 2> /dev/null) || return 0
	# Of an earlier run, whose number another process may have by now.
	[[ "$(tr '\0' ' ' < "/proc/$pid/cmdline" 2> /dev/null)" == *lab.bash* ]] || return 0
	kill -KILL "$pid" 2> /dev/null
	while [ -e "/proc/$pid" ]; do sleep 0.1; done
	rm -f "$VM_DIR/lab.pid" "$VM_DIR/disk.img"
}
