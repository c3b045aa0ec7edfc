# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Inside the lab: commands whose calls fail.  tests/cli/cli.bash is there, too; look and bring are those of the
# tests that kill commands.

# shellcheck source=tests/cli/cli.bash
source "$LAB_TOP/tests/cli/cli.bash"

# What the administrator wrote before us.
own_lines() {
	[ ! -e /mnt/etc/exports ] || return 0
	printf '# mine, café \xff\n/srv/x *(ro)\n\n' > /mnt/etc/exports
	printf '# mine\nold:ip=10.0.0.7:ha=00600800FFFF:\n' > /mnt/etc/bootptab
	[ -e /mnt/etc/hosts ] || printf '# the farm\n\n' > /mnt/etc/hosts
}

keep_files() {
	rm -rf /run/before
	mkdir /run/before
	cp -a /mnt/etc/hosts /mnt/etc/exports /mnt/etc/bootptab /run/before
}

# KINDS ERRNO AT ON COMMAND...: mkdcroot with the AT-th of its calls of these kinds failing; what failed is in /run/fault.
with_fault() {
	local kinds=$1 errno=$2 at=$3 on=$4

	shift 4
	rm -f /run/fault
	FAULT_KINDS=$kinds FAULT_ERRNO=$errno FAULT_AT=$at FAULT_ON=$on FAULT_LOG=/run/fault \
		LD_PRELOAD=$LAB_TOP/build/tests/cli/faults.so timeout 30 "$LAB_TOP/build/bin/mkdcroot" \
		-c /mnt/etc/mkdcroot.conf "$@" > /run/out 2>&1
}

# What else has to hold when a command says that it has succeeded.
is_right() { :; }

no_secret_in_layer() {
	! grep -rqsa --devices=skip PLANTED /mnt/store/layers/x/gen/1
}

# The last line says what was tried and why not.
one_clear_line() {
	[[ $(tail -n 1 /run/out) == "mkdcroot: "*": "* ]]
}

# BEFORE AFTER KINDS ERRNO ON COMMAND...: let each call fail in turn (with ON=1 and all after it), the first of each
# FAULT_STRIDE.  A command that fails leaves all as it was, or what it left is completed or taken back by the next.
fail_at_each_call() {
	local before=$1 after=$2 kinds=$3 errno=$4 on=$5 at status now faults=0 refused=0 recovered=0 harmless=0 other

	shift 5
	other=$(agree z 192.168.1.99)
	for ((at = 1 + RANDOM % ${FAULT_STRIDE:-1}; at < 3000; at += ${FAULT_STRIDE:-1})); do
		bring "$before"
		[ "$(look)" = "$before" ] || { complain "it cannot be brought back to $before: $(look)" -; return 1; }
		keep_files
		with_fault "$kinds" "$errno" $at "$on" "$@"
		status=$?
		if [ ! -e /run/fault ]; then
			# Fewer calls than the stride: then the first of them.
			[ $at -gt 1 ] && [ $faults -eq 0 ] || break
			at=$((1 - ${FAULT_STRIDE:-1}))
			continue
		fi
		faults=$((faults + 1))
		[ $status -eq 0 ] || one_clear_line || complain "not one clear line" $status
		if [ -n "$(ls -A /mnt/store/journal)" ]; then
			recovered=$((recovered + 1))
			mkdcroot mount z -q > /run/next 2>&1 || complain "the next command failed: $(cat /run/next)" $status
			now=$(look)
			[ "$now" = "$before" ] || [ "$now" = "$after" ] || complain "then: $now" $status
		else
			now=$(look)
			case $status in
			0) harmless=$((harmless + 1)); [ "$now" = "$after" ] && is_right || complain "it seemed to succeed: $now" $status ;;
			1) refused=$((refused + 1)); [ "$now" = "$before" ] || complain "not as before: $now" $status ;;
			*) complain "it ended otherwise: $now" $status ;;
			esac
		fi
		[ "$now" != "$before" ] || same_files /run/before || complain "the administrator's files differ" $status
		[ "$(agree z 192.168.1.99)" = "$other" ] || complain "host z: $(agree z 192.168.1.99)" $status
		cmp -s <(not_ours /mnt/etc/exports) <(not_ours /run/before/exports) || complain "exports lost lines" $status
	done
	echo "$*: errno $errno$([ "$on" = 0 ] || echo " from then on"), kinds $kinds: $faults faults, $refused refused, $recovered left to the next command, $harmless harmless"
	[ $faults -gt 0 ]
}

