#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-foreign-hooks.sh - a foreign hook already decides what a function does: a kernel livepatch,
# a kprobe that redirects, an fmod_ret program. A patch of the function is refused before anything
# is created, and the error names the foreign hook.
# timeout: 300
. /klpd/lib.sh
P=/usr/lib/klpd/patches T=/usr/lib/klpd/tests

works() {
	check enable klpctl enable "$1"
	check disable klpctl disable "$2"
}

traces_are_gone() {
	[[ $(bpftool -j prog show | jq '[.[] | select(.name == "rival_trace")] | length') == 0 ]]
}

modprobe klp
start_klpd
snapshot

begin_test a kernel livepatch controls the function
modprobe test_klpd_livepatch || fail modprobe
check "it is in force" loop_until grep -q 0 /sys/kernel/livepatch/test_klpd_livepatch/transition
expect_eq cmdline "this is the rival" "$(cat /proc/cmdline)"
refuse 4 test_klpd_livepatch cmdline_proc_show -- enable $P/cmdline.klp.o
expect_eq cmdline "this is the rival" "$(cat /proc/cmdline)"
works $P/meminfo.klp.o meminfo
echo 0 >/sys/kernel/livepatch/test_klpd_livepatch/enabled
check "it goes" loop_until rmmod test_klpd_livepatch
works $P/cmdline.klp.o cmdline

begin_test a kprobe redirects the function
modprobe test_klpd_livepatch kprobe=1 || fail modprobe
refuse 4 ftrace cmdline_proc_show -- enable $P/cmdline.klp.o
rmmod test_klpd_livepatch || fail rmmod
works $P/cmdline.klp.o cmdline

begin_test a traced function is patched, and the tracer sees the calls of the original
# The probe is at the function's ftrace entry: every call hits it, whether a body answers the call
# or the original.
TRACING=/sys/kernel/tracing
plain=$(cmdline)
# traced - how often the probe was hit since the last call.
traced() {
	grep -c 'look: (cmdline_proc_show' $TRACING/trace
	: >$TRACING/trace
}
echo 'p:look cmdline_proc_show' >$TRACING/kprobe_events || fail kprobe_events
echo 1 >$TRACING/events/kprobes/look/enable || fail "the probe is not enabled"
: >$TRACING/trace
expect_eq "without a patch" "$plain" "$(cmdline)"
expect_eq "hits without a patch" 1 "$(traced)"
check enable klpctl enable $P/cmdline.klp.o
expect_eq "patched" "this has been live patched" "$(cmdline)"
expect_eq "hits under an fmod_ret body" 1 "$(traced)"
check "status has no complaint" klpctl status
check disable klpctl disable cmdline
check "a guard body" klpctl enable $T/cmdline-guard.klp.o
expect_eq "guarded" "this has been guarded" "$(cmdline)"
expect_eq "hits under a guard body" 1 "$(traced)"
check "status has no complaint" klpctl status
check disable klpctl disable cmdline-guard
: >$TRACING/trace
expect_eq "as before" "$plain" "$(cmdline)"
expect_eq "hits afterwards" 1 "$(traced)"
echo 0 >$TRACING/events/kprobes/look/enable
echo >$TRACING/kprobe_events

begin_test a foreign fmod_ret program is attached to the function
bpftool prog load /usr/lib/klpd/programs/rival.bpf.o /sys/fs/bpf/rival autoattach || fail bpftool
refuse 4 rival_symlink security_inode_symlink -- enable $P/lsm-symlink.klp.o
expect_fail 4 klpctl enable $T/symlink-guard.klp.o
[[ $OUTPUT == *rival_symlink*"it would run before this patch"* ]] || fail "of a guard: $OUTPUT"
works $P/cmdline.klp.o cmdline
rm /sys/fs/bpf/rival
loop_until works $P/lsm-symlink.klp.o lsm-symlink
works $T/symlink-guard.klp.o symlink-guard

begin_test a foreign fmod_ret program that is attached after a guard body returns its own value
wins_is_gone() {
	[[ $(bpftool -j prog show | jq '[.[] | select(.name == "rival_wins")] | length') == 0 ]]
}
check enable klpctl enable $T/symlink-guard.klp.o
expect_eq "the guard's" "Operation not permitted" "$(symlink_error klp)"
bpftool prog load /usr/lib/klpd/programs/rival-wins.bpf.o /sys/fs/bpf/wins autoattach || fail bpftool
for ((i = 0; i < 20; i++)); do
	expect_eq "somebody's" "Invalid cross-device link" "$(symlink_error klp)"
	expect_eq "of others" "Invalid cross-device link" "$(symlink_error other)"
done
rm /sys/fs/bpf/wins
check "it goes" loop_until wins_is_gone
for ((i = 0; i < 20; i++)); do
	expect_eq "the guard's again" "Operation not permitted" "$(symlink_error klp)"
	expect_eq "of others" "" "$(symlink_error other)"
done
check disable klpctl disable symlink-guard
expect_eq "of all" "" "$(symlink_error klp)"

begin_test as many programs on a function as the kernel allows
mkdir /sys/fs/bpf/many
# bpftool pins a program that can no longer be attached as a program.
for ((i = 0; i < 64; i++)); do
	bpftool prog load /usr/lib/klpd/programs/rival-trace.bpf.o /sys/fs/bpf/many/$i autoattach 2>/dev/null
	bpftool prog show pinned /sys/fs/bpf/many/$i >/dev/null 2>&1 && break
done
echo "# $i programs"
((i > 1 && i < 64)) || fail "$i programs could be attached"
expect_fail 5 klpctl enable $P/cmdline.klp.o
[[ $OUTPUT == *cmdline_proc_show*" $i "* ]] || fail "$OUTPUT"
echo "# ${OUTPUT//$'\n'/$'\n'# }" | head -n 2
works $T/cmdline-guard.klp.o cmdline-guard
rm /sys/fs/bpf/many/0
loop_until works $P/cmdline.klp.o cmdline
rm -r /sys/fs/bpf/many
check "they are freed" loop_until traces_are_gone

begin_test bodies of klpd do not count as foreign hooks
check enable klpctl enable $P/cmdline.klp.o
check "replace by itself" klpctl replace $P/cmdline.klp.o
kill_klpd
start_klpd
check "and after a restart" klpctl replace $P/cmdline.klp.o
check disable klpctl disable cmdline
ok
