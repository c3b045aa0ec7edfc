# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Inside the lab: the power fails.  Store, farm and the administrator's files lie on an ext4 in a file; at each step the file
# is copied, which is what a disk would hold, and every copy is mounted as after a reboot.

# shellcheck source=tests/cli/faults.bash
source "$LAB_TOP/tests/cli/faults.bash"

# The lab's files on a disk of their own, mounted where they were.  Nothing gets there before somebody waits for it.
disk_insert() {
	umount /mnt/source 2> /dev/null
	truncate -s 48M /run/disk
	mkfs.ext4 -q -m 0 -J size=4 "$@" /run/disk || return
	mkdir -p /run/disk.mnt
	mount -o loop,noauto_da_alloc,commit=300 /run/disk /run/disk.mnt || return
	cp -a /mnt/store /mnt/etc /run/disk.mnt || return
	mkdir /run/disk.mnt/source
	mount --move /run/disk.mnt /mnt || return
	[ ! -d "$CLI_DIR/source" ] || mount --bind "$CLI_DIR/source" /mnt/source
}

switch_off() {
	umount -R /mnt
}

# [IMAGE]: the disk as it is, or as it was.
switch_on() {
	mount -o loop,noauto_da_alloc,commit=300 "${1:-/run/disk}" /mnt
	[ ! -d "$CLI_DIR/source" ] || mount --bind "$CLI_DIR/source" /mnt/source
}

# An image whose layer is there must be what its checksum says.
images_are_whole() {
	local dir

	for dir in /mnt/store/layers/*/gen; do
		[ ! -e "${dir%gen}state" ] || (cd "$dir" && sha256sum --quiet -c ./*.sha256) || return
	done
}

# BEFORE AFTER: boot what is mounted, and say in $now what is there.
boot_and_look() {
	mkdcroot mount --all -q > /run/next 2>&1
	[ $? -le "${POWER_MOUNT_STATUS:-0}" ] || bad "mount --all: $(cat /run/next)"
	now=$(look)
	case $now in
	"$1") same_files /run/before || bad "files of the administrator are not as before" ;;
	"$2") same_files /run/after || bad "files of the administrator are not as after it" ;;
	*) bad "$now" ;;
	esac
	[ "$(agree z 192.168.1.99)" = there ] || bad "host z: $(agree z 192.168.1.99)"
	[ -z "$(find /mnt/etc -name '*.mkdcroot-*')" ] || bad "temporary files: $(ls /mnt/etc)"
	images_are_whole || bad "an image is damaged"
}

bad() {
	echo "BAD: ${picture##*/} (was about to $(sed -n "$((10#${picture##*/}))p" /run/calls 2> /dev/null)): $1"
}

# BEFORE AFTER KINDS WRITTEN COMMAND...: take a picture before each call of the KINDS of faults.c, with WRITTEN of all that
# was written until then, else of what is on the disk by now; each of them has to come up as before or as after the command.
power_fails_at_each_call() {
	local before=$1 after=$2 kinds=$3 sync=$4 picture now pictures=0 n_after=0

	shift 4
	bring "$before"
	keep_files
	sync
	rm -rf /run/pictures
	mkdir /run/pictures
	FAULT_KINDS=$kinds FAULT_IMAGE=/run/disk FAULT_SNAPSHOTS=/run/pictures FAULT_SYNC=${sync:+/mnt} \
		LD_PRELOAD=$LAB_TOP/build/tests/cli/faults.so "$LAB_TOP/build/bin/mkdcroot" -q -c /mnt/etc/mkdcroot.conf "$@" \
		> /run/out 2>&1 || { cat /run/out; return 1; }
	cp --sparse=always /run/disk /run/pictures/9999
	rm -rf /run/after
	mkdir /run/after
	cp -a /mnt/etc/hosts /mnt/etc/exports /mnt/etc/bootptab /run/after
	switch_off || return
	for picture in /run/pictures/*; do
		[ "$picture" = /run/pictures/9999 ] || [ $((10#${picture##*/} % ${POWER_STRIDE:-1})) -eq 0 ] || continue
		pictures=$((pictures + 1))
		switch_on "$picture" || return
		boot_and_look "$before" "$after"
		[ "$now" != "$after" ] || n_after=$((n_after + 1))
		[ "$now" = "$after" ] || [ $n_after -eq 0 ] || bad "it was there and is not any more"
		switch_off || return
	done
	rm -rf /run/pictures
	switch_on
	[ "$now" = "$after" ] || bad "it had ended, and is not there after the power failed"
	echo "$*: $([ -z "$sync" ] && echo "what is on the disk" || echo "all that was written"): $pictures pictures, $((pictures - n_after)) come up as before, $n_after as after"
	[ $pictures -gt 3 ]
}
