# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Boots tagged images in QEMU (TCG) with the test loader of this folder, which stands for a boot ROM.
#
#	nbi_boot IMAGE MEMORY [REPLY…] [-- QEMU's arguments]     see mkdisk for REPLY
#	nbi_said TEXT                    a line with TEXT on the serial port?  shows the log otherwise
#	nbi_value NAME                   what the payload said for NAME
#
# QEMU ends when the image ends it, after $NBI_SECONDS (60), or when $NBI_UNTIL is on the serial port; $NBI_LOG is the serial port's output.

NBI_TOP=${NBI_TOP:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
NBI_T=$NBI_TOP/build/tests/nbi
NBI_LOG=$BATS_TEST_TMPDIR/serial
PATH=$NBI_TOP/build:$PATH
export NBI_TOP

nbi_boot() {
	local image=$1 memory=$2 reply=()

	shift 2
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		reply+=("$1")
		shift
	done
	[ $# -eq 0 ] || shift
	"$NBI_TOP/tests/nbi/mkdisk" "$NBI_T/loader.bin" "$image" "$BATS_TEST_TMPDIR/disk" "${reply[@]}"
	# Ended by isa-debug-exit, by a power-off, or by time: what counts is the log.
	timeout "${NBI_SECONDS:-60}" qemu-system-x86_64 -accel tcg -cpu max -m "$memory" \
		-drive "file=$BATS_TEST_TMPDIR/disk,format=raw,if=ide" -display none -nodefaults \
		-vga std -serial "file:$NBI_LOG" -no-reboot -device isa-debug-exit "$@" &
	nbi_wait $!
}

# Waits for the process to end, or ends it when $NBI_UNTIL is on the serial port.
nbi_wait() {
	while [ -n "$NBI_UNTIL" ] && kill -0 "$1" 2> /dev/null; do
		if grep -qaF -- "$NBI_UNTIL" "$NBI_LOG" 2> /dev/null; then
			sleep 0.3
			kill "$1"
		fi
		sleep 0.2
	done
	wait "$1" || true
}

nbi_said() {
	grep -qaF -- "$1" "$NBI_LOG" && return
	echo "\"$1\" is not in:"
	tail -n 40 "$NBI_LOG"
	return 1
}

nbi_value() {
	tr -d '\r' < "$NBI_LOG" | sed -n "s/^payload: $1 //p"
}

nbi_is() {
	local value

	value=$(nbi_value "$1")
	[ "$value" = "$2" ] && return
	echo "$1 is \"$value\", not \"$2\""
	tail -n 40 "$NBI_LOG"
	return 1
}

# The same sum as the payload makes, of the kernel proper of a payload.
nbi_kernel_sum() {
	local sectors

	sectors=$(od -An -tu1 -j497 -N1 "$1")
	"$NBI_T/sum" "$1" $(((sectors + 1) * 512))
}
