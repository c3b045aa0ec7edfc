# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What tests/cli/ganesha.bats does inside the lab.
# shellcheck disable=SC2086 # a host is three words

# shellcheck source=tests/cli/registration.bash
source "$LAB_TOP/tests/cli/registration.bash"

FILE=/mnt/etc/ganesha-mkdcroot.conf
export GANESHA_CONF=/mnt/etc/ganesha/ganesha.conf

begin() {
	lab_settings
	client_addresses
	roots
}

# Ganesha listens before it is on D-Bus.
start_ganesha() {
	lab_ganesha || fail "$(tail -n 20 /mnt/log/ganesha.log)"
	_lab_wait 10 "nfs-ganesha on D-Bus" registrar_runs || fail "$(tail -n 20 /mnt/log/ganesha.log)"
}

registrar_runs() {
	[ "$(registrar nfs running)" = yes ]
}

# The root of 192.168.1.$2 as 192.168.1.$1 sees it (a connection to an address of this machine comes from it).
see() { # FROM ROOT VERSION
	nfs-cat "nfs://192.168.1.$1/mnt/tftpboot/192.168.1.$2/file?uid=0&gid=0&version=$3" 2>&1
}

at_start() {
	begin
	registrar nfs add-files $ALDEBARAN || fail add-files
	start_ganesha
	same exported yes "$(registrar nfs exported $ALDEBARAN)"
	same exported no "$(registrar nfs exported $CAPELLA)"
	same "over v3" "root of 192.168.1.100" "$(see 100 100 3)"
	same "over v4" "root of 192.168.1.100" "$(see 100 100 4)"
	see 102 100 3 && fail "another host can mount it over v3"
	see 102 100 4 && fail "another host can mount it over v4"
	# Root on the client is root.
	echo secret > $ROOT/secret
	chmod 600 $ROOT/secret
	same "root's own file" secret \
		"$(nfs-cat "nfs://192.168.1.100$ROOT/secret?uid=0&gid=0" 2>&1)"
	nfs-cp /mnt/etc/mkdcroot.conf "nfs://192.168.1.100$ROOT/written?uid=0&gid=0" || fail "write"
	same "owner of what is written" 0 "$(stat -c %u $ROOT/written)"
}

live() {
	local out

	begin
	registrar nfs add-files $ALDEBARAN || fail add-files
	start_ganesha
	same "capella before" no "$(registrar nfs exported $CAPELLA)"
	registrar nfs add-files $CAPELLA || fail add-files
	registrar nfs add-live $CAPELLA || fail add-live
	registrar nfs add-live $CAPELLA || fail "add-live again"
	same "capella" yes "$(registrar nfs exported $CAPELLA)"
	same "capella over v4" "root of 192.168.1.102" "$(see 102 102 4)"
	same "aldebaran over v3" "root of 192.168.1.100" "$(see 100 100 3)"
	ls /run/mkdcroot-export.* 2> /dev/null && fail "a temporary file was left"
	umount $ROOT 2> /dev/null && fail "the export does not hold the root"
	registrar nfs remove-files $ALDEBARAN || fail remove-files
	registrar nfs take-away $ALDEBARAN || fail take-away
	mountpoint -q $ROOT && fail "still mounted"
	same "aldebaran after" no "$(registrar nfs exported $ALDEBARAN)"
	see 100 100 3 && fail "still served"
	same "capella still" "root of 192.168.1.102" "$(see 102 102 3)"
	out=$(registrar nfs preflight) || fail preflight
	same "nothing to complain about" "" "$out"
	mount -t tmpfs tmpfs $ROOT
	echo again > $ROOT/file
	registrar nfs add-files $ALDEBARAN || fail add-files
	registrar nfs add-live $ALDEBARAN || fail add-live
	same "added again" again "$(see 100 100 4)"
}

ids() {
	local first

	begin
	registrar nfs add-files $ALDEBARAN || fail add-files
	first=$(grep -o 'Export_Id = [0-9]*' $FILE)
	registrar nfs add-files $CAPELLA $ALDEBARAN || fail add-files
	same blocks 2 "$(grep -c '^EXPORT' $FILE)"
	same "Export_Id" "$first" "$(grep 192.168.1.100 $FILE | grep -o 'Export_Id = [0-9]*')"
	same "different ids" 2 "$(grep -o 'Export_Id = [0-9]*' $FILE | sort -u | wc -l)"
	cp $FILE /mnt/both
	registrar nfs add-files $ALDEBARAN || fail add-files
	cmp $FILE /mnt/both || fail "the second add changed something"
	registrar nfs remove-files $ALDEBARAN $CAPELLA || fail remove-files
	[ -f $FILE ] || fail "the file that ganesha includes is gone"
	grep -v '^#' $FILE && fail "something is left"
	start_ganesha
}

foreign() {
	local out

	begin
	printf '# mine\nEXPORT { Export_Id = 1; Path = /srv; }\n' > $FILE
	cp $FILE /mnt/before
	out=$(registrar nfs add-files $ALDEBARAN 2>&1) && fail "it was taken"
	has "$out" "$FILE:2: not a line of mkdcroot"
	cmp $FILE /mnt/before || fail "the file was changed"
}

not_running() {
	local out

	begin
	same running no "$(registrar nfs running)"
	has "$(registrar nfs preflight)" "does not answer on the system D-Bus"
	registrar nfs add-files $ALDEBARAN || fail add-files
	registrar nfs add-live $ALDEBARAN || fail add-live
	registrar nfs remove-files $ALDEBARAN || fail remove-files
	registrar nfs take-away $ALDEBARAN || fail take-away
	mountpoint -q $ROOT && fail "still mounted"
	lab_settings 'ganesha_reload = dbus'
	out=$(registrar nfs add-live $ALDEBARAN 2>&1) && fail "ganesha_reload = dbus"
	has "$out" "does not answer on the system D-Bus (ganesha_reload = dbus)"
}
