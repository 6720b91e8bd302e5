#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-stress-transition.sh [TRANSITIONS [PAIRS]] - back-to-back transitions in both directions,
# with hundreds of threads that sleep inside, fork bombs and exit storms, and while a CPU goes
# offline and online. No task may be in two versions; kmod-consistency checks this. The long form
# is `tests/vm/run -t 3600 tests/guest/test-stress-transition.sh 1000`.
# timeout: 900
. /klpd/lib.sh

STORM=/usr/lib/klpd/kmod/kmod-consistency
modprobe klp
snapshot

begin_test transitions under load
"$STORM" "${1:-200}" "${2:-100}" 1 >/tmp/storm || fail "status $?: $(grep -v '^#' /tmp/storm)"
sed 's/^/    /' /tmp/storm

begin_test transitions under load while a CPU goes offline and online
"$STORM" $((${1:-200} / 10)) $((${2:-100} / 4)) 1 >/tmp/storm &
storm=$!
cpu=/sys/devices/system/cpu/cpu1/online
toggles=0
while kill -0 $storm 2>/dev/null; do
	echo $((toggles++ % 2)) >$cpu
	# Lets something happen in between.
	sleep 0.5
done
echo 1 >$cpu
wait $storm || fail "status $?: $(grep -v '^#' /tmp/storm)"
sed 's/^/    /' /tmp/storm
echo "# the CPU went or came $toggles times"
((toggles > 2)) || fail "the storm was over before the CPU came back"
ok
