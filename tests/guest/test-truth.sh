#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-truth.sh - status reports what the kernel does: with ftrace off before and after, with a
# foreign hook that is attached later and decides too, with a body that another program detached,
# and for functions that have several names.
# timeout: 600
. /klpd/lib.sh
P=/usr/lib/klpd/patches T=/usr/lib/klpd/tests F=/proc/sys/kernel/ftrace_enabled
PROGRAMS=/usr/lib/klpd/programs

line() { head -n 1 /proc/cmdline; }

# field FILTER - print a field of status, ignoring its exit status.
field() { klpctl status --json | jq -rc "$1"; }

# whole NAME - status has no complaint about the patch.
whole() {
	check "status is fine" klpctl status
	expect_eq "effect" '["whole","attached"]' "$(field ".patches[] | select(.name == \"$1\") | [.effect, .functions[0].state]")"
	expect_eq "warnings" '[[],[]]' "$(field '[.warnings, .warningDetails]')"
}

# told EFFECT STATE KIND WORD... - status exits with 15 and reports the patch and its function
# with these values, for this one reason only.
told() {
	local word

	expect_fail 15 klpctl status
	for word in "${@:4}"; do
		[[ $OUTPUT == *"Warning: "*"$word"* ]] || fail "no warning of '$word': $OUTPUT"
	done
	grep 'Warning' <<<"$OUTPUT" | sed 's/^ */# /'
	expect_fail 15 klpctl status --json
	expect_eq "in JSON" "[\"$1\",\"$2\"]" "$(jq -c '.patches[0] | [.effect, .functions[0].state]' <<<"$OUTPUT")"
	expect_eq "kinds" "[\"$3\"]" "$(jq -c '[.warningDetails[].kind]' <<<"$OUTPUT")"
	expect_eq "patch, function, effect" "$(jq -c '.patches[0] | [.name, .effect]' <<<"$OUTPUT")" \
		"$(jq -c '.warningDetails[0] | [.patch, .effect]' <<<"$OUTPUT")"
	expect_eq "the sentence" "$(jq -c '.warnings' <<<"$OUTPUT")" "$(jq -c '[.warningDetails[].text]' <<<"$OUTPUT")"
	expect_eq "list" "$1" "$(klpctl list --json | jq -r '.patches[0].effect')"
}

# watch, seen EFFECT - Monitor reports the effect by itself.
watch() {
	klpctl monitor --json >/tmp/monitor 2>/dev/null &
	monitor=$!
	check monitor loop_until grep -q snapshot /tmp/monitor
}
is_seen() { jq -es --arg e "$1" 'map(select(.event == "warning")) | last | (.patches[0].effect == $e) and ((.warnings | length > 0) == ($e != "whole"))' /tmp/monitor; }
seen() { check "Monitor tells it" loop_until is_seen "$1"; }

start_klpd
snapshot

begin_test ftrace is switched off, immediate patch without the companion
check enable klpctl enable --immediate $P/lsm-symlink.klp.o
expect_eq "in force" "Operation not permitted" "$(symlink_error /proc/self/exe)"
whole lsm-symlink
if ! echo 0 2>/dev/null >$F; then
	expect_eq "it stays on" 1 "$(cat $F)"
	expect_eq "in force" "Operation not permitted" "$(symlink_error /proc/self/exe)"
	whole lsm-symlink
	off=''
else
	expect_eq "the original runs" "" "$(symlink_error /proc/self/exe)"
	told not_in_force not_called ftrace_off "'lsm-symlink'" kernel.ftrace_enabled=0
	[[ $(klpctl list) == *"NOT IN FORCE"* ]] || fail "list: $(klpctl list)"
	[[ $(klpctl show lsm-symlink) == *"NOT IN FORCE in the kernel"* ]] || fail "show: $(klpctl show lsm-symlink)"
	echo 1 >$F
	expect_eq "in force again" "Operation not permitted" "$(symlink_error /proc/self/exe)"
	whole lsm-symlink
	off=yes
fi
check disable klpctl disable lsm-symlink
ok

