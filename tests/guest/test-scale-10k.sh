#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-scale-10k.sh - on a machine with ten thousand tasks changes complete, also while tasks fork
# and exit all the time. `make bench` measures the cost.
# guest: -m 2G
# timeout: 600
# shellcheck source=tests/guest/lib/lib.sh
. /klpd/lib.sh
P=/usr/lib/klpd/patches
TASKS=10000
# Each task costs more on the debug kernel.
((SLOW == 1)) || TASKS=2000

threads() {
	find /proc/[1-9]*/task -mindepth 1 -maxdepth 1 -name '[1-9]*' 2>/dev/null | wc -l
}

there_and_back() {
	check enable klpctl enable $P/cmdline.klp.o
	expect_eq cmdline "this has been live patched" "$(cat /proc/cmdline)"
	check replace klpctl replace $P/meminfo.klp.o
	check disable klpctl disable meminfo
}

modprobe klp
start_klpd
there_and_back
snapshot
echo 40000 >/proc/sys/kernel/threads-max
mkfifo /tmp/ready /tmp/enough

begin_test "$TASKS tasks"
/usr/lib/klpd/bench/bench-transition crowd "$TASKS" sh -c 'echo >/tmp/ready; read _ </tmp/enough' &
crowd=$!
read -r _ </tmp/ready
check "they are there" test "$(threads)" -ge "$TASKS"
there_and_back

begin_test "$TASKS tasks, and others that are forked and exit"
for _ in 1 2; do
	while [[ -e /tmp/ready ]]; do
		(:) &
		(:)
		wait $!
	done &
	churn+=($!)
done
there_and_back
there_and_back
rm /tmp/ready
wait "${churn[@]}"

begin_test "the tasks end"
echo >/tmp/enough
check "status" wait $crowd
check "they are gone" test "$(threads)" -lt "$TASKS"
there_and_back
