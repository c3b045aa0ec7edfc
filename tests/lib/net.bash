# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The network of a lab, made inside network, mount and UTS namespaces of its own: the server is called farm and is
# 192.168.1.1 on the bridge br0; QEMU's card goes to tap0, those of further computers to taps of their own (net_tap).

net_make() {
	# bootpd looks its own name up, and ends when nobody knows it.
	hostname farm
	printf '127.0.0.1 localhost\n192.168.1.1 farm\n' > /run/hosts
	mount --bind /run/hosts /etc/hosts
	ip link set lo up
	ip link add br0 type bridge
	ip address add 192.168.1.1/24 dev br0
	ip link set br0 up
	# A bridge runs when one of its ports does; Kea does not listen before.  The port's other end must not answer ARP for
	# the server's address with a MAC of its own.
	ip link add port0 type veth peer name port1
	ip link set port1 arp off up
	ip link set port0 master br0 up
	net_tap tap0
}

net_tap() { # NAME
	ip tuntap add "$1" mode tap
	# IPv6's announcements only fill the captures.
	echo 1 > "/proc/sys/net/ipv6/conf/$1/disable_ipv6"
	ip link set "$1" master br0 up
}
