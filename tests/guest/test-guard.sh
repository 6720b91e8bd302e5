#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-guard.sh - patches with guard bodies: in, out, in place of and beside fmod_ret bodies, of one of
# several functions of a name, across a restart of klpd, and when somebody takes the body away.
# timeout: 600
. /klpd/lib.sh
P=/usr/lib/klpd/patches T=/usr/lib/klpd/tests
GUARDED="this has been guarded" PATCHED="this has been live patched"

cmdline() {
	head -n 1 /proc/cmdline
}

modprobe klp signal_ms=1000000000
start_klpd
plain=$(cmdline)
# Functions that were opened stay so.
klpctl enable $P/cmdline.klp.o && klpctl disable cmdline
snapshot

t a guard body, strict
check enable klpctl enable $T/cmdline-guard.klp.o
same cmdline "$GUARDED" "$(cmdline)"
same body '["guard",true]' "$(klpctl status --json | jq -c '.patches[0] | [.functions[0].body, .strict]')"
same missed 0 "$(klpctl status --json | jq '.patches[0].missed')"
same warnings "[]" "$(klpctl status --json | jq -c .warnings)"
expect_fail 4 klpctl enable $P/cmdline.klp.o
check disable klpctl disable cmdline-guard
same cmdline "$plain" "$(cmdline)"
grep -q cmdline_proc_show /sys/kernel/tracing/enabled_functions && fail "ftrace still has a hook"

t in place of fmod_ret and back
check enable klpctl enable $P/cmdline.klp.o
for ((i = 0; i < 3; i++)); do
	check "to guard" klpctl replace $T/cmdline-guard.klp.o
	same cmdline "$GUARDED" "$(cmdline)"
	check "to fmod_ret" klpctl replace $P/cmdline.klp.o
	same cmdline "$PATCHED" "$(cmdline)"
done
check "to guard" klpctl replace $T/cmdline-guard.klp.o
check "to itself" klpctl replace $T/cmdline-guard.klp.o
same cmdline "$GUARDED" "$(cmdline)"
check disable klpctl disable cmdline-guard

t killed and taken over
check enable klpctl enable $T/cmdline-guard.klp.o
kill_klpd
same "without klpd" "$GUARDED" "$(cmdline)"
start_klpd
same "with the next" "$GUARDED" "$(cmdline)"
same state in_force "$(klpctl status --json | jq -r '.patches[0].state')"
check disable klpctl disable cmdline-guard
same cmdline "$plain" "$(cmdline)"

t bodies of both kinds in one patch
check enable klpctl enable $T/multi2.klp.o
for f in version softirqs cmdline meminfo; do
	[[ $(head -n 1 /proc/$f) == klp2:* ]] || fail "$f is not patched"
done
check "replace by another" klpctl replace $T/multi.klp.o
for f in version softirqs uptime loadavg; do
	[[ $(head -n 1 /proc/$f) == klp:* ]] || fail "$f is not patched"
done
same cmdline "$plain" "$(cmdline)"
check disable klpctl disable multi

t one of two functions of a name
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

t a sleeper in the original
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
in_force() {
	[[ $(klpctl status --json | jq -r '.patches[0].state') == in_force ]]
}
check "it completes when it goes" loop_until in_force
# Below the original nothing holds up who does not concern it.
sleep 1000 &
sleeper=$!
loop_until grep -q nanosleep /proc/$sleeper/stack
grep -q bpf /proc/$sleeper/stack && fail "something of ours is on its stack"
check "enable another" klpctl enable $T/cmdline-guard.klp.o
check disable klpctl disable cmdline-guard
kill $sleeper
check disable klpctl disable held-guard

t what a guard body cannot have
expect_fail 4 klpctl enable --immediate $T/cmdline-guard.klp.o
[[ $OUTPUT == *"guard body"* ]] || fail "it is not said why: $OUTPUT"

t nobody else can redirect the function meanwhile
check enable klpctl enable $T/cmdline-guard.klp.o
expect_fail any modprobe klp_rival
# What register_kprobe() says of a probe that it could not arm differs from kernel to kernel.
modprobe klp_rival kprobe=1 2>/dev/null && rmmod klp_rival
same cmdline "$GUARDED" "$(cmdline)"
check disable klpctl disable cmdline-guard

t somebody takes the body away
check enable klpctl enable $T/cmdline-guard.klp.o
link=$(klpctl status --json | jq '.patches[0].functions[0].linkId')
check detach bpftool link detach id "$link"
same cmdline "$plain" "$(cmdline)"
expect_fail 15 klpctl status
[[ $OUTPUT == *"is not whole"* ]] || fail "status does not say it: $OUTPUT"
check "a replace mends it" klpctl replace $T/cmdline-guard.klp.o
same cmdline "$GUARDED" "$(cmdline)"
same warnings "[]" "$(klpctl status --json | jq -c .warnings)"
check "exit status" klpctl status
check disable klpctl disable cmdline-guard
ok
