# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2153 # used by the templates; the settings are the caller's
#
# Boot and TFTP servers of a lab, as their packages bring them, in the foreground below the lab's shell:
#
#	servers_start NAME [BOOTPTAB]		returns when they listen, or fails
#
#	bootpd	bootpd and tftpd-hpa; on BOOTPTAB if that is given
#	dhcpd	ISC's dhcpd and atftpd
#	dnsmasq	dnsmasq is both
#	kea	Kea with its hook for BOOTP, and tftpd-hpa
#	none	nobody
#
# Settings, as variables:
#	SERVERS_HOSTS	the hosts, one a line: NAME MAC IP FILE ROOTPATH
#	SERVERS_TFTP	what the TFTP server is rooted at; readable for nobody
#	SERVERS_LOG	a directory for the daemons' words
#	SERVERS_PXE_FILE	boot file for PXE firmware instead of FILE; bootpd cannot tell that from others

SERVERS_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# FORMAT, with $name $mac $ip $file $root in single quotes: its text for each host.
_servers_each() {
	local name mac ip file root

	while read -r name mac ip file root; do
		[ -n "$name" ] && eval "cat <<END
$1
END"
	done <<< "$SERVERS_HOSTS"
}

_servers_tftpd() {
	in.tftpd -L -s "$SERVERS_TFTP" -u nobody > "$SERVERS_LOG/tftpd.log" 2>&1 &
}

_servers_bootpd() { # [BOOTPTAB]
	local table=${1:-/run/bootptab}

	# shellcheck disable=SC2016 # expanded for each host
	[ -n "${1:-}" ] || _servers_each '$name:ht=ether:ha=${mac//:/}:ip=$ip:sm=255.255.255.0:gw=192.168.1.1:\
bf=$file:hd=/:sa=192.168.1.1:rp=$root:hn:vm=rfc1048:' > "$table"
	bootpd -s -d4 "$table" > "$SERVERS_LOG/bootpd.log" 2>&1 &
	_servers_tftpd
}

_servers_dhcpd() {
	{
		echo 'subnet 192.168.1.0 netmask 255.255.255.0 { option routers 192.168.1.1; }'
		# shellcheck disable=SC2016 # expanded for each host
		_servers_each 'host $name {
			hardware ethernet $mac;
			fixed-address $ip;
			option host-name "$name";
			option root-path "$root";
			next-server 192.168.1.1;
			if substring(option vendor-class-identifier, 0, 9) = "PXEClient" {
				filename "${SERVERS_PXE_FILE:-/$file}";
			} else {
				filename "/$file";
			}
		}'
	} > /run/dhcpd.conf
	touch /run/dhcpd.leases
	dhcpd -4 -f --no-pid -cf /run/dhcpd.conf -lf /run/dhcpd.leases br0 > "$SERVERS_LOG/dhcpd.log" 2>&1 &
	"$SERVERS_TOP/build/tools/atftpd/usr/sbin/atftpd" --daemon --no-fork --verbose=7 --logfile - \
		--user "$(id -un nobody).$(id -gn nobody)" "$SERVERS_TFTP" > "$SERVERS_LOG/atftpd.log" 2>&1 &
}

_servers_dnsmasq() {
	# shellcheck disable=SC2016 # expanded for each host
	_servers_each 'dhcp-host=$mac,set:$name,$ip,$name
dhcp-boot=tag:!pxe,tag:$name,$file
dhcp-option=tag:$name,option:root-path,$root' > /run/dnsmasq.conf
	if [ -n "${SERVERS_PXE_FILE:-}" ]; then
		printf 'dhcp-vendorclass=set:pxe,PXEClient\ndhcp-boot=tag:pxe,%s\n' "$SERVERS_PXE_FILE" >> /run/dnsmasq.conf
	fi
	dnsmasq --no-daemon --conf-file=/run/dnsmasq.conf --port=0 --interface=br0 --bind-interfaces \
		--log-dhcp --dhcp-leasefile=/run/leases --dhcp-range=192.168.1.100,192.168.1.120 \
		--enable-tftp --tftp-root="$SERVERS_TFTP" > "$SERVERS_LOG/dnsmasq.log" 2>&1 &
}

_servers_kea() {
	local hosts

	# shellcheck disable=SC2016 # expanded for each host
	hosts=$(_servers_each '{ "hw-address": "$mac", "ip-address": "$ip", "hostname": "$name",
		"next-server": "192.168.1.1", "boot-file-name": "$file",
		"option-data": [ { "name": "root-path", "data": "$root" },
			{ "name": "host-name", "data": "$name" } ] },')
	# What the host is told wins over what its class is told, so PXE firmware needs a subnet's word.
	[ -z "${SERVERS_PXE_FILE:-}" ] || hosts=$(sed '/"boot-file-name"/s/"boot-file-name": "[^"]*",//' <<< "$hosts")
	cat > /run/kea.conf <<-END
	{ "Dhcp4": {
		"interfaces-config": { "interfaces": [ "br0" ], "dhcp-socket-type": "raw" },
		"lease-database": { "type": "memfile", "persist": false },
		"hooks-libraries": [ { "library": "$(echo /usr/lib/*/kea/hooks/libdhcp_bootp.so)" } ],
		"client-classes": [
			{ "name": "pxe", "test": "substring(option[60].hex,0,9) == 'PXEClient'",
			  "boot-file-name": "${SERVERS_PXE_FILE:-none}" },
			{ "name": "rom", "test": "not member('pxe')",
			  "boot-file-name": "$(awk 'NR == 1 { print $4 }' <<< "$SERVERS_HOSTS")" } ],
		"subnet4": [ { "subnet": "192.168.1.0/24", "pools": [ { "pool": "192.168.1.100 - 192.168.1.120" } ],
			"option-data": [ { "name": "routers", "data": "192.168.1.1" } ],
			"reservations": [ ${hosts%,} ] } ],
		"loggers": [ { "name": "kea-dhcp4", "severity": "DEBUG", "debuglevel": 40,
			"output_options": [ { "output": "stdout" } ] } ] } }
	END
	mkdir -p /run/kea
	KEA_LOCKFILE_DIR=/run/kea KEA_PIDFILE_DIR=/run/kea kea-dhcp4 -c /run/kea.conf > "$SERVERS_LOG/kea.log" 2>&1 &
	_servers_tftpd
}

_servers_none() {
	SERVERS_PORTS=
}

udp_is_bound() { # UDP PORT
	ss -Hlun "sport = :$1" | grep -q .
}

servers_wait() { # UDP PORT...
	local port tries

	for port; do
		for ((tries = 0; tries < 300; tries++)); do
			udp_is_bound "$port" && break
			sleep 0.1
		done
		if ((tries == 300)); then
			echo "no server on UDP port $port; its last words:" >&2
			tail -n 3 "$SERVERS_LOG"/*.log >&2
			return 1
		fi
	done
}

servers_start() {
	SERVERS_PORTS="67 69"
	"_servers_$1" "${@:2}"
	# shellcheck disable=SC2086 # a list
	servers_wait $SERVERS_PORTS
}
