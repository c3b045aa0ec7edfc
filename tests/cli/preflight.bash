# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What tests/cli/preflight.bats does inside the lab, beside what cli.bash has.

# TEXT: /etc/modprobe.d with one file of that text.
modprobe_d() {
	mkdir -p /etc/modprobe.d
	mount -t tmpfs tmpfs /etc/modprobe.d
	printf '%b' "$1" > /etc/modprobe.d/local.conf
}

# PROGRAM OUTPUT: a PROGRAM that says so, and does nothing.
pretend() {
	mkdir -p /run/bin
	printf '#!/bin/sh\ncat <<END\n%s\nEND\nexit 1\n' "$2" > "/run/bin/$1"
	chmod +x "/run/bin/$1"
	PATH=/run/bin:$PATH
}

# The store on a file system of its own: TYPE with mkfs's OPTION...
store_on() {
	local type=$1

	shift
	truncate -s 64M /run/disk
	case $type in
	ext4) mkfs.ext4 -q "$@" /run/disk ;;
	vfat) mformat -i /run/disk -h 16 -s 63 -t 130 :: ;;
	esac
	mkdir -p /mnt/disk
	mount -o loop -t "$type" /run/disk /mnt/disk
	move_store /mnt/disk/store
}

move_store() {
	sed -i "s|^store = .*|store = $1|" /mnt/etc/mkdcroot.conf
}

set_to() { # KEY VALUE
	sed -i "/^$1 =/d" /mnt/etc/mkdcroot.conf
	echo "$1 = $2" >> /mnt/etc/mkdcroot.conf
}

create() {
	mkdcroot layer create x --source /mnt/source "$@"
}

# Nothing was made: no layer, no farm directory, no registration.
untouched_farm() {
	find /mnt/store/layers/x /mnt/store/hosts /mnt/store/journal /mnt/tftpboot -mindepth 1 2> /dev/null | head -5
	cat /mnt/etc/{hosts,exports,bootptab} 2> /dev/null
	return 0
}

# A server with SELinux, as far as mkdcroot looks at it, and a source whose files have labels.
pretend_selinux() {
	mount -t tmpfs tmpfs /sys/fs
	mkdir -p /sys/fs/selinux
	echo 1 > /sys/fs/selinux/enforce
	cp -a /mnt/source /mnt/labelled
	find /mnt/labelled ! -type l -exec setfattr -n security.selinux -v system_u:object_r:etc_t:s0 {} +
}

# The labels in generation 1 of layer x, by a kernel that does not know them.
labels() {
	getfattr -R -h -P -d -m '^security.selinux$' --absolute-names /mnt/store/layers/x/gen/1 2> /dev/null | grep -c selinux
}

# An rsync after which all that is in the stage has a label, as a policy would have it.
pretend_labels() {
	mkdir -p /run/bin
	cat > /run/bin/rsync <<-END
	#!/bin/sh
	$(command -v rsync) "\$@" || exit
	[ "\$1" = --version ] || find /mnt/store/layers/x/stage ! -type l -exec setfattr -n security.selinux -v system_u:object_r:var_t:s0 {} +
	END
	chmod +x /run/bin/rsync
	PATH=/run/bin:$PATH
}
