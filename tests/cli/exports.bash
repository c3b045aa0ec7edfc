# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What tests/cli/exports.bats does inside the lab.
# shellcheck disable=SC2086 # a host is three words

# shellcheck source=tests/cli/registration.bash
source "$LAB_TOP/tests/cli/registration.bash"

EXPORTFS=$LAB_TOP/build/tools/nfs-kernel-server/usr/sbin/exportfs
export EXPORTFS PROC_NFSD=/mnt/nfsd

# exportfs has no option for its file: /etc is an overlay here, so that this one is /etc/exports.
begin() {
	[ -x "$EXPORTFS" ] || fail "$EXPORTFS is missing: make build/tools/nfs-kernel-server"
	lab_settings 'nfs_backend = kernel' 'exports = /etc/exports'
	mkdir -p /run/etc
	mount -t tmpfs tmpfs /run/etc
	mkdir -p /run/etc/upper /run/etc/work
	mount -t overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work overlay /etc
	printf '10.1.1.%d %s\n' 1 master 2 trusty 3 server 4 pc001 > /etc/hosts
	cat > /etc/exports <<-'END'
	# sample /etc/exports file
	/               master(rw) trusty(rw,no_root_squash)
	/projects       proj*.local.domain(rw)
	/usr            *.local.domain(ro) @trusted(rw)
	/home/joe       pc001(rw,all_squash,anonuid=150,anongid=100)
	/pub            *(ro,insecure,all_squash)
	/srv/www        -sync,rw server @trusted @external(ro)
	/foo            2001:db8:9:e54::/64(rw) 192.0.2.0/24(rw)
	/build          buildhost[0-9].local.domain(rw)

	"/with space"   master(rw) \
	         trusty(ro) # and a comment \
	/octal\040space 10.0.0.0/255.255.255.0(ro)
	/half" quo"ted  server(rw)
	/nobody
	/anybody        (ro,sync)
	/ref            server(refer=/a@b+c:/d@e,sec=krb5p:krb5:sys,fsid=0)
	/mp             server(mp=/some/where) trusty(mountpoint)
	END
	printf '/hash#mark 10.2.0.0/16(ro,no_subtree_check)\r\n/last 10.3.0.0/16(rw)' >> /etc/exports
	cp /etc/exports /mnt/before
}

# What the real exportfs makes of the file: "path client" lines.
exported() {
	"$EXPORTFS" -ra 2> /mnt/log/exportfs
	cut -d'(' -f1 /var/lib/nfs/etab | tr '\t' ' '
}

# The running kernel server, as far as we look at it.
pretend_nfsd() {
	local n

	mkdir -p $PROC_NFSD/clients/{4,5,6}
	echo 8 > $PROC_NFSD/threads
	for n in 4 5 6; do
		printf 'clientid: 0x%s\naddress: "192.168.1.10%s:799"\nstatus: confirmed\n' \
			$n $((n - 4)) > $PROC_NFSD/clients/$n/info
		: > $PROC_NFSD/clients/$n/ctl
	done
	# One whose address only begins like the host's.
	sed -i 's/192.168.1.101/192.168.1.1001/' $PROC_NFSD/clients/5/info
}

reads_ours() {
	local etab

	begin
	roots
	registrar nfs add-files $ALDEBARAN $CAPELLA || fail add-files
	etab=$(exported)
	has "$etab" "$ROOT 192.168.1.100"
	has "$etab" "/mnt/tftpboot/192.168.1.102 192.168.1.102"
	has "$etab" "/hash\\043mark 10.2.0.0/16"
	has "$(grep 192.168.1.100 /var/lib/nfs/etab)" "fsid=${ALDEBARAN##* },mountpoint,"
	has "$(grep 192.168.1.100 /var/lib/nfs/etab)" "no_root_squash"
	has "$(grep 192.168.1.100 /var/lib/nfs/etab)" "(rw,sync,"
	grep -qF "$OUR_LINE" /etc/exports || fail "our line"
	# Every path and client that we see is one that exportfs sees, and no other.
	sed 's|^exports = .*|exports = /var/lib/nfs/etab|' $CONF > /mnt/etc/etab.conf
	registrar nfs list | sort > /mnt/seen
	CONF=/mnt/etc/etab.conf registrar nfs list | sort > /mnt/seen-by-exportfs
	[ "$(wc -l < /mnt/seen)" -eq 26 ] || fail "$(wc -l < /mnt/seen) entries"
	diff /mnt/seen /mnt/seen-by-exportfs || fail "read otherwise than by exportfs"
	grep -qiE 'syntax|unknown|bad ' /mnt/log/exportfs && fail "$(cat /mnt/log/exportfs)"
	return 0
}

