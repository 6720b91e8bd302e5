#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-fault-rollback.sh - as test-fault.sh, for a rollback that replaces one patch by the two
# previous ones: a fault at every phase and every object of both, after which either both are in
# force or neither is.
# not on debug: dozens of faults of klpd, half an hour there; what they do to the companion others do too
# timeout: 1800
. /klpd/lib.sh
# shellcheck source=tests/guest/lib/fault.sh
. /klpd/lib/fault.sh
P=/usr/lib/klpd/patches T=/usr/lib/klpd/tests
TEXT="this has been live patched"

seen() {
	local a b c names=''

	read -r a </proc/cmdline
	read -r b </proc/uptime
	read -r c </proc/meminfo
	[[ $a != "$TEXT" ]] || names+=" cmdline"
	[[ $b != klp:* ]] || names+=" multi"
	[[ $c != "$TEXT" ]] || names+=" meminfo"
	echo "${names# }"
}

start() {
	klpctl enable $P/cmdline.klp.o >/dev/null && klpctl enable $T/multi.klp.o >/dev/null &&
		klpctl replace $P/meminfo.klp.o >/dev/null
}

modprobe klp
copy_symbols
start_klpd
# Functions stay enabled for fmod_ret; that is not a leftover.
start && klpctl rollback && klpctl disable cmdline && klpctl disable multi
snapshot

# One function, then four. Both patches are pinned first, then the rollback point.
points=(plan:0 load:0 load:1 load:2 load:3 load:4 register:0 register:1 register:2 attach:0 attach:1
	attach:2 attach:5 pin:0 pin:1 pin:2 pin:3 switch:0 switch:1 complete:0 complete:1 retire:0
	retire:1 retire:2 retire:3)

for what in fail kill; do
	for point in "${points[@]}"; do
		begin_test "rollback, $point:$what"
		check "start" start
		one "$point" $what meminfo "cmdline multi" klpctl rollback
	done
done

# With immediate consistency one store opens the gates of both patches at the same instant.
start_immediate() {
	klpctl enable --immediate $P/cmdline.klp.o >/dev/null &&
		klpctl enable --immediate $T/multi.klp.o >/dev/null &&
		klpctl replace --immediate $P/meminfo.klp.o >/dev/null
}

for point in load:4 attach:5 pin:2 pin:3 switch:0 switch:1 complete:0 complete:1 retire:2; do
	begin_test "rollback at one instant, $point:kill"
	check "start" start_immediate
	one "$point" kill meminfo "cmdline multi" klpctl rollback
done
ok
