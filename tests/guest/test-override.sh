#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-override.sh - override bodies: enabled, disabled, replacing the other kinds and beside
# them, across a restart of klpd, asleep inside while this and other patches change, and functions
# that cannot be overridden.
# timeout: 600
. /klpd/lib.sh
P=/usr/lib/klpd/patches T=/usr/lib/klpd/tests
OVERRIDDEN="this has been overridden" GUARDED="this has been guarded" PATCHED="this has been live patched"
NAP=/sys/module/test_klpd_calls/parameters

now() {
	cat "$NAP/$1"
}

# Start a reader of /proc/test_klpd_calls that sleeps in its body: $sleeper. Its output goes to
# /tmp/nap.
sleeper_starts() {
	cat /proc/test_klpd_calls >/tmp/nap &
	sleeper=$!
	loop_until grep -q test_klpd_calls_sleep "/proc/$sleeper/stack" || fail "nobody sleeps in the body"
}

sleeper_leaves() {
	echo 1 >$NAP/leave
	wait "$sleeper"
}

blocker() {
	klpctl blockers --json | jq -e --argjson pid "$sleeper" '.blockers[] | select(.pid == $pid)'
}

blocks() {
	[[ $(blocker | jq -r .reason) == "in nap_show" ]]
}

modprobe klp signal_ms=1000000000
modprobe test_klpd_calls
start_klpd
plain=$(cmdline)
# Functions stay enabled for fmod_ret.
klpctl enable $P/cmdline.klp.o && klpctl disable cmdline
snapshot

begin_test a strict patch with an override body
check enable klpctl enable $T/cmdline-override.klp.o
expect_eq cmdline "$OVERRIDDEN" "$(cmdline)"
expect_eq body '["override",true]' "$(klpctl status --json | jq -c '.patches[0] | [.functions[0].body, .strict]')"
expect_eq missed 0 "$(klpctl status --json | jq '.patches[0].missed')"
[[ $(klpctl show cmdline-override) == *"cmdline_proc_show, override by"* ]] ||
	fail "show does not say it: $(klpctl show cmdline-override)"
expect_fail 4 klpctl enable $P/cmdline.klp.o
check disable klpctl disable cmdline-override
expect_eq cmdline "$plain" "$(cmdline)"
check "ftrace has no hook" no_line cmdline_proc_show /sys/kernel/tracing/enabled_functions

begin_test an override body replaces bodies of the other kinds, and the reverse
check enable klpctl enable $P/cmdline.klp.o
for ((i = 0; i < 3; i++)); do
	check "fmod_ret to override" klpctl replace $T/cmdline-override.klp.o
	expect_eq cmdline "$OVERRIDDEN" "$(cmdline)"
	check "to guard" klpctl replace $T/cmdline-guard.klp.o
	expect_eq cmdline "$GUARDED" "$(cmdline)"
	check "to override" klpctl replace $T/cmdline-override.klp.o
	check "to itself" klpctl replace $T/cmdline-override.klp.o
	expect_eq cmdline "$OVERRIDDEN" "$(cmdline)"
	check "to fmod_ret" klpctl replace $P/cmdline.klp.o
	expect_eq cmdline "$PATCHED" "$(cmdline)"
done
check disable klpctl disable cmdline
expect_eq cmdline "$plain" "$(cmdline)"

begin_test no reader sees the original during a change
check enable klpctl enable $T/cmdline-override.klp.o
cpu=$(taskset -cp $$ | sed 's/.*: \([0-9]*\).*/\1/')
for ((n = 0; n < 3; n++)); do
	taskset -c "$cpu" bash -c 'while [[ ! -e /tmp/enough ]]; do
		read -r line </proc/cmdline
		case $line in "this has been "*) ;; *) echo "$line" >>/tmp/missed ;; esac
	done' &
	readers[n]=$!
done
for ((i = 0; i < 5; i++)); do
	check "to guard" klpctl replace $T/cmdline-guard.klp.o
	check "to override" klpctl replace $T/cmdline-override.klp.o
done
: >/tmp/enough
wait "${readers[@]}"
[[ ! -e /tmp/missed ]] || fail "$(wc -l </tmp/missed) looks at the original"
expect_eq missed 0 "$(klpctl status --json | jq '.patches[0].missed')"
check disable klpctl disable cmdline-override

