#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Tests with every verdict: lib.sh must print "1 passed, 3 failed, 1 skipped" and fail.
# shellcheck source=tests/guest/lib/lib.sh
. /klpd/lib.sh
snapshot
begin_test good
begin_test bad
fail "on purpose"
begin_test elsewhere
skip "not here"
begin_test leaves a crash in the log
echo "<4>traps: program[1] general protection fault, meant_to happen" >/dev/kmsg
begin_test dies half way
exit 5
