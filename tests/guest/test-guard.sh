#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-guard.sh - patches with guard bodies: enabled, disabled, replacing fmod_ret bodies and
# beside them, on one of several functions with the same name, across a restart of klpd, when
# another program removes the body, in a module that began to load before klp.ko, and beside BPF
# trampolines on CPUs with IBT.
# timeout: 900
. /klpd/lib.sh
P=/usr/lib/klpd/patches T=/usr/lib/klpd/tests
GUARDED="this has been guarded" PATCHED="this has been live patched"

modprobe klp signal_ms=1000000000
start_klpd
plain=$(cmdline)
# Functions stay enabled for fmod_ret.
klpctl enable $P/cmdline.klp.o && klpctl disable cmdline
snapshot

begin_test a strict patch with a guard body
check enable klpctl enable $T/cmdline-guard.klp.o
expect_eq cmdline "$GUARDED" "$(cmdline)"
expect_eq body '["guard",true]' "$(klpctl status --json | jq -c '.patches[0] | [.functions[0].body, .strict]')"
expect_eq missed 0 "$(klpctl status --json | jq '.patches[0].missed')"
expect_eq warnings "[]" "$(klpctl status --json | jq -c .warnings)"
expect_fail 4 klpctl enable $P/cmdline.klp.o
check disable klpctl disable cmdline-guard
expect_eq cmdline "$plain" "$(cmdline)"
check "ftrace has no hook" no_line cmdline_proc_show /sys/kernel/tracing/enabled_functions

begin_test a guard body replaces an fmod_ret body, and the reverse
check enable klpctl enable $P/cmdline.klp.o
for ((i = 0; i < 3; i++)); do
	check "to guard" klpctl replace $T/cmdline-guard.klp.o
	expect_eq cmdline "$GUARDED" "$(cmdline)"
	check "to fmod_ret" klpctl replace $P/cmdline.klp.o
	expect_eq cmdline "$PATCHED" "$(cmdline)"
done
check "to guard" klpctl replace $T/cmdline-guard.klp.o
check "to itself" klpctl replace $T/cmdline-guard.klp.o
expect_eq cmdline "$GUARDED" "$(cmdline)"
check disable klpctl disable cmdline-guard

begin_test klpd is killed, and the next one takes the patch over
check enable klpctl enable $T/cmdline-guard.klp.o
kill_klpd
expect_eq "without klpd" "$GUARDED" "$(cmdline)"
start_klpd
expect_eq "with the next" "$GUARDED" "$(cmdline)"
expect_eq state in_force "$(klpctl status --json | jq -r '.patches[0].state')"
check disable klpctl disable cmdline-guard
expect_eq cmdline "$plain" "$(cmdline)"

begin_test bodies of both kinds in one patch
check enable klpctl enable $T/multi2.klp.o
for f in version softirqs cmdline meminfo; do
	[[ $(head -n 1 /proc/$f) == klp2:* ]] || fail "$f is not patched"
done
check "replace by another" klpctl replace $T/multi.klp.o
for f in version softirqs uptime loadavg; do
	[[ $(head -n 1 /proc/$f) == klp:* ]] || fail "$f is not patched"
done
expect_eq cmdline "$plain" "$(cmdline)"
check disable klpctl disable multi

begin_test one of two functions with the same name
both() {
	echo "$(head -n 1 /proc/net/ip_mr_cache | cut -c1-4)" "$(head -n 1 /proc/net/ip6_mr_cache | cut -c1-4)"
}
if [[ -e /proc/net/ip_mr_cache && -e /proc/net/ip6_mr_cache ]]; then
	[[ $(both) != *nth* ]] || fail "patched already"
	check "the first" klpctl enable $T/nth1.klp.o
	first=$(both)
	check "and the second" klpctl enable $T/nth2.klp.o
	second=$(both)
	case "$first/$second" in
	"nth1 "[!n]*"/nth1 nth2" | [!n]*" nth1/nth2 nth1") ;;
	*) fail "seen: '$first', then '$second'" ;;
	esac
	check disable klpctl disable nth1
	check disable klpctl disable nth2
	[[ $(both) != *nth* ]] || fail "still patched"
