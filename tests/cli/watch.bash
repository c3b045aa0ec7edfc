# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What tests/cli/watch.bats does inside the lab: real daemons, asked from a computer on a cable of its own.
# shellcheck disable=SC2086,SC2016 # a host is three words; perl expands itself

# shellcheck source=tests/cli/bootptab.bash
source "$LAB_TOP/tests/cli/bootptab.bash"

STRANGER=00:60:08:99:99:99
SAID=/mnt/watch.json

# The farm has aldebaran and capella; bootpd and tftpd know aldebaran's image.
farm() {
	begin
	printf '%s\n' "aldebaran 192.168.1.100 mac=$MAC" "capella 192.168.1.102 mac=00:60:08:c7:a3:da" \
		> /mnt/etc/hosts
	head -c 200000 /dev/zero > /mnt/tftpboot/boot/base-1.nb
	chmod -R a+rX /mnt/tftpboot
	registrar_ok boot add aldebaran 192.168.1.100 $MAC
	client $MAC 192.168.1.100
}

# Start watching, and wait until it does.  [watch's arguments]
watch() {
	command mkdcroot --config $CONF --json --verbose watch "$@" > $SAID 2> /mnt/watch.log &
	watch=$!
	_lab_wait 20 "mkdcroot watch" grep -qE 'watching|following|nothing' /mnt/watch.log ||
		fail "$(cat /mnt/watch.log)"
	sleep 0.3
}

# Within SECONDS something is said for which the jq expression holds.
says() { # SECONDS EXPRESSION
	local tries=$(($1 * 5))

	until jq -se "any(.[]; $2)" $SAID > /dev/null 2>&1; do
		tries=$((tries - 1))
		((tries > 0)) || fail "not said: $2; but: $(cat $SAID /mnt/watch.log)"
		sleep 0.2
	done
}

says_not() { # EXPRESSION
	jq -se "any(.[]; $1)" $SAID > /dev/null && fail "said: $1; $(cat $SAID)"
	return 0
}

# What was said of aldebaran, in a line: stages, and codes with a mark.
story() {
	jq -r 'select(.host == "aldebaran" and .say != "progress")
		| if .say == "trouble" then "!" + .code else .stage end' $SAID | paste -sd ' '
}

stop() { # [SIGNAL]
	kill -"${1:-INT}" $watch
	wait $watch || fail "watch ended with $?: $(cat /mnt/watch.log)"
	# Every line is a JSON object of its own.
	jq -e . $SAID > /dev/null || fail "$(cat $SAID)"
}

answered() {
	farm
	start_bootpd
	start_tftpd /mnt/tftpboot/boot
	watch
	fetch "$(ask)" > /mnt/fetched
	same size 200000 "$(stat -c %s /mnt/fetched)"
	says 10 '.host == "aldebaran" and .stage == "loaded" and .mac == "'$MAC'"'
	says 1 '.say == "progress" and .total == 200000'
	says 1 '.stage == "answered" and (.text | contains("192.168.1.1: 192.168.1.100, file /vmlinuz.nb"))'
	same story "asked answered loading loaded" "$(story)"
	stop
	same "what it complained of" "" "$(grep warning /mnt/watch.log)"
}

unknown() {
	farm
	start_bootpd
	client $STRANGER 192.168.1.150
	watch --no-packets --log /mnt/log/bootpd
	ask > /dev/null
	says 10 '.code == "unknown-host" and .host == null and .mac == "'$STRANGER'"'
	stop TERM
	watch
	ask > /dev/null
	says 15 '.code == "unknown-host" and .mac == "'$STRANGER'" and (.hint | contains("mkdcroot add NAME IP '$STRANGER'"))'
	# It becomes a host while it asks.
	echo "deneb 192.168.1.150 mac=$STRANGER" >> /mnt/etc/hosts
	sleep 2
	ask > /dev/null
	says 10 '.host == "deneb" and .stage == "asked"'
	stop
}

unregistered() {
	farm
	registrar_ok boot remove aldebaran
	start_bootpd
	watch --no-packets --log /mnt/log/bootpd
	ask > /dev/null
	says 10 '.host == "aldebaran" and .code == "not-registered"'
	stop
}

