# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # bats' $output and $status; GEN for the tests' scripts
#
# What the bats files about mkdcroot's commands share.  Outside:
#
#	cli_setup_file [layer]	a directory for the file's tests, with a source; with "layer" also a layer made of it
#	cli_setup		a fresh farm for one test (with that layer), in $LAB
#	farm SCRIPT		run SCRIPT in the lab; $output and $status as of bats' run
#	farm_ok SCRIPT		the same, and it must succeed
#	fails_with STATUS TEXT	the last one ended with STATUS and said TEXT
#	says TEXT...		$output has each of them; says_not: none; says_like PATTERN: as in [[ == ]]
#	counts N REGEX		so many lines of $output have a match
#
# Inside, SCRIPT has mkdcroot, the functions of tests/lib/lab.bash and those below "inside".

cli_setup_file() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	local name=${BATS_TEST_FILENAME##*/}

	export CLI_DIR=$PWD/build/cli/${name%.bats}
	export LAB_SOURCE=$PWD/tests/cli/cli.bash
	# shellcheck source=tests/lib/lab.bash
	source tests/lib/lab.bash
	cli_clean
	mkdir -p "$CLI_DIR"
	make_source "$CLI_DIR/source"
	[ "${1:-}" = layer ] || return 0
	LAB=$CLI_DIR/template
	lab_in "$LAB" farm_do 'mkdcroot --quiet layer create --source /mnt/source'
}

cli_clean() {
	chattr -R -i "$CLI_DIR" 2> /dev/null || true
	rm -rf "$CLI_DIR"
}

cli_setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	# shellcheck source=tests/lib/lab.bash
	source tests/lib/lab.bash
	LAB=$CLI_DIR/$BATS_TEST_NUMBER
	mkdir -p "$LAB"
	if [ -d "$CLI_DIR/template/store" ]; then cp -a "$CLI_DIR/template/store" "$LAB"; fi
}

cli_teardown() {
	chattr -R -i "$LAB" 2> /dev/null || true
	rm -rf "$LAB"
}

farm() {
	run timeout "${FARM_TIMEOUT:-60}" "$BASH" -c 'source tests/lib/lab.bash; lab_in "$@"' lab "$LAB" farm_do "$@"
	echo "$output"
}

farm_ok() {
	farm "$@"
	[ "$status" -eq 0 ]
}

fails_with() {
	[ "$status" -eq "$1" ] || return
	shift
	says "$@"
}

says() {
	local text

	for text; do
		[[ $output == *"$text"* ]] || { echo "it does not say: $text"; return 1; }
	done
}

says_not() {
	local text

	for text; do
		[[ $output != *"$text"* ]] || { echo "it says: $text"; return 1; }
	done
}

says_like() {
	# shellcheck disable=SC2053 # a pattern
	[[ $output == $1 ]]
}

counts() {
	local n

	n=$(grep -cE -- "$2" <<< "$output")
	[ "$n" -eq "$1" ] || { echo "$n lines with $2, not $1"; return 1; }
}

# ---- the source: a small root file system with everything that a copy can lose -----------------

# shellcheck disable=SC2016 # a hash
secret='$6$abcdefgh$0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789abcdef012345'

