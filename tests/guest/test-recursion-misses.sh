#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-recursion-misses.sh - a patch is in force for every call, or status reports that it is not.
# One kernel function has a body that takes a millisecond. Many tasks on one CPU call it, and
# real-time tasks and interrupts call it on top of them, on a preemptible kernel. A guard body
# misses no call; an fmod_ret body does, and status, its exit status and Monitor report it.
# timeout: 600
. /klpd/lib.sh
T=/usr/lib/klpd/tests
CALLS=/proc/test_klpd_recursion
THREADS=6 RT=2 SECS=$((6 * SLOW))

# calls CONTEXT... - print "PATCHED ORIGINAL", summed over the contexts.
calls() {
	awk -v wanted=" $* " 'index(wanted, " " $1 " ") { p += $2; o += $3 } END { print p + 0, o + 0 }' $CALLS
}

# storm - call from all contexts for a while; counts start at 0.
storm() {
	echo 8000 >$CALLS
	/usr/lib/klpd/programs/missed $THREADS $RT $SECS || fail "the callers failed"
	sed 's/^/# calls patched, original: /' $CALLS
}

# end_interrupts - stop the interrupts and reset the counts to 0.
end_interrupts() {
	echo 0 >$CALLS
}

missed() {
	klpctl status --json | jq '.patches[0].missed'
}

# switches - print how often klpd has been woken.
switches() {
	sed -n 's/^voluntary_ctxt_switches:\t//p' "/proc/$KLPD_PID/status"
}

modprobe klp
modprobe test_klpd_recursion || fail modprobe
# Later kernels preempt by default.
! kernel_is 6.12 || echo full >/sys/kernel/debug/sched/preempt || fail "preempt=full"
echo "# preemption: $(cat /sys/kernel/debug/sched/preempt)"
start_klpd
snapshot

begin_test the function is not patched
storm
expect_eq "patched calls" 0 "$(calls task rt soft hard | cut -d' ' -f1)"
end_interrupts

begin_test a guard body misses no call
check enable klpctl enable $T/missed-guard.klp.o
storm
for context in task rt soft hard; do
	read -r patched original <<<"$(calls $context)"
	((patched > 50)) || fail "only $patched calls from $context"
	expect_eq "calls from $context that ran the original" 0 "$original"
done
end_interrupts
check "exit status" klpctl status
expect_eq "missed, warnings" '[0,[]]' "$(klpctl status --json | jq -c '[.patches[0].missed, .warnings]')"
check disable klpctl disable missed-guard

begin_test an fmod_ret body misses calls, and klpd reports it
keep # the patch, for the next
check enable klpctl enable $T/missed-fmod.klp.o
expect_eq "before" 0 "$(missed)"
check "exit status before" klpctl status
klpctl monitor --json >/tmp/monitor 2>/dev/null &
monitor=$!
check monitor loop_until grep -q snapshot /tmp/monitor
storm
# No status call has been made yet: klpd reads the counters by itself while a Monitor client is
# connected.
ticks=$(grep -c '"missed","generation' /tmp/monitor)
((ticks > 2)) || fail "Monitor told it $ticks times in $SECS s"
read -r _ tasks <<<"$(calls task rt)"
read -r _ interrupts <<<"$(calls soft hard)"
((tasks > 0)) || fail "no call of a task was missed: this says nothing"
((interrupts > 0)) || fail "no call of an interrupt was missed: this says nothing"
# The answer includes all misses from before the call.
read -r _ seen <<<"$(calls task rt soft hard)"
told=$(missed)
((told >= seen)) || fail "status says $told, and $seen had been missed"
end_interrupts
told=$(missed)
expect_fail 15 klpctl status
[[ $OUTPUT == *"Warning: Patch 'missed-fmod' missed $told calls of 'in_aton': the original ran"* ]] ||
	fail "no warning of $told: $OUTPUT"
[[ $OUTPUT == *"missed $told calls: not fully in force"* ]] || fail "not said at the function: $OUTPUT"
expect_fail 15 klpctl status --json
expect_eq "in JSON" "[$told,$told]" "$(jq -c '.patches[0] | [.missed, .functions[0].missed]' <<<"$OUTPUT")"
expect_eq "log" 1 "$(grep -c "missed-fmod.*calls were missed" $KLPD_LOG)"
risen() {
	[[ $(jq -s 'map(select(.event == "missed") | .patches[0].missed) | max' /tmp/monitor) == "$told" ]]
}
check "Monitor tells it" loop_until risen
kill $monitor

begin_test klpd is not woken to read the counts without a Monitor client
kill_klpd
start_klpd
expect_fail 15 klpctl status
before=$(switches)
storm
expect_eq "times klpd was woken" "$before" "$(switches)"
(($(calls task rt soft hard | cut -d' ' -f2) > 0)) || fail "nothing was missed meanwhile"
end_interrupts
check disable klpctl disable missed-fmod
check "exit status after" klpctl status

begin_test a strict patch with an fmod_ret body is refused
for verb in enable check; do
	expect_fail 4 klpctl $verb $T/missed-strict.klp.o
	[[ $OUTPUT == *"fmod_ret body of 'in_aton' can miss calls, and the patch is strict"* ]] ||
		fail "$verb does not say why: $OUTPUT"
done
storm
expect_eq "patched calls" 0 "$(calls task rt soft hard | cut -d' ' -f1)"
end_interrupts
stop_klpd
ok
