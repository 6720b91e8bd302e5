#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-transition-user.sh - how user tasks move from the old to the new version, or do not because
# they are inside. test-transition-kthread.sh covers kernel threads and workers,
# test-transition-syscall-restart.sh the invisible signals.
# timeout: 600
# shellcheck source=tests/guest/lib/lib.sh
. /klpd/lib.sh
# shellcheck source=tests/guest/lib/park.sh
. /klpd/lib/park.sh

modprobe klp signal_ms=$FOREVER
start_klpd
snapshot

# Start a sleeper ($sleeper) that blocks in-sleep, so that there is time to look.
begin_held() {
	park nanosleep 1000000
	sleeper=$parked
	in_function hrtimer_nanosleep "$sleeper"
	begin enable in-sleep
	expect_only_blockers "$sleeper"
}

# The sleeper leaves and the transition completes: the patch is in force, and is disabled again.
end_held() {
	unpark "$sleeper"
	complete in_force in-sleep
	check disable klpctl disable in-sleep
}

begin_test many tasks that sleep outside patched functions do not block
park threads 300
many=$parked
begin_held
expect_eq "threads" 301 "$(threads "$many" | wc -w)"
check "all of them have moved" state_is 1 "$(threads "$many")"
unpark "$many"
end_held

begin_test a task that never enters the kernel by itself moves and sees no signal
park -h spin /tmp/spin
spinner=$parked
taskset -p 2 "$spinner" >/dev/null
begin_held
check "it has moved" state_is 1 "$spinner"
read -r before handled <<<"$(od -An -tu4 -N8 /tmp/spin)"
# shellcheck disable=SC2317
spins_on() {
	local now

	read -r now handled <<<"$(od -An -tu4 -N8 /tmp/spin)"
	((now != before))
}
check "it goes on" loop_until spins_on
expect_eq "signal handlers that ran" 0 "$handled"
unpark "$spinner"
end_held

begin_test a task that runs inside moves when it leaves, and its system call does not end early
park zeros
zeros=$parked
begin enable in-zero
loop_until blockers_are "$zeros " || fail "it was not seen inside: $(blockers) $(cat "$told")"
expect_eq "it is still old" 0 "$(state "$zeros")"
LOOP_SECONDS=120 complete in_force in-zero
wait "$holder"
expect_eq "it read all" "zeros: 2147479552 ok handlers 0" "$(last_line "$told")"
check disable klpctl disable in-zero

begin_test an offline CPU
cpu=/sys/devices/system/cpu/cpu1/online
echo 0 >$cpu || fail "the CPU cannot be taken away"
check enable klpctl enable $T/in-sleep.klp.o
echo 1 >$cpu
expect_eq "read on that CPU" "this has been live patched" "$(taskset 2 cat /proc/cmdline)"
echo 0 >$cpu
check disable klpctl disable in-sleep
echo 1 >$cpu
[[ $(taskset 2 cat /proc/cmdline) != *patched* ]] || fail "the CPU still reads the patch"

begin_test a CPU goes offline and online while a transition is blocked
begin_held
echo 0 >$cpu
expect_only_blockers "$sleeper"
echo 1 >$cpu
expect_only_blockers "$sleeper"
expect_eq "read on that CPU" "this has been live patched" "$(taskset 2 cat /proc/cmdline)"
check reverse klpctl reverse
complete nothing_in_force
begin enable in-sleep
echo 0 >$cpu
expect_only_blockers "$sleeper"
end_held
echo 1 >$cpu

begin_test a CPU that was offline at the start comes online during a transition
echo 0 >$cpu
begin_held
echo 1 >$cpu
expect_only_blockers "$sleeper"
expect_eq "read on that CPU" "this has been live patched" "$(taskset 2 cat /proc/cmdline)"
unpark "$sleeper"
complete in_force in-sleep
expect_eq "read on that CPU" "this has been live patched" "$(taskset 2 cat /proc/cmdline)"
check disable klpctl disable in-sleep

begin_test a task forked during a transition has the version that the transition goes to
begin_held
check "a child of a patched task reads it" reads_patched
park nanosleep 1000000
forked=$parked
in_function hrtimer_nanosleep "$forked"
expect_eq "forked while it goes forward" 1 "$(state "$forked")"
check reverse klpctl reverse
# It keeps its version when the transition is reversed, so it is a blocker now.
expect_only_blockers "$forked"
expect_eq "forked before the reversal" 1 "$(state "$forked")"
check "a child of an unpatched task does not" gone reads_patched
park nanosleep 1000000
expect_eq "forked after the reversal" 0 "$(state "$parked")"
expect_only_blockers "$forked"
unpark "$forked"
complete nothing_in_force
unpark "$parked" "$sleeper"