make_source_files() {
	mkdir -p etc/{ssh,network/interfaces.d,netplan,ssl/private,wireguard} usr/{bin,sbin,share/doc} \
		etc/NetworkManager/{conf.d,system-connections} etc/systemd/{network,system} usr/lib/systemd/system \
		root/.ssh home/ann/.ssh var/{lib/systemd,lib/dbus,log,tmp,spool,mail,cache} \
		tmp run proc sys dev boot srv opt mnt
	ln -s usr/bin bin
	ln -s usr/sbin sbin
	ln -s usr/lib lib
	cp /bin/true usr/bin/true
	cp /bin/true usr/sbin/sshd
	cp /bin/true usr/sbin/netplan
	printf 'ID=debian\nVERSION_ID="12"\nNAME="Debian GNU/Linux"\n' > usr/lib/os-release
	ln -s ../usr/lib/os-release etc/os-release
	printf 'root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:/usr/sbin/nologin\nann:x:1000:1000:Ann:/home/ann:/bin/bash\n' > etc/passwd
	printf 'root:%s:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\nann:%s:19000:0:99999:7:::\n' "$secret" "$secret" > etc/shadow
	printf 'root:x:0:\ndaemon:x:1:\nann:x:1000:\n' > etc/group
	printf 'root:*::\ndaemon:*::\nann:!::\n' > etc/gshadow
	chmod 640 etc/shadow etc/gshadow
	printf 'UUID=0 / ext4 defaults 0 1\nUUID=1 none swap sw 0 0\nserver:/home /home nfs ro 0 0\n' > etc/fstab
	echo source > etc/hostname
	echo '127.0.0.1 localhost source' > etc/hosts
	echo 'auto eth0' > etc/network/interfaces
	echo 'network: {version: 2}' > etc/netplan/01.yaml
	echo '[Match]' > etc/systemd/network/10-lan.network
}

# Each of them has the word PLANTED in it.
make_source_secrets() {
	local f

	echo PLANTED0123456789abcdef012345678 > etc/machine-id
	for f in etc/ssh/ssh_host_ed25519_key etc/ssh/ssh_host_rsa_key etc/ssl/private/key.pem root/.ssh/id_ed25519 \
		home/ann/.ssh/id_rsa home/ann/letter root/.bash_history var/lib/systemd/random-seed etc/wireguard/wg0.conf \
		etc/NetworkManager/system-connections/wifi var/mail/ann etc/shadow-; do
		echo "PLANTED $f" > "$f"
	done
}

make_source_oddities() {
	mkdir opt/odd
	echo linked > opt/odd/a
	ln opt/odd/a opt/odd/b
	echo attributes > opt/odd/xattr
	setfattr -n user.colour -v blue opt/odd/xattr
	echo acl > opt/odd/acl
	setfacl -m u:1000:rw opt/odd/acl
	cp /bin/true opt/odd/ping
	setcap cap_net_raw=ep opt/odd/ping
	mknod opt/odd/null c 1 3
	mkfifo opt/odd/fifo
	truncate -s 8M opt/odd/sparse
	echo end >> opt/odd/sparse
	cp /bin/true opt/odd/su
	chmod 4755 opt/odd/su
	ln -s /etc/passwd opt/odd/absolute
	printf 'x' > 'opt/odd/a name with spaces'
	printf 'x' > $'opt/odd/new\nline'
	touch -d 2001-02-03T04:05:06 opt/odd/old
	chown 1234:2345 opt/odd/old
	chmod 1777 tmp var/tmp
}

make_source() {
	mkdir -p "$1"
	(cd "$1" && make_source_files && make_source_secrets && make_source_oddities) || return
	chmod 755 "$1"
}

# ---- inside ---------------------------------------------------------------------------------------

GEN=/mnt/store/layers/base/gen/1

# The test's script, in a farm whose settings, exports and bootptab are there.
farm_do() {
	PATH=$PATH:$LAB_TOP/build/tools/nfs-kernel-server/usr/sbin
	[ -e /mnt/etc/mkdcroot.conf ] || lab_settings "nfs_backend = kernel"
	if [ -d "$CLI_DIR/source" ]; then
		mkdir -p /mnt/source
		mount --bind "$CLI_DIR/source" /mnt/source
	fi
	set -o pipefail
	eval "$1"
}

# Everything that a command could change: names, kinds, modes, owners, times, contents, mounts.
snapshot() {
	(
		cd /mnt || exit
		find store tftpboot etc -xdev \( -name lock -o -name .probe \) -prune -o \
			-printf '%p %y %m %U:%G %s %T@ %l\n' 2> /dev/null | sort
		find store/hosts tftpboot etc -xdev -type f -exec sha256sum {} + 2> /dev/null | sort -k 2
		grep -c ' /mnt/' /proc/self/mounts
	)
}

