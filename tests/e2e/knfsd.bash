# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What knfsd.bats does beside its server VM (tests/vm/lib.bash).

# Runs in the diskless computer: writes a new file, renames it, reads it, twenty times a second, and keeps in /run/loop how
# often, how many rounds failed, and the longest time between the ends of two rounds in seconds.
# shellcheck disable=SC2016 # perl's
LOOP='use Time::HiRes qw(time sleep);
my ($n, $failed, $longest, $last) = (0, 0, 0, time);
while (1) {
	$n++;
	my $f;
	my $ok = open($f, ">", "/var/loop.new") && print($f "$n\n") && close($f) &&
		rename("/var/loop.new", "/var/loop") && open($f, "<", "/var/loop") && <$f> == $n;
	$failed++ unless $ok;
	my $now = time;
	$longest = $now - $last if $now - $last > $longest;
	$last = $now;
	open(my $o, ">", "/run/loop.new"); printf $o "%d %d %.2f\n", $n, $failed, $longest; close($o);
	rename("/run/loop.new", "/run/loop");
	sleep 0.05;
}'

loop_start() {
	vm_client "rm -f /run/loop; cat > /run/loop.pl <<'END'
$LOOP
END
		systemd-run --quiet --collect --unit=loop perl /run/loop.pl; for ((i = 0; i < 100; i++)); do [ -s /run/loop ] && exit; sleep 0.1; done
		journalctl -u loop --no-pager; exit 1"
}

# Its last word: ROUNDS FAILED LONGEST.
loop_end() {
	vm_client 'cat /run/loop; systemctl stop loop'
}

# A computer with bellatrix's address in the lab, for questions to the NFS server.
bellatrix_plug() {
	ip netns add bellatrix
	ip link add br-port type veth peer name eth0 netns bellatrix
	ip link set br-port master br0 up
	ip -n bellatrix address add 192.168.1.101/24 dev eth0
	ip -n bellatrix link set eth0 up
}

# It asks for its root all the time, until the file /mnt/probe.end is there: each answer is a line in /mnt/log/probe.
bellatrix_probe() {
	rm -f /mnt/probe.end
	while [ ! -e /mnt/probe.end ]; do
		ip netns exec bellatrix timeout 5 \
			nfs-cat 'nfs://192.168.1.1/tftpboot/192.168.1.101/etc/hostname?version=3' 2>&1 || echo "status $?"
		sleep 0.2
	done > /mnt/log/probe
}

if [ "${1:-}" = --run ]; then
	shift
	"$@"
fi
