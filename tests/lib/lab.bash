# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A farm server in namespaces of its own: network, mounts, processes.  Nothing of the machine's is
# touched, nothing is left behind when it ends.
#
#	source tests/lib/lab.bash
#	lab_in DIR COMMAND [ARG...]	run COMMAND inside; DIR is seen as /mnt there
#	LAB_NETWORK=keep lab_in ...	the same in the machine's own network: to install packages
#
# and inside, where the server is 192.168.1.1 on the bridge br0 and QEMU's card goes to tap0:
#
#	lab_settings ...		write /mnt/etc/mkdcroot.conf (more lines as arguments)
#	mkdcroot ...			the one of this tree, with that configuration
#	lab_ganesha			start rpcbind, a private D-Bus and nfs-ganesha; lab_ganesha_stop, lab_ganesha_run: it alone
#	lab_boot_servers [NAME]		start boot and TFTP servers (tests/lib/servers.bash), for a boot by our own ROM
#	lab_computer CARD ...		QEMU with that card, as the array LAB_COMPUTER
#	lab_console LOG SECONDS ...	boot that computer and drive its console (tests/lib/lab-console)
#	lab_capture FILE [TAP]		capture what tests/lib/boot-times wants, until lab_capture_stop

LAB_TOP=${LAB_TOP:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
export LAB_TOP
# shellcheck source=tests/lib/net.bash
source "$LAB_TOP/tests/lib/net.bash"
# shellcheck source=tests/lib/servers.bash
source "$LAB_TOP/tests/lib/servers.bash"

# DIR COMMAND...; functions of this file, or of a file that is named in LAB_SOURCE, can be the command.
lab_in() {
	local dir=$1

	shift
	mkdir -p "$dir"
	local net=--net

	[ "${LAB_NETWORK:-}" = keep ] && net=
	# shellcheck disable=SC2016,SC2086 # expanded inside; $net may be nothing
	unshare $net --uts -m -p -f --kill-child --mount-proc bash -c '
		source "$LAB_TOP/tests/lib/lab.bash"
		[ -n "${LAB_SOURCE:-}" ] && source "$LAB_SOURCE"
		_lab_enter "$1" || exit 1
		shift
		"$@"' lab "$dir" "$@"
}

_lab_enter() {
	set -e
	mount --make-rprivate /
	mount -t tmpfs -o mode=755 tmpfs /run
	mount --bind "$1" /mnt
	mount -t tmpfs tmpfs /var/lib/nfs
	mkdir -p /mnt/etc/ganesha /mnt/log /run/lock /run/dbus
	mount --bind /mnt/etc/ganesha /etc/ganesha
	[ "${LAB_NETWORK:-}" = keep ] || net_make
	set +e
	PATH=$LAB_TOP/build/bin:$PATH
	export PATH DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/dbus/bus
}

# The settings of the lab's farm; the arguments are further lines.
lab_settings() {
	cat > /mnt/etc/mkdcroot.conf <<-END
	farm = /mnt/tftpboot
	store = /mnt/store
	hosts = /mnt/etc/hosts
	profiles = /mnt/etc/profiles
	data = $LAB_TOP/build/data
	exports = /mnt/etc/exports
	bootptab = /mnt/etc/bootptab
	tftp_root = /mnt/tftpboot/boot
	boot_file = /mnt/tftpboot/boot/vmlinuz.nb
	nfs_backend = ganesha
	ganesha_config = /mnt/etc/ganesha-mkdcroot.conf
	ethers = /mnt/etc/ethers
	END
	printf '%s\n' "$@" >> /mnt/etc/mkdcroot.conf
	mkdir -p /mnt/etc/ganesha
	cat > /mnt/etc/ganesha/ganesha.conf <<-END
	NFS_CORE_PARAM {
		Protocols = 3, 4;
		mount_path_pseudo = false;
		Enable_NLM = false;
		Enable_RQUOTA = false;
	}
	NFSv4 { Grace_Period = 1; RecoveryBackend = fs; Only_Numeric_Owners = true; }
	LOG { Default_Log_Level = EVENT; }
	%include "/mnt/etc/ganesha-mkdcroot.conf"
	END
}

mkdcroot() {
	command mkdcroot --config /mnt/etc/mkdcroot.conf "$@"
}

_lab_wait() { # SECONDS WHAT COMMAND...
	local tries=$(($1 * 10)) what=$2

	shift 2
	while ! "$@" > /dev/null 2>&1; do
		tries=$((tries - 1))
		if [ $tries -le 0 ]; then
			echo "lab: $what did not come up" >&2
			return 1
		fi
		sleep 0.1
	done
}

_lab_dbus_conf() {
	cat <<-END
	<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
	 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
	<busconfig>
	  <type>system</type>
	  <listen>unix:path=/run/dbus/bus</listen>
	  <auth>EXTERNAL</auth>
	  <policy context="default">
	    <allow user="*"/> <allow own="*"/> <allow eavesdrop="true"/>
	    <allow send_destination="*" eavesdrop="true"/> <allow receive_sender="*"/>
	  </policy>
	</busconfig>
	END
}

# The lower layers' mounts, then the daemons: an export without its mount would not be served.
lab_ganesha() {
	_lab_dbus_conf > /run/dbus/lab.conf
	dbus-daemon --config-file=/run/dbus/lab.conf --nofork --nopidfile > /mnt/log/dbus.log 2>&1 &
	rpcbind -f -w > /mnt/log/rpcbind.log 2>&1 &
	_lab_wait 10 rpcbind rpcinfo -p 127.0.0.1 || return
	lab_ganesha_run
}

# The server alone: as lab_ganesha does, or again after lab_ganesha_stop.
lab_ganesha_run() {
	mkdir -p /run/ganesha /var/lib/nfs/ganesha
	ulimit -n "$(ulimit -H -n)"
	ganesha.nfsd -F -L /mnt/log/ganesha.log -f /mnt/etc/ganesha/ganesha.conf -p /run/ganesha/pid \
		> /mnt/log/ganesha.out 2>&1 &
	LAB_GANESHA=$!
	_lab_wait 20 nfs-ganesha rpcinfo -t 127.0.0.1 nfs 3
}

# NAME (bootpd), on the farm's bootptab or with its hosts; the TFTP server is rooted at the boot directory.
lab_boot_servers() {
	local name=${1:-bootpd}

	SERVERS_TFTP=/mnt/tftpboot/boot
	SERVERS_LOG=/mnt/log
	if [ "$name" = bootpd ]; then
		servers_start bootpd /mnt/etc/bootptab
	else
		SERVERS_HOSTS=$(mkdcroot list --json |
			jq -r '.[] | "\(.name) \(.mac) \(.ip) vmlinuz.nb /mnt/tftpboot/\(.ip)"')
		servers_start "$name"
	fi
}

# CARD [MAC [TAP [MEGABYTES]]]: a diskless computer with a card of tests/lib/cards.
lab_computer() {
	local name rom device option

	while read -r name rom device; do
		[ "$name" = "$1" ] && break
	done < "$LAB_TOP/tests/lib/cards"
	[ "$name" = "$1" ] || { echo "no card $1 in tests/lib/cards" >&2 && return 1; }
	option=,romfile=$LAB_TOP/build/rom/$rom
	[ "$rom" = default ] && option=
	LAB_COMPUTER=(qemu-system-x86_64 -accel tcg -cpu max -m "${4:-512}" -nographic
		-netdev "tap,id=n0,ifname=${3:-tap0},script=no,downscript=no"
		-device "$device,netdev=n0,mac=${2:-52:54:00:12:34:56}$option")
}

# LOG SECONDS [lab-console's actions]; LOG is a name in /mnt/log.
lab_console() {
	local log=/mnt/log/$1 seconds=$2

	shift 2
	rm -f "$log" "$log.marks"
	"$LAB_TOP/tests/lib/lab-console" "$log" "$seconds" -marks "$log.marks" "$@" -- "${LAB_COMPUTER[@]}"
}

lab_ganesha_stop() {
	kill "$LAB_GANESHA"
	# It may be the child of another shell.
	while kill -0 "$LAB_GANESHA" 2> /dev/null; do sleep 0.1; done
}

# FILE [TAP]: capture what tests/lib/boot-times wants, in /mnt/log.
lab_capture() {
	tcpdump -i "${2:-tap0}" -s 64 -U -w "/mnt/log/$1" 'udp or tcp port 111 or (tcp port 2049 and tcp[tcpflags] & tcp-syn != 0)' \
		> /dev/null 2> "/mnt/log/$1.log" &
	LAB_CAPTURE=$!
	_lab_wait 10 tcpdump grep -q listening "/mnt/log/$1.log"
}

lab_capture_stop() {
	sleep 0.2
	kill "$LAB_CAPTURE"
	wait "$LAB_CAPTURE"
}
