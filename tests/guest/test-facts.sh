#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-facts.sh - the assumptions about Linux that klpd leans on (tests/facts/) and what klp.ko promises at
# its device (tests/kmod/): every program is a test (status 0 holds, 77 cannot be told here).
# timeout: 900
# shellcheck source=tests/guest/lib/lib.sh
. /klpd/lib.sh

# within SECONDS COMMAND - its output in `output`, its status; 143 if it took longer.  Not timeout(1), which
# counts the seconds by nanosleep(2): a fact replaces that.
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
# kmod-transition ends with a forced one, which the companion never forgets; kmod-companion fills the
# table of functions that can be opened, for this whole boot: these go last.
last='/kmod-(transition|companion)$'
all=$(find /usr/lib/klpd/facts /usr/lib/klpd/kmod -name 'fact-*' -o -name 'kmod-*' | sort)
for fact in $(grep -vE "$last" <<<"$all") $(grep -E "$last" <<<"$all" | sort -r); do
	[[ -x $fact && $fact != *.o ]] || continue
	t "${fact##*/}"
	status=0
	within $((120 * SLOW)) "$fact" || status=$?
	case $status in
	0) ;;
	77) skip "$(tail -n 1 <<<"${output#skip }")" ;;
	*) fail "status $status, and it said: $output" ;;
	esac
done