no_server() {
	farm
	watch aldebaran
	(ask; ask) > /dev/null
	says 20 '.host == "aldebaran" and .stage == "asked" and .code == "no-answer" and (.hint | contains("portfast"))'
	same story "asked !no-answer" "$(story)"
	# And on it goes when the server is started.
	start_bootpd
	ask > /dev/null
	says 10 '.host == "aldebaran" and .stage == "answered"'
	stop
}

# The client broadcasts a DHCP message, and wants a broadcast answer.
dhcp() { # TYPE OPTIONS-IN-HEX
	ip netns exec client perl -MIO::Socket::INET -e '
		my ($mac, $type, $options) = @ARGV;
		my $s = IO::Socket::INET->new(Proto => "udp", LocalPort => 68, PeerAddr => "255.255.255.255",
			PeerPort => 67, Broadcast => 1) or die "$!";
		$mac =~ s/://g;
		$s->send(pack("C4 N n2 x16 H12 x10 x192 H8 H6 H* C x60", 1, 1, 6, 0, 77, 0, 0x8000, $mac,
			"63825363", sprintf("3501%02x", $type), $options, 255)) or die "$!"' "$MAC" "$1" "$2" ||
		fail "no DHCP message sent"
}

# A DHCP server that is not ours, on a computer of its own.
other_server() {
	farm
	ip netns add router
	ip link add router type veth peer name eth0 netns router
	ip link set router master br0 up
	ip -n router address add 192.168.1.254/24 dev eth0
	ip -n router link set eth0 up
	ip netns exec router dnsmasq --no-daemon --conf-file=/dev/null --port=0 --interface=eth0 \
		--bind-interfaces --dhcp-leasefile=/run/leases --dhcp-range=192.168.1.200,192.168.1.210 \
		--bootp-dynamic --leasefile-ro > /mnt/log/router 2>&1 &
	sleep 1
	watch
	ip -n client route add default dev eth0
	dhcp 1 ""
	says 10 '.host == "aldebaran" and .code == "other-server" and (.text | contains("192.168.1.254"))'
	stop
	# Its offer went past us; whose the host takes it says to all.
	watch
	dhcp 3 "3604c0a801fd3204c0a80163"
	says 10 '.host == "aldebaran" and .code == "other-server" and (.text | contains("192.168.1.253"))'
	stop
}

file_not_found() {
	farm
	rm /mnt/tftpboot/boot/vmlinuz.nb
	start_bootpd
	start_tftpd /mnt/tftpboot/boot
	watch
	fetch "$(ask)" 2> /dev/null && fail "it is there"
	says 10 '.host == "aldebaran" and .stage == "loading" and .code == "file-not-found"'
	same story "asked answered loading !file-not-found" "$(story)"
	stop
}

file_unreadable() {
	farm
	chmod 600 /mnt/tftpboot/boot/base-1.nb
	start_bootpd
	start_tftpd /mnt/tftpboot/boot
	watch
	fetch "$(ask)" 2> /dev/null && fail "it can be read"
	says 10 '.host == "aldebaran" and .code == "file-refused" and (.hint | contains("chmod 644"))'
	stop
}

# The same two, of dnsmasq and by its log alone.
dnsmasq_log() {
	farm
	rm /mnt/tftpboot/boot/vmlinuz.nb
	chmod 600 /mnt/tftpboot/boot/base-1.nb
	dnsmasq --no-daemon --conf-file=/dev/null --port=0 --interface=br0 --bind-interfaces --log-dhcp \
		--dhcp-leasefile=/run/leases --dhcp-range=192.168.1.0,static --leasefile-ro \
		--dhcp-host=$MAC,192.168.1.100,aldebaran --dhcp-boot=vmlinuz.nb --enable-tftp --user=nobody \
		--tftp-root=/mnt/tftpboot/boot > /mnt/log/dnsmasq 2>&1 &
	sleep 1
	watch --no-packets --log /mnt/log/dnsmasq
	fetch "$(ask)" 2> /dev/null && fail "it is there"
	says 10 '.host == "aldebaran" and .code == "file-not-found"'
	same story "answered loading !file-not-found" "$(story)"
	fetch "file:base-1.nb" 2> /dev/null && fail "it can be read"
	says 10 '.host == "aldebaran" and .code == "file-refused"'
	chmod 644 /mnt/tftpboot/boot/base-1.nb
	fetch "file:base-1.nb" > /dev/null
	says 10 '.host == "aldebaran" and .stage == "loaded"'
	stop
}

