# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The layers that tests share: Debian suites with Debian's own kernel, made once for all test files, and
# once more when mkdcroot or its data are newer than they are.
#
#	layers_take SUITE DIR		give the lab DIR the layer `base`, made of SUITE (bookworm)
#	layers_image SUITE KERNEL NFS OUT	its tagged image: KERNEL stock | own, NFS as in vers=
#
# What is made stays in build/e2e/layers/SUITE, itself a lab (tests/lib/lab.bash).  A lab that takes a layer gets
# hard links: nothing of a layer is written to by whoever adds hosts to it; who changes layers makes one of his own.

LAYERS_DIR=$LAB_TOP/build/e2e/layers
# Read by the labs that make layers and images.
LAYERS_BASH=$LAB_TOP/tests/lib/layers.bash

# Everybody's settings; further ones as arguments.
layers_settings() {
	lab_settings "root_hash = $(openssl passwd -6 secret)" "console = ttyS0,115200" "$@"
}

# --- inside ---

_layers_create() { # SUITE
	layers_settings && mkdcroot layer create base --source "debian:$1" --profile debian-kernel
}

_layers_make_image() { # KERNEL NFS
	layers_settings "nfs_options = $(layers_nfs_options "$2")"
	mkdcroot mount --all || return
	case $1 in
	own) mkdcroot image --layer base --kernel "$LAB_TOP/build/kernel/vmlinuz-test" ;;
	stock) mkdcroot image --layer base ;;
	esac || return
	mkdir -p /mnt/images
	mv /mnt/tftpboot/boot/base-1.nb "/mnt/images/$1-$2.nb"
	rm -f /mnt/tftpboot/boot/*
}

# --- outside ---

# VERSION.  noacl: nfs-ganesha 4.3 answers NFSv3's SETACL wrongly.
layers_nfs_options() {
	case $1 in
	3) echo "vers=3,noacl,rsize=65536,wsize=65536" ;;
	*) echo "vers=$1,rsize=65536,wsize=65536" ;;
	esac
}

# SUITE COMMAND...: with the lock of the suite, so that one makes what all wait for.
_layers_locked() {
	local suite=$1

	shift
	mkdir -p "$LAYERS_DIR"
	(
		flock 9
		"$@" 9>&-
	) 9> "$LAYERS_DIR/$suite.lock"
}

# FILE: than what it is made with?  The links in build/data are made anew by every make.
_layers_is_newer() {
	[ -e "$1" ] && [ -z "$(find -L "$LAB_TOP/build/bin/mkdcroot" "$LAB_TOP/build/data" -type f -newer "$1" -print -quit)" ]
}

_layers_provide() { # SUITE
	local dir=$LAYERS_DIR/$1

	_layers_is_newer "$dir/made" && return
	chattr -R -i "$dir/tftpboot" 2> /dev/null
	rm -rf "$dir"
	mkdir -p "$dir"
	LAB_NETWORK=keep LAB_SOURCE=$LAYERS_BASH lab_in "$dir" _layers_create "$1" > "$dir/made.new" 2>&1 || {
		cat "$dir/made.new"
		return 1
	}
	mv "$dir/made.new" "$dir/made"
}

# What its making said is said each time.
layers_take() {
	local base=$LAYERS_DIR/$1/store/layers/base

	_layers_locked "$1" _layers_provide "$1" || return
	mkdir -p "$2/store/layers"
	chmod 700 "$2/store" "$2/store/layers"
	cp -al "$base" "$2/store/layers/" && cat "$LAYERS_DIR/$1/made"
}

_layers_provide_image() { # SUITE KERNEL NFS
	local image=$LAYERS_DIR/$1/images/$2-$3.nb

	_layers_provide "$1" || return
	if ! _layers_is_newer "$image" || { [ "$2" = own ] && [ "$LAB_TOP/build/kernel/vmlinuz-test" -nt "$image" ]; }; then
		LAB_SOURCE=$LAYERS_BASH lab_in "$LAYERS_DIR/$1" _layers_make_image "$2" "$3"
	fi
}

layers_image() {
	_layers_locked "$1" _layers_provide_image "$1" "$2" "$3" &&
		ln -f "$LAYERS_DIR/$1/images/$2-$3.nb" "$4"
}