else
	skip "this kernel does not route multicast"
fi

begin_test a task sleeps in the original
sleep 1000 &
sleeper=$!
loop_until grep -q nanosleep /proc/$sleeper/stack
check enable klpctl enable --no-wait $T/held-guard.klp.o
blocks() {
	klpctl blockers --json |
		jq -e --argjson pid $sleeper '.blockers[] | select(.pid == $pid and .reason == "in hrtimer_nanosleep")'
}
check "it is named" loop_until blocks
[[ $(klpctl blockers --json | jq -r '.blockers[].stack[]') != *bpf* ]] || fail "something of ours is on a stack"
kill $sleeper
check "it completes when it goes" loop_until in_force held-guard
# A sleeper below the original does not block a transition of other functions.
sleep 1000 &
sleeper=$!
loop_until grep -q nanosleep /proc/$sleeper/stack
check "nothing of ours is on its stack" no_line bpf /proc/$sleeper/stack
check "enable another" klpctl enable $T/cmdline-guard.klp.o
check disable klpctl disable cmdline-guard
kill $sleeper
check disable klpctl disable held-guard

begin_test ftrace does not remove the hook of a function
KEEPS=/sys/module/test_klpd_keep_hook/parameters
hooked() {
	grep -q "^$1 " /sys/kernel/tracing/enabled_functions
}
references_are() {
	[[ $(module_references) == "$1" ]]
}
# keeps FUNCTION - a hook is left on it; status warns of this hook and nothing else, and every
# patch is still whole.
keeps() {
	check "$1 has a hook still" hooked "$1"
	expect_eq warnings "[[\"idle_hook\",\"whole\"]]" \
		"$(klpctl status --json | jq -c '[.warningDetails[] | [.kind, .effect]]')"
	klpctl status --json | jq -e --arg f "'$1'" '.warnings[0] | contains($f)' >/dev/null || fail "$1 is not named"
}
lets_go() {
	echo 0 >$KEEPS/keep
	check "it goes in the end" loop_until no_line "^$1 " /sys/kernel/tracing/enabled_functions
	expect_eq warnings "[]" "$(klpctl status --json | jq -c .warnings)"
}
modprobe test_klpd_keep_hook || fail modprobe
before=$(module_references)
# All functions of one batch (they share an ftrace_ops, see src/kmod/site.c).
check enable klpctl enable $T/cmdline-guard.klp.o
echo 1 >$KEEPS/keep
check disable klpctl disable cmdline-guard
expect_eq cmdline "$plain" "$(cmdline)"
keeps cmdline_proc_show
check "the exit status is not that of a patch" klpctl status
stop_klpd
expect_fail any rmmod klp
start_klpd
keeps cmdline_proc_show
# The hook belongs to klp.ko, so it is no conflict: the next patch of the function takes it over.
check "a guard on it" klpctl enable $T/cmdline-guard.klp.o
expect_eq cmdline "$GUARDED" "$(cmdline)"
expect_eq warnings "[]" "$(klpctl status --json | jq -c .warnings)"
check disable klpctl disable cmdline-guard
keeps cmdline_proc_show
check "an fmod_ret body on it" klpctl enable $P/cmdline.klp.o
expect_eq cmdline "$PATCHED" "$(cmdline)"
keeps cmdline_proc_show
check "and another guard body" klpctl replace $T/cmdline-guard.klp.o
expect_eq cmdline "$GUARDED" "$(cmdline)"
check disable klpctl disable cmdline-guard
expect_eq cmdline "$plain" "$(cmdline)"
lets_go cmdline_proc_show
check "nothing holds the module" loop_until references_are "$before"
# One function of a batch of two.
check enable klpctl enable $T/cmdline-held.klp.o
echo 1 >$KEEPS/keep
check replace klpctl replace $T/cmdline-guard.klp.o
expect_eq cmdline "$GUARDED" "$(cmdline)"
keeps down_killable
lets_go down_killable
check "the other stays" hooked cmdline_proc_show
expect_eq cmdline "$GUARDED" "$(cmdline)"
check disable klpctl disable cmdline-guard
check "nothing holds the module" loop_until references_are "$before"
if modprobe test_klpd_target; then
	# A hook in a module that is unloaded meanwhile: the function's name disappears with the
	# module, and in the end the rest of the hook does, too.
	check enable klpctl enable $T/mod-target.klp.o
	echo 1 >$KEEPS/keep
	check disable klpctl disable mod-target
	check "the module goes" rmmod test_klpd_target
	echo 0 >$KEEPS/keep
	check "nothing holds the module" loop_until references_are "$before"
