# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Inside the lab: one hostile thing at a time, at each path that mkdcroot reads or writes in a tree.

# shellcheck source=tests/cli/cli.bash
source "$LAB_TOP/tests/cli/cli.bash"

# With PLANTS_SAN=1 all commands are those with AddressSanitizer (make SAN=1).
[ -z "${PLANTS_SAN:-}" ] || PATH=$LAB_TOP/build/san/bin:$PATH
export ASAN_OPTIONS=detect_leaks=0:exitcode=99 UBSAN_OPTIONS=exitcode=99

PLANT_ROOT=/mnt/tftpboot/192.168.1.9

# As cli.bash's, with any build, and with one clear line when it fails.
bounded() {
	local status

	timeout -k 1 20 "$(type -P mkdcroot)" -c /mnt/etc/mkdcroot.conf "$@" > /run/out 2>&1
	status=$?
	[ $status -lt 4 ] || { echo "BAD: $PLANTED: $*: exit status $status: $(cat /run/out)"; return 1; }
	[ $status -eq 0 ] || [[ $(tail -n 1 /run/out) == "mkdcroot: "* ]] || echo "BAD: $PLANTED: $*: not one clear line: $(cat /run/out)"
	return $status
}

# A host that has all that can be written into one.
plant_host() {
	mkdcroot add a 192.168.1.9 006008C7A3D8 -q --set "root_hash=$secret" --set "root_key=ssh-ed25519 AAAA me" \
		--set "mount=192.168.1.1:/home /home nfs ro 0 0" 2> /dev/null || return
	sentinels
}

# What we wrote into it and what is read or removed by name.
plant_paths() {
	{
		(cd /mnt/store/hosts/a/upper && find . -mindepth 1 ! -type d -printf '%P\n')
		tr -s '[:space:]' '\n' <<< "$HOSTILE_PATHS"
	} | sort -u
}

# KIND PATH: in the current directory; what was there is beside it.
plant_one() {
	local path=$2

	mkdir -p "${path%/*}" 2> /dev/null
	[ ! -e "$path" ] && [ ! -L "$path" ] || mv "$path" "$path.kept" || return
	case $1 in
	absolute) ln -s "/mnt/outside/dir/${path##*/}" "$path" ;;
	outside) ln -s /mnt/outside/dir "$path" ;;
	climbing) ln -s "../../../../../../../../../mnt/outside/dir/${path##*/}" "$path" ;;
	magic) ln -s "/proc/self/root/mnt/outside/dir/${path##*/}" "$path" ;;
	root) ln -s / "$path" ;;
	up) ln -s ../../../.. "$path" ;;
	itself) ln -s "${path##*/}" "$path" ;;
	dangling) ln -s /mnt/outside/new "$path" ;;
	to-fifo) mkfifo .fifo 2> /dev/null; ln -s /.fifo "$path" ;;
	fifo) mkfifo "$path" ;;
	socket) python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$path" ;;
	zero) mknod "$path" c 1 5 ;;
	disk) mknod "$path" b 7 0 ;;
	tty) mknod "$path" c 5 0 ;;
	hardlink) ln bin/true "$path" ;;
	setuid) cp bin/true "$path" && chmod 6777 "$path" ;;
	huge) truncate -s 1T "$path" ;;
	directory) mkdir -p "$path/deeper" && touch "$path/deeper/file" ;;
	file) echo x > "$path" ;;
	closed) echo x > "$path" && chmod 0 "$path" ;;
	empty) : > "$path" ;;
	binary) head -c 100000 /dev/urandom > "$path" ;;
	sealed) echo x > "$path" ;; # by plant_seal
	esac
}

unplant_one() {
	local path=$1

	rm -rf "$path"
	[ ! -e "$path.kept" ] && [ ! -L "$path.kept" ] || mv -T "$path.kept" "$path"
}