begin_test zombies do not block
new_fifo
park zombie "$fifo"
zombie=$parked buried=$fifo undertaker=$holder
park leader
leader=$parked
in_state Z "$leader"
begin_held
in_state Z "$zombie"
check "all have moved" state_is 1 "$zombie" "$(threads "$leader")"
end_held
signal_fifo "$buried"
wait "$undertaker"
expect_eq "it was there all the time" "zombie: 1 ok handlers 0" "$(last_line /tmp/park.$((parks - 2)))"
unpark "$leader"

begin_test stopped, traced and frozen tasks outside patched functions move
park threads 0
stopped=$parked
kill -STOP "$stopped"
new_fifo
park traced "$fifo"
traced=$parked tracer=$holder
park threads 0
frozen=$parked
mkdir /sys/fs/cgroup/ice
echo "$frozen" >/sys/fs/cgroup/ice/cgroup.procs
echo 1 >/sys/fs/cgroup/ice/cgroup.freeze
check "frozen" loop_until grep -q 'frozen 1' /sys/fs/cgroup/ice/cgroup.events
new_fifo
park vfork "$fifo"
parent=$parked
in_state D "$parent"
begin_held
check "moved" state_is 1 "$stopped" "$traced" "$frozen" "$parent"
end_held
signal_fifo "$fifo"
wait "$parent"

begin_test stopped, traced and frozen tasks inside are blockers and move when they continue
begin enable in-signal
expect_only_blockers "$stopped" "$traced" "$frozen"
blocks "$stopped" get_signal
blocks "$traced" get_signal
blocks "$frozen" get_signal
expect_eq "states" "0 0 0" "$(state "$stopped") $(state "$traced") $(state "$frozen")"
echo 0 >/sys/fs/cgroup/ice/cgroup.freeze
expect_only_blockers "$stopped" "$traced"
kill -CONT "$stopped"
expect_only_blockers "$traced"
signal_fifo /tmp/fifo.$((fifos - 1))
complete in_force in-signal
check disable klpctl disable in-signal
kill -KILL "$traced"
unpark "$stopped" "$frozen" "$tracer"
rmdir /sys/fs/cgroup/ice

begin_test a task in an uninterruptible sleep inside
new_fifo
park vfork "$fifo"
in_state D "$parked"
echo 100 >$PATIENCE
begin enable in-vfork
expect_only_blockers "$parked"
blocks "$parked" wait_for_completion_state
passes 10
expect_eq "it is still old" 0 "$(state "$parked")"
signal_fifo "$fifo"
complete in_force in-vfork
wait "$holder"
expect_eq "its call" "vfork: 0 ok handlers 0" "$(last_line "$told")"
check disable klpctl disable in-vfork
echo $FOREVER >$PATIENCE

begin_test an enable and a disable are reversed several times while a task is inside
begin_held
old=$sleeper
blocks "$old" hrtimer_nanosleep
park nanosleep 1000000
new=$parked
in_function hrtimer_nanosleep "$new"
for _ in 1 2 3; do
	check reverse klpctl reverse
	expect_only_blockers "$new"
	blocks "$new" hrtimer_nanosleep
	check "reverse again" klpctl reverse
	expect_only_blockers "$old"
	blocks "$old" hrtimer_nanosleep
	expect_eq "who is inside keeps its version" "0 1" "$(state "$old") $(state "$new")"
done
unpark "$old"
complete in_force in-sleep
begin disable in-sleep
expect_only_blockers "$new"
park nanosleep 1000000
newer=$parked
in_function hrtimer_nanosleep "$newer"
for _ in 1 2 3; do
	check reverse klpctl reverse
	expect_only_blockers "$newer"
	check "reverse again" klpctl reverse
	expect_only_blockers "$new"
	expect_eq "who is inside keeps its version" "1 0" "$(state "$new") $(state "$newer")"
done
check reverse klpctl reverse
expect_only_blockers "$newer"
unpark "$newer"
complete in_force in-sleep
check "still patched" reads_patched
unpark "$new"
check disable klpctl disable in-sleep

begin_test a transition is forced while a task is inside, which then continues
keep
park nanosleep 15000
in_function hrtimer_nanosleep "$parked"
begin enable in-sleep
expect_only_blockers "$parked"
check force klpctl force
complete in_force in-sleep
wait "$holder"
expect_eq "its call" "nanosleep: 0 ok handlers 0" "$(last_line "$told")"
check disable klpctl disable in-sleep
ok
