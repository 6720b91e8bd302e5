#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# measure.sh TASKS... - in a guest: print the tables of bench-transition; see tests/bench/run.
bench=/usr/lib/klpd/bench/bench-transition

# The measurement releases the sleepers; klp.ko must not signal them.
modprobe klp signal_ms=1000000000 || exit
echo 40000 >/proc/sys/kernel/threads-max

cat <<END

What it takes to start a transition, and how long it lasts, when nobody is in the way. CPU: of the
caller in the call that starts it; lock: longest hold of tasklist_lock; late: the longest that the
most urgent thread of the machine waited for the CPU, and how long while nothing happened.

|           |  tasks |  CPU (us) | call (ms) | done (ms) | lock (us) | late (us) | idle (us) |
| --------- | -----: | --------: | --------: | --------: | --------: | --------: | --------: |
END
"$bench" start "$@" || exit
cat <<END

Stragglers sleep in a patched function for a second, then all are let out, at eight moments between
two passes: time until the transition is complete, since they were called out (at the worst moment)
and since the last of them had left the function (at the best and the worst); late: as above, while
they were in the way.

|         |  tasks | there | found | called (ms) | best (ms) | worst (ms) | late (us) |
| ------- | -----: | ----: | ----: | ----------: | --------: | ---------: | --------: |
END
"$bench" straggle "${@: -1}" 1 500