# Commands that look into the root and write into it, while KIND is at PATH.
plant_and_use() {
	PLANTED="$1 at $2"
	(cd $PLANT_ROOT && plant_one "$1" "$2") || { echo "BAD: $PLANTED: cannot be planted"; return; }
	plants=$((plants + 1))
	if bounded set a "dns=10.0.$((plants / 250)).$((plants % 250))"; then
		taken=$((taken + 1))
	else
		refused=$((refused + 1))
		says_like_plant || echo "BAD: $PLANTED: it is refused with other words: $(cat /run/out)"
	fi
	untouched > /run/differences || { echo "BAD: $PLANTED: something outside was touched: $(cat /run/differences)"; sentinels; }
	[ -z "$(find /mnt/store/journal /mnt/store/trash -mindepth 1)" ] || echo "BAD: $PLANTED: leftovers: $(ls /mnt/store/journal /mnt/store/trash)"
	(cd $PLANT_ROOT && unplant_one "$2") 2> /run/unplant || echo "BAD: $PLANTED: $(cat /run/unplant)"
}

# A refusal names the host and where in its root.
says_like_plant() {
	[[ $(tail -n 1 /run/out) == *"set a: "*"$PLANT_ROOT"* ]]
}

no_leak() {
	! grep -rlsa --devices=skip -e sentinel -e PLANTED /mnt/store/hosts/a/upper
}

# KIND...: each at each path.
plants_at_paths() {
	plant_host || return
	plant_paths > /run/paths
	plants_each "$@"
}

# KIND...: each in the place of each directory on the way.
plants_at_parents() {
	plant_host || return
	plant_paths | awk -F/ '{ path = $1; for (i = 2; i <= NF; i++) { print path; path = path "/" $i } }' | sort -u > /run/paths
	plants_each "$@"
}

# Of each PLANTS_STRIDE of kinds and paths one; with 1 all.
plants_each() {
	local kind path plants=0 taken=0 refused=0 n=0

	for kind; do
		while read -r path; do
			n=$((n + 1))
			[ $((n % ${PLANTS_STRIDE:-4})) -ne 0 ] || plant_and_use "$kind" "$path"
		done < /run/paths
	done
	plants_end
}

plants_end() {
	no_leak || echo "BAD: secrets of the server are in the host's files"
	bounded set a dns=10.9.9.9 || echo "BAD: without plants it fails, too: $(cat /run/out)"
	PLANTED="what is left" bounded remove -y a
	[ "$(agree a 192.168.1.9)" = absent ] || echo "BAD: remove: $(agree a 192.168.1.9)"
	untouched || echo "BAD: touched"
	echo "$plants plants ($(wc -l < /run/paths) paths): $taken commands went on, $refused were refused, none left the tree"
}

# ROUNDS: a client swaps directories and files with links while we write into its root, and while it is removed.
race_with_client() {
	local i taken=0 refused=0 racer

	plant_host || return
	PLANTED="a race"
	cd $PLANT_ROOT && ln -s /mnt/outside/dir etc.out && ln -s ../../../../mnt/outside/dir/.ssh root/ssh.out || return
	cp -a etc etc.own && mv -T etc etc.layer && mv etc.own etc && mkdir -p root/.ssh || return
	cd "$LAB_TOP" || return
	"$LAB_TOP/build/tests/cli/racer" $PLANT_ROOT etc etc.out root/.ssh root/ssh.out > /run/racer &
	racer=$!
	for ((i = 0; i < $1; i++)); do
		if bounded set a "dns=10.0.1.$((i % 250))"; then taken=$((taken + 1)); else refused=$((refused + 1)); fi
		[ ! -e /mnt/store/journal/plan.json ] || echo "BAD: round $i: a journal is left: $(cat /run/out)"
	done
	kill $racer
	wait $racer
	cat /run/racer
	untouched || echo "BAD: something outside was touched"
	no_leak || echo "BAD: secrets of the server are in the host's files"
	"$LAB_TOP/build/tests/cli/racer" /mnt/store/hosts/a/upper etc etc.out root/.ssh root/ssh.out > /run/racer &
	racer=$!
	# Behind the commit point the rest of the deleting may be left to the next command.
	for ((i = 1; i <= 5; i++)); do
		bounded remove -y a || true
		[ "$(agree a 192.168.1.9)" != absent ] || break
	done
	kill $racer 2> /dev/null
	wait $racer
	cat /run/racer
	[ "$(agree a 192.168.1.9)" = absent ] || bounded mount --all
	[ "$(agree a 192.168.1.9)" = absent ] || echo "BAD: $(agree a 192.168.1.9)"
	untouched || echo "BAD: something outside was touched by remove"
	echo "$1 races: $taken writings went on, $refused were refused; removed $([ $i -gt 5 ] && echo "after the race" || echo "at try $i")"
}

