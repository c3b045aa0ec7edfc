#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Many hosts at once: add --from, apply, set, remove of several.
# shellcheck disable=SC2016 # the scripts are expanded in the lab

setup_file() { source tests/cli/cli.bash && cli_setup_file layer; }
setup() { source tests/cli/cli.bash && cli_setup; }
teardown() { cli_teardown; }
teardown_file() { cli_clean; }

# ---- add --from --------------------------------------------------------------------------------------

@test "add --from a hosts file adds all of them, each file written once" {
	farm_ok 'five > /mnt/list; strace -f -qq -o /run/test.trace -e trace=rename,renameat,renameat2 mkdcroot --config /mnt/etc/mkdcroot.conf add --from /mnt/list
		for i in {1..5}; do agree h$i 192.168.1.1$i; done; mkdcroot status > /dev/null && echo good; grep -cE "/mnt/etc/(hosts|exports|bootptab)\"" /run/test.trace; cat /mnt/tftpboot/h3/etc/hostname'
	counts 5 '^there$'
	says "added h5: its root is" $'\ngood\n3\nh3'
}

@test "add --from a table: columns in any order, quotes, semicolons, a byte order mark, DOS line ends" {
	farm_ok 'printf "\xef\xbb\xbfRoom;MAC address;Host name;IP;dns;mount\r\n12;00-60-08-00-00-01;h1;192.168.1.11;10.0.0.1;\"s:/a /x nfs ro 0 0\"\r\n\r\n;;h2;192.168.1.12\r\n" > /mnt/list
		mkdcroot add --from /mnt/list; cat /mnt/etc/hosts; agree h1 192.168.1.11; mkdcroot list'
	says "/mnt/list:1: the column 'Room' is not used" 'mac=00:60:08:00:00:01 layer=base dns=10.0.0.1 "mount=s:/a /x nfs ro 0 0"' $'\nthere\n' "h2 "
}

@test "add --from a bootptab takes names, addresses, MACs and what the farm does not say, and tells the rest" {
	farm_ok 'old_bootptab > /mnt/list; mkdcroot add --from /mnt/list; cat /mnt/etc/hosts; agree h1 192.168.1.11'
	says "the tag bf is not used" "the tag T130 is not used" "h1 192.168.1.11 mac=00:60:08:00:00:01 layer=base netmask=255.255.255.0 gateway=192.168.1.254 dns=10.0.0.1 dns=10.0.0.2 domain=example.org" "h2 192.168.1.12 layer=base"
	says_not "global"
	[ "${lines[-1]}" = there ]
}

@test "the form of the file is found by its content, or said, and can come from standard input" {
	farm_ok 'echo "h1 192.168.1.11" | mkdcroot add -q --from -; printf "ip,name\n192.168.1.12,h2\n" | mkdcroot add -q --from - --format csv; printf "# x\nh3:ha=006008000003:ip=192.168.1.13:\n" | mkdcroot add -q -f -; mkdcroot list | wc -l
		echo "h4 192.168.1.14" | mkdcroot add --from - --format csv; echo "status $?"; mkdcroot add --from - --format xls < /dev/null; echo "status $?"'
	says $'4\n' "standard input:1: the first line has to name the columns" "there are hosts, csv and bootptab"
	counts 2 '^status 1'
}

@test "every problem of the file is said with its line, and nothing is done" {
	farm 'mkdcroot add old 192.168.1.9 006008000009 -q; mkdir /mnt/tftpboot/h8; echo "/mnt/tftpboot/192.168.1.17 *(ro)" > /mnt/etc/exports; echo "h6:ip=10.1.1.1:" > /mnt/etc/bootptab
		printf "h1 192.168.1.11\n\nh2 192.168.1.9\nh3 192.168.1.13 layer=nope\nh4 192.168.1.14 role=nope\nh5 192.168.1.15 mac=006008000009\nh6 192.168.1.16 mac=006008000006\nh7 192.168.1.17\nh8 192.168.1.18\n" > /mnt/list
		snapshot > /run/test.before; mkdcroot add --from /mnt/list; r=$?; snapshot | diff /run/test.before - && exit $r'
	fails_with 1 "/mnt/list:3: /mnt/etc/hosts:1: host old already has the IP address" "/mnt/list:5: " "/mnt/list:6: " "/mnt/list:9: /mnt/tftpboot/h8 exists" "there is no layer nope"
	farm 'printf "h1 192.168.1.11\nh1 192.168.1.12\nx\nh3 192.168.1.13 colour=red\nh4 192.168.1.300\n" > /mnt/list; mkdcroot add --from /mnt/list; r=$?; printf "name,ip\na_b,192.168.1.1\n,192.168.1.2\nc,\n\"d,192.168.1.4\n" > /mnt/list; mkdcroot add --from /mnt/list; exit $r'
	fails_with 1 "/mnt/list:2: host h1 has the same name" "/mnt/list:3: host x has no IP" "/mnt/list:4: unknown key" "/mnt/list:5: '192.168.1.300'" "/mnt/list:2: " "/mnt/list:3: the host has no name" "/mnt/list:4: host c has no IP" "quotation mark"
}

