#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Tagged images started in QEMU: the start codes against kernels of all boot protocols, memory sizes and replies.

setup_file() {
	# Bytes that show a wrong place or order.
	"$BATS_TEST_DIRNAME/noise" 5000001 7 > "$BATS_FILE_TMPDIR/initrd"
	"$BATS_TEST_DIRNAME/../../build/tests/nbi/sum" "$BATS_FILE_TMPDIR/initrd" > "$BATS_FILE_TMPDIR/sum"
}

setup() {
	load lib.bash
	initrd=$BATS_FILE_TMPDIR/initrd
	sum=$(cat "$BATS_FILE_TMPDIR/sum")
	nb=$BATS_TEST_TMPDIR/image.nb
}

# Kernel and initrd arrive whole, with a command line, on this protocol.
protocol() {
	mknbi -o "$nb" -p "console=ttyS0 ip=rom" "$NBI_T/payload-$1" "$initrd"
	disnbi "$nb"
	nbi_boot "$nb" 64 12=aldebaran
	nbi_is kernel_sum "$(nbi_kernel_sum "$NBI_T/payload-$1")"
	nbi_is initrd_sum "$sum"
	nbi_is initrd_size 0x004C4B41
	nbi_is loader 0x000000FF
	nbi_is setup "$2"
	nbi_is line "console=ttyS0 ip=192.168.1.100:192.168.1.1:::aldebaran"
}

@test "protocol 2.00, zImage" { protocol 200-z 0x00090000; }
@test "protocol 2.00, the largest zImage" { protocol 200-zl 0x00090000; }
@test "protocol 2.01, bzImage" { protocol 201-bz 0x00090000; }
@test "protocol 2.02, zImage" { protocol 202-z 0x00090000; }
@test "protocol 2.02, bzImage" { protocol 202-bz 0x00010000; }
@test "protocol 2.03, bzImage" { protocol 203-bz 0x00010000; }
@test "protocol 2.15, bzImage" { protocol 20f-bz 0x00010000; }

@test "the command line is composed from the reply" {
	mknbi -o "$nb" -a quiet "$NBI_T/payload-20f-bz"
	nbi_boot "$nb" 64 1=255.255.255.0 3=192.168.1.254 6=192.168.1.2 12=aldebaran \
		17=/tftpboot/192.168.1.100 129="loglevel=7 single" 130=eth1
	nbi_is line "rw root=/dev/nfs nfsroot=192.168.1.1:/tftpboot/192.168.1.100,rsize=65536,wsize=65536 \
ip=192.168.1.100:192.168.1.1:192.168.1.254:255.255.255.0:aldebaran:eth1::192.168.1.2 \
BOOTIF=01-52-54-00-12-34-56 quiet loglevel=7 single"
	nbi_is initrd 0x00000000
}

@test "without a reply the kernel asks for itself" {
	mknbi -o "$nb" "$NBI_T/payload-20f-bz"
	nbi_boot "$nb" 64 none
	nbi_said "the net loader left no BOOTP reply"
	nbi_is line "rw root=/dev/nfs ip=on"
}

# initrd_addr_max of the payload is 0x37FFFFFF; the image loads it at 4 MB, where the kernel unpacks to later.
@test "5 GB of memory: the initrd lies below initrd_addr_max" {
	mknbi -o "$nb" "$NBI_T/payload-20f-bz" "$initrd"
	nbi_boot "$nb" 5G
	nbi_is initrd 0x37B3B000
	nbi_is initrd_sum "$sum"
}

@test "an initrd that overlaps where it was loaded is moved whole" {
	"$NBI_TOP/tests/nbi/noise" 30000000 9 > "$BATS_TEST_TMPDIR/large"
	mknbi -o "$nb" "$NBI_T/payload-20f-bz" "$BATS_TEST_TMPDIR/large"
	nbi_boot "$nb" 80
	nbi_is initrd_sum "$("$NBI_T/sum" "$BATS_TEST_TMPDIR/large")"
	# above the 48 MB that the kernel unpacks to, or not at all
	[[ $(nbi_value initrd) > 0x02FFFFFF ]]
}

@test "mem= keeps the initrd below" {
	mknbi -o "$nb" -a mem=56M "$NBI_T/payload-20f-bz" "$initrd"
	nbi_boot "$nb" 512
	nbi_is initrd 0x0333B000
	nbi_is initrd_sum "$sum"
}

@test "vga= becomes the video mode, also from tag 129" {
	mknbi -o "$nb" "$NBI_T/payload-20f-bz"
	nbi_boot "$nb" 64 129=vga=0x317
	nbi_is vid_mode 0x00000317
}

