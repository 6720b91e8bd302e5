# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# lib.sh - for scripts that run in a guest: `. /klpd/lib.sh`.
#
# A script (without set -e, because it goes on after a failed check) is a sequence of tests.
# `begin_test NAME` begins a test and ends the previous one; a test passes unless it called
# `fail`. Stdout is TAP, so that prove(1) reads it: one line for each test, in which N counts up,
# and the plan at the end. The reason of a failure is a comment after its line.
#
#	ok N - NAME  |  not ok N - NAME  |  ok N - NAME # SKIP why
#	1..N
#
# After the plan comes "N passed, N failed, N skipped". The status is 1 if a test failed or none
# ran. Promises that a script that dies half way counts as failed, and that waits depend on
# effects, not on time (loop_until has a limit). After `snapshot`, a test fails if it leaves a
# link, a program, a pin, a patch, a reference on the companion or a complaint in the log.

PASSED=0 FAILED=0 SKIPPED=0
TEST='' WHY='' VERDICT='' WATCH='' KEEP=''
# A kernel with checkers is slower.
SLOW=1
[[ $(uname -r) != *-debug ]] || SLOW=4
LOOP_SECONDS=${LOOP_SECONDS:-$((30 * SLOW))}
KLPD_PID='' KLPD_LOG=/tmp/klpd.log
# A pipe to which nothing is written: reading from it with a time limit sleeps without a process.
exec {NOTHING}<> <(:)

# ---- tests -------------------------------------------------------------------------------------

# begin_test NAME... - begin a test.
begin_test() {
	end_test
	TEST=$* WHY='' VERDICT='' KEEP=''
}

# fail WHY... - mark the test as failed and continue; the first reason is reported.
fail() {
	WHY=${WHY:-$*}
	echo "# ${*//$'\n'/$'\n'# }"
	return 1
}

# skip WHY... - this test cannot run here. Return from it after this.
skip() {
	VERDICT=skip WHY=${WHY:-$*}
}

# ok - end this test; same as beginning the next.
ok() {
	end_test
}

# check WHAT COMMAND... - fail with WHAT if the command does not succeed.
check() {
	local what=$1
	shift

	"$@" || fail "$what ($*: status $?)"
}

# expect_eq WHAT WANTED GOT - fail if the two differ.
expect_eq() {
	[[ $2 == "$3" ]] || fail "$1: wanted '$2', got '$3'"
}

# expect_fail STATUS COMMAND... - the command must fail with exactly this status; its output is in
# $OUTPUT. STATUS `any`: any but 0 and the statuses of a command that was killed or not found.
expect_fail() {
	local want=$1 status=0
	shift

	OUTPUT=$("$@" 2>&1) || status=$?
	if [[ $want == any ]]; then
		((status > 0 && status < 126)) && return
	elif ((status == want)); then
		return
	fi
	fail "'$*' ended with status $status instead of $want, and said: $OUTPUT"
}

# Short names, which scripts outside of this tree use.
t() { begin_test "$@"; }
same() { expect_eq "$@"; }

# loop_until COMMAND... - repeat until it succeeds, for at most LOOP_SECONDS.
loop_until() {
	local end=$((SECONDS + LOOP_SECONDS))

	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return 1
		read -rt 0.02 -u "$NOTHING" || :
	done
}

# no_line REGEX FILE... - succeed if no line matches in the files, all of which can be read. It is
# not the opposite of grep -q, which fails also without a file.
no_line() {
	local status=0

	grep -qE -- "$@" || status=$?
	((status == 1))
}

# look - call klpctl status once. Sets SETTLED (no transition runs and all patches are in force),
# NAMES as names() prints, and GENERATION.
# shellcheck disable=SC2034 # for the scripts that call it
look() {
	local status code=0

	# 15: a patch in force is not whole, which does not keep it from being settled
	status=$(klpctl status --json) || code=$?
	((code == 0 || code == 15)) && IFS=$'\t' read -r SETTLED GENERATION NAMES < <(jq -r '[
		(.transition == null and all(.patches[]; .state == "in_force")), .generation,
		(.patches | map(.name) | join(" "))] | join("\t")' <<<"$status")
}

# settled - for loop_until: no transition runs, and all patches are in force.
settled() {
	look && [[ $SETTLED == true ]]
}

# in_force NAME... - for loop_until: no transition runs, and exactly these patches are in force,
# named in the order in which they were enabled.
# shellcheck disable=SC2120 # see nothing_in_force
in_force() {
	settled && [[ $NAMES == "$*" ]]
}

nothing_in_force() {
	in_force
}

# no_transition - for loop_until: no transition runs.
no_transition() {
	[[ $(klpctl status --json | jq '.patches != null and .transition == null') == true ]]
}

