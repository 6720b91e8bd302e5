#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-fault-struct-ops.sh - as test-fault.sh, for patches with an instance that two of them
# share: a fault at every phase and every object. Afterwards the only link holds the map of the
# patch that is in force, and a connection that was opened before still works.
# not on debug: dozens of faults of klpd, half an hour there; what they do to the companion others do too
# timeout: 1500
. /klpd/lib.sh
# shellcheck source=tests/guest/lib/fault.sh
. /klpd/lib/fault.sh
T=/usr/lib/klpd/tests
CC=/usr/lib/klpd/programs/cc

# The patch that a new connection uses, in the format of names().
seen() {
	case $("$CC" once klp_cc) in
	11) echo cc ;;
	33) echo cc-held ;;
	"cc: klp_cc: No such file or directory") ;;
	*) echo "a broken connection" ;;
	esac
	# Exactly one link exists, and it holds the right map.
	[[ $(klpctl status --json | jq -c '[all(.patches[].structOps[]; .current), .warnings]') == '[true,[]]' ]] ||
		echo "not its map, or warnings"
}

rounds() {
	awk '{ print $1 }' /tmp/talk
}

further() {
	kill -0 "$talker" && (($(rounds) > $1))
}

goes_on() {
	loop_until further $(($(rounds) + 2)) || fail "the open connection does not go on: $(cat /tmp/talk)"
	expect_eq "its window" 11 "$(awk '{ print $2 }' /tmp/talk)"
}

modprobe klp
copy_symbols
start_klpd
# Functions stay enabled for fmod_ret; that is not a leftover.
klpctl enable $T/cc-held.klp.o && klpctl disable cc-held
klpctl enable $T/cc-1.klp.o
"$CC" hold klp_cc >/tmp/talk 2>&1 &
talker=$!
loop_until grep -q '^[0-9]' /tmp/talk
klpctl disable cc
snapshot

# load:2 the programs, attach:1 the instance, attach:2 the function, switch:2 the link holds the
# new map
for point in attach:1 pin:1 switch:2; do
	begin_test "enable, $point:fail"
	one "$point" fail "" cc klpctl enable $T/cc-1.klp.o
	begin_test "replace, $point:fail"
	klpctl enable $T/cc-1.klp.o >/dev/null || fail enable
	one "$point" fail cc cc-held klpctl replace $T/cc-held.klp.o
done

for point in load:2 attach:1 pin:0 pin:1 pin:2 switch:2 switch:1 complete:1; do
	begin_test "enable, $point:kill"
	one "$point" kill "" cc klpctl enable $T/cc-1.klp.o
done

for point in load:2 attach:1 attach:2 pin:0 pin:1 pin:2 switch:2 switch:1 complete:0 complete:1 retire:1 retire:2 retire:3; do
	begin_test "replace, $point:kill"
	klpctl enable $T/cc-1.klp.o >/dev/null || fail enable
	one "$point" kill cc cc-held klpctl replace $T/cc-held.klp.o
done

for point in switch:2 switch:1 complete:0 retire:1 retire:2 retire:3; do
	begin_test "disable, $point:kill"
	klpctl enable $T/cc-1.klp.o >/dev/null || fail enable
	one "$point" kill cc "" klpctl disable cc
done

for point in pin:2 switch:2 switch:1 retire:1; do
	begin_test "rollback, $point:kill"
	{ klpctl enable $T/cc-1.klp.o && klpctl replace $T/cc-held.klp.o; } >/dev/null || fail start
	one "$point" kill cc-held cc klpctl rollback
	begin_test "replace at one instant, $point:kill"
	klpctl enable --immediate $T/cc-1.klp.o >/dev/null || fail enable
	one "$point" kill cc cc-held klpctl replace --immediate $T/cc-held.klp.o
done

begin_test the connection that was open throughout
goes_on
kill $talker
wait $talker 2>/dev/null
ok
