# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # for the scripts of the tests
#
# A small server for the tests of `--source /`, inside the lab: a root of its own at /mnt/server with
# the programs that are needed, further file systems mounted in it, and mkdcroot's farm and store below it.
# shellcheck source=tests/cli/cli.bash
source "$LAB_TOP/tests/cli/cli.bash"

# ROOT PROGRAM...: each with the libraries that it needs.
_bring_programs() {
	local root=$1 program file

	shift
	for program; do
		program=$(type -P "$program") || return
		mkdir -p "$root/usr/bin"
		cp -L "$program" "$root/usr/bin/"
		for file in $(ldd "$program" | grep -o '/[^ ]*'); do
			mkdir -p "$root${file%/*}"
			[ -e "$root$file" ] || cp -L "$file" "$root$file"
		done
	done
}

# FILE DIR: a file system in a file with what is in DIR, mounted nowhere yet.
_make_disk() {
	truncate -s 32M "$1" && mkfs.ext4 -q -d "$2" "$1"
}

# The server as it runs.
server_start() {
	local s=/mnt/server

	mkdir -p $s && mount --bind $s $s || return
	cp -a "$CLI_DIR/source/." $s
	ln -s usr/lib64 $s/lib64
	mkdir -p $s/usr/lib64 $s/usr/lib
	_bring_programs $s bash rsync mkfs.erofs sleep cat mkdcroot || return
	ln -s bash $s/usr/bin/sh
	mkdir -p $s/{etc/mkdcroot,boot,home/ann,opt/{volume,ram,bound,over,twice,below,hidden},var/lib/{dpkg,mkdcroot,docker/x,mysql},tftpboot,usr/local/share/mkdcroot} \
		/mnt/parts/{volume,boot,home,upper,work,lower}
	cp -rL "$LAB_TOP"/build/data/. $s/usr/local/share/mkdcroot
	echo "nfs_backend = none" > $s/etc/mkdcroot/mkdcroot.conf
	echo "boot_backends = none" >> $s/etc/mkdcroot/mkdcroot.conf
	touch $s/var/lib/dpkg/lock $s/var/lib/dpkg/lock-frontend
	echo "PLANTED" > $s/var/lib/docker/x/secret
	echo "under the mount" > $s/opt/ram/under
	echo "kernel" > /mnt/parts/boot/vmlinuz-1
	echo "volume" > /mnt/parts/volume/file
	mkdir /mnt/parts/volume/inner
	echo "PLANTED" > /mnt/parts/home/letter
	setfattr -n security.selinux -v system_u:object_r:etc_t:s0 $s/etc/hosts
	for part in boot volume home; do
		_make_disk /mnt/parts/$part.img /mnt/parts/$part || return
	done
	mount -o loop /mnt/parts/boot.img $s/boot
	mount -o loop /mnt/parts/home.img $s/home
	mount -o loop /mnt/parts/volume.img $s/opt/volume
	mount --bind $s/opt/volume $s/opt/twice
	mount -t tmpfs tmpfs $s/opt/ram
	echo "in memory" > $s/opt/ram/file
	mkdir $s/opt/ram/disk
	mount --bind $s/opt/odd $s/opt/bound
	mount -t overlay -o lowerdir=/mnt/parts/lower,upperdir=/mnt/parts/upper,workdir=/mnt/parts/work overlay $s/opt/over
	echo "container" > $s/opt/over/file
	mount -t proc proc $s/proc
	mount -t sysfs sysfs $s/sys
	mount -t tmpfs tmpfs $s/run
	mount -t tmpfs tmpfs $s/tmp
	mount --rbind /dev $s/dev
	STAGE=$s/var/lib/mkdcroot/layers/base/stage
	SERVER_GEN=$s/var/lib/mkdcroot/layers/base/gen/1
}

on_server() {
	PATH=/usr/bin /usr/sbin/chroot /mnt/server "$@"
}

# NAME SECONDS: another process has dpkg's lock NAME, as dpkg takes it.
hold_lock() {
	_with_lock "$1" "sleep $2" &
	_lab_wait 5 "the lock" eval '! try_lock '"$1"
}

# NAME: can dpkg's lock be had now?
try_lock() {
	_with_lock "$1" 1
}

_with_lock() {
	perl -MFcntl -e '
		open my $f, "+<", "/mnt/server/var/lib/dpkg/$ARGV[0]" or die;
		my $lock = pack("s s l! l! i", F_WRLCK, 0, 0, 0, 0);
		fcntl($f, F_SETLK, $lock) or exit 1;
		eval $ARGV[1]' "$1" "$2"
}