# Do the hosts file, exports, bootptab, store and farm directory agree that NAME (IP) is there, or that it is not?
# Prints "there" or "absent", or what they disagree about.
agree() {
	local name=$1 ip=$2 seen=

	touch /mnt/etc/hosts /mnt/etc/exports /mnt/etc/bootptab
	seen+=$(grep -c "^$name $ip" /mnt/etc/hosts)
	seen+=$(grep -c "^/mnt/tftpboot/$ip " /mnt/etc/exports)
	seen+=$(grep -c "^$name:" /mnt/etc/bootptab)
	seen+=$(find "/mnt/store/hosts/$name" -maxdepth 1 -name state 2> /dev/null | wc -l)
	seen+=$(find "/mnt/tftpboot/$ip" -maxdepth 0 2> /dev/null | wc -l)
	seen+=$(find "/mnt/tftpboot/$name" -maxdepth 0 -type l 2> /dev/null | wc -l)
	seen+=$(mountpoint -q "/mnt/tftpboot/$ip" && echo 1 || echo 0)
	seen+=$(find /mnt/store/trash /mnt/store/journal -mindepth 1 | wc -l)
	case $seen in
	11111110) echo there ;;
	00000000) echo absent ;;
	*) echo "hosts, exports, bootptab, state, root, link, mount, leftovers: $seen" ;;
	esac
}

# Lines of five hosts.
five() {
	local i

	for i in {1..5}; do echo "h$i 192.168.1.1$i mac=00600800000$i"; done
}

# A bootptab as one has grown over the years: templates, continued lines, tags that we have no use for.
old_bootptab() {
	cat <<-"END"
	# from the old server
	global.prof:\
		:sm=255.255.255.0:gw=192.168.1.254 192.168.1.253:\
		:ds=10.0.0.1 10.0.0.2:dn=example.org:\
		:hd=/tftpboot:bf=vmlinuz:hn:T130="x":
	.linux:tc=global.prof:rp=/export/root:
	h1:tc=.linux:ht=ether:ha=006008000001:ip=192.168.1.11:
	h2:ht=ethernet:ip=192.168.1.12:
	END
}

# ---- inside: being killed -------------------------------------------------------------------------

die_at() { # STEP VERB ARG...
	"$LAB_TOP/build/tests/cli/die_at" /mnt/etc/mkdcroot.conf "$@"
}

# As agree, for layer x.
agree_layer() {
	local dir=/mnt/store/layers/x seen=

	seen+=$(find $dir -maxdepth 0 2> /dev/null | wc -l)
	seen+=$(find $dir -maxdepth 1 -name state 2> /dev/null | wc -l)
	seen+=$(mountpoint -q $dir/gen/1 && echo 1 || echo 0)
	seen+=$(find /mnt/store/trash /mnt/store/journal -mindepth 1 | wc -l)
	case $seen in
	1110) echo there ;;
	0000) echo absent ;;
	*) echo "directory, state, mount, leftovers: $seen" ;;
	esac
}

# What the tests kill, and how it is made again (put there) or taken away.
look() { agree a 192.168.1.9; }
put_there() { mkdcroot add a 192.168.1.9 006008C7A3D8 -q 2> /dev/null; }
take_away() { mkdcroot remove -yq a; }

# WANTED DIE_AT'S...: for each step, be killed before it, let another command recover, and say what is there.
# WANTED (there, absent) is what it is before.
killed_at_each_step() {
	local wanted=$1 step=0

	shift
	while bring "$wanted"; ! die_at $step "$@" 2> /dev/null; do
		mkdcroot mount z --quiet 2> /dev/null
		echo "before step $step: $(look)"
		[ $step -lt 30 ] || return 1
		step=$((step + 1))
	done
	echo "the whole plan: $(look)"
}

bring() {
	local now

	now=$(look)
	[ "$now" = "$1" ] || case $1 in
	there) put_there ;;
	absent) take_away ;;
	esac
}

# Are the hosts hN ... at 192.168.1.1N all there, or all absent?
look_at() {
	local i seen=

	for i; do seen+="$(agree "h$i" "192.168.1.1$i") "; done
	case $seen in
	*[!a-z\ ]*) echo "$seen" ;;
	*absent*there* | *there*absent*) echo "in part: $seen" ;;
	*) echo "${seen%% *}" ;;
	esac
}

