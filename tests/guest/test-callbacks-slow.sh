#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-callbacks-slow.sh - callbacks that sleep: which requests are answered meanwhile and which
# wait, what status reports, what happens to the change when klpd is killed, and modules that are
# loaded and unloaded meanwhile.
# timeout: 600
. /klpd/lib.sh
. /klpd/lib/callbacks.sh

# nap WHEN OBJECT - that callback of cb-nap sleeps from now on, until wake.
nap() {
	echo "nap-$1-$2" >/proc/sys/kernel/domainname
}

# napping WHEN OBJECT - for loop_until: status names the callback, and it already sleeps.
napping() {
	local pid

	pid=$(klpctl status --json | jq -e --arg when "$1" --arg object "$2" \
		'.callback | select(.patch == "cb-nap" and .when == $when and .object == $object and
			.runningUSec >= 0) | .pid') && grep -q test_klpd_calls_sleep "/proc/$pid/stack"
}

# wake - wake all tasks that sleep in a callback; no callback sleeps any more.
wake() {
	[[ ${1:-} == again ]] || callback_refuses none
	echo 1 >/sys/module/test_klpd_calls/parameters/leave
}

awake() {
	[[ $(klpctl status --json | jq .callback) == null ]]
}

slept_long() {
	dmesg | grep -q "patch 'cb-nap.*': the $1 callback of object '$2' has been running for more than a second"
}

# everything_answers - although a callback sleeps, queries are answered, and modules that are not
# an object of any patch can be loaded and unloaded.
everything_answers() {
	check "blockers answer" klpctl blockers
	check "task answers" klpctl task $$
	check "list answers" klpctl list
	check "an unrelated module loads" modprobe test_klpd_busy block=N
	check "and goes" rmmod test_klpd_busy
	expect_fail 9 klpctl enable /usr/lib/klpd/patches/meminfo.klp.o
	[[ $OUTPUT == *"callback"* ]] || fail "busy is not explained: $OUTPUT"
}

modprobe klp signal_ms=1000000000
modprobe test_klpd_calls
start_klpd
snapshot

begin_test status and other calls are served while a pre_patch callback sleeps
listen
nap pre_patch vmlinux
klpctl enable $T/cb-nap.klp.o & enable=$!
check "status names it" loop_until napping pre_patch vmlinux
[[ $(klpctl status) == *"Callback: pre_patch of 'cb-nap' for vmlinux runs, for "* ]] ||
	fail "not in the text: $(klpctl status)"
expect_eq "it is a part of the transition" true \
	"$(klpctl status --json | jq '.callback.transition == .transition.number')"
everything_answers
expect_eq "no task has moved" 0 "$(klpctl task --json $$ | jq .patchState)"
expect_fail 9 klpctl reverse
expect_fail 9 klpctl force
modprobe test_klpd_target & module=$!
check "its module waits" loop_until grep -q '^test_klpd_target.*Loading' /proc/modules
kill -KILL $module
wait $module 2>/dev/null
check "a loader that is killed does not" loop_until no_line '^test_klpd_target' /proc/modules
modprobe test_klpd_target & module=$!
check "its module waits" loop_until grep -q '^test_klpd_target.*Loading' /proc/modules
check "the log names it" loop_until slept_long pre_patch vmlinux
wake
check enable wait $enable
check "its module loads" wait $module
dmesg | grep -q "the pre_patch callback of object 'vmlinux' ended after" || fail "its end is not told"
expect_eq patched true "$(object test_klpd_target patched)"
expect_eq "none runs" null "$(klpctl status --json | jq .callback)"
check disable klpctl disable cb-nap
unload test_klpd_target
expect_eq "each ran once, in order" \
	"pre_patch vmlinux pre_patch test_klpd_target" "$(heard | sed -n 's/^cb-nap pre/pre/p' | grep -v unpatch | tr '\n' ' ' | sed 's/ $//')"

begin_test the callbacks at both ends of a disable sleep
check enable klpctl enable $T/cb-nap.klp.o
nap pre_unpatch vmlinux
check "one who does not wait" klpctl disable --no-wait cb-nap
check "status names it" loop_until napping pre_unpatch vmlinux
everything_answers
expect_eq "it is still in force" cb-nap "$(cat /proc/cmdline)"
nap post_unpatch vmlinux
wake again
check "status names the next" loop_until napping post_unpatch vmlinux
everything_answers
expect_fail 9 klpctl reverse
wake
check "it ends" loop_until settled
expect_eq "what is in force" "" "$(names)"