@test "conflicts in the servers' files are all said" {
	farm 'mkdir -p /mnt/etc; printf "/mnt/tftpboot/192.168.1.11 *(ro)\n/mnt/tftpboot/192.168.1.13 *(ro)\n" > /mnt/etc/exports; printf "h2:ip=10.1.1.1:\nx:ha=006008000004:\n" > /mnt/etc/bootptab; five > /mnt/list; mkdcroot add --from /mnt/list; r=$?; ls -A /mnt/store/hosts; exit $r'
	fails_with 1 "/mnt/etc/exports:1: /mnt/tftpboot/192.168.1.11" "/mnt/etc/exports:2: /mnt/tftpboot/192.168.1.13" "/mnt/list:2: /mnt/etc/bootptab:1:" "/mnt/list:4: /mnt/etc/bootptab:2:"
}

@test "options of add go to all hosts of the file; --dry-run and --json" {
	farm_ok 'five > /mnt/list; snapshot > /run/test.before; mkdcroot add -n --from /mnt/list; snapshot | diff /run/test.before -; mkdcroot add -q --from /mnt/list --set dns=10.0.0.1 -j 2> /dev/null | jq -r ".[].root"; grep -c dns=10.0.0.1 /mnt/etc/hosts'
	says "1. create directories for the own changes of 5 hosts" "9. export 5 roots"
	counts 5 '^/mnt/tftpboot/192'
	[ "${lines[-1]}" = 5 ]
}

@test "several hosts can be named, with and without their MACs" {
	farm_ok 'mkdcroot add h1 192.168.1.11 h2 192.168.1.12 006008000002 h3 192.168.1.13 -q; mkdcroot list; mkdcroot add h4; echo "status $?"; mkdcroot add h4 192.168.1.14 h5; echo "status $?"; mkdcroot add h4 192.168.1.14 h4 192.168.1.15; echo "status $?"'
	says_like '*h1 *192.168.1.11 *-*h2 *192.168.1.12 *00:60:08:00:00:02*h3 *'
	counts 3 '^status 2'
}

@test "MACs of a file's hosts are found in ethers" {
	farm_ok 'printf "0:60:8:0:0:1 h1\n0:60:8:0:0:2 192.168.1.12\n" > /mnt/etc/ethers; printf "h1 192.168.1.11\nh2 192.168.1.12\nh3 192.168.1.13\n" | mkdcroot add --from -; cat /mnt/etc/hosts'
	says "h1 192.168.1.11 mac=00:60:08:00:00:01" "h2 192.168.1.12 mac=00:60:08:00:00:02" "h3 waits for its MAC"
}

@test "when one of them fails what was done for the others is taken back" {
	farm 'five > /mnt/list; mkdir -p /mnt/etc/profiles/bad; printf "[profile]\nsummary = x\nkind = role\n[host]\nmkdir = /x 0755 nobody-here root\n" > /mnt/etc/profiles/bad/profile.conf
		echo "h6 192.168.1.16 role=bad" >> /mnt/list; mkdcroot add --from /mnt/list; r=$?; for i in {1..6}; do agree h$i 192.168.1.1$i; done; exit $r'
	fails_with 1 "h6: " "what was done was taken back"
	counts 6 '^absent$'
}

# ---- apply -------------------------------------------------------------------------------------------

@test "apply adds hosts whose lines are new, and leaves the file as it is" {
	farm_ok 'printf "# farm\n\nh1 192.168.1.11\tmac=006008000001 # desk 1\nh2 192.168.1.12\n" > /mnt/etc/hosts; cp /mnt/etc/hosts /run/test.hosts; mkdcroot apply; cmp /mnt/etc/hosts /run/test.hosts && echo same; agree h1 192.168.1.11; mkdcroot status | grep ^h2 || true'
	says "add    h1 (192.168.1.11)" "add    h2 (192.168.1.12)" "2 added, 0 changed, 0 repaired, 0 removed" $'same\n' "waiting for MAC"
}

