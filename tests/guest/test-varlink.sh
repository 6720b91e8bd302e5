#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-varlink.sh - the varlink interface as any program may use it, with varlinkctl only.
. /klpd/lib.sh
SOCKET=/run/klpd/io.klpd
P=/usr/lib/klpd/patches

call() {
	local method=$1
	shift

	varlinkctl -j "$@" call $SOCKET "io.klpd.Manager.$method" "${PARAMETERS:-{\}}"
}

# error METHOD PARAMETERS - print name and fields of the error reply on one line.
error() {
	varlinkctl -j call $SOCKET "io.klpd.Manager.$1" "$2" 2>&1 | tr -d '\n'
}

modprobe klp
start_klpd
snapshot

begin_test info and introspection
varlinkctl info $SOCKET | grep -q io.klpd.Manager || fail "info does not name the interface"
varlinkctl introspect $SOCKET io.klpd.Manager >/tmp/interface || fail "introspect"
for name in Enable Replace Disable Reverse Check Status List Describe Blockers Task Monitor; do
	grep -q "^method $name" /tmp/interface || fail "no method $name"
done
grep -q '^error VerifierRejected' /tmp/interface || fail "no error VerifierRejected"

begin_test enable, list, describe, disable
expect_eq complete true "$(PARAMETERS="{\"path\":\"$P/cmdline.klp.o\"}" call Enable | jq .complete)"
expect_eq list cmdline "$(call List | jq -r '.patches[].name')"
expect_eq describe in_force "$(PARAMETERS='{"name":"cmdline"}' call Describe | jq -r .patch.state)"
expect_eq "describe of a file" null "$(PARAMETERS="{\"path\":\"$P/meminfo.klp.o\"}" call Describe | jq -r .patch.state)"
expect_eq disable disable "$(PARAMETERS='{"name":"cmdline"}' call Disable | jq -r .change)"
expect_eq list 0 "$(call List | jq '.patches | length')"

begin_test errors have names
[[ $(error Disable '{"name":"nobody"}') == *io.klpd.Manager.NoSuchPatch* ]] || fail "NoSuchPatch"
[[ $(error Enable '{"path":"/nowhere"}') == *io.klpd.Manager.FileUnreadable* ]] || fail "FileUnreadable"
[[ $(error Enable '{"path":"relative"}') == *io.klpd.Manager.FileUn* ]] || fail "a relative path"
[[ $(error Enable '{}') == *InvalidParameter* ]] || fail "a missing parameter"
[[ $(error Enable '{"path":7}') == *InvalidParameter* ]] || fail "a parameter of another type"
[[ $(error Describe '{"name":"a","path":"/b"}') == *InvalidParameter* ]] || fail "both name and path"
[[ $(error Describe '{}') == *InvalidParameter* ]] || fail "neither name nor path"
[[ $(error Monitor '{}') == *ExpectedMore* ]] || fail "Monitor without more"
[[ $(error Status '{"x":1}') == *InvalidParameter* ]] || fail "an unknown parameter"
[[ $(error Reverse '{}') == *io.klpd.Manager.NoSuchPatch* ]] || fail "Reverse of nothing"
expect_eq "nobody blocks nothing" '[]' "$(call Blockers | jq -c .blockers)"
[[ $(error Blockers '{"stacks":-1}') == *InvalidParameter* ]] || fail "a negative number of stacks"
[[ $(error Task '{}') == *InvalidParameter* ]] || fail "Task without a pid"
for pid in 0 -1 2147483648 '"1"x'; do
	[[ $(error Task "{\"pid\":$pid}") == *nvalid* ]] || fail "Task of $pid"
done
[[ $(error Task '{"pid":4194303}') == *io.klpd.Manager.NoSuchTask* ]] || fail "NoSuchTask"

begin_test tasks
expect_eq "the shell" "[$$,-1]" "$(PARAMETERS="{\"pid\":$$}" call Task | jq -c '[.pid, .patchState]')"
expect_eq "its name" "$(cat /proc/$$/comm)" "$(PARAMETERS="{\"pid\":$$}" call Task | jq -r .comm)"
expect_eq "a kernel thread" kthreadd "$(PARAMETERS='{"pid":2}' call Task | jq -r .comm)"

