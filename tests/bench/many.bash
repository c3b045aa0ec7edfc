# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What tests/bench/many does inside the lab.

# shellcheck source=tests/bench/farm.bash
source "$LAB_TOP/tests/bench/farm.bash"

# PART: a farm without hosts on an ext4 in memory, whose network has room for thousands.
on_ram() {
	mount -t tmpfs -o size=9g tmpfs /run
	truncate -s 8G /run/image
	mkfs.ext4 -q -N 2000000 -F /run/image
	mount -o loop /run/image /mnt
	mkdir -p /mnt/etc /mnt/log /mnt/tree /mnt/peer /run/lock /run/dbus
	renice -n -20 $$ > /dev/null
	lab_settings "nfs_backend = kernel" "root_hash = $(openssl passwd -6 secret)"
	PATH=$PATH:$LAB_TOP/build/tools/nfs-kernel-server/usr/sbin
	cp -a "$BENCH_TREE/." /mnt/tree/
	ip address add 10.77.0.1/16 dev br0
	mkdcroot --quiet layer create base --source /mnt/tree
	"$1"
}

# The N-th host's address.
address() {
	echo "10.77.$(($1 / 250 + 1)).$(($1 % 250 + 2))"
}

hosts() { # FROM TO
	local i

	for ((i = $1; i <= $2; i++)); do
		printf 'h%d 10.77.%d.%d mac=02:00:00:00:%02x:%02x\n' "$i" $((i / 250 + 1)) $((i % 250 + 2)) $((i / 250)) $((i % 250))
	done
}

# What one would write by hand: per host directories, mount(8), keys and a few files, a line in each file.
by_hand() { # N
	local i ip up root

	for ((i = 1; i <= $1; i++)); do
		ip=$(address "$i")
		up=/mnt/peer/hosts/h$i
		root=/mnt/peer/tftpboot/$ip
		mkdir -p "$up/upper" "$up/work" "$root"
		mount -t overlay -o "lowerdir=/mnt/store/layers/base/gen/1,upperdir=$up/upper,workdir=$up/work,index=on,nfs_export=on,redirect_dir=on,xino=on,nosuid,nodev,noexec" peer "$root"
		echo "h$i" > "$root/etc/hostname"
		printf '127.0.0.1 localhost\n%s h%d\n' "$ip" "$i" > "$root/etc/hosts"
		echo 'tmpfs /tmp tmpfs mode=1777 0 0' > "$root/etc/fstab"
		tr -d - < /proc/sys/kernel/random/uuid > "$root/etc/machine-id"
		ssh-keygen -q -t ed25519 -N '' -f "$root/etc/ssh/ssh_host_ed25519_key_"
		ssh-keygen -q -t ecdsa -N '' -f "$root/etc/ssh/ssh_host_ecdsa_key_"
		echo "$root $ip(rw,sync,no_root_squash,no_subtree_check,mp,fsid=$(< /proc/sys/kernel/random/uuid))" >> /mnt/peer/exports
		echo "h$i:tc=.x:ip=$ip:rp=$root:" >> /mnt/peer/bootptab
	done
	sync -f /mnt/peer
}