modprobe klp
check "klpd has it" klpctl status
snapshot
for file in $P/cmdline.klp.o $T/cmdline-guard.klp.o $T/cmdline-override.klp.o; do
	begin_test "ftrace is off before an enable: ${file##*/}"
	if [[ $off ]]; then
		plain=$(line)
		echo 0 >$F
		expect_fail 6 klpctl enable "$file"
		[[ $OUTPUT == *"trace is switched off"*ftrace_enabled* ]] || fail "why is not said: $OUTPUT"
		[[ $OUTPUT != *"another change"* ]] || fail "no other change runs: $OUTPUT"
		expect_fail 6 klpctl enable --json "$file"
		expect_eq "error" '"io.klpd.Manager.FtraceOff"' "$(jq -c .error <<<"$OUTPUT")"
		expect_fail 6 klpctl check "$file"
		[[ $OUTPUT == *FtraceOff* ]] || fail "check does not say it: $OUTPUT"
		expect_eq "nothing is made" "" "$(names)"
		expect_eq "the original" "$plain" "$(line)"
		echo 1 >$F
		check "then it works" klpctl enable "$file"
		[[ $(line) == "this has been "* ]] || fail "not in force: $(line)"
		check disable klpctl disable "$(names)"
	else
		skip "this kernel does not let ftrace be switched off"
	fi
done

begin_test ftrace is switched off while a patch is in force
check enable klpctl enable $P/cmdline.klp.o
watch
if [[ $off ]]; then
	echo 0 >$F
	[[ $(line) != "this has been "* ]] || fail "it is in force"
	seen not_in_force
	told not_in_force not_called ftrace_off "'cmdline'"
	expect_eq "in the log" 1 "$(grep -c "Patch 'cmdline' is not at all in force: ftrace is off" $KLPD_LOG)"
	kill_klpd
	start_klpd
	told not_in_force not_called ftrace_off "'cmdline'"
	check "it can be disabled" klpctl disable cmdline
	expect_eq "nothing is left" "" "$(names)"
	echo 1 >$F
	check enable klpctl enable $P/cmdline.klp.o
	check "a guard" klpctl replace $T/cmdline-guard.klp.o
	# A guard body makes the kernel keep ftrace on.
	(echo 0 >$F) 2>/dev/null && fail "a guard lets ftrace be switched off"
	expect_eq "in force" "this has been guarded" "$(line)"
else
	check "a guard" klpctl replace $T/cmdline-guard.klp.o
fi
whole cmdline-guard
kill $monitor 2>/dev/null
check disable klpctl disable cmdline-guard

rivals_are_gone() {
	[[ $(bpftool -j prog show | jq '[.[] | select(.name == "rival_wins" or .name == "rival_symlink")] | length') == 0 ]]
}
for name in lsm-symlink symlink-guard symlink-override symlink-override-asleep; do
	begin_test "a foreign fmod_ret program is attached after $name"
	file=$T/$name.klp.o target=klp
	[[ $name != lsm-symlink ]] || file=$P/$name.klp.o target=/proc/self/exe
	check enable klpctl enable $file
	expect_eq "the patch's" "Operation not permitted" "$(symlink_error $target)"
	whole $name
	watch
	bpftool prog load $PROGRAMS/rival-wins.bpf.o /sys/fs/bpf/wins autoattach || fail bpftool
	link=$(bpftool -j link | jq '[.[] | select(.type == "tracing")] | last | .id')
	expect_eq "it wins, as the sentence says" "Invalid cross-device link" "$(symlink_error $target)"
	seen partly
	told partly shared program "'rival_wins'" "link $link" "'security_inode_symlink'" \
		"$([[ $name == lsm-symlink ]] && echo "attached later, so it runs first" || echo "runs before this patch")"
	expect_eq "its name and link" "[\"rival_wins\",$link,\"security_inode_symlink\"]" \
		"$(field '.warningDetails[0] | [.other, .linkId, .function]')"
	[[ $(klpctl list) == *"in force, partly"* ]] || fail "list: $(klpctl list)"
	kill_klpd
	start_klpd
	told partly shared program "'rival_wins'" "link $link"
	rm /sys/fs/bpf/wins
	check "it goes" loop_until rivals_are_gone
	expect_eq "the patch's again" "Operation not permitted" "$(symlink_error $target)"
	whole $name
	kill $monitor 2>/dev/null
	check disable klpctl disable $name
