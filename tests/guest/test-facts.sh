#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-facts.sh - the assumptions about Linux that klpd depends on (tests/facts/) and the promises
# of klp.ko's device (tests/kmod/). Every program is a test (status 0: holds, 77: cannot be tested
# here).
# timeout: 900
# shellcheck source=tests/guest/lib/lib.sh
. /klpd/lib.sh

# within SECONDS COMMAND - run the command with a time limit. Sets `output`; returns its status,
# or 143 if it took longer. Not timeout(1), which waits in nanosleep(2): a fact replaces that
# function.
exec {never}<> <(:)
within() {
	local seconds=$1 pid watcher status=0

	shift
	"$@" >/tmp/output 2>&1 &
	pid=$!
	{ read -r -t "$seconds" -u "$never"; kill "$pid"; } 2>/dev/null &
	watcher=$!
	wait "$pid" || status=$?
	kill "$watcher" 2>/dev/null
	wait "$watcher" 2>/dev/null
	output=$(</tmp/output)
	return "$status"
}

modprobe klp
# These run last: kmod-transition ends with a forced transition, which the companion never
# forgets; kmod-companion fills the table of functions enabled for fmod_ret, for this whole boot.
last='/kmod-(transition|companion)$'
all=$(find /usr/lib/klpd/facts /usr/lib/klpd/kmod -name 'fact-*' -o -name 'kmod-*' | sort)
for fact in $(grep -vE "$last" <<<"$all") $(grep -E "$last" <<<"$all" | sort -r); do
	[[ -x $fact && $fact != *.o ]] || continue
	begin_test "${fact##*/}"
	status=0
	within $((120 * SLOW)) "$fact" || status=$?
	case $status in
	0) [[ $'\n'$output == *$'\n1..'* ]] || fail "it ended without a plan: $output" ;;
	77) skip "${output##*# SKIP }" ;;
	*) fail "status $status, and it said: $output" ;;
	esac
done
