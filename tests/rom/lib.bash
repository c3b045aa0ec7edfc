# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A small network for the boot ROM's tests: in namespaces of its own, a bridge with
# 192.168.1.1, real boot and TFTP servers, and QEMU (TCG) with one network card.
#
#	source tests/rom/lib.bash
#	rom_image real 400000                   make $ROM_DIR/tftp/test.nb, and $ROM_DIR/expected
#	rom_boot bootpd rtl8139 build/rom/rtl8139.rom [QEMU's arguments]
#	rom_saw_image                           did the image run, with every byte in place?
#
# rom_boot runs QEMU until the test image ends it, or for $ROM_SECONDS, and leaves in $ROM_DIR:
# serial (the ROM's and the image's output), bios (SeaBIOS's own), packets.pcap, *.log.
# Servers: those of tests/lib/servers.bash, and relay (dhcpd and tftpd-hpa behind a router and relay agent).
#
# Settings, as environment variables:
#	ROM_SECONDS	longest run of QEMU (60)
#	ROM_NETEM	options of netem: puts it between the card and the bridge
#	ROM_KEYS	what is typed in QEMU's monitor: "SECONDS COMMAND" lines
#	ROM_PXE_FILE	boot file for PXE firmware; bootpd cannot tell that from others
#	ROM_CAPTURE=no	no packets.pcap
#	ROM_TIMES=yes	the lines of `bios` begin with the time they were written