begin_test klpd is killed while a callback sleeps
nap pre_patch vmlinux
klpctl enable --no-wait $T/cb-nap.klp.o >/dev/null 2>&1 &
check "status names it" loop_until napping pre_patch vmlinux
kill_klpd
start_klpd
check "the next klpd names it, too" napping pre_patch vmlinux
nap post_patch vmlinux
wake again
check "at the other end" loop_until napping post_patch vmlinux
kill_klpd
wake
start_klpd
check "it ends" loop_until settled
expect_eq "what is in force" cb-nap "$(names)"
check disable klpctl disable cb-nap

begin_test klpd is killed while a callback sleeps, which then refuses
nap pre_patch vmlinux
klpctl enable --no-wait $T/cb-nap.klp.o >/dev/null 2>&1 &
check "status names it" loop_until napping pre_patch vmlinux
kill_klpd
callback_refuses vmlinux
wake again
start_klpd
check "it ends" loop_until settled
expect_eq "what is in force" "" "$(names)"
callback_refuses none

begin_test a callback sleeps and then refuses
nap pre_patch vmlinux
klpctl enable $T/cb-nap.klp.o >/tmp/enable 2>&1 & enable=$!
check "status names it" loop_until napping pre_patch vmlinux
callback_refuses vmlinux
wake again
wait $enable
expect_eq "status of enable" 14 $?
grep -q "The pre_patch callback of object 'vmlinux' of patch 'cb-nap' refused it: No such device" /tmp/enable ||
	fail "it is not said who: $(cat /tmp/enable)"
callback_refuses none
callback_refuses vmlinux
# With --no-wait, a refusal that comes at once may be reported or not, depending on the machine's
# speed.
status=0
klpctl enable --no-wait $T/cb-nap.klp.o >/tmp/enable 2>&1 || status=$?
((status == 14)) || grep -q "the transition runs" /tmp/enable || fail "status $status: $(cat /tmp/enable)"
check "it is refused" loop_until settled
callback_refuses none
check "nothing is left" loop_until settled
expect_eq "what is in force" "" "$(names)"

begin_test a callback is detached while it sleeps
nap pre_patch vmlinux
klpctl enable $T/cb-nap.klp.o >/tmp/enable 2>&1 & enable=$!
check "status names it" loop_until napping pre_patch vmlinux
for pin in /sys/fs/bpf/klpd/gen-*/link-[1-9]*; do
	check "detach" bpftool link detach pinned "$pin"
done
check "it goes on" napping pre_patch vmlinux
wake
wait $enable
check "it ends" loop_until awake
check "nothing runs" loop_until no_transition
[[ -z $(names) ]] || check disable klpctl disable cb-nap

begin_test the callback for a module that loads sleeps
check enable klpctl enable $T/cb-nap.klp.o
nap pre_patch test_klpd_target
modprobe test_klpd_target & module=$!
check "status names it" loop_until napping pre_patch test_klpd_target
expect_eq "it is no part of a transition" null "$(klpctl status --json | jq .callback.transition)"
everything_answers
expect_fail 9 klpctl disable cb-nap
check "the log names it" loop_until slept_long pre_patch test_klpd_target
nap pre_unpatch test_klpd_target
wake again
check "it loads" wait $module
rmmod test_klpd_target & module=$!
check "status names it" loop_until napping pre_unpatch test_klpd_target
everything_answers
wake
check "it goes" wait $module
check disable klpctl disable cb-nap

begin_test a module loads and unloads while tasks move
begin_sleep
check "begin" klpctl enable --no-wait --timeout=0 $T/held.klp.o
check "it is held up" loop_until sleeper_blocks
modprobe test_klpd_target
unload test_klpd_target
end_sleep
check "it ends" loop_until settled
check enable klpctl enable $T/cb-nap.klp.o
begin_sleep
check "begin" klpctl disable --no-wait --timeout=0 held
check "it is held up" loop_until sleeper_blocks
nap post_patch test_klpd_target
modprobe test_klpd_target & module=$!
check "status names it" loop_until napping post_patch test_klpd_target
end_sleep
check "the end waits for it" napping post_patch test_klpd_target
wake
check "it loads" wait $module
check "it ends" loop_until settled
expect_eq "what is in force" cb-nap "$(names)"
unload test_klpd_target
check disable klpctl disable cb-nap

unload test_klpd_calls
ok
