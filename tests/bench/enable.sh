#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# enable.sh - in a guest: the cost of enabling, replacing and disabling a patch of many functions,
# beside a kernel livepatch of the same functions; and the cost of an idle klpd. See
# tests/bench/run.
. /klpd/lib.sh
trap - EXIT
patches=/usr/lib/klpd/tests
modules=/usr/lib/modules/$(uname -r)/updates

die() {
	echo "# $*"
	show_klpd_log
	exit 1
}

# now - set ELAPSED to the time and BUSY to the time in which tasks had the CPU, in microseconds.
# Does not fork.
now() {
	local line

	while read -r -a line; do
		[[ ${line[0]} == cpu0 ]] && BUSY=$((line[7] / 1000))
	done </proc/schedstat
	ELAPSED=${EPOCHREALTIME/[.,]/}
}

# cost COMMAND... - run it; set TOOK and CPU to its elapsed and CPU time, in microseconds.
cost() {
	local elapsed busy

	now
	elapsed=$ELAPSED busy=$BUSY
	"$@" >/dev/null || die "$*: status $?"
	now
	TOOK=$((ELAPSED - elapsed)) CPU=$((BUSY - busy))
}

# nap - sleep for a moment without starting a process.
exec {never}<> <(:)
nap() {
	read -r -t 0.005 -u "$never"
	true
}

lp_settled() {
	local transition=0

	until read -r transition <"/sys/kernel/livepatch/$1/transition" && ((transition == 0)); do
		nap
	done
}

lp_enable() {
	insmod "$modules/$1.ko" n="$2" && lp_settled "$1"
}

lp_disable() {
	echo 0 >"/sys/kernel/livepatch/$1/enabled" || return
	while [[ -e /sys/kernel/livepatch/$1 ]]; do
		nap
	done
}

# Measures the time that klpd spends in bpf(2) and ioctl(2) during a change, including sleep.
trace=/sys/kernel/tracing
calls_begin() {
	echo mono >$trace/trace_clock
	echo 8192 >$trace/buffer_size_kb
	echo "$KLPD_PID" >$trace/set_event_pid
	for e in sys_enter_bpf sys_exit_bpf sys_enter_ioctl sys_exit_ioctl; do
		echo 1 >$trace/events/syscalls/$e/enable
	done
	echo >$trace/trace
}

# Prints the time in bpf(2), the number of its calls, and the time in ioctl(2), in microseconds.
calls_end() {
	for e in sys_enter_bpf sys_exit_bpf sys_enter_ioctl sys_exit_ioctl; do
		echo 0 >$trace/events/syscalls/$e/enable
	done
	echo >$trace/set_event_pid
	sed -nE 's/.* ([0-9]+)\.([0-9]{6}): (sys_bpf|sys_ioctl)(\(| -> ).*/\1\2 \3 \4/p' $trace/trace |
		awk '{ if ($3 == "->") { sum[$2] += $1 - from; n[$2]++ } else from = $1 }
			END { print sum["sys_bpf"] + 0, n["sys_bpf"] + 0, sum["sys_ioctl"] + 0 }'
	echo >$trace/trace
}

ms() {
	printf '%d.%02d' $(($1 / 1000)) $(($1 % 1000 / 10))
}

# row WHAT FUNCTIONS TOOK CPU [BPF N IOCTL] - print a row of the table.
row() {
	printf '| %-24s | %9d | %9s | %8s | %8s | %5s | %10s |\n' "$1" "$2" "$(ms "$3")" "$(ms "$4")" \
		"${5:+$(ms "$5")}" "${6:-}" "${7:+$(ms "$7")}"
}

# ours KIND PREFIX N - measure one of klpd's patches.
ours() {
	local patch=$2$3 bpf calls ioctl

	calls_begin
	klpctl enable "$patches/$patch.klp.o" >/dev/null || die "$patch"
	read -r bpf calls ioctl <<<"$(calls_end)"
	klpctl disable "$patch" >/dev/null
	cost klpctl enable "$patches/$patch.klp.o"
	row "$1: enable" "$3" $TOOK $CPU "$bpf" "$calls" "$ioctl"
	cost klpctl replace "$patches/$patch.klp.o"
	row "$1: replace" "$3" $TOOK $CPU
	cost klpctl disable "$patch"
	row "$1: disable" "$3" $TOOK $CPU
}

livepatch() {
	cost lp_enable test_klpd_bench_livepatch "$1"
	row "livepatch: enable" "$1" $TOOK $CPU
	cost lp_enable test_klpd_bench_livepatch2 "$1"
	row "livepatch: replace" "$1" $TOOK $CPU
	loop_until rmmod test_klpd_bench_livepatch || die "it stays"
	cost lp_disable test_klpd_bench_livepatch2
	row "livepatch: disable" "$1" $TOOK $CPU
	loop_until rmmod test_klpd_bench_livepatch2 || die "it stays"
}

switches() {
	cat /proc/"$KLPD_PID"/task/*/status | awk '/ctxt_switches/ { n += $2 } END { print n }'
}

idle() {
	local before after

	# The last change leaves one task for klpd, which it does after a while without requests.
	sleep 100
	before=$(switches)
	sleep 60
	after=$(switches)
	echo "klpd with $1 in force: $(awk '/VmRSS/ { print $2 }' /proc/"$KLPD_PID"/status) kB resident," \
		"$(awk '/RssAnon/ { print $2 }' /proc/"$KLPD_PID"/status) kB of them its own;" \
		"woken $((after - before)) times in an idle minute."
}

modprobe klp signal_ms=1000000000 || exit
start_klpd
cat <<END

Patches of many functions: from the start of \`klpctl\`, or \`insmod\`, to the end of the transition; CPU:
what everybody in the machine used meanwhile; and of klpd's part what was spent in bpf(2), in so many
calls, and in ioctl(2) on /dev/klp, sleep included (in another run, traced).

|                          | functions | took (ms) | CPU (ms) | bpf (ms) | calls | ioctl (ms) |
| ------------------------ | --------: | --------: | -------: | -------: | ----: | ---------: |
END
# Warm up: exclude one-time work, which is enabling the functions for fmod_ret and reading files.
klpctl enable $patches/bench-fmod-100.klp.o >/dev/null && klpctl disable bench-fmod-100 >/dev/null
livepatch 1 >/dev/null
for n in 1 10 100; do
	livepatch $n
	ours guard bench- $n
	ours fmod_ret bench-fmod- $n
done
echo
idle "no patch"
cost klpctl enable $patches/bench-1.klp.o
first=$(row "guard: first enable" 1 $TOOK $CPU)
klpctl disable bench-1 >/dev/null
klpctl enable $patches/bench-100.klp.o >/dev/null || die "bench-100"
idle "a patch of 100 functions"
klpctl disable bench-100 >/dev/null
cat <<END

What klpd has read of the kernel serves the changes of the next minute. Without it, after a rest:

|                          | functions | took (ms) | CPU (ms) | bpf (ms) | calls | ioctl (ms) |
| ------------------------ | --------: | --------: | -------: | -------: | ----: | ---------: |
$first
END
stop_klpd