ROM_TOP=${ROM_TOP:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
ROM_LIB=$ROM_TOP/tests/rom/lib.bash
ROM_T=$ROM_TOP/build/tests/rom
ROM_DIR=${ROM_DIR:-${BATS_TEST_TMPDIR:-/tmp/mkdcroot-rom.$$}}
ROM_MAC=52:54:00:12:34:56
export ROM_TOP ROM_DIR
# shellcheck source=tests/lib/net.bash
source "$ROM_TOP/tests/lib/net.bash"
# shellcheck source=tests/lib/servers.bash
source "$ROM_TOP/tests/lib/servers.bash"

# KIND BYTES: see tests/rom/mktestimage.c
rom_image() {
	local code=testimage

	[ "$1" = boot ] && code=testboot
	mkdir -p "$ROM_DIR/tftp"
	"$ROM_T/mktestimage" "$1" "$2" "$ROM_T/$code.bin" "$ROM_DIR/tftp/test.nb" \
		> "$ROM_DIR/expected"
	chmod -R a+rX "$ROM_DIR/tftp"
}

# --- inside the namespaces ---

# Boot and TFTP server in another subnet; between them a router that is also the relay agent.
_servers_relay() {
	SERVERS_PORTS=67 # the other one is beyond the router
	echo 1 > /proc/sys/net/ipv4/ip_forward
	ip netns add far
	ip link add far0 type veth peer name far1 netns far
	ip address add 10.0.0.1/24 dev far0
	ip link set far0 up
	ip -n far address add 10.0.0.2/24 dev far1
	ip -n far link set far1 up
	ip -n far route add default via 10.0.0.1
	cat > /run/dhcpd.conf <<-END
	subnet 10.0.0.0 netmask 255.255.255.0 { }
	subnet 192.168.1.0 netmask 255.255.255.0 { option routers 192.168.1.1; }
	host aldebaran {
		hardware ethernet $ROM_MAC;
		fixed-address 192.168.1.100;
		option host-name "aldebaran";
		option root-path "/tftpboot/192.168.1.100";
		next-server 10.0.0.2;
		filename "/test.nb";
	}
	END
	touch /run/dhcpd.leases
	ip netns exec far dhcpd -4 -f --no-pid -cf /run/dhcpd.conf -lf /run/dhcpd.leases far1 \
		> "$ROM_DIR/dhcpd.log" 2>&1 &
	ip netns exec far in.tftpd -L -s "$ROM_DIR/tftp" -u nobody > "$ROM_DIR/tftpd.log" 2>&1 &
	dnsmasq --no-daemon --conf-file=/dev/null --port=0 --dhcp-relay=192.168.1.1,10.0.0.2 \
		> "$ROM_DIR/dnsmasq.log" 2>&1 &
}

_rom_network() {
	mount --make-rprivate /
	mount -t tmpfs -o mode=755 tmpfs /run
	mkdir -p /run/tftp "$ROM_DIR/tftp"
	mount --bind "$ROM_DIR/tftp" /run/tftp # the daemons run as nobody, bats' directories are private
	net_make
	# netem's sockets: ten datagrams, the kernel's default, is less than a TFTP window
	echo 512 > /proc/sys/net/unix/max_dgram_qlen
}

_rom_type() {
	local seconds command

	while read -r seconds command; do
		[ -n "$seconds" ] || continue
		sleep "$seconds"
		echo "$command"
	done <<< "$ROM_KEYS"
	sleep 1000 # the end of its input would end QEMU's monitor
}

# SERVERS DEVICE ROMFILE [QEMU's arguments]; ROMFILE "" is none, "default" QEMU's own (iPXE)
_rom_inside() {
	local servers=$1 device=$2 romfile=$3 net line bios=$ROM_DIR/bios
	local option=,romfile=$romfile

	shift 3
	[ "$romfile" = default ] && option=
	_rom_network
	SERVERS_HOSTS="aldebaran $ROM_MAC 192.168.1.100 test.nb /tftpboot/192.168.1.100"
	SERVERS_TFTP=/run/tftp
	SERVERS_LOG=$ROM_DIR
	SERVERS_PXE_FILE=$ROM_PXE_FILE
	net=tap,id=n0,ifname=tap0,script=no,downscript=no
	if [ -n "$ROM_NETEM" ]; then
		# shellcheck disable=SC2086 # a list of options
		"$ROM_T/netem" $ROM_NETEM tap0 /run/netem /run/qemu > "$ROM_DIR/netem.log" 2>&1 &
		net=dgram,id=n0,local.type=unix,local.path=/run/qemu,remote.type=unix,remote.path=/run/netem
	fi
	if [ "$ROM_CAPTURE" != no ]; then
		tcpdump -i tap0 -s 128 -U -w "$ROM_DIR/packets.pcap" > /dev/null 2> "$ROM_DIR/tcpdump.log" &
		while ! grep -q listening "$ROM_DIR/tcpdump.log"; do sleep 0.05; done
	fi
	if [ "$ROM_TIMES" = yes ]; then
		bios=/run/bios
		mkfifo "$bios"
		while read -r line; do
			echo "$EPOCHREALTIME $line"
		done < "$bios" > "$ROM_DIR/bios" &
	fi
	servers_start "$servers" || return
	timeout "${ROM_SECONDS:-60}" qemu-system-x86_64 -accel tcg -cpu max -m 256 \
		-display none -monitor stdio -no-reboot -serial "file:$ROM_DIR/serial" \
		-debugcon "file:$bios" -global isa-debugcon.iobase=0x402 \
		-device isa-debug-exit,iobase=0xf4 -netdev "$net" \
		-device "$device,netdev=n0,mac=$ROM_MAC$option" "$@" \
		< <(_rom_type) > "$ROM_DIR/qemu.log" 2>&1
	echo "$?" > "$ROM_DIR/status"
	sleep 0.2 # for tcpdump's last packets
}

# --- outside ---

# Returns 0 if the test image (or disk) ended QEMU; what ran is in $ROM_DIR.
rom_boot() {
	if [ "$(id -u)" != 0 ]; then
		echo "network namespaces and tap devices need root's rights" >&2
		return 1
	fi
	rm -f "$ROM_DIR/serial" "$ROM_DIR/status"
	mkdir -p "$ROM_DIR"
	# shellcheck disable=SC2016 # expanded by the inner shell
	unshare -n --uts -m -p -f --kill-child --mount-proc bash -c \
		'source "$0"; _rom_inside "$@"' "$ROM_LIB" "$@"
	tr -d '\r' < "$ROM_DIR/serial" > "$ROM_DIR/output" 2> /dev/null
	# isa-debug-exit: what is written, times two, plus one
	[ "$(cat "$ROM_DIR/status")" = 1 ]
}

# What the ROM and the image wrote has this line (fixed text, anywhere in a line).
rom_saw() {
	grep -qF -- "$1" "$ROM_DIR/output" && return
	{
		echo "not on the console: $1"
		sed 's/^/| /' "$ROM_DIR/output"
		tail -n 3 "$ROM_DIR/qemu.log"
	} >&2
	return 1
}

rom_did_not_see() {
	if grep -qF -- "$1" "$ROM_DIR/output"; then
		echo "on the console, but should not be: $1" >&2
		return 1
	fi
}

# The image was entered, saw the BOOTP reply, and every segment is where and what it should be.
rom_saw_image() {
	local line

	rom_saw "${1:-test image entered in real mode}" || return
	rom_saw "header magic 1b031336" || return
	rom_saw "reply op 00000002" || return
	rom_saw "reply yiaddr 192.168.1.100" || return
	rom_saw "reply host aldebaran" || return
	rom_saw "reply root /tftpboot/192.168.1.100" || return
	rom_did_not_see MISPLACED || return
	while read -r line; do
		rom_saw "$line" || return
	done < "$ROM_DIR/expected"
}