fi

begin_test ftrace is busy with a trampoline of the function
check enable klpctl enable $T/aside.klp.o
echo 3 >$KEEPS/again
check "it is tried again" klpctl enable $T/cmdline-guard.klp.o
expect_eq "tries left" 0 "$(<$KEEPS/again)"
expect_eq cmdline "$GUARDED" "$(cmdline)"
check disable klpctl disable cmdline-guard
echo 1000000 >$KEEPS/again
expect_fail any klpctl enable $T/cmdline-guard.klp.o
[[ $OUTPUT == *"try again"* ]] || fail "it is not said why: $OUTPUT"
tries=$((1000000 - $(<$KEEPS/again)))
check "it was tried often ($tries)" test $tries -gt 100
expect_eq cmdline "$plain" "$(cmdline)"
expect_eq "what is in force" aside "$(names)"
echo 0 >$KEEPS/again
check "and later it works" klpctl enable $T/cmdline-guard.klp.o
check disable klpctl disable cmdline-guard
check disable klpctl disable aside
rmmod test_klpd_keep_hook || fail rmmod

begin_test a guard body cannot be immediate
expect_fail 4 klpctl enable --immediate $T/cmdline-guard.klp.o
[[ $OUTPUT == *"guard body"* ]] || fail "it is not said why: $OUTPUT"

begin_test no other ftrace user can redirect a function with a guard body
check enable klpctl enable $T/cmdline-guard.klp.o
expect_fail 1 modprobe test_klpd_livepatch
[[ $OUTPUT == *"Device or resource busy"* ]] || fail "a livepatch: $OUTPUT"
expect_eq "with the livepatch" "$GUARDED" "$(cmdline)"
# The error of register_kprobe() for a probe that it could not arm depends on the kernel version.
# However it ends, the probe does not get the instruction pointer, and the guard body stays.
status=0
modprobe test_klpd_livepatch kprobe=1 || status=$?
echo "# the kprobe: status $status"
expect_eq "hooks that may redirect" 1 "$(grep -c '^cmdline_proc_show .* I' /sys/kernel/tracing/enabled_functions)"
for ((i = 0; i < 20; i++)); do
	expect_eq "with the kprobe" "$GUARDED" "$(cmdline)"
done
((status != 0)) || rmmod test_klpd_livepatch || fail rmmod
expect_eq cmdline "$GUARDED" "$(cmdline)"
check disable klpctl disable cmdline-guard

begin_test another program detaches the body
check enable klpctl enable $T/cmdline-guard.klp.o
link=$(klpctl status --json | jq '.patches[0].functions[0].linkId')
check detach bpftool link detach id "$link"
expect_eq cmdline "$plain" "$(cmdline)"
expect_fail 15 klpctl status
[[ $OUTPUT == *"is not whole"* ]] || fail "status does not say it: $OUTPUT"
check "a replace mends it" klpctl replace $T/cmdline-guard.klp.o
expect_eq cmdline "$GUARDED" "$(cmdline)"
expect_eq warnings "[]" "$(klpctl status --json | jq -c .warnings)"
check "exit status" klpctl status
check disable klpctl disable cmdline-guard

