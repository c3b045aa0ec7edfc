#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Layers from the running server and from archives.
# shellcheck disable=SC2016 # the scripts are expanded in the lab

setup_file() {
	source tests/cli/cli.bash && cli_setup_file
	export LAB_SOURCE=$PWD/tests/cli/sources.bash
}
setup() { source tests/cli/cli.bash && cli_setup; }
teardown() { cli_teardown; }
teardown_file() { cli_clean; }

# ---- this server ------------------------------------------------------------------------------------

@test "the server: its root and its local file systems, and nothing else that is mounted" {
	farm_ok 'server_start; on_server mkdcroot layer create --source / && cd $STAGE && find boot opt home proc sys run tmp tftpboot var/lib/mkdcroot ! -path "opt/odd/*" ! -name lost+found | sort | paste -sd " "'
	[ "${lines[-1]}" = "boot boot/vmlinuz-1 home opt opt/below opt/bound opt/hidden opt/odd opt/over opt/ram opt/ram/under opt/twice opt/volume opt/volume/file opt/volume/inner proc run sys tftpboot tmp var/lib/mkdcroot" ]
	says "left out: /home (ext4, " "/opt/twice (ext4, " "/opt/bound (ext4, " ": it is a bind mount" "/opt/over (overlay, overlay): it is an overlay" "/opt/ram (tmpfs, tmpfs): it is not on a disk"
	says_not "left out: /proc" "left out: /boot"
}

@test "the server: what is left out is kept, and shown by layer show" {
	farm_ok 'server_start; on_server mkdcroot layer create --source / -q; on_server mkdcroot layer show base; on_server mkdcroot layer show base -v; on_server mkdcroot layer show base --json | jq -r ".left_out.paths[] | select(.path == \"/etc/machine-id\").rule"'
	says_like '*left out:   * paths and * file systems of the source (--verbose lists them)*'
	says "taken:      /opt/volume (ext4, " "left out:   /var/lib/docker/x (/var/lib/docker/*)" "left out:   /opt/over (overlay, overlay): it is an overlay"
	[ "${lines[-1]}" = /etc/machine-id ]
}

@test "the server: no secret, no database, no label of SELinux gets into the layer" {
	farm_ok 'server_start; on_server mkdcroot layer create --source / -q; getfattr -n security.selinux /mnt/server/etc/hosts 2> /dev/null | grep -c etc_t; ! getfattr -n security.selinux $STAGE/etc/hosts 2> /dev/null && ! grep -rlF -e PLANTED -e "$secret" $SERVER_GEN'
	[ "$output" = 1 ]
}

@test "the server: everything that a copy can lose is in the generation" {
	farm_ok 'server_start; on_server mkdcroot layer create --source / -q; cd $SERVER_GEN/opt/odd; rsync -naHAXSc --numeric-ids --delete --itemize-changes /mnt/server/opt/odd/ .; stat -c %h a; getcap ping; stat -c %a su'
	[ "$output" = $'2\nping cap_net_raw=ep\n4755' ]
}

@test "the server: nothing of it is changed, not even a time of access" {
	farm_ok 'server_start; look() { (cd /mnt/server && find etc/ssh etc/passwd etc/network boot opt var/lib/dpkg home srv -printf "%p %y %m %s %T@ %C@ %A@\n" | sort; find opt/volume -printf "%p %A@\n"; wc -l < /proc/self/mountinfo); }; touch -ad 2001-01-01 /mnt/server/etc/passwd /mnt/server/opt/volume/file; look > /dev/null; look > /run/before; on_server mkdcroot layer create --source / -q; umount $SERVER_GEN; look | diff /run/before -'
}

@test "the server: its devices are there, made anew" {
	farm_ok 'server_start; on_server mkdcroot layer create --source / -q; cd $STAGE/dev; stat -c "%n %t:%T %a" *'
	[ "$output" = $'console 5:1 600\nfull 1:7 666\nnull 1:3 666\nrandom 1:8 666\ntty 5:0 666\nurandom 1:9 666\nzero 1:5 666' ]
}

@test "the server: a package manager at work is waited for, and named" {
	farm_ok 'server_start; hold_lock lock-frontend 3; on_server mkdcroot layer create --source /'
	says "waiting for the package manager: perl (process " ") holds /var/lib/dpkg/lock-frontend" "layer base is ready"
}