# A farm before an apply: the file has h1 h2 h3 h4, of which h2 moved, h3 got settings, h4 is new; h5 has no line.
apply_setup() {
	# shellcheck disable=SC2317 # called by killed_at_each_step
	look() { look_at_apply; }
	# shellcheck disable=SC2317
	bring() { bring_apply; }
	mkdcroot add z 192.168.1.99 -q 2> /dev/null || mkdcroot mount z
	bring_apply
}

wanted_hosts() {
	grep '^z' /mnt/etc/hosts
	printf 'h%d 192.168.1.%d mac=00600800000%d%s\n' 1 11 1 ' # desk' 2 72 2 '' 3 13 3 ' dns=10.0.0.5' 4 14 4 ''
}

bring_apply() {
	local i names

	[ "$(look_at_apply)" != before ] || return 0
	{ grep '^z' /mnt/etc/hosts; for i in h1 h2 h3 h4 h5; do [ -d /mnt/store/hosts/$i ] && five | grep "^$i"; done; } > /mnt/hosts.new
	cat /mnt/hosts.new > /mnt/etc/hosts
	names=$(awk '!/^z/ { print $1 }' /mnt/etc/hosts)
	# shellcheck disable=SC2086 # names
	[ -z "$names" ] || mkdcroot remove -yq $names
	five | grep -v ^h4 | mkdcroot add -q --from - 2> /dev/null
	wanted_hosts > /mnt/hosts.new
	cat /mnt/hosts.new > /mnt/etc/hosts
}

# What stands in the store, the servers' files and the roots; the hosts file is the administrator's here.
look_at_apply() {
	local seen

	seen="$(shown h1 11) $(shown h2 12) $(shown h2 72) $(shown h3 13) $(shown h4 14) $(shown h5 15)"
	seen+=" $(has 10.0.0.5 /mnt/tftpboot/h3/etc/resolv.conf)"
	seen+=" $(has 192.168.1.72 /mnt/tftpboot/h2/etc/hosts) $(find /mnt/store/trash /mnt/store/journal -mindepth 1 | wc -l)"
	case $seen in
	"111111 111111 000000 111111 000000 111111 0 0 0") echo before ;;
	"111111 000000 111111 111111 111111 000000 1 1 0") echo after ;;
	*) echo "$seen" ;;
	esac
}

# Exports, boot server, state, root, link, mount of HOST at 192.168.1.N.
shown() {
	local ip=192.168.1.$2

	printf '%d%d%d%d%d%d' "$(grep -cs "^/mnt/tftpboot/$ip " /mnt/etc/exports)" \
		"$(grep -cs "^$1:.*:ip=$ip:" /mnt/etc/bootptab)" "$(grep -cs "\"ip\": \"$ip\"" "/mnt/store/hosts/$1/state")" \
		"$(find "/mnt/tftpboot/$ip" -maxdepth 0 2> /dev/null | wc -l)" \
		"$(find "/mnt/tftpboot/$1" -maxdepth 0 -lname "$ip" 2> /dev/null | wc -l)" \
		"$(mountpoint -q "/mnt/tftpboot/$ip" && echo 1 || echo 0)"
}

# TEXT FILE: 1 when it is in there, 0 when not, or when there is no file.
has() {
	grep -qsF "$1" "$2" && echo 1 || echo 0
}

look_at_set() {
	local ip

	ip=$(awk '$1 == "h1" { print $2 }' /mnt/etc/hosts)
	echo "$ip $(agree h1 "$ip") $(has 10.0.0.5 /mnt/tftpboot/h1/etc/resolv.conf) $(grep -o '# desk' /mnt/etc/hosts)"
}

# Start add --from of many, and once it mounts send its process group what the terminal sends at Ctrl-C.
interrupted_add() {
	local pid

	setsid "$LAB_TOP/build/bin/mkdcroot" --config /mnt/etc/mkdcroot.conf add --from /mnt/list &
	pid=$!
	_lab_wait 20 "the mounting" mountpoint -q /mnt/tftpboot/192.168.2.20
	kill -INT -- -$pid
	wait $pid
	echo "status $?"
}