done

begin_test a kernel livepatch and a kprobe are enabled after an fmod_ret patch
check enable klpctl enable $P/cmdline.klp.o
watch
modprobe test_klpd_livepatch || fail modprobe
check "it is in force" loop_until grep -q 0 /sys/kernel/livepatch/test_klpd_livepatch/transition
expect_eq "the patch wins, as the sentence says" "this has been live patched" "$(line)"
seen partly
told partly shared livepatch "kernel livepatch 'test_klpd_livepatch'" "this patch decides first"
echo 0 >/sys/kernel/livepatch/test_klpd_livepatch/enabled
check "it goes" loop_until rmmod test_klpd_livepatch
whole cmdline
modprobe test_klpd_livepatch kprobe=1 || fail modprobe
expect_eq "the patch wins" "this has been live patched" "$(line)"
told partly shared redirected "kprobe"
rmmod test_klpd_livepatch || fail rmmod
whole cmdline
seen whole
# A probe that only observes does not change the effect.
echo 'p:look cmdline_proc_show' >/sys/kernel/tracing/kprobe_events
echo 1 >/sys/kernel/tracing/events/kprobes/look/enable
whole cmdline
echo 0 >/sys/kernel/tracing/events/kprobes/look/enable
echo >/sys/kernel/tracing/kprobe_events
kill $monitor 2>/dev/null
check disable klpctl disable cmdline

begin_test a body is detached
check enable klpctl enable $T/cmdline-guard.klp.o
link=$(klpctl status --json | jq '.patches[0].functions[0].linkId')
check detach bpftool link detach id "$link"
[[ $(line) != "this has been "* ]] || fail "it is in force"
expect_fail 15 klpctl status --json
expect_eq "effect" '"not_in_force"' "$(jq -c '.patches[0].effect' <<<"$OUTPUT")"
expect_eq "kinds" '["broken","not_called"]' "$(jq -c '[.warningDetails[].kind]' <<<"$OUTPUT")"
check disable klpctl disable cmdline-guard

# unread NAME HIDE SHOW WORD ENABLE... - with what tells it unreadable, status knows neither that
# the patch is in force nor that it is not, also in a klpd that is started then.
unread() {
	check enable "${@:5}"
	watch
	$2 || fail "$2"
	seen unknown
	told unknown unknown unreadable "'$1'" "enabled_functions of tracefs, cannot be read" "$4"
	[[ $(klpctl list) == *"NOT KNOWN"* ]] || fail "list: $(klpctl list)"
	[[ $(klpctl show "$1") == *"NOT KNOWN whether it is called"* ]] || fail "show: $(klpctl show "$1")"
	kill_klpd
	start_klpd
	told unknown unknown unreadable "'$1'"
	$3 || fail "$3"
	whole "$1"
	kill $monitor 2>/dev/null
	check disable klpctl disable "$1"
}
# A debugfs has tracefs, too.
cover() {
	mount -t tmpfs cover /sys/kernel/tracing && mount -t tmpfs cover /sys/kernel/debug
}
uncover() {
	umount /sys/kernel/debug && umount /sys/kernel/tracing
}
spoil() {
	mount -t tmpfs cover /sys/kernel/debug &&
		mount --bind /proc/1/mem /sys/kernel/tracing/enabled_functions
}
unspoil() {
	umount /sys/kernel/tracing/enabled_functions && umount /sys/kernel/debug
}
begin_test tracefs is covered, immediate patch
unread lsm-symlink cover uncover "mount -t tracefs" klpctl enable --immediate $P/lsm-symlink.klp.o
begin_test tracefs is covered, guard body
unread cmdline-guard cover uncover "mount -t tracefs" klpctl enable $T/cmdline-guard.klp.o
begin_test the list of functions cannot be read
unread cmdline spoil unspoil "tracefs, cannot be read (" klpctl enable $P/cmdline.klp.o