see() { # VERSION ROOT
	ip netns exec client timeout 20 nfs-cat "nfs://192.168.1.1$2/file?uid=0&gid=0&version=$1" 2>&1
}

# aldebaran's export is removed; capella's is not for aldebaran.
mounts() {
	farm
	roots
	registrar_ok nfs add-files $ALDEBARAN
	registrar_ok nfs add-files $CAPELLA
	lab_ganesha || fail "$(tail -n 20 /mnt/log/ganesha.log)"
	for version in 3 4; do
		watch aldebaran
		see $version /mnt/tftpboot/192.168.1.102 && fail "it was let in"
		says 10 '.host == "aldebaran" and .code == "mount-refused" and (.text | contains("/mnt/tftpboot/192.168.1.102"))'
		see $version $ROOT > /dev/null || fail "it was not let in"
		# With NFSv4 only the names in a root tell that it is one; libnfs asks for none of them.
		[ $version = 4 ] || says 10 '.host == "aldebaran" and .stage == "mounted"'
		stop
	done
	lab_ganesha_stop
	watch
	see 4 $ROOT && fail "it was let in"
	says 10 '.host == "aldebaran" and .code == "mount-refused" and (.text | contains("nobody listens"))'
	stop
}

follows() {
	local log=/mnt/log/messages

	farm
	echo "Nov 26 21:46:30 farm in.tftpd[1]: RRQ from 192.168.1.100 filename old" > $log
	watch --no-packets --log $log
	echo "Nov 26 21:46:31 farm in.tftpd[1]: RRQ from 192.168.1.100 filename first" >> $log
	says 10 '.text == "loading first"'
	mv $log $log.1
	echo "Nov 26 21:46:32 farm in.tftpd[2]: RRQ from 192.168.1.100 filename rotated" > $log
	says 10 '.text == "loading rotated"'
	: > $log
	sleep 1
	printf 'Nov 26 21:46:33 farm in.tftpd[3]: RRQ from 192.168.1.100 ' >> $log
	sleep 1
	echo 'filename cut' >> $log
	says 10 '.text == "loading cut"'
	says_not '.text == "loading old"'
	stop
	watch --no-packets --from-start --log $log.1
	says 10 '.text == "loading old"'
	stop
}

# A million lines of others' must not keep it busy for long, nor hide the one that counts.
chatty() {
	local log=/mnt/log/messages

	farm
	yes "Nov 26 21:46:30 farm CRON[77]: (root) CMD (something that nobody wants to know, each minute)" |
		head -n 1000000 > $log
	echo "Nov 26 21:46:31 farm in.tftpd[1]: RRQ from 192.168.1.100 filename needle" >> $log
	time mkdcroot watch --once --log $log
}

clean_stop() {
	farm
	for signal in INT TERM HUP; do
		watch
		stop $signal
		[ ! -s $SAID ] || fail "$(cat $SAID)"
	done
	# journalctl, if there was one, is gone as well
	pgrep journalctl && fail "journalctl is left"
	return 0
}

wrong_use() {
	local out

	farm
	out=$(mkdcroot watch --once 2>&1)
	same status 2 $?
	has "$out" "--once needs the files to read: --log FILE"
	out=$(mkdcroot watch --log /mnt/nothing 2>&1)
	same status 1 $?
	has "$out" "read the log /mnt/nothing: No such file or directory"
	out=$(mkdcroot watch --log /mnt/etc 2>&1)
	same status 1 $?
	has "$out" "read the log /mnt/etc: it is no file"
	out=$(mkdcroot watch --no-packets --interface nope --once --log /mnt/etc/hosts 2>&1)
	same status 0 $?
	out=$(mkdcroot watch --interface nope 2>&1)
	same status 1 $?
	has "$out" "watch the interface nope: No such device"
	out=$(mkdcroot watch aldebarn 2>&1)
	same status 1 $?
	has "$out" "there is no host aldebarn in /mnt/etc/hosts"
}
