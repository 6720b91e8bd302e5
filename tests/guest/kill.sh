# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kill.sh - for guest tests of faults, after lib.sh: one fault at a time, and then whatever is in force
# is the start or the goal, whole. Who uses it has a function `seen`: names of the patches that are seen
# to be in force, as names().

# one POINT WHAT START GOAL COMMAND... - from START, run COMMAND with the fault, expect START or GOAL.
one() {
	local point=$1 what=$2 start=$3 goal=$4 status=0 end name generation
	shift 4

	generation=$(klpctl status --json | jq .generation)
	stop_klpd
	KLPD_FAULT=$point:$what start_klpd
	OUTPUT=$("$@" 2>&1) || status=$?
	if [[ $what == kill ]]; then
		((status == 12)) || fail "$point:kill: klpd did not die there: status $status, $OUTPUT"
		kill_klpd
		start_klpd
	fi
	check "$point:$what: it settles" loop_until settled
	end=$(names)
	if [[ $what == fail ]]; then
		case $point in
		switch:1 | complete:* | retire:*) same "$point:$what" "$goal" "$end" ;;
		*)
			same "$point:$what" "$start" "$end"
			((status == 1)) || fail "$point:$what: status $status: $OUTPUT"
			;;
		esac
	elif [[ $end != "$start" && $end != "$goal" ]]; then
		fail "$point:$what: '$end' is neither '$start' nor '$goal'"
	fi
	same "$point:$what: what is seen" "$end" "$(seen)"
	[[ $end != "$start" ]] ||
		same "$point:$what: generation" "$generation" "$(klpctl status --json | jq .generation)"
	stop_klpd
	start_klpd
	same "$point:$what: what was before" "before-$(klpctl status --json | jq .generation)" \
		"$(cd /sys/fs/bpf/klpd && echo before-*)"
	for name in $end; do
		check "disable $name" klpctl disable "$name" >/dev/null
	done
}
