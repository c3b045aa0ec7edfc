# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What tests/cli/bootptab.bats does inside the lab.

# shellcheck source=tests/cli/registration.bash
source "$LAB_TOP/tests/cli/registration.bash"

TAB=/mnt/etc/bootptab
MAC=00:60:08:c7:a3:d8

begin() { # SETTING...
	lab_settings 'netmask = 255.255.255.0' 'gateway = 192.168.1.19' "$@"
	mkdir -p /mnt/tftpboot/boot
	echo "tagged image 1" > /mnt/tftpboot/boot/base-1.nb
	echo "tagged image 2" > /mnt/tftpboot/boot/base-2.nb
	ln -s base-1.nb /mnt/tftpboot/boot/vmlinuz.nb
	chmod -R a+rX /mnt/tftpboot
}

# bootptest asks with the hardware address of its own interface: a computer on a cable of its own.
client() { # MAC ADDRESS
	# A namespace ends some time after it is deleted; the cable is to be gone now.
	ip link del cable 2> /dev/null
	ip netns del client 2> /dev/null
	ip netns add client
	ip link add cable type veth peer name eth0 netns client
	ip link set cable master br0 up
	ip -n client link set eth0 address "$1"
	ip -n client address add "$2/24" dev eth0
	ip -n client link set eth0 up
	ip -n client link set lo up
}

start_bootpd() {
	bootpd -s -d4 $TAB > /mnt/log/bootpd 2>&1 &
	bootpd=$!
	sleep 0.3
	kill -0 $bootpd || fail "bootpd: $(cat /mnt/log/bootpd)"
}

start_tftpd() { # ROOT
	in.tftpd --listen --foreground --user nobody --address 192.168.1.1:69 -s "$1" \
		> /mnt/log/tftpd 2>&1 &
	sleep 0.2
	kill -0 $! || fail "tftpd: $(cat /mnt/log/tftpd)"
}

# What bootpd answers, as bootptest prints it; quotes and tabs taken off.
ask() {
	ip netns exec client timeout 20 bootptest -h 192.168.1.1 2>&1 | sed -n '/^Recvd/,$p' |
		tr -d '"' | tr '\t' ' '
}

fetch() { # the file named in the reply $1
	local file

	file=$(grep -oE 'file:[^ ]+' <<< "$1" | cut -d: -f2)
	# A second slash: curl takes the first for its own.
	ip netns exec client curl -sS --max-time 10 "tftp://192.168.1.1/$file"
}

registrar_ok() {
	registrar "$@" || fail "registrar $*"
}

answers() {
	local reply

	begin
	registrar_ok boot add aldebaran 192.168.1.100 $MAC
	client $MAC 192.168.1.100
	start_bootpd
	start_tftpd /mnt/tftpboot/boot
	reply=$(ask)
	has "$reply" "Y:192.168.1.100"
	has "$reply" "file:/vmlinuz.nb "
	has "$reply" "ROOT:$ROOT "
	has "$reply" "HN:aldebaran"
	same "the file" "tagged image 1" "$(fetch "$reply")"
}

answers_below() {
	local reply

	begin 'tftp_root = /mnt/tftpboot'
	cat > $TAB <<-'END'
	# Sample bootptab file (domain=andrew.cmu.edu)

	.default:\
	    :hd=/usr/boot:bf=null:\
	# a comment in the middle
	    :sm=255.255.255.0:\
	    :gw=192.168.1.1:\
	    :hn:to=-18000:

	carnegie:ht=6:ha=7FF8100000AF:ip=192.168.1.7:tc=.default:
	butlerjct:ha=08002001560D:ds=128.2.13.42:ip=192.168.1.8:\
	    :T37=0x12345927AD3BCF:\
	    :T99="Special ASCII string":\
	    :tc=.default:
	END
	printf 'last:ha=08002001560E:ip=192.168.1.9:tc=.default' >> $TAB
	registrar_ok boot add aldebaran 192.168.1.100 $MAC
	client $MAC 192.168.1.100
	start_bootpd
	start_tftpd /mnt/tftpboot
	reply=$(ask)
	has "$reply" "Y:192.168.1.100"
	has "$reply" "file:/boot/vmlinuz.nb "
	has "$reply" "ROOT:$ROOT "
	same "the file" "tagged image 1" "$(fetch "$reply")"
	grep -iE 'bad|unknown|error|no room|can.t' /mnt/log/bootpd && fail "bootpd complains"
	client 08:00:20:01:56:0e 192.168.1.9
	has "$(ask)" "Y:192.168.1.9"
}

all_options() {
	local reply

	begin 'dns = 192.168.1.5' 'tftp_server = 192.168.1.1'
	registrar_ok boot add aldebaran 192.168.1.100 $MAC
	client $MAC 192.168.1.100
	start_bootpd
	reply=$(ask)
	has "$reply" "255.255.255.0"
	has "$reply" "192.168.1.19"
	has "$reply" "192.168.1.5"
	has "$reply" "S:192.168.1.1"
	has "$reply" "ROOT:$ROOT "
	has "$reply" "HN:aldebaran"
	grep -i 'no room' /mnt/log/bootpd && fail "an option was left out"
	return 0
}

