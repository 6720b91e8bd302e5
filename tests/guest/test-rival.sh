#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-rival.sh - a foreign hook already decides what a function does: a kernel livepatch, a
# kprobe that redirects, an fmod_ret program. A patch of the function is refused before anything
# is created, and the error names the foreign hook.
# timeout: 300
. /klpd/lib.sh
P=/usr/lib/klpd/patches T=/usr/lib/klpd/tests

# refuse WORD... FILE - enable fails with a conflict, names the WORDs, and creates nothing.
refuse() {
	local file=${*: -1} word

	expect_fail 4 klpctl enable "$file"
	for word in "${@:1:$#-1}"; do
		[[ $OUTPUT == *"$word"* ]] || fail "nothing is said of '$word': $OUTPUT"
	done
	echo "# ${OUTPUT//$'\n'/$'\n'# }" | head -n 2
	same patches "[]" "$(klpctl status --json | jq -c .patches)"
}

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

t a kernel livepatch has the function
modprobe test_klpd_livepatch || fail modprobe
check "it is in force" loop_until grep -q 0 /sys/kernel/livepatch/test_klpd_livepatch/transition
same cmdline "this is the rival" "$(cat /proc/cmdline)"
refuse test_klpd_livepatch cmdline_proc_show $P/cmdline.klp.o
same cmdline "this is the rival" "$(cat /proc/cmdline)"
works $P/meminfo.klp.o meminfo
echo 0 >/sys/kernel/livepatch/test_klpd_livepatch/enabled
check "it goes" loop_until rmmod test_klpd_livepatch
works $P/cmdline.klp.o cmdline

t a kprobe redirects the function
modprobe test_klpd_livepatch kprobe=1 || fail modprobe
refuse ftrace cmdline_proc_show $P/cmdline.klp.o
rmmod test_klpd_livepatch || fail rmmod
works $P/cmdline.klp.o cmdline

t somebody traces the function
echo 'p:look cmdline_proc_show' >/sys/kernel/tracing/kprobe_events
echo 1 >/sys/kernel/tracing/events/kprobes/look/enable
works $P/cmdline.klp.o cmdline
echo 0 >/sys/kernel/tracing/events/kprobes/look/enable
echo >/sys/kernel/tracing/kprobe_events

t a program of somebody else is on the function
bpftool prog load /usr/lib/klpd/programs/rival.bpf.o /sys/fs/bpf/rival autoattach || fail bpftool
refuse rival_symlink security_inode_symlink $P/lsm-symlink.klp.o
expect_fail 4 klpctl enable $T/symlink-guard.klp.o
[[ $OUTPUT == *rival_symlink*"it would run before this patch"* ]] || fail "of a guard: $OUTPUT"
works $P/cmdline.klp.o cmdline
rm /sys/fs/bpf/rival
loop_until works $P/lsm-symlink.klp.o lsm-symlink
works $T/symlink-guard.klp.o symlink-guard

t a program of somebody else comes after a guard, and has an answer of its own
# why TO - print the error of creating a symbolic link to TO.
why() {
	ln -s "$1" /tmp/link 2>&1 | sed 's/.*: //'
	rm -f /tmp/link
}
wins_is_gone() {
	[[ $(bpftool -j prog show | jq '[.[] | select(.name == "rival_wins")] | length') == 0 ]]
}
check enable klpctl enable $T/symlink-guard.klp.o
same "the guard's" "Operation not permitted" "$(why klp)"
bpftool prog load /usr/lib/klpd/programs/rival-wins.bpf.o /sys/fs/bpf/wins autoattach || fail bpftool
for ((i = 0; i < 20; i++)); do
	same "somebody's" "Invalid cross-device link" "$(why klp)"
	same "of others" "Invalid cross-device link" "$(why other)"
done
rm /sys/fs/bpf/wins
check "it goes" loop_until wins_is_gone
for ((i = 0; i < 20; i++)); do
	same "the guard's again" "Operation not permitted" "$(why klp)"
	same "of others" "" "$(why other)"
done
check disable klpctl disable symlink-guard
same "of all" "" "$(why klp)"

t as many programs as the kernel lets a function have
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

t our own are no rivals
check enable klpctl enable $P/cmdline.klp.o
check "replace by itself" klpctl replace $P/cmdline.klp.o
kill_klpd
start_klpd
check "and after a restart" klpctl replace $P/cmdline.klp.o
check disable klpctl disable cmdline
ok