# names - print the patches in the kernel, in the order in which they were enabled, on one line.
# Like warnings and patches_state, it prints "no answer" if klpd gives none, because then an empty
# text or a null would mean nothing.
names() {
	klpctl status --json | jq -er '[.patches[].name] | join(" ")' || echo "no answer"
}

# patches_state - print what a refused command must not change, and what outlives klpd.
patches_state() {
	klpctl status --json | jq -cSe 'if .patches then
		[.generation, .transition, .patches, .previous] else empty end' || echo "no answer"
}

warnings() {
	klpctl status --json | jq -er '.warnings | join("\n")' || echo "no answer"
}

# refuse STATUS WORD... -- ARG... - `klpctl ARG...` fails with this status, its message contains
# all the words, and nothing changes. A word io.klpd.Manager.NAME is the varlink error. The message
# is in $OUTPUT.
refuse() {
	local status=$1 words=() word state
	shift

	while (($#)) && [[ $1 != -- ]]; do
		words+=("$1")
		shift
	done
	shift || fail "refuse: no command"
	((${#words[@]})) || fail "refuse $*: without a word every message will do"
	state=$(patches_state; warnings)
	[[ $state != *"no answer"* ]] || fail "refuse $*: klpd does not answer"
	expect_fail "$status" klpctl "$@"
	printf '%s\n' "$OUTPUT" | sed -n 's/^/# /; 1,3p'
	for word in "${words[@]}"; do
		case $word in
		'') fail "refuse $*: every message contains an empty word" ;;
		io.klpd.Manager.*)
			expect_eq "error of '$*'" "$word" "$(klpctl --json "$@" 2>/dev/null | jq -r .error)" ;;
		*) [[ $OUTPUT == *"$word"* ]] || fail "nothing is said of '$word': $OUTPUT" ;;
		esac
	done
	expect_eq "what is in force after '$*'" "$state" "$(patches_state; warnings)"
}

# as USER GROUP GROUPS COMMAND... - run a command with these ids.
as() {
	setpriv --reuid "$1" --regid "$2" --groups "$3" -- "${@:4}"
}

# cmdline - print the line of /proc/cmdline that its function or a body writes.
cmdline() {
	head -n 1 /proc/cmdline
}

# symlink_error TO - print the error of creating a symbolic link to TO; nothing if it succeeds.
symlink_error() {
	ln -s "$1" /tmp/link 2>&1 | sed 's/.*: //'
	rm -f /tmp/link
}

# read_lines TEXT - how many lines of the readers' output (/tmp/reader.*) are TEXT.
read_lines() {
	cat /tmp/reader.* | grep -cxF -- "$1"
}

# begin_sleep - start a process, $sleeper, that sleeps in nanosleep(2) until end_sleep.
begin_sleep() {
	sleep 1000 &
	sleeper=$!
	loop_until grep -q nanosleep "/proc/$sleeper/stack" || fail "the sleeper does not sleep"
}

end_sleep() {
	kill "$sleeper"
	wait "$sleeper" 2>/dev/null
}

# sleeper_blocks - for loop_until: $sleeper is a blocker.
sleeper_blocks() {
	klpctl blockers --json | grep -q "\"pid\":$sleeper,"
}

# gone COMMAND... - for loop_until: the command fails.
gone() {
	! "$@"
}

# result HOW NAME [DIRECTIVE] - print the result of a test. A # in a name would begin a directive.
result() {
	echo "$1 $((PASSED + FAILED + SKIPPED)) - ${2//#/\\#}${3:-}"
}

end_test() {
	local left

	[[ -n $TEST ]] || return 0
	if [[ -n $WATCH && -z $KEEP && $VERDICT != skip ]] && ! LOOP_SECONDS=$((10 * SLOW)) loop_until leftovers; then
		left=$(leftovers)
		left=${left//$'\n'/; }
		fail "left behind: ${left:0:2000}" || :
	fi
	if [[ $VERDICT == skip ]]; then
		SKIPPED=$((SKIPPED + 1))
		result ok "$TEST" " # SKIP ${WHY//$'\n'/; }"
	elif [[ -n $WHY ]]; then
		FAILED=$((FAILED + 1))
		result "not ok" "$TEST"
		echo "# failed: ${WHY//$'\n'/; }"
		show_klpd_log
	else
		PASSED=$((PASSED + 1))
		result ok "$TEST"
	fi
	TEST='' WHY='' VERDICT='' KEEP=''
}

end_script() {
	local status=$?

	trap - EXIT
	# First end the current test, because it is the one that died.
	if ((status != 0)); then
		TEST=${TEST:-$0}
		fail "the script ended there with status $status" || :
	fi
	end_test
	[[ -z $KLPD_PID ]] || kill -KILL "$KLPD_PID" 2>/dev/null
	((PASSED + FAILED + SKIPPED)) || echo "Bail out! No test ran."
	echo "1..$((PASSED + FAILED + SKIPPED))"
	echo "$PASSED passed, $FAILED failed, $SKIPPED skipped"
	exit $((FAILED > 0 || PASSED + SKIPPED == 0))
}
trap end_script EXIT

# ---- what a test must not leave ------------------------------------------------------------------

COMPLAINT='WARNING: .*([0-9]+ at | at |possible|suspicious|inconsistent|bad |held )|BUG: |BUG at |Oops|general protection|segfault|rcu: INFO:|refcount_t: |INFO: trying to register|list_(add|del) corruption'
STATE_PROGRAM=/usr/lib/klpd/programs/kernel-state

# Called by each test, so it starts few processes: each costs a guest tens of milliseconds.
kernel_state() {
	local patches=''

	if [[ -x $STATE_PROGRAM ]]; then
		$STATE_PROGRAM
	else # a guest without the project
		echo "references 0"
		complaints | sed 's/^/log /'
	fi
	if [[ -S /run/klpd/io.klpd ]]; then
		patches=$(klpctl list --json 2>/dev/null)
	fi
	[[ -z $patches || $patches == '{"patches":[]}' ]] ||
		jq -r '.. | objects | select(has("name") and has("state")) | "patch \(.name) \(.state)"' <<<"$patches"
}

# complaints - print complaints of the kernel, and of crashed programs of the project, in the log.
# Also report if lockdep, where it exists, has turned itself off, because it detects nothing
# afterwards.
complaints() {
	dmesg | grep -E "$COMPLAINT"
	[[ ! -e /proc/lockdep_stats ]] || grep -E 'debug_locks: +0' /proc/lockdep_stats
}

declare -A WAS
REFERENCES=0

# module_references - how many references klp.ko has; 0 if it is not there.
module_references() {
	local references=0

	read -r references 2>/dev/null </sys/module/klp/refcnt || :
	echo "$references"
}

# references_below N - for loop_until
references_below() {
	(($(module_references) < $1))
}

# snapshot - from now on each test must leave the state as it is now.
snapshot() {
	local line

	WAS=()
	while read -r line; do
		case $line in
		"references "*) REFERENCES=${line#* } ;;
		*) WAS[$line]=1 ;;
		esac
	done < <(kernel_state)
	WATCH=1
}

# keep - this test leaves something on purpose for the next one.
keep() {
	KEEP=1
}

# leftovers - print what exists now and did not at the snapshot; succeed if there is nothing.
leftovers() {
	local line references='' left=''

	while read -r line; do
		case $line in
		"references "*)
			references=${line#* }
			((references <= REFERENCES)) || left+="references on klp: $references, were $REFERENCES"$'\n'
			;;
		*) [[ -n ${WAS[$line]:-} ]] || left+=$line$'\n' ;;
		esac
	done < <(kernel_state)
	[[ -n $references ]] || left+="no look at the kernel's state"$'\n'
	[[ -n $left ]] || return 0
	printf '%s' "$left"
	return 1
}

# ---- klpd --------------------------------------------------------------------------------------

klpd_answers() {
	klpctl list
}

# start_klpd [ARG]... - run it in the background; return when it answers.
start_klpd() {
	[[ -d /run/klpd ]] || mkdir -p /run/klpd
	"${KLPD_BINARY:-/usr/sbin/klpd}" "$@" </dev/null >>"$KLPD_LOG" 2>&1 &
	KLPD_PID=$!
	if ! loop_until klpd_up_or_dead || ! kill -0 "$KLPD_PID" 2>/dev/null; then
		show_klpd_log
		fail "klpd did not start"
	fi
}

klpd_up_or_dead() {
	klpd_answers || ! kill -0 "$KLPD_PID"
}

# stop_klpd - end it with SIGTERM; it must exit with status 0.
stop_klpd() {
	local status=0

	[[ -n $KLPD_PID ]] || return 0
	kill -TERM "$KLPD_PID"
	loop_until gone kill -0 "$KLPD_PID" || kill -KILL "$KLPD_PID"
	wait "$KLPD_PID" || status=$?
	KLPD_PID=''
	((status == 0)) || fail "klpd ended with status $status"
}

# kill_klpd - end it with SIGKILL.
kill_klpd() {
	[[ -n $KLPD_PID ]] || return 0
	kill -KILL "$KLPD_PID"
	wait "$KLPD_PID" 2>/dev/null
	KLPD_PID=''
}

show_klpd_log() {
	[[ ! -s $KLPD_LOG ]] || tail -n 15 "$KLPD_LOG" | sed 's/^/# klpd: /'
}

# kernel_is PREFIX - e.g. kernel_is 6.12
kernel_is() {
	[[ $(uname -r) == "$1".* ]]
}
