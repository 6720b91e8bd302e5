#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-stall.sh - a transition that somebody holds up: its time runs out, its sleeper is sent out of
# the way and does not notice, or it is forced.
# timeout: 600
. /klpd/lib.sh
T=/usr/lib/klpd/tests
patience=/sys/module/klp/parameters/signal_ms

begin_sleep() {
	sleep 1000 &
	sleeper=$!
	loop_until grep -q nanosleep /proc/$sleeper/stack
}

end_sleep() {
	kill $sleeper
	wait $sleeper 2>/dev/null
}

sleeper_blocks() {
	klpctl blockers --json |
		jq -e --argjson pid $sleeper '.blockers[] | select(.pid == $pid and (.reason | startswith("in ")))'
}

quiet() {
	[[ $(klpctl status --json | jq .transition) == null ]]
}

modprobe klp
start_klpd
snapshot

t the time of an enable runs out
echo 1000000000 >$patience
begin_sleep
expect_fail 11 klpctl enable --timeout=1 $T/held.klp.o
[[ $OUTPUT == *"in time"* ]] || fail "it is not said why: $OUTPUT"
same patches "[]" "$(klpctl status --json | jq -c .patches)"

t the time of one that nobody waits for runs out, too
check enable klpctl enable --no-wait --timeout=1 $T/held.klp.o
check "reversed by itself" loop_until quiet
same patches "[]" "$(klpctl status --json | jq -c .patches)"

t no time limit, and the blocker is named
check enable klpctl enable --no-wait --timeout=0 $T/held.klp.o
check "the sleeper is named" loop_until sleeper_blocks
check reverse klpctl reverse
check "reversed" loop_until quiet
expect_fail 8 klpctl reverse
expect_fail 8 klpctl force
expect_fail 2 klpctl enable --timeout=soon $T/held.klp.o

t a sleeper is sent out of the way and does not notice
echo 100 >$patience
check enable klpctl enable $T/held.klp.o
check "it still sleeps" kill -0 $sleeper
# 219, restart_syscall: how the kernel goes on with a sleep that was cut short.
check "and goes on with its sleep" loop_until grep -q '^219 ' /proc/$sleeper/syscall
check disable klpctl disable held
end_sleep

t the time of a disable runs out
check enable klpctl enable $T/held.klp.o
echo 1000000000 >$patience
begin_sleep
expect_fail 11 klpctl disable --timeout=1 held
same state in_force "$(klpctl status --json | jq -r '.patches[0].state')"
end_sleep
check disable klpctl disable held

t force
keep
begin_sleep
klpctl enable $T/held.klp.o >/tmp/client 2>&1 &
client=$!
check "the sleeper is named" loop_until sleeper_blocks
check force klpctl force
wait $client || fail "the one who waited got status $?: $(cat /tmp/client)"
same state in_force "$(klpctl status --json | jq -r '.patches[0].state')"
same forced '[true,1]' "$(klpctl status --json | jq -c '[.patches[0].forced, .companion.forced]')"
[[ $(klpctl status) == *Forced* ]] || fail "status does not say it"
end_sleep

t a forced patch after a restart and a disable
keep
kill_klpd
start_klpd
same forced true "$(klpctl status --json | jq .patches[0].forced)"
check disable klpctl disable held
same patches "[]" "$(klpctl status --json | jq -c .patches)"
same warnings "[]" "$(klpctl status --json | jq -c .warnings)"
check "its program is kept" test -n "$(find /sys/fs/bpf/klpd -name 'forced-*')"
same links "" "$(bpftool -j link show | jq -r '.[] | select(.type == "tracing") | .id')"
ok