@test "apply with nothing to do writes nothing and says so" {
	farm_ok 'five | mkdcroot add -q --from -; snapshot > /run/test.before; strace -f -qq -o /run/test.trace -e trace=openat,rename,unlink,mkdir,utimensat mkdcroot --config /mnt/etc/mkdcroot.conf apply; snapshot | diff /run/test.before -; grep -E "O_WRONLY|O_RDWR|rename|unlink|utimens" /run/test.trace; mkdcroot apply -j | jq -c .'
	says "nothing to do: the farm is as /mnt/etc/hosts says" '{"hosts":[],"without_line":[]}'
	says_not openat rename
}

@test "a changed address moves mount point, link, export and registration, and the host's files follow" {
	farm_ok 'five | mkdcroot add -q --from -; echo mine > /mnt/tftpboot/h2/etc/mine; fsid=$(grep 192.168.1.12 /mnt/etc/exports | grep -o "fsid=[^)]*"); sed -i "s/^h2 192.168.1.12/h2 192.168.1.72/" /mnt/etc/hosts; mkdcroot apply
		agree h2 192.168.1.72; cat /mnt/tftpboot/h2/etc/mine; grep -c 192.168.1.72 /mnt/tftpboot/h2/etc/hosts; grep "192.168.1.72.*$fsid" /mnt/etc/exports; ls /mnt/tftpboot; mkdcroot apply'
	says "change h2 (192.168.1.72): address 192.168.1.12 to 192.168.1.72" $'\nthere\nmine\n1\n' "nothing to do"
	says_not $'\n192.168.1.12\n'
}

@test "two hosts can change their addresses with each other" {
	farm_ok 'five | mkdcroot add -q --from -; sed -i "s/^h1 192.168.1.11/h1 192.168.1.99/; s/^h2 192.168.1.12/h2 192.168.1.11/; s/^h1 192.168.1.99/h1 192.168.1.12/" /mnt/etc/hosts; mkdcroot apply -q; agree h1 192.168.1.12; agree h2 192.168.1.11; cat /mnt/tftpboot/192.168.1.1[12]/etc/hostname; mkdcroot status > /dev/null && echo good'
	says_like $'*there\nthere\nh2\nh1\ngood'
}

@test "MAC, role, NIC and settings of a line, and settings of the farm, come into effect" {
	farm_ok 'mkdir -p /mnt/etc/profiles/kiosk; printf "[profile]\nsummary = x\nkind = role\n[host]\nlink = /etc/kiosk yes\n" > /mnt/etc/profiles/kiosk/profile.conf; five | mkdcroot add -q --from -
		sed -i "/^h1/s/:01 /:a1 /; /^h2/s/$/ role=kiosk/; /^h3/s/$/ nic=rtl8139 dns=10.0.0.9/; /^h4/s/$/ export_options=ro,no_subtree_check/" /mnt/etc/hosts; mkdcroot apply; grep -c ":ha=0060080000A1:" /mnt/etc/bootptab; readlink /mnt/tftpboot/h2/etc/kiosk; cat /mnt/tftpboot/h3/etc/resolv.conf; grep 192.168.1.14 /mnt/etc/exports
		echo "dns = 10.0.0.7" >> /mnt/etc/mkdcroot.conf; mkdcroot apply; grep -l 10.0.0.7 /mnt/tftpboot/h*/etc/resolv.conf | wc -l; mkdcroot apply'
	says "change h1 (192.168.1.11): MAC, its boot server entry" "change h2 (192.168.1.12): role" "change h3 (192.168.1.13): NIC, settings" "(ro,no_subtree_check,fsid=" $'\n1\nyes\n' "nameserver 10.0.0.9" "settings of the farm" $'\n4\n' "nothing to do"
}

@test "a change of the layer is refused, with nothing changed" {
	farm 'mkdcroot layer create two --source /mnt/source -q; five | mkdcroot add -q --from -; sed -i "/^h2/s/layer=base/layer=two/; /^h3/s/$/ dns=10.0.0.1/" /mnt/etc/hosts; snapshot > /run/test.before; mkdcroot apply; r=$?; snapshot | diff /run/test.before - && exit $r'
	fails_with 1 "/mnt/etc/hosts:2: host h2: its root is of layer base, and apply does not bring it to layer two"
}