# WANTED COMMAND...: be killed at the 1st, 2nd ... call of everything that changes files or mounts.
killed_at_each_change() {
	local wanted=$1 call n kills=0 status

	shift
	for call in ${KILL_AT:-mkdir symlink rename renameat unlink unlinkat rmdir fsync syncfs move_mount umount2}; do
		for ((n = 1; n < 60; n++)); do
			bring "$wanted"
			{ # bash says "Killed" otherwise
				strace -qq -o /dev/null -e "trace=$call" -e "inject=$call:signal=KILL:when=$n" \
					mkdcroot --config /mnt/etc/mkdcroot.conf "$@" > /dev/null
				status=$?
			} 2> /dev/null
			[ $status -ne 0 ] || break
			[ $status -eq 137 ] || echo "$call $n: exit status $status"
			kills=$((kills + 1))
			mkdcroot mount z --quiet 2> /dev/null
			[[ $(look) == @(there|absent|before|after) ]] || echo "killed at $call $n: $(look)"
		done
	done
	echo "done after $kills kills"
}

# [KB]: rsync as on a slow disk, with KB a second: at 10 the copying takes minutes.
slow_rsync() {
	mkdir -p /run/bin
	# shellcheck disable=SC2016 # for the script
	printf '#!/bin/sh\nexec %s --bwlimit=%s "$@"\n' "$(command -v rsync)" "${1:-10}" > /run/bin/rsync
	chmod +x /run/bin/rsync
	PATH=/run/bin:$PATH
}

# SIGNAL [-]: run a layer create, and once its copying goes on send it SIGNAL; with "-" to its whole process
# group, as the terminal does.
interrupted() {
	local pid

	setsid "$LAB_TOP/build/bin/mkdcroot" --config /mnt/etc/mkdcroot.conf layer create x --source /mnt/source &
	pid=$!
	_lab_wait 10 "the copying" test -e /mnt/store/layers/x/stage/opt
	kill -"$1" -- "${2:-}$pid"
	wait $pid
	echo "status $?"
	pgrep -a rsync
	ls /mnt/store/layers
	find /mnt/store/journal /mnt/store/trash -mindepth 1
}

# EXPORTS BOOTPTAB: add and remove a host; both files (in printf's format) must be as before.
there_and_back() {
	# shellcheck disable=SC2059 # that is the point
	printf "$1" > /mnt/etc/exports
	# shellcheck disable=SC2059
	printf "$2" > /mnt/etc/bootptab
	cp -a /mnt/etc/exports /run/test.exports
	cp -a /mnt/etc/bootptab /run/test.bootptab
	mkdcroot add a 192.168.1.9 006008C7A3D8 -q 2> /dev/null || return
	cmp -s /mnt/etc/exports /run/test.exports && echo "exports was not written"
	mkdcroot remove -yq a || return
	cmp /mnt/etc/exports /run/test.exports && cmp /mnt/etc/bootptab /run/test.bootptab
}

# Hosts in the hosts file, exports, bootptab; host directories; mounted roots.
count() {
	touch /mnt/etc/bootptab
	echo "$(wc -l < /mnt/etc/hosts) $(grep -c ^/mnt /mnt/etc/exports) $(grep -c 'ip=192' /mnt/etc/bootptab)" \
		"$(find /mnt/store/hosts -mindepth 1 -maxdepth 1 | wc -l) $(grep -c ' /mnt/tftpboot/' /proc/self/mounts)"
}

