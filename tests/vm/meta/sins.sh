#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# sins.sh SIN... - commits sins of test_klpd_kasan.ko (/sins.ko) and prints what `complaints` of lib.sh heard of
# each. KASAN speaks once, and lockdep not at all after that or after one report of locks.
. /klpd/lib.sh

trap - EXIT
for sin; do
	dmesg -c >/dev/null
	(insmod /sins.ko "sin=$sin") >/dev/null 2>&1
	complaints | sed "s/^/$sin: /"
done
exit 0
