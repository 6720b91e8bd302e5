#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-many.sh - a patch with the maximum number of functions (KLP_FUNCS_MAX) is enabled, replaced
# by a successor of the same size, taken over by the next klpd, and disabled. klpd's file
# descriptors must suffice for replacing 64 patches of this size by 64 others.
# timeout: 600
# shellcheck source=tests/guest/lib/lib.sh
. /klpd/lib.sh
T=/usr/lib/klpd/tests

fds() {
	find "/proc/$KLPD_PID/fd" -mindepth 1 | wc -l
}

limit() {
	awk '/^Max open files/ { print $4 }' "/proc/$KLPD_PID/limits"
}

# functions NAME - print the number of functions that status lists, by kind of body.
functions() {
	klpctl status --json | jq -c --arg name "$1" \
		'.patches[] | select(.name == $name) | [.state, (.functions | group_by(.body)[] | .[0].body, length)]'
}

modprobe klp
modprobe test_klpd_many
start_klpd
snapshot
expect_eq original "0 256" "$(cat /proc/test_klpd_many)"

begin_test "a patch of 256 functions is enabled, replaced, taken over by a new klpd, disabled"
before=$(fds)
check enable klpctl enable $T/many-1.klp.o
expect_eq patched "1 256" "$(cat /proc/test_klpd_many)"
expect_eq status '["in_force","override",256]' "$(functions many-1)"
each=$(($(fds) - before))
# 64 patches in force and the 64 that replace them.
((128 * each < $(limit))) || fail "a patch of 256 functions takes $each of $(limit) descriptors"

# Replace it by a successor of the same size.
check replace klpctl replace $T/many-2.klp.o
expect_eq patched "2 256" "$(cat /proc/test_klpd_many)"
expect_eq names many-2 "$(names)"
(($(fds) <= before + each)) || fail "$before descriptors, $each a patch, and now there are $(fds)"

kill_klpd
expect_eq patched "2 256" "$(cat /proc/test_klpd_many)"
start_klpd
expect_eq status '["in_force","override",256]' "$(functions many-2)"
expect_eq warnings 0 "$(klpctl status --json | jq '.warnings | length')"

check disable klpctl disable many-2
expect_eq original "0 256" "$(cat /proc/test_klpd_many)"