@test "hosts without a line stay and are named; --prune asks and removes them" {
	farm_ok 'five | mkdcroot add -q --from -; sed -i "/^h2/d; /^h4/d" /mnt/etc/hosts; mkdcroot apply; mountpoint /mnt/tftpboot/192.168.1.12; mkdcroot apply --prune < /dev/null; echo "status $?"; mkdcroot apply --prune --yes; for i in {1..5}; do agree h$i 192.168.1.1$i; done'
	says "h2 has no line in /mnt/etc/hosts: it stays as it is" "192.168.1.12 is a mountpoint" "say --yes" "status 1" "remove h4 (192.168.1.14)" "0 added, 0 changed, 0 repaired, 2 removed"
	says_like $'*there\nabsent\nthere\nabsent\nthere'
}

@test "a host under another name can take the address over, with --prune" {
	farm_ok 'five | mkdcroot add -q --from -; sed -i "s/^h2 /new /" /mnt/etc/hosts; mkdcroot apply; echo "status $?"; mkdcroot apply --prune -y -q; agree new 192.168.1.12; ls -d /mnt/store/hosts/h2 /mnt/tftpboot/h2; cat /mnt/tftpboot/192.168.1.12/etc/hostname'
	says "/mnt/etc/hosts:2: /mnt/tftpboot/192.168.1.12 is still that of h2" "status 1" $'\nthere\n'
	[ "${lines[-1]}" = new ]
}

@test "a mistake in the hosts file is said with its line, and nothing is changed" {
	farm 'five | mkdcroot add -q --from -; printf "h6 192.168.1.16\nh7 192.168.1.300\nh8 192.168.1.18 colour=red\n" >> /mnt/etc/hosts; snapshot > /run/test.before; mkdcroot apply; r=$?; snapshot | diff /run/test.before - && exit $r'
	fails_with 1 "/mnt/etc/hosts:7: " "/mnt/etc/hosts:8: unknown key 'colour'"
}

@test "what is damaged is repaired: mounts, mount points, links, directories, exports, boot server entries" {
	farm_ok 'five | mkdcroot add -q --from -; echo kept > /mnt/tftpboot/h1/etc/kept; umount /mnt/tftpboot/192.168.1.1[1-5]; cd /mnt/tftpboot; chattr -i 192.168.1.12; rmdir 192.168.1.12; rm h3; rm -r /mnt/store/hosts/h4/work; rm -rf /mnt/store/hosts/h5/upper; sed -i "/192.168.1.11/d" /mnt/etc/exports; sed -i "/^h2/d" /mnt/etc/bootptab
		mkdcroot apply; for i in {1..5}; do agree h$i 192.168.1.1$i; done; cat h1/etc/kept h5/etc/hostname; lsattr -d /mnt/tftpboot | cut -c 1-4; mkdcroot apply'
	says "repair h1 (192.168.1.11): not mounted, not in the NFS server's files" "repair h2 (192.168.1.12): no mount point or link, not mounted, not in the boot server's files" "no mount point or link" "its directories are not complete" $'kept\nh5\n' "nothing to do"
	counts 5 '^there$'
}

@test "a state that an older version wrote is taken, and completed once" {
	farm_ok 'five | mkdcroot add -q --from -; for i in {1..5}; do jq "del(.line, .made)" /mnt/store/hosts/h$i/state > /run/test.s; cat /run/test.s > /mnt/store/hosts/h$i/state; done; mkdcroot status > /dev/null && echo good; mkdcroot apply; mkdcroot apply'
	says good "change h5 (192.168.1.15): made by an older version" "nothing to do"
}

@test "a host whose MAC is taken from its line is taken from the boot server, and waits" {
	farm_ok 'five | mkdcroot add -q --from -; sed -i "/^h2/s/ mac=[^ ]*//" /mnt/etc/hosts; mkdcroot apply; grep -c "^h2:" /mnt/etc/bootptab; mkdcroot status h2 || true; mkdcroot apply; mkdcroot set h3 mac=; grep -c "^h3:" /mnt/etc/bootptab; mkdcroot set h3 mac=006008000003 -q; grep -c "^h3:" /mnt/etc/bootptab'
	says "change h2 (192.168.1.12): MAC" "wait for their MACs" "waiting for MAC" "nothing to do" "h3 waits for its MAC"
	counts 2 '^0$'
	counts 1 '^1$'
}

