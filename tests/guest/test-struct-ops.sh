#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-struct-ops.sh - patches with a struct_ops instance, a congestion control: new connections
# use the one in force, open connections keep theirs and keep working across all changes.
# timeout: 900
. /klpd/lib.sh
T=/usr/lib/klpd/tests
CC=/usr/lib/klpd/programs/cc

# Print the window of a new connection that requests the instance now, or "none".
new_connection() {
	"$CC" once klp_cc || true
}

new_is() {
	expect_eq "${2:-a new connection}" "$1" "$(new_connection | sed 's/^cc: klp_cc: No such file or directory$/none/')"
}

# An open connection that transfers data all the time: $talker, $talk.
talks=0 talker='' talk=''
begin_talk() {
	talks=$((talks + 1))
	talk=/tmp/talk.$talks
	"$CC" hold klp_cc >$talk 2>&1 &
	talker=$!
	loop_until grep -q '^[0-9]' $talk || fail "no connection: $(cat $talk)"
}

rounds() {
	awk '{ print $1 }' $talk
}

further() {
	kill -0 "$talker" && (($(rounds) > $1))
}

# talk_is WINDOW - it still transfers data both ways, with this window.
talk_is() {
	loop_until further $(($(rounds) + 2)) || fail "the open connection does not go on: $(cat $talk)"
	expect_eq "the open connection" "$1" "$(awk '{ print $2 }' $talk)"
}

end_talk() {
	kill "$talker" || fail "the open connection has ended: $(cat $talk)"
	wait "$talker" 2>/dev/null
}

# Print the map that the link of the instance holds, as the kernel and as klpd report it.
link_map() {
	bpftool -j link show | jq -c '[.[] | select(.type == "struct_ops") | .map_id]'
}

told_map() {
	klpctl status --json | jq -c '[.patches[] | select(.state != "leaving") | .structOps[] | select(.current) | .mapId]'
}

maps_agree() {
	[[ $(link_map) != '[]' ]] || fail "there is no link"
	expect_eq "the link's map" "$(told_map)" "$(link_map)"
}

no_warnings() {
	expect_eq warnings '[]' "$(klpctl status --json | jq -c .warnings)"
}

# Run twice: with per-task and with immediate consistency.
lives() {
	local how=$1

	begin_test "enable, $how"
	check enable klpctl enable $how $T/cc-1.klp.o
	new_is 11
	expect_eq status '[["tcp_congestion_ops","klp_cc","cc",true]]' \
		"$(klpctl status --json | jq -c '[.patches[].structOps[] | [.type, .name, .map, .current]]')"
	[[ $(klpctl status) == *"struct_ops: tcp_congestion_ops 'klp_cc', swapped at one instant"* ]] ||
		fail "$(klpctl status)"
	maps_agree
	no_warnings
	keep

	begin_test "replace while a connection is open, $how"
	begin_talk
	talk_is 11
	check replace klpctl replace $how $T/cc-2.klp.o
	new_is 22
	talk_is 11
	maps_agree
	expect_eq "one link" 1 "$(bpftool -j link show | jq '[.[] | select(.type == "struct_ops")] | length')"
	keep

	begin_test "rollback twice, $how"
	check rollback klpctl rollback
	new_is 11
	talk_is 11
	check rollback klpctl rollback
	new_is 22
	maps_agree
	end_talk
	keep

	begin_test "disable while a connection is open, $how"
	begin_talk
	talk_is 22
	check disable klpctl disable cc
	new_is none
	talk_is 22
	expect_eq links '[]' "$(link_map)"
	# The name is free at once for another instance.
	check enable klpctl enable $how $T/cc-1.klp.o
	new_is 11
	talk_is 22
	check disable klpctl disable cc
	end_talk
}

begin_test without the companion
start_klpd
snapshot
expect_fail 7 klpctl enable $T/cc-1.klp.o
lives --immediate
stop_klpd

begin_test with the companion
modprobe klp
start_klpd
snapshot
lives ''

