#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What this server cannot do is said before anything is changed: one line, what is missing and how it is got.
# shellcheck disable=SC2016 # the scripts are expanded in the lab

setup_file() { source tests/cli/cli.bash && cli_setup_file layer; }
setup() { source tests/cli/cli.bash && cli_setup; }
teardown() { cli_teardown; }
teardown_file() { cli_clean; }

# SCRIPT, with the functions of preflight.bash.
before() {
	farm "lab_settings 'nfs_backend = none'; source $BATS_TEST_DIRNAME/preflight.bash; $1"
}

# TEXT...: it failed with one line of these texts, and nothing was made.
refused() {
	fails_with 1 "$@"
	counts 1 '^mkdcroot: (create layer|add) '
	says_not /mnt/store/layers/x/ /mnt/tftpboot/ "# BEGIN mkdcroot"
}

@test "a kernel that is too old" {
	before 'setarch --uname-2.6 "$LAB_TOP/build/bin/mkdcroot" -c /mnt/etc/mkdcroot.conf layer create x --source /mnt/source; r=$?; untouched_farm; exit $r'
	refused "this kernel is Linux 2.6." "5.15 or later is needed"
}

@test "a kernel without erofs: which line of modprobe.d forbids it, and how it is allowed" {
	before 'modprobe_d "# local\ninstall erofs /bin/false\n"; strace -qq -o /dev/null -e trace=fsopen -e inject=fsopen:error=ENODEV $LAB_TOP/build/bin/mkdcroot -c /mnt/etc/mkdcroot.conf layer create x --source /mnt/source; r=$?; untouched_farm; exit $r'
	refused "this kernel has no erofs file system: /etc/modprobe.d/local.conf:2 forbids the module erofs" "modprobe --ignore-install erofs"
}

@test "a kernel without overlay, which nobody forbids" {
	before 'modprobe_d "blacklist overlay\n"; strace -qq -o /dev/null -e trace=fsopen -e inject=fsopen:error=ENODEV:when=2+ $LAB_TOP/build/bin/mkdcroot -c /mnt/etc/mkdcroot.conf add a 192.168.1.9; r=$?; untouched_farm; exit $r'
	refused "this kernel has no overlay file system: modprobe overlay says why"
}

@test "no loop devices" {
	before 'modprobe_d "install loop /bin/true\n"; mount -t tmpfs tmpfs /dev; mknod /dev/null c 1 3; mknod /dev/urandom c 1 9; create; r=$?; untouched_farm; exit $r'
	refused "no loop devices (/dev/loop-control): /etc/modprobe.d/local.conf:1 forbids the module loop"
}

@test "a store on an ext4 whose directories do not tell kinds" {
	before 'store_on ext4 -O ^filetype; create; r=$?; ls /mnt/disk/store/layers; exit $r'
	refused "the store /mnt/disk/store is on a file system whose directories do not tell the kind of their entries (d_type)"
}

@test "a store on an overlay" {
	before 'mkdir -p /run/o/{l,u,w} /mnt/o; mount -t overlay -o lowerdir=/run/o/l,upperdir=/run/o/u,workdir=/run/o/w o /mnt/o; move_store /mnt/o/s; create; r=$?; ls /mnt/o/s/layers; exit $r'
	refused "the store /mnt/o/s is on an overlay (the root of a container?), which cannot hold the hosts' changes"
}

@test "a store on FAT" {
	before 'grep -qw vfat /proc/filesystems || modprobe -q vfat || { echo "no vfat in this kernel"; exit 77; }; store_on vfat; create; r=$?; ls /mnt/disk/store/layers; exit $r'
	[ "$status" -ne 77 ] || skip "no vfat in this kernel"
	refused "on FAT, which cannot hold the hosts' changes"
}

@test "a store in memory is warned of, a roomy one with nosuid,nodev is not, and without them there is a hint" {
	before 'mkdir /mnt/t; mount -t tmpfs tmpfs /mnt/t; move_store /mnt/t/s; create; echo "status $?"; mount -o remount,nosuid,nodev /mnt/t; mkdcroot layer create y --source /mnt/source > /run/log 2>&1; ! grep hint /run/log'
	[ "$status" -eq 0 ]
	says "status 0" "warning: the store /mnt/t/s is on tmpfs: all layers and all that hosts write is gone" "hint: the store /mnt/t/s" "nosuid,nodev"
}