leaves_no_trace() {
	begin
	registrar nfs add-files $ALDEBARAN || fail add
	same in-files yes "$(registrar nfs in-files $ALDEBARAN)"
	registrar nfs add-files $CAPELLA || fail add
	cp /etc/exports /mnt/both
	registrar nfs add-files $ALDEBARAN $CAPELLA || fail "add again"
	cmp /etc/exports /mnt/both || fail "the second add changed something"
	registrar nfs remove-files $ALDEBARAN || fail remove
	same in-files no "$(registrar nfs in-files $ALDEBARAN)"
	registrar nfs remove-files $ALDEBARAN $CAPELLA || fail remove
	cmp /etc/exports /mnt/before || fail "not as before"
}

conflict() {
	local out

	begin
	printf '\n%s *(ro)\n' "$ROOT" >> /etc/exports
	cp /etc/exports /mnt/before
	for verb in check add-files; do
			out=$(registrar nfs $verb $ALDEBARAN 2>&1) && fail "$verb did not fail"
		has "$out" "/etc/exports:$(grep -n "^$ROOT" /etc/exports | cut -d: -f1): $ROOT is exported by a line that mkdcroot did not write"
	done
	cmp /etc/exports /mnt/before || fail "the file was changed"
}

unread() {
	local out

	begin
	printf '/one 10.4.0.0/16(ro)\n\r\n/two 10.5.0.0/16(ro)\n' > /etc/exports
	out=$(exported)
	has "$out" "/one 10.4.0.0/16"
	[[ "$out" != *"/two"* ]] || fail "exportfs has learnt to read on: $out"
	out=$(registrar nfs add-files $ALDEBARAN 2>&1) && fail "it was extended"
	has "$out" "/etc/exports:2: exportfs reads nothing below"
}

live() {
	begin
	roots
	pretend_nfsd
	same running yes "$(registrar nfs running)"
	registrar nfs add-files $ALDEBARAN $CAPELLA || fail add-files
	same exported no "$(registrar nfs exported $ALDEBARAN)"
	registrar nfs add-live $ALDEBARAN $CAPELLA || fail add-live
	same exported yes "$(registrar nfs exported $ALDEBARAN)"
	registrar nfs remove-files $ALDEBARAN || fail remove-files
	same "take-away" "1 tries" "$(registrar nfs take-away $ALDEBARAN)"
	same exported no "$(registrar nfs exported $ALDEBARAN)"
	same "exported, the other" yes "$(registrar nfs exported $CAPELLA)"
	same "take-away again" "1 tries" "$(registrar nfs take-away $ALDEBARAN)"
	mountpoint -q $ROOT && fail "still mounted"
	same "its state" expire "$(cat $PROC_NFSD/clients/4/ctl)"
	same "a longer address's state" "" "$(cat $PROC_NFSD/clients/5/ctl)"
	same "the other's state" "" "$(cat $PROC_NFSD/clients/6/ctl)"
}

busy() {
	local out

	begin
	roots
	pretend_nfsd
	exec 7< $ROOT/file
	registrar nfs add-files $ALDEBARAN || fail add-files
	registrar nfs add-live $ALDEBARAN || fail add-live
	registrar nfs remove-files $ALDEBARAN || fail remove-files
	out=$(registrar nfs take-away $ALDEBARAN 2>&1) && fail "a busy root was given away"
	has "$out" "unmount $ROOT: still in use"
	has "$out" "3 tries"
	mountpoint -q $ROOT || fail "it was unmounted"
	exec 7<&-
	registrar nfs take-away $ALDEBARAN || fail "the second time"
	mountpoint -q $ROOT && fail "still mounted"
	return 0
}

not_running() {
	begin
	roots
	same running no "$(registrar nfs running)"
	has "$(registrar nfs preflight)" "the kernel's NFS server does not run"
	registrar nfs add-files $ALDEBARAN || fail add-files
	registrar nfs add-live $ALDEBARAN || fail add-live
	[ -s /var/lib/nfs/etab ] && fail "exportfs was run"
	registrar nfs remove-files $ALDEBARAN || fail remove-files
	registrar nfs take-away $ALDEBARAN || fail take-away
	mountpoint -q $ROOT && fail "still mounted"
	return 0
}
