#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# mkdcroot layer create, list, show, remove, from a directory.
# shellcheck disable=SC2016 # the scripts are expanded in the lab

setup_file() { source tests/cli/cli.bash && cli_setup_file layer; }
setup() { source tests/cli/cli.bash && cli_setup; }
teardown() { cli_teardown; }
teardown_file() { cli_clean; }

@test "a layer is made from a directory, listed and shown" {
	farm_ok 'mkdcroot layer create second --source /mnt/source && mkdcroot layer list && mkdcroot layer show second'
	says "layer second is ready, generation 1" "generation: 1, " " (current)"
	[[ $output =~ second\ +1\ .*\ debian\ +/mnt/source ]]
}

@test "layer list and show speak JSON" {
	farm_ok 'mkdcroot layer list --json | jq -r ".[0].name"; mkdcroot layer show base --json | jq -r ".generations[0].number"'
	[ "$output" = $'base\n1' ]
}

@test "the generation has what the source has: links, owners, times, xattrs, ACLs, capabilities, devices" {
	farm_ok 'mkdcroot add a 192.168.1.9 -q 2> /dev/null
		for dir in opt usr; do rsync -naHAXSc --numeric-ids --delete --itemize-changes /mnt/source/$dir/ $GEN/$dir/; done
		stat -c %h $GEN/opt/odd/a; cd $GEN/opt/odd; getcap ping; getfattr -n user.colour --only-values xattr'
	[ "$output" = $'2\nping cap_net_raw=ep\nblue' ]
}

@test "a hole stays a hole in the stage" {
	farm_ok 'cd /mnt/store/layers/base/stage/opt/odd; stat -c "%s %b" sparse'
	[ "${output% *}" -eq 8388612 ]
	[ "${output#* }" -le 64 ]
}

@test "what is excluded is not even in the stage" {
	farm_ok 'cd /mnt/store/layers/base/stage; find home root tmp var/mail etc/machine-id; stat -c %a tmp; grep -rl PLANTED home root var/mail; true'
	[ "$(sort <<< "$output")" = $'1777\nfind: ‘etc/machine-id’: No such file or directory\nhome\nroot\ntmp\nvar/mail' ] ||
		[ "$(grep -v ^find: <<< "$output")" = $'home\nroot\ntmp\nvar/mail\n1777' ]
}

@test "no secret that was planted in the source is in the generation or in a host" {
	farm 'mkdcroot add a 192.168.1.9 -q 2> /dev/null; grep -rlF PLANTED /mnt/source | wc -l
		grep -rlF -e PLANTED -e "$secret" $GEN /mnt/tftpboot/192.168.1.9 /mnt/store/hosts /mnt/store/layers/base/prepared'
	[ "$status" -eq 1 ] # nothing found
	[ "$output" = 13 ]
}

@test "accounts of people and their hashes are out, root cannot log in by a password" {
	farm_ok 'mkdcroot add a 192.168.1.9 -q 2> /dev/null; cat $GEN/etc/passwd $GEN/etc/shadow; stat -c %a $GEN/etc/shadow'
	says_not ann '$6$'
	says_like $'*\nroot:[*!]:*\n640'
}

@test "the network managers of the tree leave the root's interface alone" {
	farm_ok 'mkdcroot add a 192.168.1.9 -q 2> /dev/null; cd $GEN/etc; cat network/interfaces; ls netplan systemd/network NetworkManager/*'
	says_not eth0 01.yaml 10-lan wifi
	says "iface lo inet loopback" 00-mkdcroot.network zz-mkdcroot.conf
}

@test "the checksum that is kept is the image's" {
	farm_ok 'cd /mnt/store/layers/base/gen && sha256sum -c 1.sha256 && fsck.erofs 1.erofs && stat -c %a 1.erofs'
	says_like '1.erofs: OK*600'
}

@test "create again is refused and changes nothing" {
	farm 'snapshot > /run/test.before; mkdcroot layer create --source /mnt/source; r=$?; snapshot | diff /run/test.before - && exit $r'
	fails_with 1 "there is a layer base already (mkdcroot layer show base; remove it first"
}