begin_test patches without an instance replace one with it, and the reverse
check enable klpctl enable $T/cc-1.klp.o
expect_eq list "0 1" "$(klpctl list --json | jq -r '.patches[0] | "\(.functions) \(.structOps)"')"
begin_talk
check replace klpctl replace /usr/lib/klpd/patches/cmdline.klp.o
new_is none
talk_is 11
check rollback klpctl rollback
new_is 11
check disable klpctl disable cc
end_talk

begin_test show
[[ $(klpctl show $T/cc-held.klp.o) == *"struct_ops: tcp_congestion_ops 'klp_cc'"* ]] || fail "$(klpctl show $T/cc-held.klp.o)"
expect_eq "of a file" '[{"type":"tcp_congestion_ops","name":"klp_cc","map":"cc"}]' \
	"$(klpctl show --json $T/cc-1.klp.o | jq -c '.patch.structOps')"

begin_test refusals
refused() {
	refuse "$1" "$3" "hint: " -- enable $T/$2.klp.o
	[[ $OUTPUT == *"enable '$2'"* || $2 == cc-held ]] || fail "$2 is not named: $OUTPUT"
}
refused 4 cc-taken "already has a struct_ops instance 'cubic' of type tcp_congestion_ops"
refused 5 cc-fixed "Struct_ops instances of type 'bpf_dummy_ops' cannot be swapped"
refused 5 cc-unknown "This kernel has no struct_ops instances of type 'klp_unknown_ops'"
refused 3 cc-name "its member name does not"
refused 6 cc-verifier "program 'bad_ssthresh'"
expect_eq links '[]' "$(link_map)"
new_is none

begin_test an instance that another patch has
check enable klpctl enable $T/cc-1.klp.o
refused 4 cc-held "Struct_ops instance 'klp_cc' of type tcp_congestion_ops is brought by 'cc'"
new_is 11
check disable klpctl disable cc

begin_test another program detaches the instance
check enable klpctl enable $T/cc-1.klp.o
check detach bpftool link detach id "$(bpftool -j link show | jq '.[] | select(.type == "struct_ops") | .id')"
new_is none
[[ $(klpctl status --json | jq -r '.warnings[]') == *"another program has changed or detached its struct_ops instance 'klp_cc'"* ]] ||
	fail "no warning: $(klpctl status)"
# A replacement restores the instance.
check replace klpctl replace $T/cc-2.klp.o
new_is 22
no_warnings
maps_agree
check disable klpctl disable cc

begin_test a blocked replace is reversed
echo 1000000000 >/sys/module/klp/parameters/signal_ms
check enable klpctl enable $T/cc-1.klp.o
begin_talk
begin_sleep
check replace klpctl replace --no-wait --timeout=0 $T/cc-held.klp.o
new_is 33 "while it is held up"
maps_agree
check reverse klpctl reverse
check reversed loop_until no_transition
new_is 11
talk_is 11
maps_agree
check "a replacement whose time runs out" klpctl replace --no-wait --timeout=2 $T/cc-held.klp.o
new_is 33
check "reversed by itself" loop_until no_transition
new_is 11
talk_is 11
no_warnings
keep

begin_test a replace is reversed while klpd does not run
check replace klpctl replace --no-wait --timeout=3 $T/cc-held.klp.o
new_is 33
references=$(module_references)
kill_klpd
check "the companion reverses it alone" loop_until references_below "$references"
start_klpd
check "nothing runs" loop_until no_transition
new_is 11
maps_agree
talk_is 11
no_warnings
keep

begin_test a replace completes while klpd does not run
check replace klpctl replace --no-wait --timeout=0 $T/cc-held.klp.o
kill_klpd
end_sleep
start_klpd
check "it is complete" loop_until no_transition
expect_eq patches cc-held "$(klpctl status --json | jq -r '.patches[].name')"
new_is 33
maps_agree
talk_is 11
no_warnings
check disable klpctl disable cc-held
end_talk
new_is none
ok
