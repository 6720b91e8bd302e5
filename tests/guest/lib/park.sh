# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# park.sh - for guest tests of transitions, after lib.sh: puts tasks in chosen places and checks
# what a transition reports about them. A test parks with `park` or `kpark`, checks with `blocks`,
# `expect_only_blockers` and `state`, releases with `signal_fifo`, `step` or `unpark`, and ends
# with no task parked.
#
# A task that is parked inside a function being patched or unpatched must be asleep there before
# the change begins: wait with `in_function` (the kernel omits the innermost functions if they
# belong to the scheduler), or with `in_state`.
# shellcheck disable=SC2034 # used by who sources this
T=/usr/lib/klpd/tests
PROGRAMS=/usr/lib/klpd/programs
PATIENCE=/sys/module/klp/parameters/signal_ms
FOREVER=1000000000
parks=0 fifos=0
parked='' holder='' told='' fifo=''

# park [-h] KIND [ARG]... - sets $parked to the parked task, $holder to the process to wait for,
# $told to the file with its output; see tests/programs/park.c.
park() {
	parks=$((parks + 1))
	told=/tmp/park.$parks
	"$PROGRAMS/${PROGRAM:-park}" "$@" >"$told" 2>&1 &
	holder=$!
	loop_until test -s "$told" || fail "park $*: nothing happens"
	parked=$(head -n 1 "$told")
	[[ $parked =~ ^[0-9]+$ ]] || fail "park $*: $parked"
}

# last_line FILE - the last line of a parked task's output.
last_line() {
	tail -n 1 "$1"
}

# unpark PID... - kill it, whatever it does.
unpark() {
	kill -KILL "$@" 2>/dev/null
	wait "$@" 2>/dev/null
}

# new_fifo - set $fifo to a new FIFO.
new_fifo() {
	fifos=$((fifos + 1))
	fifo=/tmp/fifo.$fifos
	mkfifo "$fifo"
}

# signal_fifo FIFO - write one line to it.
signal_fifo() {
	echo go >"$1"
}

# kpark WHAT HOW - park with the module test_klpd_kthreads: a kthread, or a worker of this shell.
# Sets $parked.
kpark() {
	echo "$1 $2" >/proc/test_klpd_kthreads || fail "the module does not park: $*"
	parked=$(tail -n 1 /proc/test_klpd_kthreads | cut -d ' ' -f 1)
	check "$1 $2 is there" loop_until grep -qE "^$parked (inside|outside) " /proc/test_klpd_kthreads
}

# step PID - a task of test_klpd_kthreads takes one step.
step() {
	echo "go $1" >/proc/test_klpd_kthreads || fail "no task $1 is parked by the module"
}

# is_at PLACE PID - succeed if the task is there.
is_at() {
	grep -q "^$2 $1 " /proc/test_klpd_kthreads
}

# in_function NAME PID - wait until it sleeps in that function.
in_function() {
	check "$2 sleeps in $1" loop_until grep -q " $1+" "/proc/$2/stack"
}

# in_state LETTER PID - wait until ps would show that letter.
in_state() {
	check "$2 is in state $1" loop_until grep -q "^State:.$1" "/proc/$2/status"
}

# threads PID - the ids of its threads, on one line.
threads() {
	(cd "/proc/$1/task" && echo *)
}

# state PID - print 1 (patched), 0 (unpatched) or -1 (no transition).
state() {
	"$PROGRAMS/park" state "$1"
}

# state_is STATE PID... - succeed if all tasks have this state; an argument may contain several
# pids.
state_is() {
	local want=$1 pid
	local all=${*:2}

	for pid in $all; do
		[[ $(state "$pid") == "$want" ]] || return
	done
}

# ---- changes
# -------------------------------------------------------------------------------------

# begin enable PATCH | begin disable NAME - start the change without waiting and without a time
# limit.
begin() {
	case $1 in
	enable) check "enable $2" klpctl enable --no-wait --timeout=0 "$T/$2.klp.o" ;;
	disable) check "disable $2" klpctl disable --no-wait --timeout=0 "$2" ;;
	esac
}

# complete in_force NAME | complete nothing_in_force - wait until the transition has completed
# with this result.
complete() {
	check "$*" loop_until "$@"
}

blockers() {
	klpctl blockers --json | jq -r '.blockers[].pid' | sort -n | tr '\n' ' '
}

blockers_are() {
	[[ $(blockers) == "$1" ]]
}

# expect_only_blockers PID... - wait until exactly these tasks are blockers: all others have
# moved.
expect_only_blockers() {
	local want

	want=$(printf '%s\n' "$@" | sort -n | tr '\n' ' ')
	loop_until blockers_are "$want" || fail "in the way are $(blockers), not $want"
}

# The short name, which scripts outside of this tree use.
only() { expect_only_blockers "$@"; }

reason_is() {
	[[ $(klpctl blockers --json | jq -r --argjson pid "$1" '.blockers[] | select(.pid == $pid).reason') == "$2" ]]
}

# blocks PID FUNCTION - wait until the transition reports that the task is in that function.
blocks() {
	loop_until reason_is "$1" "in $2" || fail "$1 is not named in $2: $(klpctl blockers --json)"
}

is_kthread() {
	[[ $(klpctl blockers --json | jq --argjson pid "$1" '.blockers[] | select(.pid == $pid).kthread') == true ]]
}

# passes N - wait until the transition has made N more passes over all tasks.
more_passes() {
	(($("$PROGRAMS/park" passes) >= $1))
}

passes() {
	local now

	now=$("$PROGRAMS/park" passes)
	check "$1 more passes" loop_until more_passes $((now + $1))
}

reads_patched() {
	[[ $(cat /proc/cmdline) == "this has been live patched" ]]
}
