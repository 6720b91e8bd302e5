#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-transition-blocked.sh - blocked transitions: the blocker and its function are named, the
# time limit expires (with klpd and without), a sleeper is sent out of the function and does not
# notice, and force, with klpd killed at each point after it.
# timeout: 900
. /klpd/lib.sh
T=/usr/lib/klpd/tests
patience=/sys/module/klp/parameters/signal_ms

# As the function in lib.sh, and the reason must be that it is inside a function.
# shellcheck disable=SC2154 # begin_sleep says who
sleeper_blocks() {
	klpctl blockers --json |
		jq -e --argjson pid $sleeper '.blockers[] | select(.pid == $pid and (.reason | startswith("in ")))'
}

transition() {
	klpctl status --json | jq -c ".transition | $1"
}

timed_out() {
	[[ $(transition .timedOut) == true ]]
}

# A sleeper forked during the transition sleeps in the new version: it blocks the reversed
# transition.
begin_late_sleep() {
	sleep 1001 &
	late=$!
	loop_until grep -q nanosleep /proc/$late/stack
}

end_late_sleep() {
	kill $late
	wait $late 2>/dev/null
}

# The expected description of $sleeper, as a jq expression.
the_sleeper='select(.pid == $pid) | .processId == $pid and .kind == "user" and .comm == "sleep" and
	.reason == "in hrtimer_nanosleep" and .function == "hrtimer_nanosleep" and .blockingUSec > 0 and
	(.stack | any(test("hrtimer_nanosleep\\+0x[0-9a-f]+/0x[0-9a-f]+$")))'

# It was a blocker of the transition that was reversed last.
kept_blocks() {
	klpctl blockers --last --json | jq -e --argjson pid $sleeper ".blockers[] | $the_sleeper" >/dev/null
}

klpd_is_gone() {
	! kill -0 "$KLPD_PID"
}

kept() {
	find /sys/fs/bpf/klpd -name 'forced-*' | sort
}

tracing_links() {
	bpftool -j link show | jq -r '.[] | select(.type == "tracing") | .id'
}

modprobe klp
start_klpd
snapshot

begin_test an enable reaches its time limit
echo 1000000000 >$patience
begin_sleep
: >$KLPD_LOG
expect_fail 11 klpctl enable --timeout=1 $T/held.klp.o
[[ $OUTPUT == *"in time"* ]] || fail "it is not said why: $OUTPUT"
[[ $OUTPUT == *"in the way: sleep[$sleeper] for "*": in hrtimer_nanosleep"* ]] ||
	fail "it is not said what was in the way: $OUTPUT"
grep -Eq "In the way was 'sleep' \(thread $sleeper of .*: in hrtimer_nanosleep; stack: .*hrtimer_nanosleep\+0x" \
	$KLPD_LOG || fail "nor in the log: $(cat $KLPD_LOG)"
check "it is known afterwards" kept_blocks
expect_eq patches "[]" "$(klpctl status --json | jq -c .patches)"

begin_test the error has all that is known about the blocker
klpctl enable --json --timeout=1 $T/held.klp.o >/tmp/out 2>/dev/null && fail "it came into force"
jq -e --argjson pid $sleeper ".parameters.blockers[] | $the_sleeper" /tmp/out >/dev/null ||
	fail "$(cat /tmp/out)"

begin_test a change with --no-wait reaches its time limit
check enable klpctl enable --no-wait --timeout=1 $T/held.klp.o
expect_eq "nothing is known of one that goes on" '[]' "$(klpctl blockers --last --json | jq -c .blockers)"
check "reversed by itself" loop_until no_transition
check "what was in the way is known" kept_blocks
expect_eq patches "[]" "$(klpctl status --json | jq -c .patches)"

begin_test there is no time limit, and the blocker is named
check enable klpctl enable --no-wait --timeout=0 $T/held.klp.o
check "the sleeper is named" loop_until sleeper_blocks
check reverse klpctl reverse
check "reversed" loop_until no_transition
check "what was in the way is known" kept_blocks
klpctl blockers --last >/tmp/out
grep -Eq "^$sleeper +[0-9]+ +user +S +.* sleep +in hrtimer_nanosleep$" /tmp/out || fail "$(cat /tmp/out)"
grep -Eq "^  hrtimer_nanosleep\+0x" /tmp/out || fail "no stack: $(cat /tmp/out)"
expect_fail 8 klpctl reverse
expect_fail 8 klpctl force
expect_fail 2 klpctl enable --timeout=soon $T/held.klp.o

begin_test a task that only runs does not block, and none of its reads ends early
echo 0 >$patience
rm -f /tmp/enough
while [[ ! -e /tmp/enough ]]; do
	dd if=/dev/zero of=/dev/null bs=64M count=4 2>&1 | grep 'records in'
