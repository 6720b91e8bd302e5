# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# callbacks.sh - for guest tests of callbacks, after lib.sh: checks the lines that callbacks of
# the test patches and the test modules write to the trace, one each after "klp-test: ", in the
# order of events.
#
# shellcheck disable=SC2034 # used by who sources this
T=/usr/lib/klpd/tests
TRACING=/sys/kernel/tracing
# One clock for all CPUs; otherwise the lines would be in the order of per-CPU clocks.
echo counter >$TRACING/trace_clock

# listen - forget all lines so far.
listen() {
	echo >$TRACING/trace
}

heard() {
	sed -n 's/^.*klp-test: //p' $TRACING/trace
}

# expect_trace ITEM... - exactly these lines came since `listen`, in this order. "PATCH WHEN
# OBJECT..." stands for one line for each object, "= LINE" for any line.
expect_trace() {
	local wanted='' item words object all

	for item; do
		read -ra words <<<"$item"
		if [[ ${words[0]} == = ]]; then
			wanted+="${item#= }"$'\n'
			continue
		fi
		for object in "${words[@]:2}"; do
			wanted+="${words[0]} ${words[1]} $object"$'\n'
		done
	done
	all=$(heard)
	[[ $all == "${wanted%$'\n'}" ]] ||
		fail "wanted: ${wanted//$'\n'/, } heard: ${all//$'\n'/, }"
}

# object NAME FIELD - a field of an object of the only patch.
object() {
	klpctl status --json | jq -r --arg name "$1" --arg field "$2" \
		'.patches[0].objects[] | select(.name == $name)[$field]'
}

# callback_refuses OBJECT - its pre_patch callbacks refuse from now on; `callback_refuses none` ends
# that.
callback_refuses() {
	echo "refuse-$1" >/proc/sys/kernel/domainname
}

unload() {
	check "rmmod $1" loop_until rmmod "$1"
}
