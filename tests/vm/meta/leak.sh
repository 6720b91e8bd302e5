#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Tests with every verdict: lib.sh must print "1 passed, 3 failed, 1 skipped" and fail.
# shellcheck source=tests/guest/lib/lib.sh
. /klpd/lib.sh
snapshot
t good
t bad
fail "on purpose"
t elsewhere
skip "not here"
t leaves a crash in the log
echo "<4>traps: program[1] general protection fault, meant_to happen" >/dev/kmsg
t dies half way
exit 5
