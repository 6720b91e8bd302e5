#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-fault-callbacks.sh - klpd fails, or dies, at every phase of a change of patches with
# callbacks: each callback runs exactly once if the change happened, and not at all if it did not.
# not on debug: dozens of faults of klpd; what they do to the companion others do too
# timeout: 1800
# shellcheck disable=SC2034 # what is to be said is given by name
. /klpd/lib.sh
. /klpd/lib/callbacks.sh

# The expected lines of the callbacks for each change, from start to end; both objects are loaded.
on=("cb-demo pre_patch vmlinux test_klpd_target" "cb-demo post_patch vmlinux test_klpd_target")
off=("cb-demo pre_unpatch vmlinux test_klpd_target" "cb-demo post_unpatch vmlinux test_klpd_target")
over=("cb-demo2 pre_patch vmlinux" "cb-demo2 post_patch vmlinux")

# one POINT WHAT START GOAL SAID COMMAND... - from START, run COMMAND with the fault. SAID names
# the lines that the callbacks write if the change reaches GOAL.
one() {
	local point=$1 what=$2 start=$3 goal=$4 end
	local -n wanted=$5
	shift 5

	stop_klpd
	listen
	KLPD_FAULT=$point:$what start_klpd
	"$@" >/dev/null 2>&1
	if [[ $what == kill ]]; then
		wait "$KLPD_PID" 2>/dev/null
		KLPD_PID=''
		start_klpd
	fi
	check "$point:$what: it settles" loop_until settled
	end=$(names)
	if [[ $end == "$goal" ]]; then
		expect_trace "${wanted[@]}"
	elif [[ $end == "$start" ]]; then
		expect_trace
	else
		fail "$point:$what: '$end' is neither '$start' nor '$goal'"
	fi
	case $point in
	# From the switch on the change happens, whether klpd fails or dies.
	switch:1 | complete:* | retire:*) expect_eq "$point:$what" "$goal" "$end" ;;
	*) expect_eq "$point:$what" "$start" "$end" ;;
	esac
	stop_klpd
	start_klpd
	[[ -z $end ]] || check disable klpctl disable "$end" >/dev/null
}

modprobe klp
modprobe test_klpd_target
start_klpd
snapshot
points=(plan:0 load:0 load:2 register:0 register:1 attach:0 attach:1 attach:3 attach:4 attach:9
	attach:15 pin:0 pin:1 switch:0 switch:1 complete:0 complete:1)

for what in kill fail; do
	for point in "${points[@]}"; do
		begin_test "enable, $point:$what"
		one "$point" $what "" cb-demo on klpctl enable $T/cb-demo.klp.o
	done
	for point in register:1 attach:5 pin:1 switch:0 switch:1 complete:0 complete:1 retire:0 retire:1 retire:2; do
		begin_test "replace, $point:$what"
		klpctl enable $T/cb-demo.klp.o >/dev/null || fail enable
		one "$point" $what cb-demo cb-demo2 over klpctl replace $T/cb-demo2.klp.o
	done
	for point in plan:0 switch:0 switch:1 complete:0 complete:1 retire:0 retire:1 retire:2; do
		begin_test "disable, $point:$what"
		klpctl enable $T/cb-demo.klp.o >/dev/null || fail enable
		one "$point" $what cb-demo "" off klpctl disable cb-demo
	done
done
ok
