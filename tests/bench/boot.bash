# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016,SC2034 # what the host expands; settings of servers.bash
#
# What tests/bench/boot-bench does inside the lab (tests/lib/lab.bash).

# shellcheck source=tests/lib/layers.bash
source "$LAB_TOP/tests/lib/layers.bash"

BOOT=/mnt/tftpboot/boot
ROOT=/mnt/tftpboot/192.168.1.100
GENERATION=/mnt/store/layers/base/gen/1

# The farm, and what each way of booting loads: /mnt has our images, stock.nb and own.nb.
bench_setup() {
	layers_settings "nfs_options = $(layers_nfs_options 3)"
	mkdcroot mount --all && mkdcroot add aldebaran 192.168.1.100 525400123456 || return
	mkdir -p $BOOT
	mv /mnt/stock.nb /mnt/own.nb $BOOT/
	"$LAB_TOP/build/disnbi" -x /mnt/parts $BOOT/stock.nb > /dev/null && mv /mnt/parts/4-ramdisk $BOOT/initrd || return
	cp $GENERATION/boot/vmlinuz-* $BOOT/vmlinuz
	debian_initrd $BOOT/initrd-debian || return
	# To the byte what our image tells the kernel in the end.
	ipxe_script same initrd "rw root=/dev/nfs nfsroot=192.168.1.1:$ROOT,$(layers_nfs_options 3) \
ip=192.168.1.100:192.168.1.1:192.168.1.1:255.255.255.0:aldebaran BOOTIF=01-52-54-00-12-34-56 \
console=tty0 console=ttyS0,115200 boot=mkdcroot"
	ipxe_script debian initrd-debian "rw root=/dev/nfs nfsroot=192.168.1.1:$ROOT,noacl,rsize=65536,wsize=65536 \
ip=dhcp console=tty0 console=ttyS0,115200 boot=nfs"
	chmod -R a+rX $BOOT
}

# OUT: by Debian's initramfs-tools as they are, with the two settings that Debian's guides for diskless computers name.
debian_initrd() {
	mkdir -p /run/upper /run/work /run/root
	mount -t tmpfs tmpfs /run/upper
	mkdir /run/upper/u /run/upper/w
	mount -t overlay -o "lowerdir=$GENERATION,upperdir=/run/upper/u,workdir=/run/upper/w" overlay /run/root || return
	sed -i 's/^MODULES=.*/MODULES=netboot/; s/^BOOT=.*/BOOT=nfs/' /run/root/etc/initramfs-tools/initramfs.conf
	mount -t proc proc /run/root/proc
	chroot /run/root sh -c 'mkinitramfs -o /initrd "$(ls /lib/modules)"' && cp /run/root/initrd "$1"
	umount /run/root/proc /run/root /run/upper
}

ipxe_script() { # NAME INITRD COMMAND-LINE
	cat > "$BOOT/$1.ipxe" <<-END
	#!ipxe
	kernel tftp://192.168.1.1/vmlinuz initrd=$2 $3
	initrd tftp://192.168.1.1/$2
	boot
	END
}

# The ways: CARD of tests/lib/cards, boot file, and what it is called.
WAYS='ours:rtl8139:stock.nb:our ROM, tagged image
ipxe:undi:same.ipxe:iPXE as packaged, script, same kernel and initrd
debian:undi:debian.ipxe:iPXE as packaged, Debian initrd (boot=nfs, klibc)
own:rtl8139:own.nb:our ROM, our kernel without initrd'

# WAY CARD FILE
bench_boot() {
	ln -sf "$3" $BOOT/vmlinuz.nb
	SERVERS_PXE_FILE=$3
	lab_boot_servers dnsmasq && lab_computer "$2" 52:54:00:12:34:56 tap0 1024 && lab_capture packets || return
	lab_console console 600 -password secret -run 'grep " / nfs rw.*vers=3" /proc/mounts' -poweroff > /mnt/log/said 2>&1
	if ! grep -q "powered down" /mnt/log/said || ! grep -q "^STATUS 0" /mnt/log/said; then
		tail -n 20 /mnt/log/said /mnt/log/console
		return 1
	fi
	lab_capture_stop
	"$LAB_TOP/tests/lib/boot-times" /mnt/log/console.marks /mnt/log/packets >> "/mnt/log/times.$1"
}

# FIELD FILE: the median.
median_of() {
	awk -v f="$1" '{ s = 0; for (i = 1; i <= NF; i++) s += $i; print f ? $f : s }' "$2" | sort -n |
		awk '{ v[NR] = $1 } END { printf " %6.1f", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# RUNS, each in a lab of its own: bench_one WAY...; then bench_table
bench_one() {
	mkdcroot mount --all && lab_ganesha && bench_boot "$@"
}

bench_table() {
	local way card file text field

	printf '%-52s %6s %6s %6s %6s %6s %6s  s\n' "" ROM TFTP kernel NFS init all
	while IFS=: read -r way card file text; do
		printf '%-52s' "$text"
		for field in 1 2 3 4 5 0; do median_of $field "/mnt/log/times.$way"; done
		printf '\n'
	done <<< "$WAYS"
	ls -l $BOOT/{stock.nb,vmlinuz,initrd,initrd-debian,own.nb} | awk '{ print $NF ": " $5 " bytes" }' | sed "s|$BOOT/||"
}