done >/tmp/reads &
reader=$!
check "it reads" loop_until test -s /tmp/reads
for ((i = 0; i < 8; i++)); do
	check enable klpctl enable /usr/lib/klpd/patches/cmdline.klp.o
	check disable klpctl disable cmdline
done
: >/tmp/enough
wait $reader
echo 1000000000 >$patience
echo "# $(sort /tmp/reads | uniq -c | tr '\n' ' ')"
expect_eq "reads that ended early" "4+0 records in" "$(sort -u /tmp/reads)"

begin_test the time limit holds while klpd does not run
check enable klpctl enable --no-wait --timeout=3 $T/held.klp.o
kill_klpd
references=$(module_references)
check "the companion reverses it alone" loop_until references_below "$references"
: >$KLPD_LOG
start_klpd
check "nothing runs" no_transition
check "what was in the way is known" kept_blocks
grep -q "was reversed: it did not complete in time" $KLPD_LOG || fail "it is not in the log"
grep -q "In the way was 'sleep' (thread $sleeper of " $KLPD_LOG || fail "nor is the sleeper"
expect_eq patches "[]" "$(klpctl status --json | jq -c .patches)"
expect_eq warnings "[]" "$(klpctl status --json | jq -c .warnings)"

begin_test a restart of klpd keeps the time limit
check enable klpctl enable --no-wait --timeout=1000 $T/held.klp.o
kill_klpd
start_klpd
expect_eq timeoutUSec 1000000000 "$(transition .timeoutUSec)"
[[ $(klpctl status) == *" of 1000 s, phase switch"* ]] || fail "status does not show it: $(klpctl status)"
check reverse klpctl reverse
check reversed loop_until no_transition

begin_test the running time does not depend on the system clock
check enable klpctl enable --no-wait --timeout=1000 $T/held.klp.o
# running WHAT - the reported time is less than this test may take, whatever the clock says.
running() {
	local usec

	usec=$(transition .runningUSec)
	((usec >= 0 && usec < 1000000000)) || fail "$1: $usec us"
	usec=$(klpctl status | sed -n 's/.*tasks moved, for \([0-9]*\) s of 1000 s.*/\1/p')
	[[ -n $usec ]] && ((usec < 1000)) || fail "$1: $(klpctl status | grep Transition:)"
}
# step SECONDS - change the wall clock.
step() {
	date -s "@$(($(date +%s) + $1))" >/dev/null || fail "the clock cannot be set"
}
started=$(transition .startedUSec)
step 200000
running "the clock went forward"
step -400000
((started / 1000000 > $(date +%s))) || fail "the clock was not set"
running "and back"
kill_klpd
start_klpd
step 200000
running "after a restart"
check reverse klpctl reverse
check reversed loop_until no_transition

begin_test a restart of klpd adds no time limit
check enable klpctl enable --no-wait --timeout=0 $T/held.klp.o
kill_klpd
start_klpd
expect_eq "no limit" '[null,false]' "$(transition '[.timeoutUSec, .timedOut]')"
check reverse klpctl reverse
check reversed loop_until no_transition

begin_test a timed-out transition is reported as such after a restart
: >$KLPD_LOG
check enable klpctl enable --no-wait --timeout=5 $T/held.klp.o
begin_late_sleep
check "its time runs out" loop_until timed_out
grep -q "did not complete in time" $KLPD_LOG || fail "klpd did not log it"
kill_klpd
start_klpd
expect_eq "on its way back" '[true,true,null]' "$(transition '[.reversed, .timedOut, .timeoutUSec]')"
[[ $(klpctl status) == *"reversing 'held'"*"did not complete in time"* ]] || fail "$(klpctl status)"
end_late_sleep
check reversed loop_until no_transition
expect_eq patches "[]" "$(klpctl status --json | jq -c .patches)"

begin_test progress starts again after each reversal
check enable klpctl enable --no-wait --timeout=0 $T/held.klp.o
begin_late_sleep
check "who sleeps since before blocks" loop_until sleeper_blocks
check reverse klpctl reverse
late_blocks() {
	[[ $(klpctl blockers --json | jq -c "[.blockers[].pid] == [$late]") == true ]]
}
check "the late sleeper blocks, and nobody else" loop_until late_blocks
expect_eq "all but one" '[true,1]' "$(transition '[.reversed, .total - .moved]')"
check "forth again" klpctl reverse
check "the early sleeper blocks" loop_until sleeper_blocks
expect_eq forth '[false,null]' "$(transition '[.reversed, .timeoutUSec]')"
check "back for good" klpctl reverse
end_late_sleep
check reversed loop_until no_transition

