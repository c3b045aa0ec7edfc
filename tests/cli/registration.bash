# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the bats files about registration share: functions that run inside the lab
# (tests/lib/lab.bash), with the real servers.  A function fails at the first thing that is not as it should be.
# shellcheck disable=SC2034 # used by those who source this

CONF=/mnt/etc/mkdcroot.conf
ALDEBARAN="aldebaran 192.168.1.100 6f1f5e0a-8a43-4d3a-9d6f-0a8e5c1b2d3e"
CAPELLA="capella 192.168.1.102 7e2f5e0a-8a43-4d3a-9d6f-0a8e5c1b2d3e"
ROOT=/mnt/tftpboot/192.168.1.100
OUR_LINE="$ROOT 192.168.1.100(rw,sync,no_root_squash,no_subtree_check,mp,fsid=${ALDEBARAN##* })"

registrar() {
	"$LAB_TOP/build/tests/cli/registrar" "$CONF" "$@"
}

fail() {
	echo "failed: $*"
	exit 1
}

same() { # WHAT EXPECTED GOT
	[ "$2" = "$3" ] || fail "$1: \"$3\" instead of \"$2\""
}

has() { # TEXT PART
	[[ "$1" == *"$2"* ]] || fail "\"$2\" is not in: $1"
}

# Addresses from which this machine can be its own clients.
client_addresses() {
	ip address add 192.168.1.100/32 dev lo
	ip address add 192.168.1.102/32 dev lo
}

# A root for each host: a small file system of its own.
roots() {
	local ip

	for ip in 192.168.1.100 192.168.1.102; do
		mkdir -p /mnt/tftpboot/$ip
		mount -t tmpfs -o size=4m tmpfs /mnt/tftpboot/$ip
		echo "root of $ip" > /mnt/tftpboot/$ip/file
	done
}