@test "apply --dry-run says hosts and steps and changes nothing" {
	farm_ok 'five | mkdcroot add -q --from -; sed -i "s/^h2 192.168.1.12/h2 192.168.1.72/; /^h3/d; /^h4/s/$/ dns=10.0.0.1/; \$ah6 192.168.1.16" /mnt/etc/hosts; snapshot > /run/test.before; mkdcroot apply --prune -n; mkdcroot apply -nj --prune | jq -r ".steps[].type" | head -1; snapshot | diff /run/test.before -'
	says "add    h6" "remove h3" "change h2" "1. take 2 hosts out of /mnt/etc/bootptab" "unregister-boot"
}

# ---- set and remove ------------------------------------------------------------------------------------

@test "set changes a host's line, keeps its comment, and brings it into effect" {
	farm_ok 'printf "# farm\nh1 192.168.1.11 mac=006008000001   # desk 1\r\nh2 192.168.1.12\n" > /mnt/etc/hosts; mkdcroot apply -q; mkdcroot set h1 dns=10.0.0.1 dns=10.0.0.2 nic=rtl8139; cat /mnt/etc/hosts; grep -c nameserver /mnt/tftpboot/h1/etc/resolv.conf; mkdcroot set h1 dns=10.0.0.3 nic=; mkdcroot set h1 dns=10.0.0.3; cat /mnt/etc/hosts; mkdcroot set h2 mac=006008000002 ip=192.168.1.22; agree h2 192.168.1.22; agree h1 192.168.1.11'
	says $'# farm\nh1 192.168.1.11 mac=00:60:08:00:00:01 layer=base nic=rtl8139 dns=10.0.0.1 dns=10.0.0.2   # desk 1\r\nh2 192.168.1.12\n2\n' $'h1 192.168.1.11 mac=00:60:08:00:00:01 layer=base dns=10.0.0.3   # desk 1\r\n' "nothing to do: h1 is so already"
	says_like $'*there\nthere'
}

@test "set refuses what is not to be, and changes nothing" {
	farm_ok 'five | mkdcroot add -q --from -; snapshot > /run/test.before; for a in colour=red layer=two name=x ip=192.168.1.13 mac=006008000004 ip=1.2 role=nope x; do mkdcroot set h1 $a; echo "status $?"; done; mkdcroot set nix dns=10.0.0.1; echo "status $?"; snapshot | diff /run/test.before -'
	counts 9 '^status 1'
	says "host h3 already has the IP address" "host h4 already has the MAC address" "a host's name stays"
}

@test "a line with a comment that is not UTF-8 is refused by set, and kept by everything else" {
	farm_ok 'printf "h1 192.168.1.11 # \xe4\nh2 192.168.1.12\n" > /mnt/etc/hosts; mkdcroot apply -q; mkdcroot set h1 dns=10.0.0.1; echo "status $?"; mkdcroot set h2 dns=10.0.0.1 -q; grep -c -a -P "^h1 192.168.1.11 # \xe4$" /mnt/etc/hosts; mkdcroot remove -y h1; cat /mnt/etc/hosts'
	says "/mnt/etc/hosts:1: the comment is not UTF-8" "status 1" "removed h1"
	[ "${lines[-1]}" = "h2 192.168.1.12 layer=base dns=10.0.0.1" ]
}

@test "remove of several is one change of each file; one that cannot go keeps all" {
	farm 'five | mkdcroot add -q --from -; strace -f -qq -o /run/test.trace -e trace=rename mkdcroot --config /mnt/etc/mkdcroot.conf remove -y h1 h2 h5; grep -cE "/mnt/etc/(hosts|exports|bootptab)\"" /run/test.trace; for i in {1..5}; do agree h$i 192.168.1.1$i; done; cd /mnt/tftpboot/h4; mkdcroot remove -y h3 h4; r=$?; agree h3 192.168.1.13; agree h4 192.168.1.14; exit $r'
	fails_with 1 "removed h5" "unmount /mnt/tftpboot/192.168.1.14" "what was done was taken back"
	says_like $'*\n3\nabsent\nabsent\nthere\nthere\nabsent\n*there\nthere'
}

# ---- with a server that runs -----------------------------------------------------------------------------

@test "fifty hosts of a file are each served by nfs-ganesha with their own names; apply moves and prunes them" {
	farm_ok 'serve_many 50'
	says "50 of 50" "moved: h7" "gone: h9 refused" "unmount /mnt/tftpboot/192.168.2.5" "taken back: h4 h5"
}