@test "several initrds are concatenated, each at a multiple of four bytes" {
	(cat "$initrd"; head -c 3 /dev/zero; cat "$initrd") > "$BATS_TEST_TMPDIR/both"
	mknbi -o "$nb" "$NBI_T/payload-20f-bz" "$initrd" "$initrd"
	nbi_boot "$nb" 64
	nbi_is initrd_sum "$("$NBI_T/sum" "$BATS_TEST_TMPDIR/both")"
}

@test "too little memory for the kernel is said, and it goes back to the loader" {
	mknbi -o "$nb" "$NBI_T/payload-20f-bz"
	nbi_boot "$nb" 40
	nbi_said "mknbi: not enough memory: the kernel needs the first 48 MB, this machine has 40 MB"
	nbi_said "loader: the image came back"
}

@test "too little memory for the initrd is said" {
	"$NBI_TOP/tests/nbi/noise" 20000000 > "$BATS_TEST_TMPDIR/large"
	mknbi -o "$nb" "$NBI_T/payload-20f-bz" "$BATS_TEST_TMPDIR/large"
	nbi_boot "$nb" 64
	nbi_said "mknbi: not enough memory: kernel and initrd need about"
	nbi_said "loader: the image came back"
}

@test "the screen shows it, too" {
	mknbi -o "$nb" "$NBI_T/payload-20f-bz"
	# the loader's HLT keeps the screen as it is: no debug exit, and the monitor reads the text memory
	"$NBI_TOP/tests/nbi/mkdisk" "$NBI_T/loader.bin" "$nb" "$BATS_TEST_TMPDIR/disk"
	(sleep 8; echo "pmemsave 0xb8000 4000 \"$BATS_TEST_TMPDIR/screen\""; sleep 1; echo quit) |
		timeout 30 qemu-system-x86_64 -accel tcg -m 40 -nodefaults -vga std -display none \
			-drive "file=$BATS_TEST_TMPDIR/disk,format=raw,if=ide" -monitor stdio > /dev/null
	tr -d '\000\007' < "$BATS_TEST_TMPDIR/screen" | grep -aF "not enough memory: the kernel needs the first 48 MB"
}

@test "a command line that the reply makes too long is said" {
	mknbi -o "$nb" "$NBI_T/payload-20f-bz"
	nbi_boot "$nb" 64 "129=$(printf 'x%.0s' {1..400})"
	nbi_said "characters, this kernel takes 511: shorten"
	nbi_said "loader: the image came back"
}

@test "a floppy image becomes drive A: (syslinux from a FAT floppy)" {
	cd "$BATS_TEST_TMPDIR"
	mformat -C -f 1440 -i floppy ::
	syslinux --install floppy
	printf 'SERIAL 0 115200\nTIMEOUT 1\nDEFAULT t\nLABEL t\nLINUX payload\nINITRD noise\nAPPEND from the floppy\n' \
		> syslinux.cfg
	"$NBI_TOP/tests/nbi/noise" 700000 3 > noise
	mcopy -i floppy syslinux.cfg noise ::
	mcopy -i floppy "$NBI_T/payload-203-bs" ::payload
	mknbi --target=dos -o "$nb" floppy
	nbi_boot "$nb" 64
	nbi_is kernel_sum "$(nbi_kernel_sum "$NBI_T/payload-203-bs")"
	nbi_is initrd_sum "$("$NBI_T/sum" noise)"
	nbi_said "from the floppy"
	# syslinux puts its initrd to the end of memory: the RAM disk's memory is none
	nbi_is initrd 0x03DCD000
}

@test "DOS functions of the RAM disk: parameters, reading, writing, errors, the memory map" {
	mknbi-dos -o "$nb" "$NBI_T/floppy.img"
	nbi_boot "$nb" 64
	nbi_said "floppy: all well"
}

@test "a boot ROM is started as the BIOS does it, and loads an image in turn" {
	mkdir "$BATS_TEST_TMPDIR/tftp"
	mknbi -o "$BATS_TEST_TMPDIR/tftp/x.nb" -p "ip=rom" "$NBI_T/payload-20f-bz"
	mknbi --target=rom -o "$nb" "$NBI_TOP/build/rom/rtl8139.rom"
	# QEMU's own DHCP and TFTP; restrict: nothing leaves the process
	nbi_boot "$nb" 128 -- -netdev "user,id=n,restrict=on,tftp=$BATS_TEST_TMPDIR/tftp,bootfile=x.nb" \
		-device rtl8139,netdev=n,romfile=
	nbi_is line "ip=10.0.2.15:10.0.2.2::255.255.255.0:"
}

@test "a boot ROM whose card is not there says so" {
	mknbi-rom -o "$nb" "$NBI_TOP/build/rom/rtl8139.rom"
	nbi_boot "$nb" 64
	nbi_said "this machine has no device for this ROM"
	nbi_said "loader: the image came back"
}
