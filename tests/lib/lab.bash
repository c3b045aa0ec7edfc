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
#	lab_ganesha			start rpcbind, a private D-Bus and nfs-ganesha
#	lab_boot_servers		start bootpd and tftpd-hpa, for a boot by our own ROM
#	lab_console ...			boot the diskless computer and drive its console (lab-console)

LAB_TOP=${LAB_TOP:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
export LAB_TOP
# shellcheck source=tests/lib/net.bash
source "$LAB_TOP/tests/lib/net.bash"

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
	mkdir -p /run/ganesha /var/lib/nfs/ganesha
	ulimit -n "$(ulimit -H -n)"
	ganesha.nfsd -F -L /mnt/log/ganesha.log -f /mnt/etc/ganesha/ganesha.conf -p /run/ganesha/pid \
		> /mnt/log/ganesha.out 2>&1 &
	LAB_GANESHA=$!
	_lab_wait 20 nfs-ganesha rpcinfo -t 127.0.0.1 nfs 3
}

# bootpd on our bootptab, tftpd-hpa rooted at the farm's boot directory.
lab_boot_servers() {
	local port

	bootpd -s -d4 /mnt/etc/bootptab > /mnt/log/bootpd.log 2>&1 &
	in.tftpd -L -s /mnt/tftpboot/boot -u nobody > /mnt/log/tftpd.log 2>&1 &
	for port in 67 69; do
		_lab_wait 10 "the server on UDP port $port" _lab_is_bound $port || return
	done
}

_lab_is_bound() { # UDP PORT
	ss -Hlun "sport = :$1" | grep -q .
}

lab_ganesha_stop() {
	kill "$LAB_GANESHA"
	wait "$LAB_GANESHA" 2> /dev/null
}