# A module that loads while klp.ko is loaded: klp.ko missed the notice that its init comes.
SLOW_FILE=/proc/test_klpd_slow_init
patched_objects() {
	klpctl status --json | jq -c '[.patches[0].objects[] | select(.loaded) | [.name, .patched]]'
}
for hold in args init fail; do
	begin_test "a module that began to load before klp.ko ($hold)"
	stop_klpd
	check "klp.ko goes" rmmod klp
	modprobe test_klpd_slow_init hold=$hold 2>/dev/null &
	module=$!
	check "it loads" loop_until test -e $SLOW_FILE
	modprobe klp signal_ms=1000000000
	start_klpd
	check enable klpctl enable $T/mod-slow.klp.o
	[[ $hold == args ]] || expect_eq "during its init" "$PATCHED" "$(cat $SLOW_FILE)"
	echo >$SLOW_FILE
	if [[ $hold == fail ]]; then
		wait $module && fail "it was loaded"
		expect_eq objects '[]' "$(patched_objects)"
		modprobe test_klpd_slow_init hold=never &
		module=$!
		check "it loads again" loop_until test -e $SLOW_FILE
		echo >$SLOW_FILE
	fi
	wait $module || fail "it is not loaded"
	expect_eq "after its init" "$PATCHED" "$(cat $SLOW_FILE)"
	expect_eq objects '[["test_klpd_slow_init",true]]' "$(patched_objects)"
	expect_eq warnings "[]" "$(klpctl status --json | jq -c .warnings)"
	check "exit status" klpctl status
	check disable klpctl disable mod-slow
	expect_eq "original" "test_klpd_slow_init: original output" "$(cat $SLOW_FILE)"
	check "the module goes" rmmod test_klpd_slow_init
done

begin_test BPF trampolines that call the original, as on a CPU with IBT
LANDING=/sys/module/test_klpd_landing/parameters
stop_klpd
check "klp.ko goes" rmmod klp
# Before klp.ko has hooks there, so that it sees where those send the calls.
check "the watcher comes" modprobe test_klpd_landing functions=hrtimer_nanosleep,cmdline_proc_show
check "a tracer comes" bpftool prog loadall /usr/lib/klpd/programs/landing.bpf.o /sys/fs/bpf/landing autoattach
modprobe klp signal_ms=1000000000 pretend_ibt=1
start_klpd
echo 0 >$LANDING/bare
check "a guard that continues" klpctl enable $T/held-guard.klp.o
check "a guard that returns" klpctl enable $T/cmdline-guard.klp.o
echo 0 >$LANDING/bare
echo 0 >$LANDING/landed
begin_sleep
expect_eq cmdline "$GUARDED" "$(cmdline)"
expect_eq "without ENDBR" 0 "$(<$LANDING/bare)"
check "with ENDBR" test "$(<$LANDING/landed)" -gt 1
# Its stack is as reliable as without landings.
check "another transition" klpctl disable cmdline-guard
check "and back" klpctl enable $T/cmdline-guard.klp.o
check "a transition of the function" klpctl disable --no-wait held-guard
check "the sleeper is named" loop_until blocks
[[ $(klpctl blockers --json | jq -r '.blockers[].stack[]') != *landing* ]] || fail "a landing is on a stack"
end_sleep
check "it completes" loop_until no_transition
check disable klpctl disable cmdline-guard
expect_eq cmdline "$plain" "$(cmdline)"
rm -r /sys/fs/bpf/landing
check "the watcher goes" rmmod test_klpd_landing
stop_klpd
check "klp.ko goes" rmmod klp
modprobe klp signal_ms=1000000000
start_klpd
ok