letter_mac() {
	begin
	registrar_ok boot add aldebaran 192.168.1.100 ae:bc:de:fa:bc:de
	client ae:bc:de:fa:bc:de 192.168.1.100
	start_bootpd
	has "$(ask)" "Y:192.168.1.100"
	grep -i 'prefix' /mnt/log/bootpd && fail "bootpd took it for a name first"
	return 0
}

changes() {
	local reply

	begin
	registrar_ok boot add aldebaran 192.168.1.100 $MAC
	client $MAC 192.168.1.100
	start_bootpd
	start_tftpd /mnt/tftpboot/boot
	has "$(ask)" "file:/vmlinuz.nb "
	# Twice within a second, with a request between: bootpd looks at whole seconds.
	while [ "$(date +%1N)" != 0 ]; do
		sleep 0.01
	done
	registrar_ok boot add aldebaran 192.168.1.100 $MAC /mnt/tftpboot/boot/base-1.nb
	ask > /mnt/between &
	sleep 0.3
	registrar_ok boot add aldebaran 192.168.1.100 $MAC /mnt/tftpboot/boot/base-2.nb
	wait $!
	has "$(cat /mnt/between)" "file:/base-1.nb "
	reply=$(ask)
	has "$reply" "file:/base-2.nb "
	same "the file" "tagged image 2" "$(fetch "$reply")"
	registrar_ok boot add aldebaran 192.168.1.101 $MAC
	client $MAC 192.168.1.101
	has "$(ask)" "Y:192.168.1.101"
	registrar_ok boot remove aldebaran
	has "$(ask; echo none)" "none"
	[[ "$(ask)" != *Y:192* ]] || fail "still answered"
}

etherboot() {
	local reply

	begin
	cat > $TAB <<-'END'
	aldebaran.foo.com:ha=006008C7A3D8:ip=192.168.1.100:bf=/tftpboot/vmlinuz.nb
	END
	client $MAC 192.168.1.100
	start_bootpd
	has "$(ask)" "file:/tftpboot/vmlinuz.nb "
	cat > $TAB <<-'END'
	.global.prof:sm=255.255.255.0:ds=192.168.1.5:gw=192.168.1.19:ht=ethernet:bf=/tftpboot/vmlinuz.nb:
	aldebaran:tc=.global.prof:ha=006008C7A3D8:ip=192.168.1.100:
	betelgeuse:tc=.global.prof:ha=006008C7A3D9:ip=192.168.1.101:
	capella:tc=.global.prof:ha=006008C7A3DA:ip=192.168.1.102:
	END
	touch -d '+10 seconds' $TAB
	registrar_ok boot add deneb 192.168.1.103 00:60:08:c7:a3:db
	has "$(ask)" "192.168.1.19"
	client 00:60:08:c7:a3:da 192.168.1.102
	has "$(ask)" "Y:192.168.1.102"
	client 00:60:08:c7:a3:db 192.168.1.103
	reply=$(ask)
	has "$reply" "Y:192.168.1.103"
	has "$reply" "file:/vmlinuz.nb "
}

leaves_no_trace() {
	begin
	printf '# no newline\na:ip=1.2.3.4:' > $TAB
	cp $TAB /mnt/before
	has "$(registrar boot add aldebaran 192.168.1.100 $MAC)" "bootptab: written"
	has "$(registrar boot add aldebaran 192.168.1.100 $MAC)" "bootptab: unchanged"
	has "$(registrar boot add capella 192.168.1.102 00:60:08:c7:a3:d9)" "bootptab: written"
	same "templates" 1 "$(grep -c '^\.mkdcroot:' $TAB)"
	has "$(registrar boot remove aldebaran)" "bootptab: removed"
	has "$(registrar boot remove aldebaran)" "bootptab: absent"
	registrar_ok boot remove capella
	cmp $TAB /mnt/before || fail "not as before"
}

conflict() {
	local out

	begin
	printf '#\nother:ha="00:60:08:C7:A3:D8":ip=192.168.1.7:\n' > $TAB
	cp $TAB /mnt/before
	out=$(registrar boot add aldebaran 192.168.1.100 $MAC 2>&1) && fail "no conflict"
	has "$out" "$TAB:2: entry \"other\", which mkdcroot did not write, is about $MAC"
	cmp $TAB /mnt/before || fail "the file was changed"
}

waits() {
	begin
	has "$(registrar boot add aldebaran 192.168.1.100 -)" "waiting for its MAC"
	[ -e $TAB ] && fail "something was written"
	registrar_ok boot add aldebaran 192.168.1.100 $MAC
	has "$(registrar boot add aldebaran 192.168.1.100 -)" "waiting for its MAC"
	grep aldebaran $TAB && fail "it is still there"
	return 0
}

unreachable() {
	local out

	begin 'boot_file = /srv/vmlinuz.nb'
	out=$(registrar boot add aldebaran 192.168.1.100 $MAC 2>&1) && fail "it was taken"
	has "$out" "boot file /srv/vmlinuz.nb: not below /mnt/tftpboot/boot"
	[ -e $TAB ] && fail "something was written"
	return 0
}
