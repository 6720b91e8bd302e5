#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-ways-kernel.sh - how kernel threads and workers of a user process (io_uring, vhost) move
# from the old to the new version, or do not because they are inside. The module
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
	same "where it is" "$parked inside $1" "$(tail -n 1 /proc/test_klpd_kthreads)"
}

t kernel threads elsewhere move: asleep, uninterruptible, running
outside sleep
outside deaf
outside run
inside deaf
blocker=$parked
in_state D "$blocker"
begin enable in-park
only "$blocker"
blocks "$blocker" $INSIDE
check "it is said to be a kthread" is_kthread "$blocker"
check "the others have moved" state_is 1 "${kthreads[@]}"
same "it has not" 0 "$(state "$blocker")"
check "a reader is patched" reads_patched
go "$blocker"
complete in_force in-park
check "it goes on outside" loop_until at outside "$blocker"
go "$blocker"
begin disable in-park
complete nothing_in_force
for p in "${kthreads[@]}"; do
	go "$p"
done
kthreads=()

t a kernel thread that sleeps inside is woken again and again and stays in the way
inside sleep
in_state S "$parked"
begin enable in-park
only "$parked"
blocks "$parked" $INSIDE
# It is woken after 300 ms, and then every 300 ms.
passes 30
same "it is still old" 0 "$(state "$parked")"
check "and inside" at inside "$parked"
go "$parked"
complete in_force in-park
go "$parked"
# The same for a disable.
inside sleep
in_state S "$parked"
begin disable in-park
only "$parked"
same "it is still patched" 1 "$(state "$parked")"
go "$parked"
complete nothing_in_force
go "$parked"

t a kernel thread that runs inside is in the way and moves when it leaves
inside run
begin enable in-park
only "$parked"
passes 10
same "it is still old" 0 "$(state "$parked")"
check "and inside" at inside "$parked"
go "$parked"
complete in_force in-park
check "it runs outside now" at outside "$parked"
go "$parked"
inside run
begin disable in-park
only "$parked"
passes 10
same "it is still patched" 1 "$(state "$parked")"
go "$parked"
complete nothing_in_force
go "$parked"

t busy: an enable and a disable turn several times while kernel threads are inside
inside sleep
old=$parked
begin enable in-park
only "$old"
inside deaf
new=$parked
in_state D "$new"
for _ in 1 2 3; do
	check reverse klpctl reverse
	only "$new"
	check "a reader is not patched" gone reads_patched
	check "reverse again" klpctl reverse
	only "$old"
	same "who is inside keeps its version" "0 1" "$(state "$old") $(state "$new")"
	check "a reader is patched" reads_patched
done
go "$old"
complete in_force in-park
begin disable in-park
only "$new"
check reverse klpctl reverse
complete in_force in-park
begin disable in-park
only "$new"
go "$new"
complete nothing_in_force
go "$old"
go "$new"

t a child of an unpatched task is in the version the transition goes to
(echo "enter brood" >/proc/test_klpd_kthreads) &
mother=$!
in_function $INSIDE "$mother"
echo $FOREVER >$PATIENCE
begin enable in-park
only "$mother"
go "$mother"
# shellcheck disable=SC2317
born() {
	child=$(awk -v mother="$mother" '$1 != mother { print $1 }' /proc/test_klpd_kthreads)
	[[ -n $child ]] && at inside "$child"
}
check "it has a child" loop_until born
# The child went inside at once and sleeps there. If it had been forked in its parent's version,
# it could not have moved and would be a blocker.
in_function $INSIDE "$child"
only "$mother"
same "mother and child" "0 1" "$(state "$mother") $(state "$child")"
check reverse klpctl reverse
only "$child"
same "mother and child" "0 1" "$(state "$mother") $(state "$child")"
check "reverse again" klpctl reverse
only "$mother"
go "$mother"
complete in_force in-park
go "$mother"
wait "$mother"
check "its worker has gone with it" loop_until at ended "$child"
go "$child"
check disable klpctl disable in-park
echo 100 >$PATIENCE

t user workers as vhost has them
kpark worker sleep-outside
worker=$parked
kpark worker sleep
in_state S "$parked"
begin enable in-park
only "$parked"
blocks "$parked" $INSIDE
check "who is elsewhere has moved" state_is 1 "$worker"
passes 30
same "it is still old" 0 "$(state "$parked")"
go "$parked"
complete in_force in-park
begin disable in-park
complete nothing_in_force
go "$parked"
go "$worker"

t a user worker that runs inside
kpark worker run
begin enable in-park
only "$parked"
passes 10
go "$parked"
complete in_force in-park
go "$parked"
check disable klpctl disable in-park

t workers of io_uring
new_fifo
PROGRAM=uring park open "$fifo"
worker=$parked owner=$holder answer=$told
PROGRAM=uring park poll
poller=$parked watcher=$holder
in_function fifo_open "$worker"
inside deaf
in_state D "$parked"
begin enable in-park
only "$parked"
check "both have moved" state_is 1 "$worker" "$poller"
go "$parked"
complete in_force in-park
go "$parked"
check disable klpctl disable in-park
begin enable in-open
only "$worker"
blocks "$worker" fifo_open
passes 30
same "it is still old" 0 "$(state "$worker")"
same "its call goes on" "$worker" "$(said "$answer")"
# The task that opens the other end is in the new version.
: >"$fifo"
complete in_force in-open
check "its request is done" wait "$owner"
[[ $(said "$answer") =~ ^open:\ [0-9]+$ ]] || fail "its request: $(said "$answer")"
check disable klpctl disable in-open
unpark "$watcher"

t force while a kernel thread is inside, which then goes on
keep
inside sleep
begin enable in-park
only "$parked"
check force klpctl force
complete in_force in-park
go "$parked"
check "it goes on" loop_until at outside "$parked"
go "$parked"
check disable klpctl disable in-park
check "nobody is parked any more" test ! -s /proc/test_klpd_kthreads
rmmod test_klpd_kthreads
ok
