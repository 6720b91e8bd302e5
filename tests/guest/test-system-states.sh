#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-system-states.sh - system states: how the patches of tests/patches/state.h change the
# console log level and hand its state over to each other. The first four cases are those of the
# kernel's own test-state.sh.
# timeout: 600
. /klpd/lib.sh
. /klpd/lib/callbacks.sh

level() {
	cut -f 1 /proc/sys/kernel/printk
}

modprobe klp signal_ms=1000000000
start_klpd
echo 6 >/proc/sys/kernel/printk
snapshot

begin_test system state modification
listen
check enable klpctl enable $T/state-1.klp.o
expect_eq level 8 "$(level)"
expect_eq states '[{"id":1,"version":1}]' "$(klpctl status --json | jq -c '.patches[0].states')"
check disable klpctl disable state-1
expect_eq level 6 "$(level)"
expect_trace "= state-1 pre_patch keeps the level" "= state-1 post_patch raises the level" \
	"= state-1 pre_unpatch" "= state-1 post_unpatch puts the level back"

begin_test taking over system state modification
listen
check enable klpctl enable $T/state-1.klp.o
check "enable, which replaces" klpctl enable $T/state-2.klp.o
expect_eq "what is in force" state-2 "$(names)"
expect_eq level 8 "$(level)"
check disable klpctl disable state-2
expect_eq "the level that state-1 kept" 6 "$(level)"
expect_trace "= state-1 pre_patch keeps the level" "= state-1 post_patch raises the level" \
	"= state-2 pre_patch has the level of version 1" "= state-2 post_patch takes the level over" \
	"= state-2 pre_unpatch" "= state-2 post_unpatch puts the level back"

begin_test compatible cumulative livepatches
listen
check enable klpctl enable $T/state-2.klp.o
check "another of version 2" klpctl enable $T/state-3.klp.o
check "and back" klpctl enable $T/state-2.klp.o
expect_eq "what is in force" state-2 "$(names)"
expect_eq level 8 "$(level)"
check disable klpctl disable state-2
expect_eq level 6 "$(level)"
expect_trace "= state-2 pre_patch keeps the level" "= state-2 post_patch raises the level" \
	"= state-3 pre_patch has the level of version 2" "= state-3 post_patch takes the level over" \
	"= state-2 pre_patch has the level of version 2" "= state-2 post_patch takes the level over" \
	"= state-2 pre_unpatch" "= state-2 post_unpatch puts the level back"

begin_test incompatible cumulative livepatches
listen
check enable klpctl enable $T/state-2.klp.o
expect_fail 4 klpctl enable $T/state-1.klp.o
[[ $OUTPUT == *"State 1 is in version 2 by 'state-2', the patch has version 1"* ]] || fail "$OUTPUT"
expect_eq "what is in force" state-2 "$(names)"
check disable klpctl disable state-2
expect_trace "= state-2 pre_patch keeps the level" "= state-2 post_patch raises the level" \
	"= state-2 pre_unpatch" "= state-2 post_unpatch puts the level back"

# The kernel implements this without a test: a patch that is restored finds its state unchanged.
begin_test a replace is reversed
check enable klpctl enable $T/state-1.klp.o
sleep 1000 &
sleeper=$!
loop_until grep -q nanosleep /proc/$sleeper/stack
listen
check "begin to replace" klpctl replace --no-wait --timeout=0 $T/state-2.klp.o
check "it is held up" loop_until sleeper_blocks
check reverse klpctl reverse
kill $sleeper
check "it ends" loop_until settled
expect_eq "what is in force" state-1 "$(names)"
expect_eq level 8 "$(level)"
expect_trace "= state-2 pre_patch has the level of version 1" \
	"= state-2 post_unpatch leaves the level to another"
check "and now to the end" klpctl replace $T/state-2.klp.o
check disable klpctl disable state-2
expect_eq "the level that state-1 kept" 6 "$(level)"

begin_test an enable is reversed
sleep 1000 &
sleeper=$!
loop_until grep -q nanosleep /proc/$sleeper/stack
listen
check "begin to enable" klpctl enable --no-wait --timeout=0 $T/state-1.klp.o
check "it is held up" loop_until sleeper_blocks
check reverse klpctl reverse
kill $sleeper
check "it ends" loop_until settled
expect_eq "what is in force" "" "$(names)"
expect_eq level 6 "$(level)"
expect_trace "= state-1 pre_patch keeps the level" "= state-1 post_unpatch puts the level back"

# beside FIRST LAST - state-a and state-b are in force, and are disabled in this order.
beside() {
	check "enable a" klpctl enable $T/state-a.klp.o
	expect_eq level 8 "$(level)"
	check "enable b" klpctl enable $T/state-b.klp.o
	expect_eq level 8 "$(level)"
	listen
	check "disable $1" klpctl disable "$1"
	expect_eq "$2 needs it still" 8 "$(level)"
	expect_eq "what is in force" "$2" "$(names)"
	check "disable $2" klpctl disable "$2"
	expect_eq "the level that state-a kept" 6 "$(level)"
	expect_trace "= $1 pre_unpatch" "= $1 post_unpatch leaves the level to another" \
		"= $2 pre_unpatch" "= $2 post_unpatch puts the level back"
}

begin_test two patches beside each other have the same state
beside state-a state-b
beside state-b state-a

begin_test one of two such patches is disabled and enabled again
check "enable a" klpctl enable $T/state-a.klp.o
check "enable b" klpctl enable $T/state-b.klp.o
check "disable a" klpctl disable state-a
listen
check "enable a" klpctl enable $T/state-a.klp.o
check "disable b" klpctl disable state-b
expect_eq "a needs it still" 8 "$(level)"
check "disable a" klpctl disable state-a
expect_eq "the level that state-a kept at first" 6 "$(level)"
expect_trace "= state-a pre_patch has the level of version 1" "= state-a post_patch takes the level over" \
	"= state-b pre_unpatch" "= state-b post_unpatch leaves the level to another" \
	"= state-a pre_unpatch" "= state-a post_unpatch puts the level back"

begin_test states survive a kill of klpd
check enable klpctl enable $T/state-1.klp.o
kill_klpd
start_klpd
check replace klpctl replace $T/state-2.klp.o
kill_klpd
start_klpd
expect_eq level 8 "$(level)"
check disable klpctl disable state-2
expect_eq "the level that state-1 kept" 6 "$(level)"
ok