# lose_done - the sleeper leaves, and klpd does not get the event that the transition is complete.
lose_done() {
	kill -STOP "$KLPD_PID"
	end_sleep
	check "its event is taken away" /usr/lib/klpd/programs/thief "$KLPD_PID"
	kill -CONT "$KLPD_PID"
}

begin_test the event of the end of a transition is lost
klpctl enable --timeout=0 $T/held.klp.o & enable=$!
check "it is held up" loop_until sleeper_blocks
lose_done
check "who waits for it has the answer" wait $enable
check "nobody has to ask" grep -q "Patch 'held' 1.0: enable complete" "$KLPD_LOG"
expect_eq "what is in force" held "$(names)"
begin_sleep
check "begin to disable" klpctl disable --no-wait --timeout=0 held
check "it is held up" loop_until sleeper_blocks
lose_done
check "the next change is not busy" klpctl enable /usr/lib/klpd/patches/cmdline.klp.o
expect_eq "what is in force" cmdline "$(names)"
check disable klpctl disable cmdline
begin_sleep

begin_test the data of blockers, also of a task with an odd name
keep
odd=/tmp/$'b\e[2J\xff\nad'
cp "$(command -v sleep)" "$odd"
# One binary may contain many programs: it looks at its first argument, the kernel at its file
# name.
(exec -a sleep "$odd" 1000) &
evil=$!
check "it sleeps" loop_until grep -q nanosleep /proc/$evil/stack
check enable klpctl enable --no-wait --timeout=0 $T/held.klp.o
check "the sleeper is named" loop_until sleeper_blocks
check "with all there is to know" jq -e --argjson pid $sleeper '
	.blockers[] | select(.pid == $pid) | .processId == $pid and .kind == "user" and .state == "S" and
	.comm == "sleep" and .reason == "in hrtimer_nanosleep" and .blockingUSec >= 0 and
	(.stack | any(test("hrtimer_nanosleep\\+0x[0-9a-f]+/0x[0-9a-f]+$")))' \
	<<<"$(klpctl blockers --json)"
check "a name of odd bytes" jq -e --argjson pid $evil '
	.blockers[] | select(.pid == $pid) | .comm == "b?[2J??ad"' <<<"$(klpctl blockers --json)"
klpctl blockers >/tmp/out
grep -Eq "^$sleeper +[0-9]+ +user +S +[0-9.]+ s +sleep +in hrtimer_nanosleep$" /tmp/out ||
	fail "no line for the sleeper: $(cat /tmp/out)"
grep -q "^sleep\[$sleeper\]:$" /tmp/out || fail "no stack of the sleeper: $(cat /tmp/out)"
grep -Eq "^  hrtimer_nanosleep\+0x" /tmp/out || fail "nothing on the stack: $(cat /tmp/out)"
expect_eq "control characters" "" "$(tr -d '\n -~' </tmp/out)"
expect_eq "no stacks" 0 "$(klpctl blockers --stacks=0 | grep -c +0x)"
expect_eq "one stack" 1 "$(klpctl blockers --json --stacks=1 | jq '[.blockers[] | select(.stack)] | length')"

begin_test patch states of tasks
expect_eq "the sleeper's" 0 "$(klpctl task --json $sleeper | jq .patchState)"
expect_eq "the shell's" 1 "$(klpctl task --json $$ | jq .patchState)"
klpctl task $sleeper $$ >/tmp/out || fail "klpctl task"
grep -Eq "^$sleeper +sleep +unpatched$" /tmp/out || fail "$(cat /tmp/out)"
grep -Eq "^$$ +[^ ]+ +patched$" /tmp/out || fail "$(cat /tmp/out)"
expect_fail 13 klpctl task 4194303
[[ $OUTPUT == *"no such task"* ]] || fail "it does not say so: $OUTPUT"
kill $evil
wait $evil 2>/dev/null
check reverse klpctl reverse
check reversed loop_until no_transition
expect_eq "no transition" -1 "$(klpctl task --json $sleeper | jq .patchState)"

begin_test a sleeping blocker moves and does not notice it
echo 100 >$patience
check enable klpctl enable $T/held.klp.o
check "it still sleeps" kill -0 $sleeper
# 219 is restart_syscall: the kernel resumes an interrupted sleep with it.
check "and goes on with its sleep" loop_until grep -q '^219 ' /proc/$sleeper/syscall
check disable klpctl disable held
end_sleep

begin_test a disable reaches its time limit
check enable klpctl enable $T/held.klp.o
echo 1000000000 >$patience
begin_sleep
expect_fail 11 klpctl disable --timeout=1 held
expect_eq state in_force "$(klpctl status --json | jq -r '.patches[0].state')"
end_sleep
check disable klpctl disable held

