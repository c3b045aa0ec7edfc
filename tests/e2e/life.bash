# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # what the host expands
#
# What life.bats does inside the lab (tests/lib/lab.bash), one function a test.

# shellcheck source=tests/lib/layers.bash
source "$LAB_TOP/tests/lib/layers.bash"

PATIENCE=600
FARM=/mnt/tftpboot
A=$FARM/192.168.1.100
B=$FARM/192.168.1.101

add_hosts() {
	layers_settings "nfs_options = $(layers_nfs_options 4.2)"
	mkdcroot add aldebaran 192.168.1.100 525400123456 && mkdcroot add bellatrix 192.168.1.101 525400123457 &&
		mkdcroot image --layer base --kernel "$LAB_TOP/build/kernel/vmlinuz-test" &&
		cp "$LAB_TOP/build/tools/hello.deb" $A/root/
}

serve() {
	mkdcroot mount --all && lab_ganesha && lab_boot_servers
}

# FILE: a -server command that waits for what the other host's -server command touches.
wait_for() {
	echo "for i in {1..${PATIENCE}0}; do [ -e /mnt/log/$1 ] && exit; sleep 0.1; done; exit 1"
}

# aldebaran installs a package, writes, reboots; bellatrix runs at the same time and writes a file of the same name.
two_hosts() {
	local other

	serve && net_tap tap1 || return
	rm -f /mnt/log/at.*
	lab_computer e1000 52:54:00:12:34:57 tap1 || return
	lab_console console-b $PATIENCE -password secret -server "$(wait_for at.written)" \
		-run 'hostname; [ ! -e /root/mine ] && ! command -v hello' -run 'echo of bellatrix > /root/mine; sync' \
		-server 'touch /mnt/log/at.other' -server "$(wait_for at.rebooted)" \
		-run 'cat /root/mine; ! command -v hello' -poweroff > /mnt/log/said-b 2>&1 &
	other=$!
	lab_computer rtl8139 || return
	lab_console console-a $PATIENCE -password secret \
		-run 'hostname; dpkg -i /root/hello.deb && hello' -run 'echo of aldebaran > /root/mine; sync' \
		-server 'touch /mnt/log/at.written' -server "$(wait_for at.other)" -reboot -server 'touch /mnt/log/at.rebooted' \
		-run 'cat /root/mine; hello' -run 'dpkg --verify hello && dpkg --audit && dpkg -s hello | grep ^Status' \
		-poweroff || return
	wait $other || { cat /mnt/log/said-b; return 1; }
	sed 's/^/bellatrix: /' /mnt/log/said-b
	head $A/root/mine $B/root/mine
	[ -e $A/usr/bin/hello ] && [ ! -e $B/usr/bin/hello ] && ! cmp -s $A/etc/machine-id $B/etc/machine-id
}

# A line with its number and the host's seconds since its start, some a second; each is on the server before the next.
TICK='for ((i = 1; i <= 30; i++)); do read -r up _ < /proc/uptime; echo "$i ${up%.*}" >> /root/ticks && sync /root/ticks || break; sleep 0.3; done; [ $i = 31 ]'
NO_ERROR='! dmesg | grep -i "I/O error\|stale\|readonly"; rm /root/ticks'

# FILE: are the ticks complete, and how long was the longest time between two?
look_at_ticks() {
	awk '$1 != NR { print "line " NR " is lost" }
		NR > 1 && $2 - last > most { most = $2 - last }
		{ last = $2 }
		END { print NR " ticks, longest pause " most " s" }' $A/root/ticks
}

# The server's and the network's troubles, one after the other, in one session of the host.
troubles() {
	serve || return
	export A LAB_GANESHA
	export -f look_at_ticks lab_ganesha_stop lab_ganesha_run _lab_wait
	lab_computer rtl8139 || return
	lab_console console-t $PATIENCE -password secret \
		-start "$TICK" -server 'sleep 3; lab_ganesha_stop; sleep 20; lab_ganesha_run' -finish \
		-server 'echo "server: $(look_at_ticks)"' -run "$NO_ERROR" \
		-start "$TICK" -server 'sleep 3; ip link set tap0 down; sleep 30; ip link set tap0 up' -finish \
		-server 'echo "link: $(look_at_ticks)"' -run "$NO_ERROR" \
		-run 'systemctl is-system-running --wait' -poweroff
}