# PROGRAM COMMAND...: as if PROGRAM were not installed.
path_without() {
	local program=$1 dir

	shift
	rm -rf /run/path
	mkdir /run/path
	for dir in ${PATH//:/ }; do
		cp -sn "$dir"/* /run/path 2> /dev/null
	done
	rm -f "/run/path/$program"
	PATH=/run/path "$@"
}

# WORD...: what bash offers for the last one.  The farm is the test's, as the installed one would be.
complete_words() {
	# shellcheck disable=SC1090 # made just now
	source <(command mkdcroot --completion)
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	COMPREPLY=()
	_mkdcroot
	printf '%s\n' "${COMPREPLY[@]}" | sort | paste -sd ' '
}

# ---- inside: hostile trees ------------------------------------------------------------------------

# All that is read or written in a tree by name.
HOSTILE_PATHS="etc/hostname etc/hosts etc/fstab etc/machine-id etc/resolv.conf etc/passwd etc/shadow etc/group etc/gshadow
	etc/ssh etc/mtab etc/network/interfaces etc/systemd/network/00-mkdcroot.network etc/systemd/system
	etc/default/locale var/lib/dbus/machine-id root/.ssh root/.ssh/authorized_keys var/log/wtmp home tmp"

# Files of the server's that nobody may read or change; the file system tells by its times.
sentinels() {
	umount /mnt/outside 2> /dev/null
	mkdir -p /mnt/outside
	mount -t tmpfs -o strictatime tmpfs /mnt/outside
	mkdir -p /mnt/outside/dir/{ssh,systemd/network,network,default,.ssh}
	for f in file dir/{hostname,hosts,fstab,machine-id,resolv.conf,passwd,shadow,group,gshadow,network/interfaces,authorized_keys,mtab}; do
		echo sentinel > "/mnt/outside/$f"
	done
	find /mnt/outside -depth -exec touch -ad '2001-01-01' {} +
	(cd /mnt/outside && find . -printf '%p %y %m %s %T@ %C@ %A@ %n\n' > /dev/null)
	find /mnt/outside -depth -exec touch -ad '2001-01-01' {} +
	_look_outside > /run/outside
}

# stat(1) reads no directory, so that looking leaves no trace.
_look_outside() {
	(cd /mnt/outside && stat -c '%n %F %a %s %Y %Z %X %h' . file dir dir/{hostname,hosts,fstab,machine-id,resolv.conf,passwd,shadow} \
		dir/{group,gshadow,network/interfaces,authorized_keys,mtab,ssh,.ssh,systemd,systemd/network,network,default})
}

untouched() {
	_look_outside | diff /run/outside -
}

# KIND: plant it in the current directory at every path.
plant() {
	local path name

	case $1 in
	etc)
		rm -rf etc
		ln -s /mnt/outside/dir etc
		return
		;;
	names)
		# 255 bytes are too many for mkfs.erofs 1.5.
		touch $'etc/new\nline' $'etc/esc\033[31m' $'etc/\xff\xfe' "etc/$(printf "x%.0s" {1..254})" 'etc/ssh/ssh_host_a b;c*?[_key' -- etc/-rf
		return
		;;
	deep)
		perl -e 'for (1 .. 2000) { mkdir "d" and chdir "d" or die }'
		return
		;;
	esac
	for path in $HOSTILE_PATHS; do
		name=${path##*/}
		[ ! -L "${path%/*}" ] || continue
		mkdir -p "${path%/*}" 2> /dev/null
		rm -rf "$path"
		case $1 in
		absolute) ln -s "/mnt/outside/dir/$name" "$path" ;;
		climbing) ln -s "../../../../../../../../mnt/outside/dir/$name" "$path" ;;
		loop) ln -s "$name" "$path" ;;
		fifo) mkfifo "$path" ;;
		device) mknod "$path" c 1 5 ;; # /dev/zero: reading it never ends
		hardlink) ln opt/odd/a "$path" ;;
		swapped) if [ "${path%.*}" = etc/ssh ] || [ "$name" = .ssh ]; then echo x > "$path"; else mkdir "$path"; fi ;;
		esac
	done 2> /dev/null
	[ "$1" != device ] || python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("etc/socket")' 2> /dev/null || true
}

# COMMAND...: within ten seconds, killed by nothing.
bounded() {
	timeout -k 1 10 "$LAB_TOP/build/bin/mkdcroot" -c /mnt/etc/mkdcroot.conf "$@" > /run/out 2>&1
	local status=$?

	cat /run/out
	[ $status -lt 4 ] || { echo "$*: exit status $status"; return 1; }
	return $status
}