begin_test bodies of all kinds in one patch
check enable klpctl enable $T/mixed.klp.o
expect_eq kinds "fmod_ret guard override" "$(head -qn 1 /proc/version /proc/cmdline /proc/uptime | tr '\n' ' ' | sed 's/ $//')"
check "replace by another" klpctl replace $T/cmdline-override.klp.o
expect_eq cmdline "$OVERRIDDEN" "$(cmdline)"
[[ $(cat /proc/uptime) == *.* ]] || fail "uptime is still patched"
check disable klpctl disable cmdline-override

begin_test arguments, and functions that a body calls
expect_eq "six, original" 123456 "$(now six)"
expect_eq "deep, original" 1 "$(now deep)"
check enable klpctl enable $T/nap.klp.o
expect_eq six -123456 "$(now six)"
expect_eq "deep: the inner call is the original's" 102 "$(now deep)"
check disable klpctl disable nap
expect_eq six 123456 "$(now six)"

begin_test functions that bodies call are patched, except their own
levels() {
	now levels | cut -d ' ' -f "$1"
}
expect_eq original "1 1 1 1 1 1" "$(now levels)"
check enable klpctl enable $T/nest.klp.o
expect_eq "each other, and the original of who began" "1101 1101" "$(levels 1-2)"
expect_eq "a guard's own" 11 "$(levels 3)"
expect_eq "an override body's own" 21 "$(levels 4)"
expect_eq warnings "[]" "$(klpctl status --json | jq -c .warnings)"
check replace klpctl replace $T/nest-deep.klp.o
expect_eq "four in one another, not five" "41 41 31 21 11 1" "$(now levels)"
[[ $(klpctl status) == *"was skipped in a call"* ]] ||
	fail "status does not say it: $(klpctl status)"
check disable klpctl disable nest-deep
expect_eq "original again" "1 1 1 1 1 1" "$(now levels)"

begin_test return values pass the trampolines of a tracer
trace_levels() {
	bpftool prog loadall /usr/lib/klpd/programs/tracer-levels.bpf.o /sys/fs/bpf/levels autoattach ||
		fail bpftool
}
levels_traced() {
	bpftool prog show name trace_fexit_3 2>/dev/null | grep -q trace_fexit_3
}
untrace_levels() {
	rm -r /sys/fs/bpf/levels
	loop_until eval '! levels_traced' || fail "the tracer stays"
}
# always VALUES WHEN - the functions return these values, however often they are called.
always() {
	local i got

	for ((i = 0; i < 30; i++)); do
		got=$(now levels)
		[[ $got == "$1" ]] || break
	done
	expect_eq "$2" "$1" "$got"
}
plain="1 1 1 1 1 1" patched="1101 1101 11 21 1 1" flat="1 201 1 301 401 1"
# Another patch in force with hooks of its own must not make a difference.
for other in "" "$T/aside.klp.o"; do
	beside=${other:+, beside another patch}
	[[ -z $other ]] || check "enable another" klpctl enable "$other"
	# BPF trampolines that are created before the hook, which is added to their functions
	# later.
	trace_levels
	check enable klpctl enable $T/nest.klp.o
	always "$patched" "the tracer was there first$beside"
	untrace_levels
	trace_levels
	always "$patched" "a tracer comes$beside"
	check disable klpctl disable nest
	always "$plain" "of originals$beside"
	check enable klpctl enable $T/nest.klp.o
	always "$patched" "bodies come to a tracer$beside"
	check replace klpctl replace $T/nest-flat.klp.o
	always "$flat" "some go, some stay, one comes$beside"
	check "back" klpctl replace $T/nest.klp.o
	always "$patched" "and back$beside"
	expect_eq warnings "[]" "$(klpctl status --json | jq -c .warnings)"
	untrace_levels
	always "$patched" "the tracer goes$beside"
	check disable klpctl disable nest
	always "$plain" "of originals again$beside"
	[[ -z $other ]] || check disable klpctl disable aside
done

