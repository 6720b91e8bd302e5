#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# sins.sh SIN... - commit faults of test_klpd_kasan.ko (/sins.ko) and print what `complaints` of
# lib.sh found for each. KASAN reports once; lockdep reports nothing after that, or after one
# report about locks.
. /klpd/lib.sh

trap - EXIT
for sin; do
	dmesg -c >/dev/null
	(insmod /sins.ko "sin=$sin") >/dev/null 2>&1
	complaints | sed "s/^/$sin: /"
done
exit 0