# KIND: a tree that is hard to delete, and must go wholly.
remove_hostile() {
	local upper=/mnt/store/hosts/a/upper

	mkdcroot add a 192.168.1.9 006008C7A3D8 -q 2> /dev/null || return
	sentinels
	echo sentinel > /mnt/beside
	(cd $PLANT_ROOT && case $1 in
	deep) perl -e '$n = "x" x 200; for (1 .. 300) { mkdir $n and chdir $n or die $! } for (1 .. 1500) { mkdir "d" and chdir "d" or die $! }' ;;
	wide) perl -e 'mkdir "w"; for (1 .. 20000) { open my $f, ">", "w/$_" or die }' ;;
	names) perl -e 'mkdir "n"; for (1 .. 255) { next if $_ == 46 or $_ == 47; open my $f, ">", "n/" . chr($_) or die; mkdir "n/" . chr($_) . chr($_) or die } open my $f, ">", "n/" . "\xff" x 254 or die' ;;
	closed) mkdir -p c/c && touch c/c/f && chmod 0 c/c/f c/c c ;;
	sealed | append) mkdir s && touch s/f ;;
	links) ln -s / l; ln -s /mnt/outside/dir m; ln -s . n; mkdir o; ln -s ../o o/o ;;
	sparse) truncate -s 8T s ;;
	xattrs) touch x && for i in {1..40}; do setfattr -n "user.$i" -v "$(printf 'v%.0s' {1..80})" x 2> /dev/null || break; done ;;
	devices) mknod b b 7 0; mknod c c 1 5; mkfifo f; mkdir d; mknod d/z c 1 3 ;;
	esac) || return
	case $1 in
	sealed) chattr +i $upper/s/f $upper/s ;;
	append) chattr +a $upper/s/f $upper/s ;;
	hardlink) ln /mnt/beside $upper/linked ;;
	esac || return
	PLANTED="a tree with $1"
	bounded remove -y a || { cat /run/out; return 1; }
	[ "$(agree a 192.168.1.9)" = absent ] && [ "$(cat /mnt/beside)" = sentinel ] && untouched && echo "removed: $1"
}

# KIND: something mounted below the host's root or over a part of it.
mounted_below() {
	plant_host || return
	PLANTED="a mount at $1"
	mkdir -p "$PLANT_ROOT/$1"
	mount -t tmpfs -o strictatime tmpfs "$PLANT_ROOT/$1" || return
	echo secret > "$PLANT_ROOT/$1/hostname"
	find "$PLANT_ROOT/$1" -printf '%p %s %T@\n' > /run/mounted
	bounded set a dns=10.0.0.5 > /dev/null
	find "$PLANT_ROOT/$1" -printf '%p %s %T@\n' | cmp - /run/mounted || echo "BAD: it was written into the mount"
	[ ! -e /mnt/store/journal/plan.json ] || echo "BAD: a journal is left"
	! bounded remove -y a || echo "BAD: it was removed with something mounted in it"
	[ "$(agree a 192.168.1.9)" = there ] || echo "BAD: $(agree a 192.168.1.9)"
	find "$PLANT_ROOT/$1" -printf '%p %s %T@\n' | cmp - /run/mounted || echo "BAD: remove went into the mount"
	umount "$PLANT_ROOT/$1" && bounded remove -y a || echo "BAD: then it cannot be removed: $(cat /run/out)"
	[ "$(agree a 192.168.1.9)" = absent ] && echo "mounted at $1: refused, then removed"
}