# rsync as on a slow disk.
slow_server() {
	mv /mnt/server/usr/bin/rsync /mnt/server/usr/bin/rsync.real
	# shellcheck disable=SC2016 # for the script
	printf '#!/bin/sh\nsleep 1; rsync.real "$@"; r=$?; sleep 2; exit $r\n' > /mnt/server/usr/bin/rsync
	chmod +x /mnt/server/usr/bin/rsync
}

# Do two layers have the same stage, and left the same out?  The times of what we make ourselves do not count.
same_layers() {
	local a=/mnt/store/layers/$1 b=/mnt/store/layers/$2

	[ -z "$(rsync -naHAXSc --numeric-ids --delete --itemize-changes --exclude=/dev "$a/stage/" "$b/stage/" | tee /dev/stderr)" ] &&
		diff <(ls -l --time-style=+ "$a/stage/dev") <(ls -l --time-style=+ "$b/stage/dev") &&
		diff <(jq -r '.paths[].path' "$a/left-out" | sort) <(jq -r '.paths[].path' "$b/left-out" | sort)
}

# DIR: a container image of two layers: the source, and one that takes opt/odd away and brings opt/new.
make_image() {
	local one two manifest

	mkdir -p "$1/blobs/sha256" /run/upper/opt
	echo new > /run/upper/opt/new
	: > /run/upper/opt/.wh.odd
	tar -C /mnt/source -czf /run/one . && tar -C /run/upper -czf /run/two . || return
	one=$(sha256sum < /run/one) two=$(sha256sum < /run/two)
	printf '{"schemaVersion":2,"layers":[{"digest":"sha256:%s"},{"digest":"sha256:%s"}]}' "${one%% *}" "${two%% *}" > /run/manifest
	manifest=$(sha256sum < /run/manifest)
	mv /run/one "$1/blobs/sha256/${one%% *}"
	mv /run/two "$1/blobs/sha256/${two%% *}"
	mv /run/manifest "$1/blobs/sha256/${manifest%% *}"
	printf '{"schemaVersion":2,"manifests":[{"digest":"sha256:%s"}]}' "${manifest%% *}" > "$1/index.json"
	echo '{"imageLayoutVersion":"1.0.0"}' > "$1/oci-layout"
}

# KIND: a tar archive on standard output that is after the sentinels of cli.bash.
hostile_archive() {
	python3 - "$1" <<-'END'
	import io, sys, tarfile
	kind = sys.argv[1]
	tar = tarfile.open(fileobj=sys.stdout.buffer, mode="w|")
	def add(name, type=tarfile.REGTYPE, link="", data=b"overwritten\n"):
	    t = tarfile.TarInfo(name)
	    t.type, t.linkname, t.mode = type, link, 0o6777
	    t.size = len(data) if type == tarfile.REGTYPE else 0
	    if type in (tarfile.CHRTYPE, tarfile.BLKTYPE):
	        t.devmajor, t.devminor = 1, 5
	    tar.addfile(t, io.BytesIO(data) if t.size else None)
	add("etc/os-release", data=b"ID=x\n")
	up = "../" * 20
	if kind == "absolute":
	    add("/mnt/outside/file")
	    add("//mnt/outside/dir/shadow")
	elif kind == "dotdot":
	    add(up + "mnt/outside/file")
	elif kind == "through":
	    add("a", tarfile.SYMTYPE, "/mnt/outside")
	    add("b", tarfile.SYMTYPE, up + "mnt/outside/dir")
	    add("c", tarfile.SYMTYPE, "a/dir")
	    add("proc", tarfile.SYMTYPE, "/proc/self/root/mnt/outside")
	    for d in "a", "b", "c", "proc":
	        add(d + "/file")
	elif kind == "hardlink":
	    add("x", tarfile.LNKTYPE, "/mnt/outside/file")
	    add("x")
	elif kind == "symlinked":
	    for n in "etc/passwd", "etc/shadow", "etc/machine-id", "etc/fstab", "etc/hostname", "etc/mtab":
	        add(n, tarfile.SYMTYPE, "/mnt/outside/dir/" + n[4:])
	    add("var/log", tarfile.SYMTYPE, up + "mnt/outside")
	    add("home", tarfile.SYMTYPE, "/mnt/outside/dir")
	elif kind == "device":
	    add("etc/passwd", tarfile.CHRTYPE)
	    add("etc/fstab", tarfile.FIFOTYPE)
	    add("etc/shadow", tarfile.BLKTYPE)
	tar.close()
	END
}
