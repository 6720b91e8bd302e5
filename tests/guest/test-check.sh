#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-check.sh - klpctl check reports everything that enable would refuse, with the same error
# and exit status, and which body suits each function. It leaves the kernel unchanged.
# not on debug: it names functions that only Debian's configuration has
# timeout: 900
. /klpd/lib.sh
P=/usr/lib/klpd/patches T=/usr/lib/klpd/tests

# Print everything that a check could leave behind, including what other tests do not look at.
state() {
	klpctl status --json | jq -cS '[.generation, .transition.number, .patches, .warnings, .previous, .companion.fmodRetUsed]'
	find /sys/fs/bpf -mindepth 1 | sort
	grep -c . /sys/kernel/tracing/enabled_functions
}

# ask ARG... - run check. Sets $STATUS, $SAID (its output) and $JSON (its output as JSON). Nothing
# may change.
ask() {
	local before

	before=$(state) STATUS=0
	SAID=$(klpctl check "$@" 2>&1) || STATUS=$?
	JSON=$(klpctl check --json "$@" 2>/dev/null) || [[ $? == "$STATUS" ]] || fail "--json has another status"
	expect_eq "what there is, after check $*" "$before" "$(state)"
	echo "# ${SAID//$'\n'/$'\n'# }" | head -n 20
}

expect_output() {
	[[ $SAID == *"$1"* ]] || fail "it is not said: $1"
}

value() {
	expect_eq "$1" "$2" "$(jq -cr "$1" <<<"$JSON")"
}

# verdict SYMBOL BODY VERDICT [WHY] - check what is recommended for one function.
verdict() {
	local one

	one=$(jq -c --arg s "$1" --arg b "$2" '.functions[] | select(.symbol == $s) | .recommendations[] | select(.body == $b)' <<<"$JSON")
	expect_eq "$2 for $1" "$3" "$(jq -r .verdict <<<"$one")"
	[[ $(jq -r .why <<<"$one") == *"${4:-}"* ]] || fail "$2 for $1 is not told '$4': $one"
}

# alike VERB ARG... - check reports the error and status of the verb, which must fail.
alike() {
	local verb=$1 options=() status=0 error
	shift

	[[ $verb != replace ]] || options=(--replace)
	ask "${options[@]}" "$@"
	error=$(klpctl "$verb" --json "$@" 2>/dev/null) || status=$?
	((status > 0)) || fail "$verb $* is not refused"
	expect_eq "status of check and of $verb $*" "$status" "$STATUS"
	expect_eq "error of check and of $verb $*" "$(jq -r .error <<<"$error")" \
		"$(jq -r '.error // .problems[0].error' <<<"$JSON")"
	expect_eq "detail of check and of $verb $*" "$(jq -r .parameters.detail <<<"$error")" \
		"$(jq -r '.parameters.detail // .problems[0].detail' <<<"$JSON")"
}

modprobe klp signal_ms=1000000000
start_klpd
snapshot

begin_test a valid patch for each kind of body
ask $P/cmdline.klp.o
expect_eq status 0 "$STATUS"
expect_output "nothing speaks against 'enable' (per task; enables 1 function for fmod_ret until reboot)"
value '.functions[0] | [.loaded, .namesakes, .described, .arguments, .returns, .traceable, .fmodRet]' \
	'[true,1,true,2,"narrow",true,"not_enabled"]'
value '.functions[0].loadTest' not_tried
expect_output "enabling the patch enables it"
verdict cmdline_proc_show guard best "misses no call"
verdict cmdline_proc_show fmod_ret possible "status counts"
ask $T/cmdline-guard.klp.o
expect_eq status 0 "$STATUS"
value '[.strict, .enablesForFmodRet, .functions[0].loadTest]' '[true,0,"passed"]'
verdict cmdline_proc_show guard best "strict patch needs that"
verdict cmdline_proc_show fmod_ret impossible "strict"
expect_output "suits best, is what the patch has"

begin_test functions of each kind
ask $T/kinds.klp.o
expect_eq status 0 "$STATUS"
value '[.enablesForFmodRet, .functions[].loadTest]' '[1,"not_tried","passed","passed"]'
value '[.functions[].returns]' '["pointer","narrow","wide"]'
value '[.functions[].fmodRet]' '["not_enabled","enabled","not_enabled"]'
verdict proc_lookup fmod_ret possible "cannot return NULL"
verdict proc_lookup guard best "may return NULL too"
verdict hrtimer_nanosleep fmod_ret possible "cannot return 0"
verdict security_inode_symlink fmod_ret possible "enabled for it"
ask --immediate $T/kinds.klp.o
expect_eq status 4 "$STATUS"
verdict security_inode_symlink guard impossible "not with --immediate"
verdict security_inode_symlink fmod_ret best
ask $T/multi2.klp.o
expect_eq status 0 "$STATUS"

begin_test modules
rmmod test_klpd_target 2>/dev/null
ask $T/mod-target.klp.o
expect_eq status 0 "$STATUS"
value '.functions[0] | [.loaded, .loadTest]' '[false,"passed"]'
expect_output "its module is not loaded"
verdict test_klpd_target_show fmod_ret impossible "functions of modules"
modprobe test_klpd_target
ask $T/mod-target.klp.o
value '.functions[0] | [.loaded, .namesakes, .traceable, .described]' '[true,1,true,true]'
verdict test_klpd_target_show guard best
alike enable $T/mod-proto.klp.o
alike enable $T/mod-missing.klp.o
alike enable $T/mod-fmod.klp.o
rmmod test_klpd_target
alike enable $T/mod-builtin.klp.o
verdict "$(jq -r '.functions[0].symbol' <<<"$JSON")" guard impossible "part of the kernel"