# KIND: a source with a file that wants to be too much, or is no such file; a layer and a host of it, or a refusal.
source_file() {
	sentinels
	rm -rf /run/s
	mkdir /run/s && cp -a /mnt/source/. /run/s || return
	(cd /run/s && case $1 in
	passwd-huge) head -c 17000000 /dev/zero | tr '\0' x >> etc/passwd ;;
	passwd-lines) perl -e 'print "u$_:x:$_:$_:::/bin/sh\n" for 2000 .. 1002000' >> etc/passwd ;;
	passwd-many) perl -e 'print "u$_:x:$_:$_:::/bin/sh\n" for 2000 .. 152000' >> etc/passwd ;;
	passwd-nul) printf 'nul\0:x:0:0::/:/bin/sh\n\0\0\0\n:::::::::::\n' >> etc/passwd; head -c 4096 /dev/zero >> etc/shadow ;;
	passwd-noise) head -c 300000 /dev/urandom > etc/passwd; head -c 300000 /dev/urandom > etc/shadow ;;
	passwd-one) perl -e 'print ":" x 500000' > etc/group ;;
	fstab-noise) head -c 300000 /dev/urandom > etc/fstab ;;
	fstab-words) printf '%s\n' '$(reboot) / ext4 `id` 0 0' '/dev/sda1 /../../etc nfs ../.. 9 9' 'x' ' ' '# \\040' "\\134\\000 /\\012x none $(printf 'o%.0s' {1..70000}) 0 0" > etc/fstab ;;
	os-words) printf 'ID="$(touch /mnt/outside/new)"\nVERSION_ID=`id`\nNAME="../../../mnt/outside"\nID=../../x\nPRETTY_NAME=\e[31m\n' > usr/lib/os-release ;;
	os-noise) head -c 100000 /dev/urandom > usr/lib/os-release ;;
	os-path) printf 'ID=../../../../mnt/outside/dir\nVERSION_ID=/\n' > usr/lib/os-release ;;
	xattrs) for i in {1..500}; do setfattr -n "user.$i" -v "$(printf 'v%.0s' {1..60})" etc 2> /dev/null || break; done ;;
	closed) chmod 0 etc/passwd etc/fstab etc usr root ;;
	units) for i in {1..3000}; do ln -s "/mnt/outside/dir/$i" "etc/systemd/system/u$i.service"; done ;;
	esac) || return
	PLANTED="source with $1"
	bounded layer create x --source /run/s --profile debian
	[ $? -le 1 ] && [[ $(agree_layer) == @(there|absent) ]] && untouched || { cat /run/out; return 1; }
	[ "$(agree_layer)" = there ] || { echo "refused: $1: $(tail -n 1 /run/out)"; return 0; }
	bounded add a 192.168.1.9 006008C7A3D8 --layer x --set users=keep --set root_key="ssh-ed25519 AAAA me"
	[ $? -le 1 ] && [[ $(agree a 192.168.1.9) == @(there|absent) ]] && untouched || { cat /run/out; return 1; }
	echo "taken: $1, host $(agree a 192.168.1.9): $(tail -n 1 /run/out)"
	[ "$(agree a 192.168.1.9)" = absent ] || bounded remove -y a || return
	bounded layer remove -y x
}

# ERRNO: what openat2(2) says here.  Commands that would work in a tree refuse; what needs none goes on.
without_openat2() {
	mkdcroot add b 192.168.1.10 -q 2> /dev/null || return
	sentinels
	mkdcroot() { "$LAB_TOP/build/tests/cli/no_openat2" "$errno" "$LAB_TOP/build/bin/mkdcroot" -c /mnt/etc/mkdcroot.conf "$@" 2>&1; }
	local errno=$1

	mkdcroot add a 192.168.1.9
	echo "add: status $?, $(agree a 192.168.1.9)"
	mkdcroot set b dns=10.0.0.5
	echo "set: status $?, $(cat /mnt/etc/hosts /mnt/store/hosts/b/upper/etc/* 2> /dev/null | grep -c 10.0.0.5) written"
	mkdcroot layer create x --source /mnt/source --profile debian
	echo "layer: status $?, $(agree_layer)"
	mkdcroot remove -y b
	echo "remove: status $?"
	untouched && echo untouched
}