@test "a source that there is not, that is no root, or of no known kind is refused" {
	farm 'for s in /mnt/nowhere /mnt/etc /mnt/etc/mkdcroot.conf debian: etc /mnt/nowhere.tar.gz; do mkdcroot layer create x --source $s; echo "status $?"; done; ls /mnt/store/layers'
	counts 6 'status [12]'
	says "/mnt/nowhere: No such file" "/mnt/etc is no root file system: it has no /etc"
	[ "${lines[-1]}" = base ]
}

@test "a source that holds the store is refused, however it is written" {
	farm 'cd /mnt; mkdir -p usr bin sbin; ln -s . etc/here; for s in /mnt /mnt/ //mnt/. /mnt/etc/here/..; do mkdcroot layer create x --source $s; done; mkdcroot layer create x -n --source /mnt/..'
	counts 5 'holds the store /mnt/store'
}

@test "a name that leads out of the store, or looks like an option, is refused" {
	farm 'for n in ../x . .. a/b "a b" -x "" $(printf "x%.0s" {1..300}); do mkdcroot layer create --source /mnt/source -- "$n"; echo "status $?"; done; ls /mnt/store/layers'
	counts 8 'status [12]'
	[ "${lines[-1]}" = base ]
}

@test "a profile that there is not is refused" {
	farm 'mkdcroot layer create x --source /mnt/source --profile nothing'
	fails_with 1 "create layer x: profile nothing: there is none of that name; there is: base debian"
}

@test "a source of an unknown distribution gets what holds for every system" {
	farm_ok 'mkdir -p /run/s; cp -a /mnt/source/. /run/s; echo ID=myown > /run/s/usr/lib/os-release; mkdcroot layer create x --source /run/s; mkdcroot layer show x'
	says_like '*profile:    @(base|systemd)*'
}

@test "--dry-run of create and remove says the steps and changes nothing" {
	farm_ok 'snapshot > /run/test.before; mkdcroot layer create x --source /mnt/source --dry-run; mkdcroot layer remove base -n; snapshot | diff /run/test.before -'
	says "fill the stage /mnt/store/layers/x/stage from /mnt/source" "delete the layer's stage and images"
}

@test "remove is refused while a host is on the layer, and names it" {
	farm 'mkdcroot add a 192.168.1.9 -q; mkdcroot add b 192.168.1.10 -q; mkdcroot layer remove base --yes'
	fails_with 1 "layer base is used by a, b: remove these hosts first"
}

@test "remove takes everything of the layer away" {
	farm_ok 'mkdcroot add a 192.168.1.9 -q; mkdcroot remove -yq a; mkdcroot layer remove --yes base; find /mnt/store/{layers,trash,journal} -mindepth 1; grep /mnt/store /proc/self/mounts; losetup -a | grep "$CLI_DIR/$BATS_TEST_NUMBER"; true'
	[ "${lines[-1]}" = "mkdcroot: removed layer base" ]
}

@test "remove asks, and without a terminal wants --yes" {
	farm 'mkdcroot layer remove base < /dev/null; echo "status $?"; script -qec "mkdcroot --config /mnt/etc/mkdcroot.conf layer remove base" /dev/null <<< n; ls /mnt/store/layers'
	says_like "*say --yes*status 1*[[]y/N]*not done*base"
}

@test "show and remove of an unknown layer say so" {
	farm 'mkdcroot layer show nix; mkdcroot layer remove -y nix'
	counts 2 'there is no layer nix'
	[ "$status" -eq 1 ]
}

@test "a damaged image is not mounted in silence" {
	farm 'cd /mnt/store/layers/base/gen; dd if=/dev/zero of=1.erofs bs=1k seek=1 count=1 conv=notrunc status=none; mkdcroot add a 192.168.1.9; r=$?; agree a 192.168.1.9; exit $r'
	fails_with 1 1.erofs absent
}
