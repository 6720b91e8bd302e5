#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-transition-kthread.sh - how kernel threads and workers of a user process (io_uring, vhost)
# move from the old to the new version, or do not because they are inside. The module
# test_klpd_kthreads provides them. These tasks cannot be sent to user mode: they move where they
# sleep, or at a scheduling point.
# timeout: 600
# shellcheck source=tests/guest/lib/lib.sh
. /klpd/lib.sh
# shellcheck source=tests/guest/lib/park.sh
. /klpd/lib/park.sh

INSIDE=srcu_notifier_call_chain
modprobe klp signal_ms=100
modprobe test_klpd_kthreads
start_klpd
snapshot

kthreads=()
# outside HOW, inside HOW - park one kthread.
outside() {
	kpark kthread "$1-outside"
	kthreads+=("$parked")
}

inside() {
	kpark kthread "$1"
	expect_eq "where it is" "$parked inside $1" "$(tail -n 1 /proc/test_klpd_kthreads)"
}

begin_test kernel threads outside patched functions move: sleeping, uninterruptible, running
outside sleep
outside deaf
outside run
inside deaf
blocker=$parked
in_state D "$blocker"
begin enable in-park
expect_only_blockers "$blocker"
blocks "$blocker" $INSIDE
check "it is said to be a kthread" is_kthread "$blocker"
check "the others have moved" state_is 1 "${kthreads[@]}"
expect_eq "it has not" 0 "$(state "$blocker")"
check "a reader is patched" reads_patched
step "$blocker"
complete in_force in-park
check "it goes on outside" loop_until is_at outside "$blocker"
step "$blocker"
begin disable in-park
complete nothing_in_force
for p in "${kthreads[@]}"; do
	step "$p"
done
kthreads=()

begin_test a kernel thread that sleeps inside is woken repeatedly and stays a blocker
inside sleep
in_state S "$parked"
begin enable in-park
expect_only_blockers "$parked"
blocks "$parked" $INSIDE
# It is woken after 300 ms, and then every 300 ms.
passes 30
expect_eq "it is still old" 0 "$(state "$parked")"
check "and inside" is_at inside "$parked"
step "$parked"
complete in_force in-park
step "$parked"
# The same for a disable.
inside sleep
in_state S "$parked"
begin disable in-park
expect_only_blockers "$parked"
expect_eq "it is still patched" 1 "$(state "$parked")"
step "$parked"
complete nothing_in_force
step "$parked"

begin_test a kernel thread that runs inside is a blocker and moves when it leaves
inside run
begin enable in-park
expect_only_blockers "$parked"
passes 10
expect_eq "it is still old" 0 "$(state "$parked")"
check "and inside" is_at inside "$parked"
step "$parked"
complete in_force in-park
check "it runs outside now" is_at outside "$parked"
step "$parked"
inside run
begin disable in-park
expect_only_blockers "$parked"
passes 10
expect_eq "it is still patched" 1 "$(state "$parked")"
step "$parked"
complete nothing_in_force
step "$parked"

begin_test an enable and a disable are reversed several times while kernel threads are inside
inside sleep
old=$parked
begin enable in-park
expect_only_blockers "$old"
inside deaf
new=$parked
in_state D "$new"
for _ in 1 2 3; do
	check reverse klpctl reverse
	expect_only_blockers "$new"
	check "a reader is not patched" gone reads_patched
	check "reverse again" klpctl reverse
	expect_only_blockers "$old"
	expect_eq "who is inside keeps its version" "0 1" "$(state "$old") $(state "$new")"
	check "a reader is patched" reads_patched
done
step "$old"
complete in_force in-park
begin disable in-park
expect_only_blockers "$new"
check reverse klpctl reverse
complete in_force in-park
begin disable in-park
expect_only_blockers "$new"
step "$new"
complete nothing_in_force
step "$old"
step "$new"

begin_test a child of an unpatched task has the version that the transition goes to
(echo "enter brood" >/proc/test_klpd_kthreads) &
mother=$!
in_function $INSIDE "$mother"
echo $FOREVER >$PATIENCE
begin enable in-park
expect_only_blockers "$mother"
step "$mother"
# shellcheck disable=SC2317
has_child() {
	child=$(awk -v mother="$mother" '$1 != mother { print $1 }' /proc/test_klpd_kthreads)
	[[ -n $child ]] && is_at inside "$child"
}
check "it has a child" loop_until has_child
# The child went inside at once and sleeps there. If it had been forked in its parent's version,
# it could not have moved and would be a blocker.
in_function $INSIDE "$child"
expect_only_blockers "$mother"
expect_eq "mother and child" "0 1" "$(state "$mother") $(state "$child")"
check reverse klpctl reverse
expect_only_blockers "$child"
expect_eq "mother and child" "0 1" "$(state "$mother") $(state "$child")"
check "reverse again" klpctl reverse
expect_only_blockers "$mother"
step "$mother"
complete in_force in-park
step "$mother"
wait "$mother"
check "its worker has gone with it" loop_until is_at ended "$child"
step "$child"
check disable klpctl disable in-park
echo 100 >$PATIENCE

begin_test user workers like those of vhost
kpark worker sleep-outside
worker=$parked
kpark worker sleep
in_state S "$parked"
begin enable in-park
expect_only_blockers "$parked"
blocks "$parked" $INSIDE
check "who is elsewhere has moved" state_is 1 "$worker"
passes 30
expect_eq "it is still old" 0 "$(state "$parked")"
step "$parked"
complete in_force in-park
begin disable in-park
complete nothing_in_force
step "$parked"
step "$worker"

begin_test a user worker runs inside
kpark worker run
begin enable in-park
expect_only_blockers "$parked"
passes 10
step "$parked"
complete in_force in-park
step "$parked"
check disable klpctl disable in-park

begin_test workers of io_uring
new_fifo
PROGRAM=uring park open "$fifo"
worker=$parked owner=$holder answer=$told
PROGRAM=uring park poll
poller=$parked watcher=$holder
in_function fifo_open "$worker"
inside deaf
in_state D "$parked"
begin enable in-park
expect_only_blockers "$parked"
check "both have moved" state_is 1 "$worker" "$poller"
step "$parked"
complete in_force in-park
step "$parked"
check disable klpctl disable in-park
begin enable in-open
expect_only_blockers "$worker"
blocks "$worker" fifo_open
passes 30
expect_eq "it is still old" 0 "$(state "$worker")"
expect_eq "its call goes on" "$worker" "$(last_line "$answer")"
# The task that opens the other end is in the new version.
: >"$fifo"
complete in_force in-open
check "its request is done" wait "$owner"
[[ $(last_line "$answer") =~ ^open:\ [0-9]+$ ]] || fail "its request: $(last_line "$answer")"
check disable klpctl disable in-open
unpark "$watcher"

begin_test a transition is forced while a kernel thread is inside, which then continues
keep
inside sleep
begin enable in-park
expect_only_blockers "$parked"
check force klpctl force
complete in_force in-park
step "$parked"
check "it goes on" loop_until is_at outside "$parked"
step "$parked"
check disable klpctl disable in-park
check "nobody is parked any more" test ! -s /proc/test_klpd_kthreads
rmmod test_klpd_kthreads
ok
