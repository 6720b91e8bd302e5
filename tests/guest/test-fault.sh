#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-fault.sh - a fault at every phase and every object of a change: klpd fails there, or dies
# there. Afterwards the kernel holds the start or the goal, whole, and nothing else.
# not on debug: dozens of faults of klpd, half an hour there; what they do to the companion others do too
# timeout: 1800
. /klpd/lib.sh
# shellcheck source=tests/guest/lib/fault.sh
. /klpd/lib/fault.sh
P=/usr/lib/klpd/patches T=/usr/lib/klpd/tests
TEXT="this has been live patched"

# The patches that /proc/cmdline and /proc/meminfo show, in the format of names().
seen() {
	local a b

	read -r a </proc/cmdline
	read -r b </proc/meminfo
	echo "$([[ $a != "$TEXT" ]] || echo cmdline)$([[ $b != "$TEXT" ]] || echo meminfo)"
}

modprobe klp
copy_symbols
start_klpd
# Functions stay enabled for fmod_ret; that is not a leftover.
klpctl enable $P/cmdline.klp.o && klpctl replace $P/meminfo.klp.o && klpctl disable meminfo
snapshot

points=(plan:0 register:0 register:1 load:0 load:1 load:2 attach:0 attach:1 pin:0 pin:1 pin:2
	switch:0 switch:1 complete:0 complete:1)

for what in fail kill; do
	for point in "${points[@]}"; do
		begin_test "enable, $point:$what"
		one "$point" $what "" cmdline klpctl enable $P/cmdline.klp.o
	done
	for point in "${points[@]}" retire:0 retire:1 retire:2; do
		begin_test "replace, $point:$what"
		klpctl enable $P/cmdline.klp.o >/dev/null || fail enable
		one "$point" $what cmdline meminfo klpctl replace $P/meminfo.klp.o
	done
	for point in plan:0 pin:0 pin:1 switch:0 switch:1 complete:0 complete:1 retire:0 retire:1 retire:2; do
		begin_test "disable, $point:$what"
		klpctl enable $P/cmdline.klp.o >/dev/null || fail enable
		one "$point" $what cmdline "" klpctl disable cmdline
	done
done

for what in fail kill; do
	for ((i = 1; i <= 4; i++)); do
		begin_test "several functions, attach:$i:$what"
		with_fault "attach:$i" $what klpctl enable $T/multi.klp.o
		((STATUS != 0)) || fail "it did not fail"
		expect_eq patches "" "$(names)"
		check "nothing is patched" no_line klp: /proc/uptime /proc/loadavg /proc/version /proc/softirqs
	done
done

begin_test a registration that cannot be undone at once is undone later
echo attach:1:fail,register:1000:fail >$KLPD_FAULT
klpctl enable $P/cmdline.klp.o && fail "it did not fail"
expect_eq warnings 1 "$(klpctl status --json | jq '.warnings | map(select(test("^Registration [0-9]+ of a change that failed"))) | length')"
: >$KLPD_FAULT
expect_eq "warnings after the next look" 0 "$(klpctl status --json | jq '.warnings | length')"
ok
