#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-replace.sh - one patch replaces another: no task may ever be in both or in neither.
#
# A reader reads /proc/cmdline, /proc/meminfo and /proc/cmdline again. If the two reads of cmdline
# agree, the task did not move in between, and meminfo must be of the same patch. If they differ,
# the task has just moved, which may happen once per change.
#
# An fmod_ret body misses a call while it already runs on the same CPU: on kernels that preempt
# (7.x) two readers on one CPU do that to each other. Therefore there is one reader a CPU, and a
# read of "neither" must be a miss that status counts.
# timeout: 900
. /klpd/lib.sh
P=/usr/lib/klpd/patches T=/usr/lib/klpd/tests
TEXT="this has been live patched"

reader() {
	local a b c state

	taskset -pc $(($1 % $(nproc))) $BASHPID >/dev/null
	while [[ ! -e /tmp/stop ]]; do
		read -r a </proc/cmdline
		read -r b </proc/meminfo
		read -r c </proc/cmdline
		[[ $a == "$TEXT" ]] && a=1 || a=0
		[[ $b == "$TEXT" ]] && b=1 || b=0
		[[ $c == "$TEXT" ]] && c=1 || c=0
		case $a$b$c in
		101) state=cmdline ;;
		010) state=meminfo ;;
		111) state=both ;;
		000) state=neither ;;
		*) state=moved ;;
		esac
		echo $state
	done >"/tmp/reader.$1"
}

start_readers() {
	local i

	rm -f /tmp/stop /tmp/reader.*
	readers=()
	for i in $(seq "$(nproc)"); do
		reader $i &
		readers+=($!)
	done
	for i in $(seq "$(nproc)"); do
		loop_until test -s /tmp/reader.$i
	done
}

stop_readers() {
	touch /tmp/stop
	wait "${readers[@]}"
}

missed=0
add_missed() {
	missed=$((missed + $(klpctl status --json | jq '[.patches[].missed] | add')))
}

# Sleepers block transitions here; klp.ko must not signal them.
modprobe klp signal_ms=1000000000
start_klpd
snapshot

begin_test replace while tasks read
check enable klpctl enable $P/cmdline.klp.o
start_readers
for ((i = 0; i < 2; i++)); do
	add_missed
	check "replace by meminfo" klpctl replace $P/meminfo.klp.o
	expect_eq list meminfo "$(klpctl list --json | jq -r '.. | objects | select(has("name")) | .name')"
	add_missed
	check "replace by cmdline" klpctl replace $P/cmdline.klp.o
	expect_eq list cmdline "$(klpctl list --json | jq -r '.. | objects | select(has("name")) | .name')"
done
stop_readers
add_missed
neither=$(read_lines neither) moved=$(read_lines moved)
echo "# seen: cmdline $(read_lines cmdline), meminfo $(read_lines meminfo), moved $moved, both $(read_lines both), neither $neither; calls missed: $missed"
expect_eq both 0 "$(read_lines both)"
((neither <= missed)) || fail "neither was seen $neither times, and $missed calls were missed"
(($(read_lines cmdline) > 0 && $(read_lines meminfo) > 0)) || fail "the readers did not see both patches"
((moved <= 12 + missed)) || fail "a reader moved more than once per change"
check disable klpctl disable cmdline

begin_test replace by another version of the same name
check enable klpctl enable $P/cmdline.klp.o
expect_fail 4 klpctl enable $T/cmdline2.klp.o
check replace klpctl replace $T/cmdline2.klp.o
expect_eq /proc/cmdline "$TEXT again" "$(cat /proc/cmdline)"
expect_eq version 2.0 "$(klpctl status --json | jq -r '.patches[].version')"
check disable klpctl disable cmdline

begin_test replace replaces all patches in force
check "enable cmdline" klpctl enable $P/cmdline.klp.o
check "enable lsm-symlink" klpctl enable $P/lsm-symlink.klp.o
check replace klpctl replace $P/meminfo.klp.o
expect_eq patches meminfo "$(klpctl status --json | jq -r '.patches[].name')"
check "a link" ln -s /proc/self/exe /tmp/link
rm -f /tmp/link
check disable klpctl disable meminfo

begin_test replace without a patch in force is an enable
check replace klpctl replace $P/cmdline.klp.o
expect_eq /proc/cmdline "$TEXT" "$(cat /proc/cmdline)"
check disable klpctl disable cmdline

begin_test system states
check "states-v1" klpctl enable $T/states-v1.klp.o
check "states-v2 replaces it" klpctl enable $T/states-v2.klp.o
expect_eq patches states-v2 "$(klpctl status --json | jq -r '.patches[].name')"
expect_fail 4 klpctl enable $T/states-v1.klp.o
expect_fail 4 klpctl enable $T/states-none.klp.o
expect_eq patches states-v2 "$(klpctl status --json | jq -r '.patches[].name')"
check disable klpctl disable states-v2

begin_test a transition is blocked, monitored and reversed
sleep 300 &
sleeper=$!
loop_until grep -q nanosleep /proc/$sleeper/stack
generation=$(klpctl status --json | jq .generation)
check "enable without waiting" klpctl enable --no-wait $T/held.klp.o
expect_eq state entering "$(klpctl list --json | jq -r '.. | objects | select(has("name")) | .state')"
expect_fail 9 klpctl enable $P/cmdline.klp.o
[[ $OUTPUT == *held* ]] || fail "busy does not say what runs: $OUTPUT"
check "the sleeper is a blocker" loop_until sleeper_blocks
expect_eq "a change is under way" enable "$(klpctl status --json | jq -r .transition.change)"
check reverse klpctl reverse

check "nothing is in force" loop_until nothing_in_force
expect_eq "generation has not grown" "$generation" "$(klpctl status --json | jq .generation)"
kill $sleeper

begin_test a blocked transition completes when the blocker ends
sleep 300 &
sleeper=$!
loop_until grep -q nanosleep /proc/$sleeper/stack
klpctl enable $T/held.klp.o &
client=$!
check "the sleeper is a blocker" loop_until sleeper_blocks
kill -0 $client || fail "klpctl did not wait"
kill $sleeper
wait $client || fail "klpctl ended with status $?"
expect_eq state in_force "$(klpctl list --json | jq -r '.. | objects | select(has("name")) | .state')"
check disable klpctl disable held

begin_test a client that disconnects does not stop its change
sleep 300 &
sleeper=$!
loop_until grep -q nanosleep /proc/$sleeper/stack
klpctl enable $T/held.klp.o &
client=$!
check "the sleeper is a blocker" loop_until sleeper_blocks
kill -KILL $client
kill $sleeper
check "in force" loop_until in_force held
check disable klpctl disable held

begin_test a waiting client gets the error Reversed
sleep 300 &
sleeper=$!
loop_until grep -q nanosleep /proc/$sleeper/stack
klpctl enable $T/held.klp.o >/tmp/client 2>&1 &
client=$!
check "the sleeper is a blocker" loop_until sleeper_blocks
check reverse klpctl reverse
status=0
wait $client || status=$?
expect_eq "klpctl's status" 11 $status
kill $sleeper
ok
