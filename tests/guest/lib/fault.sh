# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fault.sh - for guest tests of faults, after lib.sh: one fault at a time; afterwards the start or
# the goal is in force, whole. The script that uses it defines a function `seen`, which prints the
# names of the patches whose effect is visible, in the format of names().
#
# A change is made to patches that the same klpd has enabled, or to patches that it has taken over.
# Each new klpd reads the kernel's symbols again, which under emulation takes longer than the rest
# of a case. Therefore every other step is made with patches that were taken over (take_over), the
# fault is set in a file, so that the klpd that reached the start can also make the change, and the
# files that the kernel generates line by line are read from copies (copy_symbols).
export KLPD_FAULT=/tmp/fault
: >$KLPD_FAULT

# copy_symbols - call when all modules are loaded, before klpd is started.
copy_symbols() {
	local file copy

	for file in /proc/kallsyms /sys/kernel/tracing/available_filter_functions{,_addrs}; do
		copy=/tmp/${file##*/}
		cat $file >"$copy" && mount --bind "$copy" $file || fail "no copy of $file"
	done
}

# with_fault POINT WHAT COMMAND... - run the command with the fault. If klpd had to die, checks
# that it did and starts it again. Sets STATUS (exit status) and OUTPUT.
with_fault() {
	local point=$1 what=$2
	shift 2

	STATUS=0
	echo "$point:$what" >$KLPD_FAULT
	OUTPUT=$("$@" 2>&1) || STATUS=$?
	: >$KLPD_FAULT
	if [[ $what == kill ]]; then
		((STATUS == 12)) || fail "$point:kill: klpd did not die there: status $STATUS, $OUTPUT"
		kill_klpd 2>/dev/null
		start_klpd
	fi
}

# take_over STEP - restart klpd for every other step. A step that comes again, as it does with
# another fault, is made in the way in which it was not made before.
declare -A WAY=()
WAYS=0
take_over() {
	local way=${WAY[$1]-$((++WAYS % 2))}

	WAY[$1]=$((1 - way))
	((way)) || return 0
	stop_klpd
	start_klpd
}

# one POINT WHAT START GOAL COMMAND... - from START, run COMMAND with the fault, expect START or
# GOAL.
one() {
	local point=$1 what=$2 start=$3 goal=$4 end name generation
	shift 4

	[[ -z $start ]] || take_over "$2 $point"
	look
	generation=$GENERATION
	with_fault "$point" "$what" "$@"
	check "$point:$what: it settles" loop_until settled
	end=$NAMES
	if [[ $what == fail ]]; then
		case $point in
		switch:1 | complete:* | retire:*) expect_eq "$point:$what" "$goal" "$end" ;;
		*)
			expect_eq "$point:$what" "$start" "$end"
			((STATUS == 1)) || fail "$point:$what: status $STATUS: $OUTPUT"
			;;
		esac
	elif [[ $end != "$start" && $end != "$goal" ]]; then
		fail "$point:$what: '$end' is neither '$start' nor '$goal'"
	fi
	expect_eq "$point:$what: what is seen" "$end" "$(seen)"
	[[ $end != "$start" ]] || expect_eq "$point:$what: generation" "$generation" "$GENERATION"
	stop_klpd
	start_klpd
	look
	expect_eq "$point:$what: what was before" "previous-$GENERATION" "$(cd /sys/fs/bpf/klpd && echo previous-*)"
	for name in $end; do
		check "disable $name" klpctl disable "$name" >/dev/null
	done
}
