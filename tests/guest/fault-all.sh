#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fault-all.sh - klpd dies, or gets an error, at every single system call of a change that could
# have changed the kernel. Afterwards the kernel must hold the start or the goal, whole, and
# nothing else. A reader that reads all the time must never see anything but the one or the other.
#
# Usage: fault-all.sh [STRIDE [VERB...]]: every STRIDE-th call (1) of enable, replace, disable and
# rollback.
#
# It takes long: `make fault` runs it, `make check` runs test-fault.sh instead. The reader has a
# CPU of its own, because an fmod_ret body misses calls while another task on its CPU is in it.
# timeout: 10000
. /klpd/lib.sh
# shellcheck source=tests/guest/lib/fault.sh
. /klpd/lib/fault.sh
T=/usr/lib/klpd/tests
calls=bpf,ioctl,mkdir,unlink,rmdir
stride=${1:-1}
shift $(($# > 0))
verbs=("$@")
((${#verbs[@]})) || verbs=(enable replace disable rollback)
tried=0 violations=0 not_whole=0

taskset -pc 0 $$ >/dev/null

# The versions of the six functions of the two patches, as one word: o original, 1 multi, 2
# multi2.
files=(uptime loadavg version softirqs cmdline meminfo)
read_files() {
	local f line word=''

	for f in "${files[@]}"; do
		read -r line <"/proc/$f"
		case $line in
		klp:*) word+="1" ;;
		klp2:*) word+="2" ;;
		*) word+="o" ;;
		esac
	done
	LOOK=$word
}

declare -A word_of=([none]=oooooo [multi]=1111oo [multi2]=oo2222)

# Runs until stopped. A read during which the task moved shows in the read after it.
reader() {
	local before=''

	taskset -pc 1 $BASHPID >/dev/null
	while [[ ! -e /tmp/stop ]]; do
		read_files
		[[ $LOOK == "$before" ]] || echo "$LOOK"
		before=$LOOK
	done >/tmp/reader
}

start_reader() {
	rm -f /tmp/stop /tmp/reader
	reader &
	READER=$!
	loop_until test -s /tmp/reader
}

# stop_reader START GOAL - between two whole words, one mixed word is allowed: the read in which
# the task moved.
stop_reader() {
	local word last='' start=${word_of[${1:-none}]} goal=${word_of[${2:-none}]}
	local whole last_whole i

	touch /tmp/stop
	wait "$READER"
	while read -r word; do
		[[ $word == "$start" || $word == "$goal" ]] && whole=1 || whole=''
		for ((i = 0; i < 6; i++)); do
			[[ ${word:i:1} == "${start:i:1}" || ${word:i:1} == "${goal:i:1}" ]] || {
				violations=$((violations + 1))
				fail "the reader saw $word between $start and $goal"
				break
			}
		done
		if [[ -z $whole && -n $last && -z $last_whole ]]; then
			violations=$((violations + 1))
			fail "the reader saw $last and $word in a row"
		fi
		last=$word last_whole=$whole
	done </tmp/reader
}

settled() {
	[[ $(klpctl status --json | jq -c '[.transition, .warnings, (.patches | map(select(.state != "in_force")))]') == '[null,[],[]]' ]]
}

klpd_is_traced() {
	grep -q '^TracerPid:[[:space:]]*[1-9]' "/proc/$KLPD_PID/status"
}

# The expected numbers of links, pinned links and sets of pins.
counts() {
	echo "$(bpftool -j link show | jq '[.[] | select(.type == "tracing" or .type == "struct_ops")] | length')" \
		"$(find /sys/fs/bpf/klpd -name 'link-*' | wc -l)" "$(find /sys/fs/bpf/klpd -name 'gen-*' | wc -l)"
}

declare -A counts_of=([none]="0 0 0" [multi]="4 4 1" [multi2]="4 4 1")

# one WHAT N START GOAL COMMAND... - inject the fault at the N-th call. Returns 1 if the change
# makes fewer calls.
one() {
	local what=$1 n=$2 start=$3 goal=$4 inject=signal=SIGKILL end tracer
	shift 4

	[[ $what == kill ]] || inject=error=EIO
	[[ -z $start ]] || klpctl enable $T/$start.klp.o >/dev/null || fail "enable $start"
	# A rollback leads back to the goal.
	if [[ $2 == rollback ]]; then
		check "replace" klpctl replace $T/$goal.klp.o >/dev/null
		check "and replace" klpctl replace $T/$start.klp.o >/dev/null
	fi
	[[ -z $start ]] || take_over "$2 $n"
	start_reader
	strace -f -qq -p "$KLPD_PID" -o /tmp/strace -e trace=$calls -e "inject=$calls:$inject:when=$n" &
	tracer=$!
	loop_until klpd_is_traced || fail "strace does not come"
	"$@" >/tmp/output 2>&1
	echo "# $what $n of $*: status $?, $(grep -c . /tmp/strace) calls" >&2
	if grep -q 'INJECTED\|killed by SIGKILL' /tmp/strace; then
		tried=$((tried + 1))
	else
		what=''
	fi
	kill $tracer 2>/dev/null
	wait $tracer 2>/dev/null
	# klpd has died. If it still answers, the process that reads a file for it has died, which
	# klpd survives.
	if [[ $what == kill ]] && ! klpctl list >/dev/null 2>&1; then
		wait "$KLPD_PID" 2>/dev/null
		KLPD_PID=''
		start_klpd
	fi
	check "$what $n: it settles" loop_until settled || klpctl status
	end=$(names)
	[[ $end == "$start" || $end == "$goal" ]] || fail "$what $n: '$end' is neither '$start' nor '$goal'"
	stop_reader "$start" "$goal"
	read_files
	expect_eq "$what $n: what is seen" "${word_of[${end:-none}]-?}" "$LOOK"
	if [[ $(counts) != "${counts_of[${end:-none}]-?}" ]]; then
		not_whole=$((not_whole + 1))
		fail "$what $n: links, pins, sets: $(counts) instead of ${counts_of[${end:-none}]-?}"
	fi
	[[ -z $end ]] || klpctl disable "$end" >/dev/null || fail "disable $end"
	[[ -n $what ]]
}

# every WHAT VERB START GOAL COMMAND... - the fault at every STRIDE-th call.
every() {
	local n what=$1 verb=$2 before=$tried
	shift 2

	begin_test "$verb: $what at every call"
	for ((n = 1; ; n += stride)); do
		one "$what" $n "$@" || break
	done
	echo "# $verb: $what at $((tried - before)) calls"
	((tried > before)) || fail "no fault was tried"
}

modprobe klp
copy_symbols
start_klpd
klpctl enable $T/multi.klp.o && klpctl replace $T/multi2.klp.o && klpctl disable multi2
snapshot
for what in kill fail; do
	for verb in "${verbs[@]}"; do
		case $verb in
		enable) every $what enable "" multi klpctl enable $T/multi.klp.o ;;
		replace) every $what replace multi multi2 klpctl replace $T/multi2.klp.o ;;
		disable) every $what disable multi "" klpctl disable multi ;;
		rollback) every $what rollback multi multi2 klpctl rollback ;;
		esac
	done
done
ok
echo "# faults tried: $tried; the reader saw what it must not: $violations; not whole afterwards: $not_whole"
