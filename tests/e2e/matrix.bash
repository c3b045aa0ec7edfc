# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016,SC2034 # what the host expands; settings of servers.bash
#
# What tests/e2e/matrix does inside the lab (tests/lib/lab.bash) for one row.  The host is aldebaran.

# shellcheck source=tests/lib/layers.bash
source "$LAB_TOP/tests/lib/layers.bash"

# Bounds each thing that is waited for; two boots at once on a busy machine are slow.
PATIENCE=600

# CARD SERVERS KERNEL NFS NFS-SERVER LAYER MEMORY KIND: the lab is the server; the tagged image lies in /mnt already.
matrix_row() {
	layers_settings "nfs_options = $(layers_nfs_options "$4")"
	mkdcroot mount --all && mkdcroot add aldebaran 192.168.1.100 525400123456 || return
	mkdir -p /mnt/tftpboot/boot
	mv /mnt/vmlinuz.nb /mnt/tftpboot/boot/
	if [ "$1" = undi ]; then
		SERVERS_PXE_FILE=undi.pxe
		cp "$LAB_TOP/build/rom/undi.pxe" /mnt/tftpboot/boot/
	fi
	chmod -R a+rX /mnt/tftpboot/boot
	lab_ganesha && lab_boot_servers "$2" || return
	TAP=tap0
	ROOT=/mnt/tftpboot/192.168.1.100
	ON_SERVER='bash -c'
	matrix_boot "$@"
}

# The same where the server is a machine of its own (tests/vm/lib.bash), with everything in place.
matrix_row_vm() {
	TAP=tap1
	ROOT=/tftpboot/192.168.1.100
	ON_SERVER="$LAB_TOP/tests/vm/ask /mnt/server.agent $PATIENCE"
	matrix_boot "$@"
}

# Leaves "ROM TFTP KERNEL NFS INIT RELEASE" in /mnt/log/result.
matrix_boot() {
	lab_computer "$1" 52:54:00:12:34:56 $TAP "$7" && lab_capture packets $TAP || return
	"matrix_$8" > /mnt/log/said || { cat /mnt/log/said; return 1; }
	lab_capture_stop
	cat /mnt/log/said
	matrix_is_right "$3" "$4" || return
	echo "$("$LAB_TOP/tests/lib/boot-times" /mnt/log/console.marks /mnt/log/packets)" \
		"$(grep -m 1 -- '-amd64$\|-mkdcroot$' /mnt/log/said)" > /mnt/log/result
}

# KERNEL NFS: of what the host said of itself in /mnt/log/said.
matrix_is_right() {
	local release=-amd64 version="nfs4 .*vers=$2,"

	[ "$1" = own ] && release=-mkdcroot
	[ "$2" = 3 ] && version="nfs .*vers=3,"
	matrix_said "$release\$" && matrix_said "^[0-9.]*:$ROOT / $version" || return
	if grep 'STATUS [1-9]' /mnt/log/said; then return 1; fi
}

matrix_said() { # REGEX
	grep -q -- "$1" /mnt/log/said || { echo "the host did not say: $1" && return 1; }
}

# COMMAND: for a shell on the server.
matrix_on_server() {
	$ON_SERVER "$1" || { echo "not so on the server: $1" && return 1; }
}

# The kinds of boot.

WHO='uname -r; grep " / " /proc/mounts'
WRITE='echo kept > /root/written && sync'

matrix_console() {
	lab_console console $PATIENCE -password secret -run "$WHO" "$@"
}

matrix_cold() {
	matrix_console -run "$WRITE" -kill && matrix_on_server "grep -qx kept $ROOT/root/written"
}

matrix_shutdown() {
	matrix_console -run "$WRITE" -poweroff && matrix_on_server "grep -qx kept $ROOT/root/written"
}

matrix_reboot() {
	matrix_console -run "$WRITE; cat /proc/sys/kernel/random/boot_id > /root/boot" -reboot \
		-run '[ "$(cat /root/written)" = kept ] && ! grep -f /root/boot /proc/sys/kernel/random/boot_id' -kill
}

# While files are written, renamed and synced, the power goes; what was synced before is there when it comes back,
# and the root is in order: every file can be read, the package manager finds nothing half-done, every unit starts.
matrix_powercut() {
	matrix_console -run 'cd /root && cp -a /usr/bin kept && find kept -type f -exec sha256sum {} + > sums && sync' \
		-start 'while :; do dd if=/dev/urandom of=cut.new bs=64k count=32 conv=fsync; mv cut.new cut; sync; done' \
		-server "sleep 5; $ON_SERVER '[ -e $ROOT/root/cut.new ] || [ -e $ROOT/root/cut ]'" -kill || return
	mv /mnt/log/console /mnt/log/console.cut
	mv /mnt/log/console.marks /mnt/log/marks.cut
	matrix_console -run 'cd /root && sha256sum --quiet -c sums' \
		-run 'tar -C / --one-file-system -cf - . 2>&1 > /dev/null | grep -v "socket ignored"; [ ${PIPESTATUS[0]} = 0 ]' \
		-run 'dpkg --audit && systemctl is-system-running --wait' \
		-run 'rm -r kept && rm -f cut cut.new && sync' -poweroff &&
		matrix_on_server "[ ! -e $ROOT/root/kept ] && [ ! -e $ROOT/root/cut ]"
}
