#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-immediate.sh - without the companion: immediate patches of functions for which the kernel
# itself allows fmod_ret.
# guest: --no-companion
. /klpd/lib.sh
P=/usr/lib/klpd/patches T=/usr/lib/klpd/tests

refused() {
	! ln -s /proc/self/exe /tmp/link 2>/dev/null || { rm -f /tmp/link; return 1; }
}

start_klpd
snapshot

begin_test status shows that only immediate consistency is possible
expect_eq perTask false "$(klpctl status --json | jq .perTask)"
expect_eq loaded false "$(klpctl status --json | jq .companion.loaded)"

begin_test per-task consistency is refused without the companion
expect_fail 7 klpctl enable $P/lsm-symlink.klp.o
[[ $OUTPUT == *--immediate* ]] || fail "nobody says what to do: $OUTPUT"
expect_fail 5 klpctl enable --immediate $P/cmdline.klp.o
expect_fail 4 klpctl enable --immediate $T/pertask.klp.o
refused && fail "something is in force"

begin_test enable, immediate
check enable klpctl enable --immediate $P/lsm-symlink.klp.o
check "it is refused" refused
expect_eq consistency immediate "$(klpctl status --json | jq -r '.patches[0].consistency')"
check "other links" ln -s /proc/self/exe2 /tmp/other
rm -f /tmp/other
keep

begin_test disable, immediate
check disable klpctl disable lsm-symlink
refused && fail "it is still refused"

begin_test replace, immediate
check enable klpctl enable --immediate $P/lsm-symlink.klp.o
check replace klpctl replace --immediate $T/states-v1.klp.o
refused && fail "the replaced patch is in force"
mkdir /tmp/states-v1 2>/dev/null && fail "the new patch is not in force"
check replace klpctl replace --immediate $T/states-v2.klp.o
check "a directory of the old patch" mkdir /tmp/states-v1
rmdir /tmp/states-v1
check disable klpctl disable states-v2

begin_test a gate is free again after a disable
for ((i = 0; i < 5; i++)); do
	klpctl enable --immediate $P/lsm-symlink.klp.o >/tmp/out 2>&1 || fail "round $i: $(cat /tmp/out)"
	klpctl disable lsm-symlink >/dev/null || fail "round $i"
done
expect_eq gates 0x00 "$(bpftool -j map lookup pinned /sys/fs/bpf/klpd/gates key 0 0 0 0 | jq -r '.value[0]')"

begin_test klpd is killed and restarted
check enable klpctl enable --immediate $P/lsm-symlink.klp.o
before=$(klpctl status --json | jq -cS .patches)
kill_klpd
check "still refused" refused
start_klpd
check "still refused" refused
expect_eq status "$before" "$(klpctl status --json | jq -cS .patches)"
check disable klpctl disable lsm-symlink
refused && fail "it is still refused"

begin_test the count of missed calls stays 0
check enable klpctl enable --immediate $P/lsm-symlink.klp.o
for ((i = 0; i < 50; i++)); do
	refused || fail "call $i was missed"
done
expect_eq missed 0 "$(klpctl status --json | jq '.patches[0].missed')"
check disable klpctl disable lsm-symlink
ok