begin_test monitor
varlinkctl -j --more call $SOCKET io.klpd.Manager.Monitor '{}' >/tmp/monitor 2>&1 &
monitor=$!
loop_until grep -q snapshot /tmp/monitor
klpctl enable $P/cmdline.klp.o >/dev/null || fail enable
klpctl replace $P/meminfo.klp.o >/dev/null || fail replace
klpctl disable meminfo >/dev/null || fail disable
seen() {
	[[ $(grep -c '"retired"' /tmp/monitor) == 3 ]]
}
check "three changes are seen" loop_until seen
tr -d '\036' </tmp/monitor | jq -r .event | grep -v progress | tr '\n' ' ' >/tmp/events
expect_eq events "snapshot started complete retired started complete retired started complete retired " \
	"$(cat /tmp/events)"
expect_eq "last list" '[]' "$(tr -d '\036' </tmp/monitor | jq -c .patches | tail -n 1)"
kill $monitor

begin_test klpd answers while programs that left wait for their grace period
: >/tmp/busy
change_and_change() {
	while [[ -e /tmp/busy ]]; do
		klpctl enable $P/cmdline.klp.o && klpctl disable cmdline
	done
}
change_and_change >/tmp/changes 2>&1 &
changes=$!
retiring() {
	[[ $(call Status | jq -r .transition.phase) == retire ]]
}
check "it is seen in phase retire" loop_until retiring
rm /tmp/busy
wait $changes || fail "a change failed: $(tail -n 3 /tmp/changes)"

begin_test the group may query and not change
check "a member reads" as 1001 1001 990 varlinkctl call $SOCKET io.klpd.Manager.Status '{}' >/tmp/out
check "and asks for tasks" as 1001 1001 990 varlinkctl call $SOCKET io.klpd.Manager.Task '{"pid":1}' >/tmp/out
check "and for blockers" as 1001 1001 990 varlinkctl call $SOCKET io.klpd.Manager.Blockers '{}' >/tmp/out
expect_fail any as 1000 1000 1000 varlinkctl call $SOCKET io.klpd.Manager.Status '{}'
expect_fail any as 1001 1001 990 varlinkctl call $SOCKET io.klpd.Manager.Enable "{\"path\":\"$P/cmdline.klp.o\"}"
[[ $OUTPUT == *NotAllowed* ]] || fail "not NotAllowed: $OUTPUT"
expect_fail any as 1001 1001 990 varlinkctl call $SOCKET io.klpd.Manager.Disable '{"name":"x"}'
expect_fail any as 1001 1001 990 varlinkctl call $SOCKET io.klpd.Manager.Reverse '{}'
expect_fail any as 1001 1001 990 varlinkctl call $SOCKET io.klpd.Manager.Describe '{"path":"/etc/shadow"}'
[[ $OUTPUT == *NotAllowed* ]] || fail "not NotAllowed: $OUTPUT"

begin_test klpd has no effective capability outside its scopes
expect_eq CapEff 0000000000000000 "$(awk '/^CapEff/ { print $2 }' /proc/$KLPD_PID/status)"
expect_eq NoNewPrivs 1 "$(awk '/^NoNewPrivs/ { print $2 }' /proc/$KLPD_PID/status)"
fds=$(ls /proc/$KLPD_PID/fd | wc -l)
for ((i = 0; i < 5; i++)); do
	klpctl enable $P/cmdline.klp.o >/dev/null || fail enable
	klpctl enable $P/nothing.klp.o >/dev/null 2>&1
	klpctl enable /usr/lib/klpd/tests/verifier.klp.o >/dev/null 2>&1
	klpctl disable cmdline >/dev/null || fail disable
done
loop_until test "$(ls /proc/$KLPD_PID/fd | wc -l)" -le "$fds" || fail "file descriptors are lost"
ok