begin_test each refusal of enable, with the same error
alike enable $T/missing.klp.o
verdict klp_test_no_such_function guard impossible "no such function"
alike enable $T/ambiguous.klp.o
verdict ipmr_mfc_seq_show guard best "KLP_GUARD_AT says which"
verdict ipmr_mfc_seq_show fmod_ret impossible "reaches the first only"
alike enable $T/notrace.klp.o
verdict __bitmap_weight guard impossible "cannot be traced"
alike enable $T/wrongproto.klp.o
alike enable $T/verifier.klp.o
expect_output "hint: Repeat with --verifier-log"
short=$(klpctl check $T/verifier.klp.o | wc -l)
long=$(klpctl check --verifier-log $T/verifier.klp.o | wc -l)
((long > short + 3)) || fail "--verifier-log shows $long lines, without it $short"
alike enable $T/strict.klp.o
alike enable $T/callback.klp.o
alike enable --immediate $T/pertask.klp.o
alike enable $T/many.klp.o
alike enable $T/newer.klp.o
alike enable $T/nometa.klp.o
alike enable /root/nowhere.klp.o

begin_test all problems and not only the first
ask $T/faults.klp.o
expect_eq status 4 "$STATUS"
value '[.problems[] | [(.error | ltrimstr("io.klpd.Manager.")), .function]]' '[["Strict","security_inode_symlink"],["NoSuchFunction","klp_test_no_such_function"],["PrototypeMismatch","version_proc_show"],["VerifierRejected","uptime_proc_show"],["VerifierRejected","loadavg_proc_show"]]'
value '[.functions[].loadTest]' '["passed","not_tried","not_tried","failed","failed","passed"]'
alike enable $T/faults.klp.o
expect_output "5 problems speak against 'enable'"

begin_test beside the patches in force, and as their replacement
check enable klpctl enable $T/cmdline-guard.klp.o
alike enable $P/cmdline.klp.o
value '[.problems[].error, .functions[0].owner]' '["io.klpd.Manager.Conflict","cmdline-guard"]'
alike enable $T/cmdline-guard.klp.o
ask --replace $P/cmdline.klp.o
expect_eq status 0 "$STATUS"
value '[.change, .replaced]' '["replace",["cmdline-guard"]]'
expect_output "in place of cmdline-guard"
expect_eq "still in force" "this has been guarded" "$(cat /proc/cmdline)"
check disable klpctl disable cmdline-guard
check enable klpctl enable $T/states-v2.klp.o
alike replace $T/states-v1.klp.o
alike replace $T/states-none.klp.o
check disable klpctl disable "$(klpctl list --json | jq -r '.patches[0].name')"

begin_test a kernel livepatch or another program controls the function
modprobe test_klpd_livepatch || fail modprobe
check "it is in force" loop_until grep -q 0 /sys/kernel/livepatch/test_klpd_livepatch/transition
alike enable $P/cmdline.klp.o
expect_output "kernel livepatch 'test_klpd_livepatch'"
echo 0 >/sys/kernel/livepatch/test_klpd_livepatch/enabled
check "it goes" loop_until rmmod test_klpd_livepatch
bpftool prog load /usr/lib/klpd/programs/rival.bpf.o /sys/fs/bpf/rival autoattach || fail bpftool
alike enable $T/kinds.klp.o
value '[.functions[] | .taken != null]' '[false,true,false]'
rm /sys/fs/bpf/rival

begin_test while a change runs
sleep 300 &
sleeper=$!
loop_until grep -q nanosleep /proc/$sleeper/stack
check enable klpctl enable --no-wait $T/held.klp.o
ask $P/meminfo.klp.o
expect_eq status 9 "$STATUS"
value '[.problems[].error]' '["io.klpd.Manager.Busy"]'
kill $sleeper
check "it completes" loop_until in_force held
check disable klpctl disable held

begin_test a caller without permission
expect_fail 10 setpriv --reuid 1001 --regid 1001 --groups 990 -- klpctl check $P/cmdline.klp.o

begin_test without the companion
stop_klpd
loop_until rmmod klp || fail rmmod
start_klpd
alike enable $P/cmdline.klp.o
value '[.problems[].error]' '["io.klpd.Manager.NoCompanion","io.klpd.Manager.NotPermittedByKernel"]'
verdict cmdline_proc_show guard needs_companion "modprobe klp"
verdict cmdline_proc_show fmod_ret needs_companion "modprobe klp"
alike enable --immediate $P/cmdline.klp.o
ask --immediate $P/lsm-symlink.klp.o
expect_eq status 0 "$STATUS"
value '[.consistency, .functions[0].loadTest]' '["immediate","passed"]'
verdict security_inode_symlink fmod_ret best "works without the companion"
ask $T/cmdline-guard.klp.o
expect_eq status 7 "$STATUS"
expect_output "without it nothing task by task can be loaded"
stop_klpd
ok