@test "the server: a package manager that does not end is an error, and nothing is left" {
	farm 'server_start; echo "package_lock_wait = 1" >> /mnt/server/etc/mkdcroot/mkdcroot.conf; hold_lock lock 30; on_server mkdcroot layer create --source /; r=$?; ls /mnt/server/var/lib/mkdcroot/layers; exit $r'
	fails_with 1 "holds /var/lib/dpkg/lock, for more than 1 s (package_lock_wait)" "try again when it has ended; what was done was taken back"
}

@test "the server: while it is copied its package manager's lock is held" {
	farm_ok 'server_start; slow_server; on_server mkdcroot layer create --source / -q & _lab_wait 10 "the copying" test -e $STAGE/etc; ! try_lock lock-frontend && ! try_lock lock; wait $! && try_lock lock-frontend && try_lock lock'
}

@test "the server: files that come and go while it is copied are no failure" {
	farm_ok 'server_start; mkdir /mnt/server/opt/busy; (while :; do for i in 1 2 3 4 5 6 7 8; do date > /mnt/server/opt/busy/$RANDOM; done; rm -f /mnt/server/opt/busy/*; done) & on_server mkdcroot layer create --source /; r=$?; kill $!; exit $r'
	says "layer base is ready"
}

@test "the server: --dry-run only says so" {
	farm_ok 'server_start; on_server mkdcroot layer create --source / -n; ls /mnt/server/var/lib/mkdcroot'
	says "fill the stage /var/lib/mkdcroot/layers/base/stage from /"
	says_not layers$'\n'
}

@test "the server: killed before each step, it is taken back" {
	farm_ok 'server_start; cp $LAB_TOP/build/tests/cli/die_at /mnt/server/usr/bin; for step in 0 1 2 3 4 5; do on_server die_at /etc/mkdcroot/mkdcroot.conf $step layer-create base /; on_server mkdcroot mount --all; ls /mnt/server/var/lib/mkdcroot/layers; done; on_server die_at /etc/mkdcroot/mkdcroot.conf 6 layer-create base /; on_server mkdcroot layer list'
	counts 6 "die_at: killed before step [0-5]"
	counts 6 "an earlier 'layer-create base' was interrupted: taking it back"
	says_like $'*\nbase *1 *debian */'
}

# ---- archives -----------------------------------------------------------------------------------------

@test "archives of GNU tar and bsdtar give what the directory gives" {
	farm_ok 'mkdcroot layer create dir --source /mnt/source -q; cd /mnt/source
		tar --numeric-owner --xattrs --xattrs-include="*" -cSf /mnt/gnu.tar .
		tar --numeric-owner --xattrs --xattrs-include="*" --format=posix -c . | zstd -q > /mnt/posix.tar.zst
		bsdtar --format=pax --acls --xattrs -cJf /mnt/bsd.txz .
		for a in gnu.tar posix.tar.zst bsd.txz; do mkdcroot layer create x --source /mnt/$a -q && same_layers dir x && mkdcroot layer show x | grep profile: && mkdcroot layer remove x -yq || echo "$a: not so"; done'
	[ "$output" = $'profile:    debian\nprofile:    debian\nprofile:    debian' ]
}

@test "a hole in an archive is a hole in the stage, and so are zeros" {
	farm_ok 'cd /mnt/source; tar -cf /mnt/x.tar .; mkdcroot layer create x --source /mnt/x.tar -q; stat -c "%s %b" /mnt/store/layers/x/stage/opt/odd/sparse'
	[ "${output% *}" -eq 8388612 ]
	[ "${output#* }" -le 64 ]
}

@test "what the profile excludes is not taken from an archive" {
	farm_ok 'cd /mnt/source; tar -cf /mnt/x.tar .; mkdcroot layer create x --source /mnt/x.tar; ! grep -rlF -e PLANTED /mnt/store/layers/x/stage; mkdcroot layer show x -v'
	says "left out:   /etc/ssh/ssh_host_rsa_key (/etc/ssh/ssh_host_*)" "left out:   /home/ann (/home/*)"
}