begin_test force
keep
begin_sleep
klpctl enable $T/held.klp.o >/tmp/client 2>&1 &
client=$!
check "the sleeper is named" loop_until sleeper_blocks
check force klpctl force
wait $client || fail "the one who waited got status $?: $(cat /tmp/client)"
expect_eq state in_force "$(klpctl status --json | jq -r '.patches[0].state')"
expect_eq forced '[true,1]' "$(klpctl status --json | jq -c '[.patches[0].forced, .companion.forced]')"
[[ $(klpctl status) == *Forced* ]] || fail "status does not say it"
end_sleep

begin_test a forced patch after a restart of klpd and a disable
keep
kill_klpd
start_klpd
expect_eq forced true "$(klpctl status --json | jq .patches[0].forced)"
check disable klpctl disable held
expect_eq patches "[]" "$(klpctl status --json | jq -c .patches)"
expect_eq warnings "[]" "$(klpctl status --json | jq -c .warnings)"
check "its program is kept" test -n "$(kept)"
expect_eq links "" "$(tracing_links)"

# The record is unregistered and its pins are gone: a new klpd finds nothing to complain about.
forced_and_gone() {
	check "nothing runs" loop_until no_transition
	expect_eq patches "[]" "$(klpctl status --json | jq -c .patches)"
	expect_eq warnings "[]" "$(klpctl status --json | jq -c .warnings)"
	expect_eq "half-built pins" "" "$(find /sys/fs/bpf/klpd -name 'gen-*')"
	expect_eq links "" "$(tracing_links)"
	bpftool prog show id "$program" >/dev/null || fail "program $program was freed"
	expect_eq "one more is kept" $((before + 1)) "$(kept | wc -l)"
}

# begin_forced_disable FAULT - held is disabled by force while the sleeper is inside its function.
begin_forced_disable() {
	before=$(kept | wc -l)
	klpctl enable $T/held.klp.o || fail enable
	program=$(klpctl status --json | jq '.patches[0].functions[0].programId')
	stop_klpd
	KLPD_FAULT=$1 start_klpd
	begin_sleep
	check disable klpctl disable --no-wait --timeout=0 held
	check "the sleeper is named" loop_until sleeper_blocks
	klpctl force
}

for point in complete:0 complete:1 retire:0 retire:1 retire:2 retire:3; do
	begin_test "a forced disable, klpd killed at $point"
	keep
	begin_forced_disable $point:kill
	check "klpd is killed" loop_until klpd_is_gone
	wait "$KLPD_PID" 2>/dev/null
	start_klpd
	forced_and_gone
	end_sleep
done

begin_test a forced patch whose programs cannot be kept stays as it is
keep
begin_forced_disable retire:1:fail
has_stale_pins() {
	klpctl status --json | jq -e '.warnings | any(test("could not be removed"))'
}
check "it is told" loop_until has_stale_pins
check "it is still pinned" test -n "$(find /sys/fs/bpf/klpd -name 'gen-*')"
bpftool prog show id "$program" >/dev/null || fail "program $program was freed"
end_sleep
check "its links are no reason to refuse the patch" klpctl enable $T/held.klp.o
check disable klpctl disable held
check "it is still told" has_stale_pins
stop_klpd
start_klpd
forced_and_gone

begin_test a reversed transition is forced
keep
before=$(kept | wc -l)
begin_sleep
check enable klpctl enable --no-wait --timeout=0 $T/held.klp.o
program=$(klpctl status --json | jq '.patches[0].functions[0].programId')
begin_late_sleep
check reverse klpctl reverse
check "the late sleeper blocks" loop_until late_blocks
check force klpctl force
check reversed loop_until no_transition
forced_and_gone
end_late_sleep
end_sleep

# Pins removed by hand, so that only the record in klp.ko shows that the patch exists.
begin_orphan() {
	begin_forced_disable $1:kill
	check "klpd is killed" loop_until klpd_is_gone
	wait "$KLPD_PID" 2>/dev/null
	rm -r /sys/fs/bpf/klpd/gen-*
	end_sleep
	start_klpd
}

begin_test a record without a patch, all programs kept
keep
begin_orphan retire:1
forced_and_gone

begin_test a record without a patch, programs not kept
keep
begin_orphan complete:1
klpctl status --json | jq -e '.warnings | any(test("left by force"))' >/dev/null ||
	fail "it is not told: $(klpctl status --json | jq -c .warnings)"
check "enable all the same" klpctl enable $T/held.klp.o
check disable klpctl disable held
ok
