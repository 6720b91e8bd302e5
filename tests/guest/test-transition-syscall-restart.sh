#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-transition-syscall-restart.sh - a sleeper that is sent out of a patched function does not
# notice.
#
# After signal_ms, klp.ko sends a task that sleeps inside to the edge of user mode, as a signal
# would, but without a signal. Its system call is resumed from there and must end as it would have
# otherwise: no EINTR, the same result, the same data, and no signal handler runs, not even one
# that was installed without SA_RESTART (all of them here, park -h). Each task here sleeps in the
# patched function when the transition begins, and again, then in the new version, when it has
# completed.
#
# For some calls Linux itself returns EINTR whenever they are woken for a signal that then runs no
# handler (signal(7), "Interruption of system calls and library functions by stop signals"):
# epoll_wait, epoll_pwait, semop, semtimedop, sigtimedwait and sigwaitinfo, io_getevents, reads of
# an inotify descriptor, and socket calls with a timeout (SO_RCVTIMEO, SO_SNDTIMEO). A program
# that uses them sees the same after SIGSTOP and SIGCONT, with a debugger and with kernel
# livepatch.
# timeout: 400
# shellcheck source=tests/guest/lib/lib.sh
. /klpd/lib.sh
# shellcheck source=tests/guest/lib/park.sh
. /klpd/lib/park.sh

modprobe klp signal_ms=100
start_klpd
snapshot

# sent_out PATCH FUNCTION - the parked task is inside, is sent out, and sleeps in the function
# again.
sent_out() {
	in_function "$2" "$parked"
	begin enable "$1"
	complete in_force "$1"
	check "it still sleeps" in_function "$2" "$parked"
	expect_eq "it has said nothing" "$parked" "$(last_line "$told")"
}

# The same for a disable; afterwards the patch is gone.
sent_out_again() {
	begin disable "$1"
	complete nothing_in_force
	check "it still sleeps" in_function "$2" "$parked"
	expect_eq "it has said nothing" "$parked" "$(last_line "$told")"
}

# ends_with TEXT - the parked task ends with this return value of its call.
ends_with() {
	check "it ends" loop_until gone kill -0 "$holder"
	wait "$holder"
	expect_eq "its call" "$1" "$(last_line "$told")"
}

# The task is in restart_syscall(), which resumes the wait with the first call's end time; or it
# has ended.
restarted_or_over() {
	grep -q '^219 ' "/proc/$parked/syscall" || ! kill -0 "$holder"
}

# keeps_its_end PATCH FUNCTION TEXT KIND [FILE] - a call with a timeout waits its full time
# although it was sent out twice. On a busy machine the time may be over before that: then repeat
# it with a longer timeout.
keeps_its_end() {
	local patch=$1 function=$2 text=$3 kind=$4 ms
	shift 4

	for ms in 4000 12000 60000; do
		park -h "$kind" $ms "$@"
		in_function "$function" "$parked"
		begin enable "$patch"
		complete in_force "$patch"
		check "it goes on" loop_until restarted_or_over
		begin disable "$patch"
		complete nothing_in_force
		check "it goes on" loop_until restarted_or_over
		grep -q '^219 ' "/proc/$parked/syscall" 2>/dev/null && break
		wait "$holder"
	done
	((ms < 60000)) || fail "it was never seen to go on"
	LOOP_SECONDS=120 ends_with "$text"
}

begin_test nanosleep sleeps its full time
keeps_its_end in-sleep hrtimer_nanosleep "nanosleep: 0 ok handlers 0" nanosleep

begin_test poll without a timeout returns new data
new_fifo
park -h poll -1 "$fifo"
sent_out in-poll do_sys_poll
sent_out_again in-poll do_sys_poll
signal_fifo "$fifo"
ends_with "poll: 1 ok handlers 0"

begin_test poll with a timeout ends in time
new_fifo
keeps_its_end in-poll do_sys_poll "poll: 0 ok handlers 0" poll "$fifo"

begin_test select returns new data
new_fifo
park -h select "$fifo"
sent_out in-select do_select
sent_out_again in-select do_select
signal_fifo "$fifo"
ends_with "select: 1 ok handlers 0"

begin_test a futex wait ends when it is woken
park -h futex -1 /tmp/futex
sent_out in-futex futex_wait
sent_out_again in-futex futex_wait
expect_eq "woken" "wake: 1 ok handlers 0" "$("$PROGRAMS/park" wake /tmp/futex)"
ends_with "futex: 0 ok handlers 0"

begin_test a futex wait with a timeout ends in time
keeps_its_end in-futex futex_wait "futex: -1 ETIMEDOUT handlers 0" futex /tmp/futex

begin_test a read returns the data
read=in-read function=pipe_read
kernel_is 6 || { read=in-read7 function=fifo_pipe_read; }
new_fifo
park -h read "$fifo"
sent_out $read $function
sent_out_again $read $function
signal_fifo "$fifo"
ends_with "read: 3 ok handlers 0"

begin_test a system call that a driver asks to restart is restarted
modprobe test_klpd_kthreads
(echo "enter sleep" >/proc/test_klpd_kthreads) &
parked=$! holder=$!
told=/tmp/driver
echo "$parked" >$told
sent_out in-park srcu_notifier_call_chain
sent_out_again in-park srcu_notifier_call_chain
step "$parked"
check "it goes on" loop_until is_at outside "$parked"
step "$parked"
check "its write" wait "$holder"
rmmod test_klpd_kthreads
ok