@test "an image as docker save and the OCI layout have it is unpacked layer by layer" {
	farm_ok 'make_image /mnt/image; tar -C /mnt/image -cf /mnt/image.tar .; mkdcroot layer create x --source /mnt/image.tar; cd /mnt/store/layers/x/stage; ls opt/odd etc/hosts opt/new; cat opt/new'
	says_like $'*cannot access \'opt/odd\'*etc/hosts*new'
}

@test "an archive that is damaged, cut off, none, or not there is one clear line, and nothing is left" {
	farm 'cd /mnt; tar -C source -czf x.tar.gz .; for n in 100 5000 30000; do head -c $n x.tar.gz > cut$n.tar.gz; done; tar -C source -cf whole.tar .; head -c 204800 whole.tar > cut.tar; (head -c 20000 x.tar.gz; head -c 2000 /dev/urandom; tail -c +22001 x.tar.gz) > flipped.tar.gz; echo no > no.tar; : > empty.tar; tar -C source/opt -cf noroot.tar odd
		for f in cut100.tar.gz cut5000.tar.gz cut30000.tar.gz cut.tar flipped.tar.gz no.tar empty.tar noroot.tar nowhere.tar; do mkdcroot layer create x --source /mnt/$f --profile debian; [ "$(agree_layer)" = absent ] || echo "$f: left"; done'
	counts 9 '^mkdcroot: create layer x: '
	counts 1 'flipped.tar.gz is damaged'
	says "cut.tar is damaged or cut off: Truncated tar archive" "no.tar is no tar archive" "noroot.tar holds no root file system: it has no /etc" "nowhere.tar: No such file"
	says_not ": left"
}

@test "a bomb stops before the store's file system is full, and nothing is left" {
	farm 'truncate -s 96M /mnt/disk; mkfs.ext4 -q /mnt/disk; mkdir -p /mnt/store /mnt/bomb/etc; mount -o loop /mnt/disk /mnt/store; truncate -s 300M /mnt/bomb/etc/zeros; tar -C /mnt/bomb -czf /mnt/zeros.tar.gz .; yes 0123456789abcdef | head -c 300M > /mnt/bomb/etc/zeros; tar -C /mnt/bomb -czf /mnt/bytes.tar.gz .; rm -r /mnt/bomb
		for a in zeros bytes; do mkdcroot layer create x --source /mnt/$a.tar.gz --profile base; agree_layer; df --output=pcent /mnt/store | tail -n 1; done'
	counts 2 'write ./etc/zeros: No space left on device; it needs more room than the store.s file system has; what was done was taken back'
	counts 2 '^absent$'
}

@test "a directory that does not fit is one clear line, and nothing is left" {
	farm 'truncate -s 96M /mnt/disk; mkfs.ext4 -q /mnt/disk; mkdir -p /mnt/store /run/s; mount -o loop /mnt/disk /mnt/store; cp -a /mnt/source/. /run/s; for i in 1 2 3 4 5 6; do yes 0123456789abcdef | head -c 30M > /run/s/opt/$i; done
		mkdcroot layer create x --source /run/s; agree_layer; PATH=/run/bin:$PATH; slow_rsync 60000; mkdcroot layer create x --source /run/s; agree_layer; df --output=avail /mnt/store | tail -n 1'
	counts 2 'create layer x: copy /run/s: run rsync: .*; what was done was taken back'
	counts 1 'stopped, since the store.s file system would be full'
	counts 2 '^absent$'
}

@test "a hostile archive changes nothing outside, whatever it holds" {
	farm 'sentinels; for kind in absolute dotdot through hardlink symlinked device; do hostile_archive $kind > /run/$kind.tar; bounded layer create x --source /run/$kind.tar --profile base; untouched || echo "$kind: touched"; [ "$(agree_layer)" = absent ] || mkdcroot layer remove x -yq; done; agree_layer'
	says_not ": touched"
	says "leads out of the tree"
	[ "${lines[-1]}" = absent ]
}

@test "layer create from an archive, killed before each of its steps, is taken back" {
	farm_ok 'tar -C /mnt/source -czf /mnt/x.tar.gz .; look() { agree_layer; }; take_away() { mkdcroot layer remove -yq x; }; mkdcroot layer create base --source /mnt/source -q; mkdcroot add z 192.168.1.99 -q; killed_at_each_step absent layer-create x /mnt/x.tar.gz'
	counts 6 '^before step [0-9]: absent$'
	says "the whole plan: there"
}