begin_test another program closes the gate of an immediate patch
check enable klpctl enable --immediate $P/lsm-symlink.klp.o
read -ra word < <(bpftool -j map lookup pinned /sys/fs/bpf/klpd/gates key 0 0 0 0 | jq -r '.value | join(" ")')
bpftool map update pinned /sys/fs/bpf/klpd/gates key 0 0 0 0 value 0 0 0 0 0 0 0 0 || fail bpftool
expect_eq "the original runs" "" "$(symlink_error /proc/self/exe)"
told not_in_force not_called gate "'lsm-symlink'" "gates word"
bpftool map update pinned /sys/fs/bpf/klpd/gates key 0 0 0 0 value "${word[@]}" || fail bpftool
whole lsm-symlink
bpftool map update pinned /sys/fs/bpf/klpd/gates key 0 0 0 0 value 0 0 0 0 0 0 0 0 || fail bpftool
check "it can be disabled" klpctl disable lsm-symlink
check "and enabled" klpctl enable --immediate $P/lsm-symlink.klp.o
whole lsm-symlink
check disable klpctl disable lsm-symlink

is_out() {
	! klpctl status >/tmp/output && grep -q "klp.ko has no record" /tmp/output
}
begin_test another user of /dev/klp takes a patch out of force
for name in cmdline cmdline-guard; do
	file=$P/$name.klp.o
	[[ $name == cmdline ]] || file=$T/$name.klp.o
	check enable klpctl enable $file
	check take $PROGRAMS/taker $name
	check "it is told" loop_until is_out
	[[ $(line) != "this has been "* ]] || fail "it is in force"
	told not_in_force not_called gate "'$name'" "another user of /dev/klp"
	check "it can be disabled" klpctl disable $name
	expect_eq "nothing is left" "" "$(names)"
done

cp /bin/bash /tmp/klp-alias
# pid - print the pid that a task named klp-alias gets; in other tasks getpid(2) must be correct.
pid() {
	# shellcheck disable=SC2016
	/tmp/klp-alias -c 'echo $$'
}
[[ $(grep -c ' __x64_sys_getpid$' /proc/kallsyms) == 1 ]] || fail "__x64_sys_getpid is not one function"
listed=$(grep -xE '__(x64|ia32|do)_sys_getpid' /sys/kernel/tracing/available_filter_functions)
for kind in guard:424241 fmod:424242; do
	name=alias-${kind%:*}
	begin_test "a function that ftrace lists by another name: $name"
	expect_eq "ftrace has" __do_sys_getpid "$listed"
	check check klpctl check $T/$name.klp.o
	check enable klpctl enable $T/$name.klp.o
	expect_eq pid "${kind#*:}" "$(pid)"
	whole $name
	kill_klpd
	start_klpd
	whole $name
	expect_eq pid "${kind#*:}" "$(pid)"
	expect_fail 4 klpctl enable $T/alias-same.klp.o
	[[ $OUTPUT == *__do_sys_getpid*"'$name'"*__x64_sys_getpid*"two names of one function"* ]] ||
		fail "the conflict is not said: $OUTPUT"
	expect_fail 4 klpctl check $T/alias-same.klp.o
	[[ $OUTPUT == *"two names of one function"* ]] || fail "check does not say it: $OUTPUT"
	check "a replace takes it over" klpctl replace $T/alias-same.klp.o
	expect_eq pid 424243 "$(pid)"
	whole alias-same
	check "and back" klpctl replace $T/$name.klp.o
	expect_eq pid "${kind#*:}" "$(pid)"
	check disable klpctl disable $name
done

begin_test two names of one function in one patch
expect_fail 3 klpctl enable $T/alias-twice.klp.o
[[ $OUTPUT == *"two names of one function"* ]] || fail "$OUTPUT"

begin_test with hidden addresses no other name is known, and the error says so
echo 2 >/proc/sys/kernel/kptr_restrict
kill_klpd
start_klpd
expect_fail 5 klpctl enable $T/alias-guard.klp.o
[[ $OUTPUT == *kptr_restrict* ]] || fail "$OUTPUT"
check "a name that ftrace has" klpctl enable $T/alias-same.klp.o
whole alias-same
check disable klpctl disable alias-same
echo 0 >/proc/sys/kernel/kptr_restrict
stop_klpd
ok