forget_by_hand() {
	local root

	for root in /mnt/peer/tftpboot/*; do umount "$root"; done
	rm -rf /mnt/peer/*
}

# WHAT NAME LIMIT(ms): a row with what it may be at most.
limit_row() {
	awk -v what="$1" -v t="$(median "$2")" -v cpu="$(median "$2.cpu")" -v limit="$3" 'BEGIN {
		printf "  %-58s %8.0f ms   processor %8.0f ms   at most %d ms: %s\n", what, t * 1000, cpu * 1000, limit,
			t * 1000 <= limit ? "yes" : "NO" }'
}

bench_add_many() {
	local i few=$((HOSTS / 5))

	hosts 1 "$HOSTS" > /mnt/list
	for ((i = 0; i < RUNS; i++)); do
		settle
		timed add mkdcroot --quiet add --from /mnt/list
		settle
		# shellcheck disable=SC2046 # names
		timed remove mkdcroot --quiet --yes remove $(cut -d ' ' -f 1 /mnt/list)
		settle
		timed hand by_hand $few
		forget_by_hand
	done
	echo "$HOSTS hosts, medians of $RUNS runs"
	limit_row "add --from, registered and durable" add 10000
	limit_row "remove of all of them" remove 10000
	awk -v t="$(median hand)" -v n="$few" -v hosts="$HOSTS" -v us="$(median add)" 'BEGIN {
		t *= hosts / n
		printf "  the same by mkdir, mount(8), ssh-keygen and echo (%d, scaled)  %8.0f ms: mkdcroot takes %.2f of it\n", n, t * 1000, us / t }'
}

slab() { # FIELD, in kB
	awk -v f="$1:" '$1 == f { print $2 }' /proc/meminfo
}

bench_large() {
	local i before_fixed before_all

	hosts 1 10 > /mnt/list
	mkdcroot --quiet add --from /mnt/list
	before_fixed=$(slab SUnreclaim) before_all=$(slab Slab)
	hosts 11 "$LARGE" > /mnt/list
	timed add-large mkdcroot --quiet add --from /mnt/list
	echo "$LARGE hosts, registered and mounted"
	printf '  memory of a host, mounted: %d kB that stay, %d kB with caches; disk: %d kB\n' \
		$((($(slab SUnreclaim) - before_fixed) / (LARGE - 10))) $((($(slab Slab) - before_all) / (LARGE - 10))) \
		$(($(du -s --block-size=1024 /mnt/store/hosts | cut -f 1) / LARGE))
	for ((i = 0; i < RUNS + 4; i++)); do
		timed list mkdcroot list
		timed status mkdcroot status
		timed apply mkdcroot apply
		timed mountinfo cat /proc/self/mountinfo
	done
	limit_row "list" list 200
	limit_row "status (mounts, exports, boot server)" status 200
	limit_row "apply with nothing to do" apply 500
	row "for comparison: cat /proc/self/mountinfo" mountinfo
	timed set mkdcroot --quiet set h7 dns=10.77.0.9
	timed one mkdcroot --quiet add single 10.77.0.9 020000aa0001
	row "set of one host among them" set
	row "add of one more" one
	/usr/bin/time -f %M -o /mnt/log/rss "$LAB_TOP/build/bin/mkdcroot" -q --config /mnt/etc/mkdcroot.conf apply
	echo "    peak memory of apply: $(< /mnt/log/rss) kB"
}

# The name that the root at ADDRESS gives, asked from that address.
name_served() {
	nfs-cat "nfs://$1/mnt/tftpboot/$1/etc/hostname?uid=0&gid=0&version=$2" 2> /dev/null
}

# Every export has to give its own host's name, to a real client at its own address.
bench_served() {
	local i ip version good=0

	mkdcroot --quiet umount --all
	lab_settings "root_hash = $(openssl passwd -6 secret)"
	hosts 1 "$SERVED" > /mnt/list
	for ((i = 1; i <= SERVED; i++)); do echo "address add $(address $i)/32 dev lo"; done | ip -batch -
	mkdcroot --quiet add --from /mnt/list 2> /mnt/log/out || { cat /mnt/log/out; exit 1; }
	lab_ganesha || exit
	for ((i = 1; i <= SERVED; i++)); do
		ip=$(address $i)
		version=$((i % 2 ? 3 : 4))
		[ "$(name_served "$ip" $version)" = "h$i" ] && good=$((good + 1))
	done
	echo "$SERVED exports of nfs-ganesha, asked over NFSv3 and NFSv4 in turn"
	echo "  $good of $SERVED roots gave their own host's name"

	echo "  the root of another host is $(nfs-cat "nfs://$(address 2)/mnt/tftpboot/$(address 1)/etc/hostname?uid=0&gid=0" > /dev/null 2>&1 && echo SERVED || echo refused)"
	[ "$good" -eq "$SERVED" ] || exit 1
}
