# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016,SC2034 # what the host expands; settings of servers.bash
#
# What tests/e2e/matrix does inside the lab (tests/lib/lab.bash) for one row.  The host is aldebaran; the tagged image of
# the row lies in /mnt already.

# shellcheck source=tests/lib/layers.bash
source "$LAB_TOP/tests/lib/layers.bash"

ROOT=/mnt/tftpboot/192.168.1.100
# Bounds each thing that is waited for; two boots at once on a busy machine are slow.
PATIENCE=600

# CARD SERVERS KERNEL NFS NFS-SERVER LAYER MEMORY KIND; leaves "ROM TFTP KERNEL NFS INIT RELEASE" in /mnt/log/result.
matrix_row() {
	local card=$1 servers=$2 kernel=$3 nfs=$4 nfs_server=$5 memory=$7 kind=$8

	layers_settings "nfs_options = $(layers_nfs_options "$nfs")"
	mkdcroot mount --all && mkdcroot add aldebaran 192.168.1.100 525400123456 || return
	mkdir -p /mnt/tftpboot/boot
	mv /mnt/vmlinuz.nb /mnt/tftpboot/boot/
	if [ "$card" = undi ]; then
		SERVERS_PXE_FILE=undi.pxe
		cp "$LAB_TOP/build/rom/undi.pxe" /mnt/tftpboot/boot/
	fi
	chmod -R a+rX /mnt/tftpboot/boot
	"matrix_serve_$nfs_server" && lab_boot_servers "$servers" || return
	lab_computer "$card" 52:54:00:12:34:56 tap0 "$memory" || return
	lab_capture packets || return
	"matrix_$kind" > /mnt/log/said || { cat /mnt/log/said; return 1; }
	lab_capture_stop
	cat /mnt/log/said
	matrix_is_right "$kernel" "$nfs" || return
	echo "$("$LAB_TOP/tests/lib/boot-times" /mnt/log/console.marks /mnt/log/packets)" \
		"$(grep -m 1 -- '-amd64$\|-mkdcroot$' /mnt/log/said)" > /mnt/log/result
}

matrix_serve_ganesha() {
	lab_ganesha
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

# FILE TEXT: on the server, in the host's root.
matrix_has() {
	[ "$(cat "$ROOT/$1")" = "$2" ] || { echo "$1 does not say \"$2\"" && return 1; }
}

# The kinds of boot.

WHO='uname -r; grep " / " /proc/mounts'
WRITE='echo kept > /root/written && sync'

matrix_console() {
	lab_console console $PATIENCE -password secret -run "$WHO" "$@"
}

matrix_cold() {
	matrix_console -run "$WRITE" -kill && matrix_has root/written kept
}

matrix_shutdown() {
	matrix_console -run "$WRITE" -poweroff && matrix_has root/written kept
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
		-server "sleep 5; [ -e $ROOT/root/cut.new ] || [ -e $ROOT/root/cut ]" -kill || return
	mv /mnt/log/console /mnt/log/console.cut
	mv /mnt/log/console.marks /mnt/log/marks.cut
	matrix_console -run 'cd /root && sha256sum --quiet -c sums' \
		-run 'tar -C / --one-file-system -cf - . 2>&1 > /dev/null | grep -v "socket ignored"; [ ${PIPESTATUS[0]} = 0 ]' \
		-run 'dpkg --audit && systemctl is-system-running --wait' -run 'mv cut.new cut; rm -r kept cut && sync' -poweroff &&
		[ ! -e "$ROOT/root/kept" ] && [ ! -e "$ROOT/root/cut" ]
}
