# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What tests/bench/run does inside the lab.  All is beside its peer, in one run, turn by turn; medians count.

RUNS=${RUNS:-5}
ADDS=${ADDS:-21}

# NAME COMMAND...: append the seconds that it took to the list of NAME, and its processor's to that of NAME.cpu.
timed() {
	local name=$1 start end

	shift
	times > /mnt/log/cpu.before
	start=$EPOCHREALTIME
	"$@" > /mnt/log/out 2>&1 || { cat /mnt/log/out >&2; exit 1; }
	end=$EPOCHREALTIME
	times > /mnt/log/cpu.after
	# The second line: user and system time of the children, as 0m0.012s.
	awk 'FNR == 2 { gsub(/[ms]/, " "); t = $1 * 60 + $2 + $3 * 60 + $4; printf "%s", NR == FNR ? "" : t - before "\n"; before = t }' \
		/mnt/log/cpu.before /mnt/log/cpu.after >> "/mnt/log/times.$name.cpu"
	awk -v a="$start" -v b="$end" 'BEGIN { printf "%.6f\n", b - a }' >> "/mnt/log/times.$name"
}

median() {
	sort -n "/mnt/log/times.$1" | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

row() { # WHAT NAME [PEER]
	awk -v what="$1" -v t="$(median "$2")" -v p="$([ $# -gt 2 ] && median "$3")" \
		-v cpu="$(median "$2.cpu")" -v best="$(sort -n "/mnt/log/times.$2" | head -n 1)" 'BEGIN {
		printf "  %-58s %8.1f ms %8.1f ms %8.1f ms", what, t * 1000, best * 1000, cpu * 1000
		if (p != "") printf "   %.2f times", t / p
		printf "\n" }'
}

# Nothing that was written before is to be paid for by what is measured now.
settle() {
	sync -f /mnt/store 2> /dev/null || sync -f /mnt
}

# FILE SYSTEM: "ram" puts an ext4 in memory under /mnt, "disk" takes what is there.
bench_on() {
	if [ "$1" = ram ]; then
		mount -t tmpfs -o size=8g tmpfs /run
		truncate -s 7G /run/image
		mkfs.ext4 -q -F /run/image
		mount -o loop /run/image /mnt
		mkdir -p /mnt/etc /mnt/log /run/lock /run/dbus
	fi
	rm -f /mnt/log/times.*
	# What else runs here is not to be measured.
	renice -n -20 $$ > /dev/null
	lab_settings "nfs_backend = kernel" "root_hash = $(openssl passwd -6 secret)"
	PATH=$PATH:$LAB_TOP/build/tools/nfs-kernel-server/usr/sbin
	mkdir /mnt/tree /mnt/peer
	mount --bind -o ro "$BENCH_TREE" /mnt/tree
	[ "$1" != ram ] || { umount /mnt/tree && rsync -aHAX "$BENCH_TREE/" /mnt/tree/; }
	bench_layer
	bench_add
	[ "$1" != ram ] || bench_ganesha
}

peer_layer() {
	rsync -aHAXS /mnt/tree/ /mnt/peer/stage/ && mkfs.erofs -zlz4 --quiet /mnt/peer/image /mnt/peer/stage
}

peer_layer_synced() {
	peer_layer && sync -f /mnt/peer/image
}

bench_layer() {
	local i

	for ((i = 0; i < RUNS; i++)); do
		settle
		timed layer mkdcroot --quiet layer create base --source /mnt/tree
		mkdcroot --quiet --yes layer remove base
		for peer in peer_layer peer_layer_synced; do
			settle
			timed $peer $peer
			rm -rf /mnt/peer/*
		done
	done
	printf '%-60s %11s %11s %11s\n' "layer create from a directory, $RUNS runs" median best processor
	row "rsync -aHAXS, then mkfs.erofs -zlz4" peer_layer
	row "the same, then sync of the file system" peer_layer_synced peer_layer
	row "mkdcroot layer create (durable, with checksum): at most 1.15" layer peer_layer
	echo "    steps, seconds: $(layer_steps)"
	[ -d /mnt/store/layers/base ] || mkdcroot --quiet layer create base --source /mnt/tree
}

# Where the time goes, from the time stamps of --verbose.
layer_steps() {
	mkdcroot --verbose layer create base --source /mnt/tree 2>&1 | while IFS= read -r line; do
		printf '%s %s\n' "$EPOCHREALTIME" "$line"
	done | awk '
		/mkdcroot: (create|fill|take secrets|make the image \/|mount it|record|layer)/ {
			if (step != "") printf "%s%s %.2f", n++ ? ", " : "", step, $1 - t
			t = $1; step = $3; if ($3 == "make") step = "image"; if ($3 == "take") step = "prepare" }'
}

bench_add() {
	local i gen=/mnt/store/layers/base/gen/1 host=/mnt/store/hosts/h30

	mkdcroot --quiet add first 192.168.1.9 006008000009 2> /dev/null
	for ((i = 0; i < ADDS; i++)); do
		timed start command mkdcroot --version
		timed add mkdcroot --quiet add "h$((i + 20))" "192.168.1.$((i + 20))" "0060080000$((i + 20))"
	done
	for ((i = 0; i < 3; i++)); do
		for peer in rsync cp; do
			settle
			case $peer in
			rsync) timed rsync rsync -aHAX $gen/ /mnt/peer/rsync/ ;;
			cp) timed cp cp -a --reflink=auto $gen /mnt/peer/cp ;;
			esac
			du -s --block-size=1024 /mnt/peer/$peer | cut -f 1 > /mnt/log/disk.$peer
			rm -rf "/mnt/peer/${peer:?}"
		done
	done
	/usr/bin/time -f %M -o /mnt/log/rss "$LAB_TOP/build/bin/mkdcroot" -q --config /mnt/etc/mkdcroot.conf add last 192.168.1.250 006008000250
	echo "add of one more host, $ADDS runs (the peers 3), a tree of $(find $gen | wc -l) entries"
	row "rsync -aHAX of the tree" rsync
	row "cp -a --reflink=auto of the tree" cp rsync
	row "starting mkdcroot alone" start
	row "mkdcroot add, registered and durable: at most 20 ms" add rsync
	printf '    disk: rsync %d kB, cp %d kB, mkdcroot %d kB (at most 100); peak memory of mkdcroot %d kB (at most 16384)\n' \
		"$(< /mnt/log/disk.rsync)" "$(< /mnt/log/disk.cp)" "$(du -s --block-size=1024 $host | cut -f 1)" "$(< /mnt/log/rss)"
}

# The same with a server that is told of each host.
bench_ganesha() {
	local i

	mkdcroot --quiet umount --all
	lab_settings "nfs_backend = ganesha"
	mkdcroot --quiet remove --yes first 2> /dev/null
	: > /mnt/etc/exports
	mkdcroot --quiet add first 192.168.1.9 006008000009 2> /dev/null
	lab_ganesha || return
	for ((i = 0; i < ADDS; i++)); do
		timed ganesha mkdcroot --quiet add "g$((i + 60))" "192.168.1.$((i + 60))" "0060080000$((i + 60))"
	done
	row "mkdcroot add, exported by a running nfs-ganesha (D-Bus) as well" ganesha add
	lab_ganesha_stop
}