begin_test a guard body replaces an fmod_ret body that is still attached
sleeper_is_in() {
	local comm

	comm=$(grep -sl '^klp_sleeper' /proc/[0-9]*/comm)
	grep -q sleepers_thread "${comm%comm}stack"
}
guarded() {
	[[ $(cmdline) == "$GUARDED" ]]
}
# The original would append its own text to that of the guard body.
guarded_alone() {
	[[ $(cat /proc/cmdline) == "$GUARDED" ]]
}
for other in "" "$T/aside.klp.o"; do
	beside=${other:+, beside another patch}
	[[ -z $other ]] || check "enable another" klpctl enable "$other"
	check enable klpctl enable $P/cmdline.klp.o
	modprobe test_klpd_sleepers
	check "somebody sleeps" loop_until sleeper_is_in
	check "to guard" klpctl replace --no-wait $T/cmdline-held.klp.o
	check "the reader moves$beside" loop_until guarded
	for ((i = 0; i < 50; i++)); do
		guarded_alone || fail "a look$beside: $(cat /proc/cmdline)"
	done
	in_force ${other:+aside} cmdline-held && fail "nobody holds it up"
	echo 1 >/sys/module/test_klpd_sleepers/parameters/leave
	check "in force" loop_until in_force ${other:+aside} cmdline-held
	check "guarded$beside" guarded_alone
	check disable klpctl disable cmdline-held
	rmmod test_klpd_sleepers
	[[ -z $other ]] || check disable klpctl disable aside
done

begin_test a sleepable body where sleeping is not allowed
check enable klpctl enable $T/nap.klp.o
expect_eq "where it may" 2 "$(now soft)"
expect_eq warnings "[]" "$(klpctl status --json | jq -c .warnings)"
expect_eq "where it may not" 1 "$(now atomic)"
[[ $(klpctl status) == *"was skipped in a call"* ]] ||
	fail "status does not say it: $(klpctl status)"
check disable klpctl disable nap

begin_test a task that sleeps in the body blocks changes that remove it
check enable klpctl enable $T/nap.klp.o
sleeper_starts
check disable klpctl disable --no-wait nap
check "it is named" loop_until blocks
blocker | jq -r '.stack[]' | sed 's/^/# /'
[[ $(blocker | jq -r '.stack[]') == *test_klpd_calls_sleep*seq_read* && $(blocker | jq -r '.stack[]') != *"?"* ]] ||
	fail "its stack is not known to the end: $(blocker)"
expect_eq "six, for who moved" 123456 "$(now six)"
sleeper_leaves
expect_eq "what it read" overridden "$(cat /tmp/nap)"
check "gone when it leaves" loop_until nothing_in_force
expect_eq "and the next reads" original "$(cat /proc/test_klpd_calls)"

begin_test a task that sleeps in the body does not block other patches
check enable klpctl enable $T/nap.klp.o
sleeper_starts
check "enable another" klpctl enable $P/meminfo.klp.o
check disable klpctl disable meminfo
sleeper_leaves
expect_eq "what it read" overridden "$(cat /tmp/nap)"
check disable klpctl disable nap

begin_test a task sleeps in the body of a traced function
check enable klpctl enable $T/nap.klp.o
bpftool prog load /usr/lib/klpd/programs/tracer.bpf.o /sys/fs/bpf/tracer autoattach || fail bpftool
sleeper_starts
grep -q bpf_trampoline "/proc/$sleeper/stack" || fail "the tracer's trampoline is not on its stack"
check "enable another" klpctl enable $P/meminfo.klp.o
check disable klpctl disable meminfo
check disable klpctl disable --no-wait nap
check "it is named" loop_until blocks
[[ $(blocker | jq -r '.stack[]') == *test_klpd_calls_sleep*bpf_trampoline*seq_read* ]] ||
	fail "its stack is not known to the end: $(blocker)"
sleeper_leaves
expect_eq "what it read" overridden "$(cat /tmp/nap)"
check "gone when it leaves" loop_until nothing_in_force
rm /sys/fs/bpf/tracer
tracer_is_gone() {
	[[ $(bpftool -j prog show | jq '[.[] | select(.name == "trace_nap")] | length') == 0 ]]
}
check "the tracer goes" loop_until tracer_is_gone

begin_test klpd is killed and restarted while a task sleeps in the body
check enable klpctl enable $T/nap.klp.o
sleeper_starts
kill_klpd
expect_eq "without klpd" -123456 "$(now six)"
start_klpd
expect_eq state in_force "$(klpctl status --json | jq -r '.patches[0].state')"
expect_eq "with the next" "$OVERRIDDEN" "$(cmdline)"
check disable klpctl disable --no-wait nap
check "it holds it up" loop_until blocks
kill_klpd
start_klpd
check "and still does" blocks
sleeper_leaves
expect_eq "what it read" overridden "$(cat /tmp/nap)"
check "gone when it leaves" loop_until nothing_in_force

begin_test a disable is reversed while a task sleeps in the body
check enable klpctl enable $T/nap.klp.o
sleeper_starts
check disable klpctl disable --no-wait nap
check "it holds it up" loop_until blocks
check reverse klpctl reverse
check "in force again" loop_until in_force nap
expect_eq six -123456 "$(now six)"
sleeper_leaves
expect_eq "what it read" overridden "$(cat /tmp/nap)"
check disable klpctl disable nap