@test "a store without room, or without inodes, for a host" {
	before 'cp -a /mnt/store /mnt/full; mount -t tmpfs -o size=8m tmpfs /mnt/store; cp -a /mnt/full/. /mnt/store; dd if=/dev/zero of=/mnt/store/big bs=64k status=none 2> /dev/null; mkdcroot add a 192.168.1.9; r=$?; untouched_farm; exit $r'
	refused "the store /mnt/store has 0 MiB left: a host takes at least 1 MiB"
	before 'cp -a /mnt/store /mnt/full2; mount -t tmpfs -o nr_inodes=300 tmpfs /mnt/store; cp -a /mnt/full2/{lock,layers} /mnt/store 2> /dev/null; i=0; while touch /mnt/store/f$((i++)) 2> /dev/null; do :; done; rm -f /mnt/store/f{0..40}; mkdcroot add a 192.168.1.9; r=$?; untouched_farm; exit $r'
	fails_with 1 "inodes left: a host takes at least 64"
}

@test "a store that gets tight for a layer is a warning" {
	before 'mkdir /mnt/t; mount -t tmpfs -o size=100m tmpfs /mnt/t; move_store /mnt/t/s; create; echo "status $?"'
	says "MiB left: a layer takes at least 512 MiB" "status 0"
}

@test "an rsync and an mkfs.erofs that are too old, or whose version cannot be told" {
	before 'pretend rsync "rsync  version 3.0.9  protocol version 30"; create; echo "status $?"; rm /run/bin/rsync; hash -r; pretend mkfs.erofs "mkfs.erofs 1.3"; create; echo "status $?"; pretend mkfs.erofs "mkfs.erofs 1.2.1-gabc123"; create; echo "status $?"; pretend mkfs.erofs "no idea"; create > /run/log 2>&1; grep version /run/log; untouched_farm'
	counts 3 'status 1'
	says "rsync 3.0.9 is too old: 3.1.3 or later is needed" "mkfs.erofs 1.3.0 is too old: 1.4.0 or later is needed" "mkfs.erofs 1.2.1 is too old" "the version of mkfs.erofs cannot be told"
	says_not /mnt/store/layers/x/
}

@test "the store in the farm, the farm in the store, the farm at /" {
	before 'set_to store /mnt/tftpboot/s; create; echo "status $?"; set_to store /mnt/store; set_to farm /mnt/store/farm; create; echo "status $?"; set_to farm /; create; echo "status $?"; ln -s /mnt/store /mnt/link; set_to farm /mnt/link; create; echo "status $?"; find /mnt/store/layers/x 2> /dev/null'
	counts 4 'status 1'
	says "store = /mnt/tftpboot/s lies in the farm /mnt/tftpboot" "farm = /mnt/store/farm lies in the store /mnt/store" "farm = /: the farm needs a directory of its own"
	says_not /mnt/store/layers/x
}

@test "a TFTP root that shows the hosts' roots, or that the daemon cannot enter, is warned of" {
	before 'for r in /mnt/tftpboot / /mnt; do set_to tftp_root $r; mkdcroot add a 192.168.1.9; mkdcroot remove -yq a; done; mkdir -p /mnt/tftpboot/boot; chmod 700 /mnt/tftpboot/boot; set_to tftp_root /mnt/tftpboot/boot; mkdcroot add a 192.168.1.9'
	[ "$status" -eq 0 ]
	counts 3 'warning: tftp_root = .* has the farm in it: .*root it at /mnt/tftpboot/boot'
	says "tftp_root = /mnt/tftpboot/boot: the TFTP daemon, which is not root, cannot enter /mnt/tftpboot/boot (chmod o+x /mnt/tftpboot/boot)"
}

@test "what the hosts need and does not run is named by add, until it runs" {
	before 'mkdcroot add a 192.168.1.9 2>&1 | grep "not running here"; mkdir -p /mnt/tftpboot/boot; lab_boot_servers; mkdcroot add b 192.168.1.10; echo "status $?"'
	says "needed by the hosts and not running here: boot server (UDP 67), TFTP (UDP 69); mkdcroot status --services says"
	counts 1 'not running here'
	says "status 0"
}

@test "on a server with SELinux no label gets into a generation, other attributes do, and it says untested" {
	before 'pretend_selinux; mkdcroot layer create x --source /mnt/labelled; echo "status $?"; echo "labels $(labels)"; getfattr -n user.colour --only-values --absolute-names /mnt/store/layers/x/gen/1/opt/odd/xattr'
	says "this server has SELinux: its labels are left out of layers" untested "status 0" "labels 0" blue
}

@test "labels that the server's policy puts on the stage do not get into a generation either" {
	before 'pretend_selinux; pretend_labels; mkdcroot layer create x --source /mnt/source; echo "status $?"; echo "staged $(getfattr -R -h -d -m "^security.selinux$" --absolute-names /mnt/store/layers/x/stage | grep -c selinux)"; echo "labels $(labels)"'
	says "status 0" "labels 0"
	says_not "staged 0"
}