# What a command takes out and puts back may stand at another place among our lines; the others' keep theirs.
same_files() { # DIR
	local f

	cmp -s /mnt/etc/hosts "$1/hosts" || return
	for f in exports bootptab; do
		cmp -s <(sort /mnt/etc/$f) <(sort "$1/$f") && cmp -s <(not_ours /mnt/etc/$f) <(not_ours "$1/$f") || return
	done
}

# FILE: its lines outside our block.
not_ours() {
	sed '/^# BEGIN mkdcroot/,/^# END mkdcroot/d' "$1"
}

complain() {
	echo "BAD: $1 (exit status $2; fault $(cat /run/fault); said: $(cat /run/out))"
}

# Leave nothing of what is free.
disk_full() {
	dd if=/dev/zero of=/mnt/fill bs=64k 2> /dev/null
	dd if=/dev/zero of=/mnt/fill2 bs=1 count=5000 2> /dev/null
	sync
}

no_inodes() {
	local i

	mkdir /mnt/fill
	for ((i = 0; i < 1000; i++)); do
		: > "/mnt/fill/$i" || break
	done 2> /dev/null
}

disk_empty() {
	rm -rf /mnt/fill /mnt/fill2
}

# Nothing that needs room works, and nothing of it stays.
refused_here() {
	local add set layer

	keep_files
	mkdcroot add a 192.168.1.9 006008C7A3D8 > /run/out 2>&1
	add=$?
	one_clear_line || echo "BAD: add: $(cat /run/out)"
	mkdcroot set z dns=10.0.0.5 > /run/out 2>&1
	set=$?
	one_clear_line || echo "BAD: set: $(cat /run/out)"
	mkdcroot layer create x --source /mnt/source > /run/out 2>&1
	layer=$?
	one_clear_line || echo "BAD: layer create: $(cat /run/out)"
	echo "refused: add $add, set $set, layer $layer"
	disk_empty
	mkdcroot mount z -q > /dev/null 2>&1
	same_files /run/before || echo "BAD: the administrator's files differ"
	[ "$(agree a 192.168.1.9) $(agree_layer)" = "absent absent" ] || echo "BAD: $(agree a 192.168.1.9) $(agree_layer)"
}

done_here() {
	mkdcroot add a 192.168.1.9 006008C7A3D8 -q 2> /dev/null
	echo "with room: $(agree a 192.168.1.9)"
	disk_full
	mkdcroot remove -y a 2>&1
	disk_empty
	mkdcroot mount z -q
	echo "removed: $(agree a 192.168.1.9)"
}

# More room each time, until it is enough.
disk_getting_full() {
	local kib status=1

	for ((kib = 4; status && kib < 4000; kib += kib / 2 + 4)); do
		keep_files
		disk_full
		rm -f /mnt/fill2
		truncate -s $(($(stat -c %s /mnt/fill) - kib * 1024)) /mnt/fill
		sync
		mkdcroot add a 192.168.1.9 006008C7A3D8 > /run/out 2>&1
		status=$?
		[ $status -eq 0 ] || one_clear_line || echo "BAD: $(cat /run/out)"
		disk_empty
		[ -z "$(ls -A /mnt/store/journal)" ] || mkdcroot mount z -q 2> /dev/null
		[ $status -eq 0 ] || same_files /run/before || echo "BAD: with $kib KiB the administrator's files differ"
		echo "with $kib KiB: status $status, $(agree a 192.168.1.9)"
		[ "$status $(agree a 192.168.1.9)" = "0 there" ] || [ "$status $(agree a 192.168.1.9)" = "1 absent" ] || echo "BAD: not so"
	done
	return $status
}