begin_test another program detaches the body while a task sleeps in it
check enable klpctl enable $T/nap.klp.o
sleeper_starts
link=$(klpctl status --json | jq '.patches[0].functions[] | select(.symbol == "nap_show").linkId')
check detach bpftool link detach id "$link"
[[ $(klpctl status) == *"is not whole"* ]] || fail "status does not say it: $(klpctl status)"
expect_eq "the next reads" original "$(cat /proc/test_klpd_calls)"
check disable klpctl disable --no-wait nap
check "it is known to be inside" loop_until blocks
sleeper_leaves
expect_eq "what it read" overridden "$(cat /tmp/nap)"
check "gone when it leaves" loop_until nothing_in_force

begin_test a task that is in no task list any more sleeps in the body
# A thread that has reaped itself: it is on no task list of the kernel, and no transition waits
# for it.
bodies() {
	bpftool -j map show | jq '[.[] | select(.type == "struct_ops")] | length'
}
has_bodies() {
	[[ $(bodies) == "$1" ]]
}
sleeps() {
	[[ $(now asleep) == "$1" ]]
}
check enable klpctl enable $T/reaped.klp.o
/usr/lib/klpd/programs/reaped >/tmp/reaped &
sleeper=$!
check "it sleeps" loop_until sleeps 1
expect_eq "its process has one thread" "$sleeper" "$(ls "/proc/$sleeper/task")"
check disable klpctl disable reaped
check "gone" nothing_in_force
# The map of reaped is kept, while that of a patch disabled later is freed.
check "enable another" klpctl enable $T/cmdline-guard.klp.o
expect_eq bodies 2 "$(bodies)"
check disable klpctl disable cmdline-guard
check "that one is freed" loop_until has_bodies 1
check "it still sleeps" sleeps 1
# Meanwhile the same function is patched and unpatched again.
check "enable again" klpctl enable $T/reaped.klp.o
check disable klpctl disable reaped
check "the second body may go" loop_until nothing_in_force
echo 1 >$NAP/leave
check "it leaves" loop_until sleeps 0
check "all are freed" loop_until has_bodies 0
kill "$sleeper"
wait "$sleeper" 2>/dev/null

begin_test a function of a module that loads and unloads
check enable klpctl enable $T/target-override.klp.o
for ((i = 0; i < 2; i++)); do
	modprobe test_klpd_target || fail modprobe
	expect_eq test_klpd_target "$OVERRIDDEN" "$(cat /proc/test_klpd_target)"
	loop_until rmmod test_klpd_target || fail rmmod
done
check disable klpctl disable target-override

begin_test "a file with the former names of the body kind and its sections"
check enable klpctl enable $T/override-former.klp.o
expect_eq former '["overridden","override"]' "$(jq -nc --arg c "$(head -n 1 /proc/version)" --arg b \
	"$(klpctl status --json | jq -r '.patches[0].functions[0].body')" '[$c, $b]')"
check disable klpctl disable override-former

begin_test functions that cannot be overridden
expect_fail 4 klpctl enable $T/override-seven.klp.o
[[ $OUTPUT == *"nap_seven"*"more than the 6 arguments"* ]] || fail "it is not said why: $OUTPUT"
expect_fail 4 klpctl enable $T/override-by-value.klp.o
[[ $OUTPUT == *"nap_by_value"*"structure by value"* ]] || fail "it is not said why: $OUTPUT"
expect_fail any klpctl enable $T/override-own.klp.o
[[ $OUTPUT == *"__rcu_read_lock"* ]] || fail "it is not said what: $OUTPUT"
expect_fail 4 klpctl enable --immediate $T/cmdline-override.klp.o
[[ $OUTPUT == *"override body"* ]] || fail "it is not said why: $OUTPUT"
check "nothing is left" nothing_in_force

begin_test a disable is forced while a task sleeps in the body
keep # what was forced is never freed
check enable klpctl enable $T/nap.klp.o
sleeper_starts
check disable klpctl disable --no-wait nap
check "it holds it up" loop_until blocks
check force klpctl force
check "gone at once" loop_until nothing_in_force
# The map and the program are kept forever, because the task returns to them.
check "a change of others" klpctl enable $P/meminfo.klp.o
check disable klpctl disable meminfo
sleeper_leaves
expect_eq "what it read" overridden "$(cat /tmp/nap)"
ok
