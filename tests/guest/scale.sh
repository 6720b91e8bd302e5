#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# scale.sh - as many patches as can be in force (64), each of as many functions as a patch can have (256):
# enabled one after another, taken over by the next klpd, replaced by one, brought back, and disabled.
#
# Takes long: `make scale` runs it, `make check` has test-many.sh with one patch of this size.
# guest: -m 6G
# timeout: 7000
# shellcheck source=tests/guest/lib/lib.sh
. /klpd/lib.sh
S=/usr/lib/klpd/scale
# A change of this size takes longer than klpctl waits for an answer otherwise.
export KLPD_ANSWER_SEC=3000

# calls VALUE COUNT... - how many of the functions return what.
calls() {
	tr '\n' ' ' </proc/test_klpd_many | sed 's/ $//'
}

count() {
	klpctl status --json | jq -c '[(.patches | map(select(.state == "in_force")) | length), (.warnings | length)]'
}

figures() {
	echo "# $1: klpd has $(find "/proc/$KLPD_PID/fd" -mindepth 1 | wc -l) descriptors, $(awk '/VmRSS/ { print $2 }' "/proc/$KLPD_PID/status") kB"
}

modprobe klp
modprobe test_klpd_many_all
start_klpd
snapshot

begin_test "64 patches of 256 functions are enabled, taken over by a new klpd, replaced, rolled back, disabled"
expect_eq original "0 16384" "$(calls)"
all=("$S"/many-[0-3]?.klp.o)
expect_eq "how many there are" 64 ${#all[@]}
for f in "${all[@]}"; do
	check "enable ${f##*/}" klpctl enable "$f" >/dev/null
done
figures "64 in force"
expect_eq patched "1 16384" "$(calls)"
expect_eq "in force" '[64,0]' "$(count)"
expect_fail 4 klpctl enable $S/many-next.klp.o

kill_klpd
start_klpd
figures "taken over"
expect_eq "taken over" '[64,0]' "$(count)"
expect_eq patched "1 16384" "$(calls)"

check replace klpctl replace $S/many-next.klp.o
figures "replaced"
expect_eq replaced "0 16128 2 256" "$(calls)"
expect_eq "in force" '[1,0]' "$(count)"

check rollback klpctl rollback
figures "rolled back"
expect_eq "brought back" "1 16384" "$(calls)"
expect_eq "in force" '[64,0]' "$(count)"

check replace klpctl replace $S/many-next.klp.o
check disable klpctl disable many-next
expect_eq original "0 16384" "$(calls)"
ok
