#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# calls.sh - in a guest: the cost of a call of a patched function; see tests/bench/run.
#
# Each row: first with the patch in force; then during its transition, blocked by a thread that
# sleeps in another of its functions, for a task that has moved to the new version.
. /klpd/lib.sh
trap - EXIT
patches=/usr/lib/klpd/tests
plain='' original='' figures=per_call

die() {
	echo "# $*"
	show_klpd_log
	exit 1
}

# per_call RESULT - set PER_CALL, in thousandths of an instruction. The function must return
# RESULT, or the kernel's value for `original`. Does not fork, so that the measuring task is older
# than the transition and has moved.
per_call() {
	local result

	read -r PER_CALL result <"/sys/module/test_klpd_bench/parameters/$figures" || die "no figure"
	: "${original:=$result}"
	[[ $result == "${1/original/$original}" ]] || die "the function returns $result instead of $1"
}

# row WHAT IN-FORCE DURING - print a row of the table.
row() {
	local cells='' figure

	for figure in "$2" "$3"; do
		[[ $figure ]] || { cells+="          - |       - |"; continue; }
		cells+=$(printf ' %10d | %7d |' $(((figure + 500) / 1000)) $(((figure - plain + 500) / 1000)))
	done
	printf '| %-24s |%s\n' "$1" "$cells"
}

sleeps() {
	local comm

	comm=$(grep -sl '^klp_sleeper' /proc/[0-9]*/comm)
	grep -q sleepers_thread "${comm%comm}stack"
}

moved() {
	[[ $(klpctl status --json | jq -c '.transition | [.total - .moved]') == '[1]' ]]
}

in_force() {
	[[ $(klpctl status --json | jq -r '.patches[0].state') == in_force ]]
}

# ours WHAT PATCH RESULT - measure one of klpd's patches.
ours() {
	local held force

	modprobe test_klpd_sleepers
	loop_until sleeps || die "nobody sleeps"
	klpctl enable --no-wait "$patches/$2.klp.o" >/dev/null || die "no $2"
	loop_until moved || die "$2: not everybody else moved: $(klpctl status)"
	per_call "$3" && held=$PER_CALL
	echo 1 >/sys/module/test_klpd_sleepers/parameters/leave
	loop_until in_force || die "$2 is not in force"
	per_call "$3" && force=$PER_CALL
	klpctl disable "$2" >/dev/null || die "$2 stays"
	rmmod test_klpd_sleepers
	row "$1" "$force" "$held"
}

lp_settled() {
	[[ $(cat /sys/kernel/livepatch/test_klpd_bench_livepatch/transition) == 0 ]]
}

lp_gone() {
	rmmod test_klpd_bench_livepatch
}

livepatch() {
	local held force

	modprobe test_klpd_sleepers
	loop_until sleeps || die "nobody sleeps"
	modprobe test_klpd_bench_livepatch || die "no livepatch"
	lp_settled && die "nobody holds it up"
	per_call 7 && held=$PER_CALL
	echo 1 >/sys/module/test_klpd_sleepers/parameters/leave
	loop_until lp_settled || die "it is not settled"
	per_call 7 && force=$PER_CALL
	echo 0 >/sys/kernel/livepatch/test_klpd_bench_livepatch/enabled
	loop_until lp_gone || die "it stays"
	rmmod test_klpd_sleepers
	row "kernel livepatch" "$force" "$held"
}

# The measurement releases the sleepers; klp.ko must not signal them.
modprobe klp signal_ms=1000000000 && modprobe test_klpd_bench || exit
start_klpd
cat <<END

## $(uname -r)

A call of a function of a few instructions, in a loop: instructions a call, and how many more than
not patched; outside a transition, and while one is held up.

|                          | a call     | added   | during     | added   |
| ------------------------ | ---------: | ------: | ---------: | ------: |
END
per_call original
plain=$PER_CALL
row "not patched" "$plain" ""
livepatch
ours "fmod_ret, returns" bench-fmod 7
ours "fmod_ret, continues" bench-fmod-continue original
# The function stays enabled for fmod_ret.
bpftool prog load /usr/lib/klpd/bench/bench-empty.bpf.o /sys/fs/bpf/empty autoattach || die "no empty program"
per_call original
row "an empty fmod_ret program" "$PER_CALL" ""
rm /sys/fs/bpf/empty
ours "guard, returns" bench-return 7
ours "guard, continues" bench-continue original
ours "override, returns" bench-override 7
figures=per_call_asleep
ours "override that may sleep" bench-asleep 7
figures=per_call
per_call original
row "not patched any more" "$PER_CALL" ""
stop_klpd