# KIND: a host whose client has planted it; every command must go on working.
host_with() {
	mkdcroot add a 192.168.1.9 006008C7A3D8 -q || return
	sentinels
	(cd /mnt/tftpboot/192.168.1.9 && plant "$1") || return
	bounded status a && bounded show a && bounded list && bounded umount a && bounded mount a &&
		bounded status && bounded add b 192.168.1.10 && bounded mount --all && bounded remove -y b a || return
	[ "$(agree a 192.168.1.9)" = absent ] && untouched
}

# KIND: a layer and a host from a source with it.  Each may be refused, but not block, nor leave its paths.
source_with() {
	_source_with "$1" || return
	# Without accounts or fstab there is no layer: the rest has to be seen, too.  Directories for files are refused.
	HOSTILE_PATHS=$(tr '[:space:]' '\n' <<< "$HOSTILE_PATHS" | grep -vE '/(passwd|shadow|group|gshadow|fstab)$')
	_source_with "$1" || return
	[[ $1 == @(etc|swapped) ]] || [ "$(agree_layer)" = there ]
}

_source_with() {
	sentinels
	rm -rf /run/s
	mkdir /run/s && cp -a /mnt/source/. /run/s && (cd /run/s && plant "$1") || return
	[ "$(agree_layer)" = absent ] || mkdcroot layer remove -yq x || return
	bounded layer create x --source /run/s --profile debian
	[ $? -le 1 ] && [[ $(agree_layer) == @(there|absent) ]] && untouched || return
	[ "$(agree_layer)" = there ] || return 0
	bounded add a 192.168.1.9 006008C7A3D8 --layer x
	[ $? -le 1 ] && [[ $(agree a 192.168.1.9) == @(there|absent) ]] && untouched || return
	[ "$(agree a 192.168.1.9)" = absent ] || mkdcroot remove -yq a
}

# ---- inside: many hosts and a server that runs ------------------------------------------------------------

# The name that the root of ADDRESS gives, asked by NFS from that address itself.
name_served() {
	nfs-cat "nfs://$1/mnt/tftpboot/$1/etc/hostname?uid=0&gid=0&version=${2:-3}" 2> /dev/null
}

# N hosts h1 ... from 192.168.2.1 on, with the server running; then one moves and one goes.
serve_many() {
	local n=$1 i good=0

	lab_settings
	for ((i = 1; i <= n; i++)); do
		ip address add "192.168.2.$i/32" dev lo
		printf 'h%d 192.168.2.%d mac=00:60:08:01:00:%02x nfs_server=192.168.1.1\n' "$i" "$i" "$i"
	done > /mnt/list
	: > /mnt/etc/ganesha-mkdcroot.conf
	lab_ganesha || return
	_lab_wait 20 "nfs-ganesha on D-Bus" dbus_has_ganesha || return
	mkdcroot add -q --from /mnt/list || return
	for ((i = 1; i <= n; i++)); do
		[ "$(name_served "192.168.2.$i")" = "h$i" ] && good=$((good + 1))
	done
	echo "$good of $n"
	mkdcroot status > /dev/null || return
	ip address add 192.168.2.207/32 dev lo
	sed -i 's/^h7 192.168.2.7 /h7 192.168.2.207 /; /^h9 /d' /mnt/etc/hosts
	mkdcroot apply -q --prune --yes || return
	echo "moved: $(name_served 192.168.2.207 4)"
	echo "gone: h9 $(name_served 192.168.2.9 || echo refused)"
	(cd /mnt/tftpboot/h5 && mkdcroot remove -qy h4 h5)
	echo "taken back: $(name_served 192.168.2.4) $(name_served 192.168.2.5 4)"
	mkdcroot status > /dev/null
}

dbus_has_ganesha() {
	dbus-send --system --print-reply=literal --dest=org.freedesktop.DBus /org/freedesktop/DBus \
		org.freedesktop.DBus.NameHasOwner string:org.ganesha.nfsd | grep -q true
}
