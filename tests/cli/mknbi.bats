#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# mknbi's command line: what it makes, and what it refuses in one clear line.

setup() {
	load ../nbi/lib.bash
	cd "$BATS_TEST_TMPDIR"
	kernel=$NBI_T/payload-20f-bz
	echo something > initrd
}

# Fails with one line that holds all these words, and leaves no output file.
refused() {
	echo "status $status: $output"
	[ "$status" -ne 0 ]
	[ "${#lines[@]}" -eq 1 ]
	for word in "$@"; do
		[[ $output == *"$word"* ]]
	done
	[ ! -e out ]
}

template() {
	disnbi --json out | jq -r .linux.command_line
}

@test "kernel and initrd" {
	mknbi -o out "$kernel" initrd
	disnbi out
	[ "$(template)" = "rw root=/dev/nfs nfsroot=rom,rsize=65536,wsize=65536 ip=rom BOOTIF=rom" ]
}

@test "the classic options" {
	mknbi-linux --output=out --rootdir=rom,vers=4 --ipaddrs=1.2.3.4:::5:h --append="a b" "$kernel"
	[ "$(template)" = "rw root=/dev/nfs nfsroot=rom,vers=4 ip=1.2.3.4:::5:h BOOTIF=rom a b" ]
	mknbi -o out --param="all of it" "$kernel"
	[ "$(template)" = "all of it" ]
	mknbi -o out --rootdir=/dev/sda1 --ipaddrs=off --format=nbi --target=linux "$kernel"
	[ "$(template)" = "rw root=/dev/sda1 ip=off" ]
}

@test "without --output, and from a pipe" {
	mknbi -o out "$kernel" initrd
	mknbi "$kernel" initrd > stream
	cmp out stream
	mknbi "$kernel" initrd | cat > stream
	cmp out stream
}

@test "the same input gives the same image" {
	mknbi -o out "$kernel" initrd
	sleep 1.1
	touch initrd
	mknbi -o out2 "$kernel" initrd
	cmp out out2
}

@test "the output replaces an old one as a whole, its mode and a link to it stay" {
	mkdir dir
	echo old > dir/old
	chmod 640 dir/old
	ln -s dir/old out
	mknbi -o out "$kernel"
	[ -L out ]
	[ "$(stat -c %a dir/old)" = 640 ]
	disnbi out
	[ "$(ls dir)" = old ]
}

@test "a new image is readable for a TFTP daemon" {
	(umask 022 && mknbi -o out "$kernel")
	[ "$(stat -c %a out)" = 644 ]
}

@test "killed half-way, it leaves no file behind" {
	mkfifo fifo
	mknbi -o out "$kernel" fifo &
	pid=$!
	# it is copying as soon as the pipe is open for reading
	exec 9> fifo
	head -c 100000 /dev/zero >&9
	kill -9 "$pid"
	wait "$pid" || true
	exec 9>&-
	[ "$(ls)" = "fifo
initrd" ]
}

@test "a large initrd is never held in memory" {
	truncate -s 200M large
	# address space for the program and its libraries, not for the file
	(ulimit -v 60000 && mknbi -o out "$kernel" large)
	disnbi out
}

@test "no file" { run mknbi -o out; [ "$status" -eq 2 ]; refused "nothing to make an image of"; }
@test "no such kernel" { run mknbi -o out nothing; refused "open the kernel nothing" "No such file"; }
@test "no such initrd" { run mknbi -o out "$kernel" nothing; refused "open the initrd nothing" "No such file"; }
@test "an empty initrd" { : > e; run mknbi -o out "$kernel" e; refused "initrd e" empty; }
@test "a directory as initrd" { run mknbi -o out "$kernel" .; refused "directory"; }
@test "a directory as kernel" { run mknbi -o out .; refused "not a regular file"; }
@test "a directory as output" { mkdir d; run mknbi -o d "$kernel"; refused "write d" directory; }
@test "no directory for the output" { run mknbi -o x/y "$kernel"; refused "x" "No such file"; }
@test "the kernel as output" {
	cp "$kernel" k
	ln k l
	run mknbi -o l k
	refused "write l: it is the same file as k"
	cmp k "$kernel"
}
@test "where the file system has no nameless files, or /proc is missing" {
	mkdir -p root
	cp "$kernel" initrd root
	unshare -m --propagation private sh -e -c "mount -t tmpfs none /proc; cd root; '$NBI_TOP/build/mknbi' -o ../out ${kernel##*/} initrd"
	disnbi out
	[ "$(ls)" = "initrd
out
root" ]
}
@test "a full disk" { run mknbi -o /dev/full "$kernel"; refused "No space left"; }
@test "text as kernel" { run mknbi -o out initrd; refused "initrd: not a Linux kernel for x86"; }
@test "vmlinux as kernel" { run mknbi -o out /bin/true; refused "ELF" "bzImage"; }
@test "an image as kernel" { mknbi -o a "$kernel"; run mknbi -o out a; refused "already a tagged image"; }
@test "a gzip file as kernel" { gzip -k initrd; run mknbi -o out initrd.gz; refused "gzip"; }
@test "kernel cut off" { head -c 100000 "$kernel" > k; run mknbi -o out k; refused "k: cut off"; }
@test "kernel cut off in setup" { head -c 2000 "$kernel" > k; run mknbi -o out k; refused "k: cut off"; }
@test "initrd too large" {
	truncate -s 900M large
	run mknbi -o out "$kernel" large
	refused "an initrd of 943718400 bytes is too large: this kernel takes it below 0x37ffffff"
}
@test "initrd larger than 4 GB" { truncate -s 5G large; run mknbi -o out "$kernel" large; refused "too large"; }
@test "command line too long for this kernel" {
	run mknbi -o out -a "$(printf 'x%.0s' {1..600})" "$kernel"
	refused "takes 511" "--append"
}
@test "command line too long for an old kernel" {
	run mknbi -o out -a "$(printf 'x%.0s' {1..300})" "$NBI_T/payload-202-bz"
	refused "takes 255"
}
@test "a line break in --append" { run mknbi -o out -a $'a\nb' "$kernel"; refused "--append" "control character"; }
@test "a wrong --rootdir" { run mknbi -o out -d here "$kernel"; refused "--rootdir=here"; }
@test "a wrong --ipaddrs" { run mknbi -o out -i 1.2.3.4 "$kernel"; refused "--ipaddrs=1.2.3.4"; }
@test "a wrong --format" { run mknbi -o out -f elf "$kernel"; [ "$status" -eq 2 ]; refused "elf"; }
@test "a wrong --target" { run mknbi -o out -t bsd "$kernel"; [ "$status" -eq 2 ]; refused "bsd"; }
@test "a command line for a floppy" { run mknbi-dos -o out -a x "$kernel"; [ "$status" -eq 2 ]; refused "--target=dos"; }
@test "two floppies" { run mknbi-dos -o out a b; [ "$status" -eq 2 ]; refused "too many files"; }
@test "no boot floppy" { head -c 1474560 /dev/zero > f; run mknbi-dos -o out f; refused "55 AA"; }
@test "an odd floppy" { head -c 512000 "$NBI_T/floppy.img" > f; run mknbi-dos -o out f; refused "no floppy format"; }
@test "no ROM" { run mknbi-rom -o out "$kernel"; refused "not a boot ROM"; }
@test "a ROM cut off" { head -c 2000 "$NBI_TOP/build/rom/rtl8139.rom" > r; run mknbi-rom -o out r; refused "the file has 2000"; }

@test "--help and --version" {
	mknbi --help | grep -q -- --rootdir
	mknbi --version | grep -q mkdcroot
}
