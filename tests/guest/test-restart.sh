#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-restart.sh - klpd is killed and started again: patches in force stay so and are taken over.
# timeout: 900
. /klpd/lib.sh
P=/usr/lib/klpd/patches T=/usr/lib/klpd/tests
TEXT="this has been live patched"

# Reads cmdline in a loop and counts the reads that were not patched.
watcher() {
	local line n=0

	while [[ ! -e /tmp/stop ]]; do
		read -r line </proc/cmdline
		[[ $line == "$TEXT" ]] || n=$((n + 1))
	done
	echo $n >/tmp/unpatched
}

modprobe klp signal_ms=1000000000 # sleepers hold transitions up in here
start_klpd
snapshot

begin_test klpd is killed with patches in force
check "enable cmdline" klpctl enable $P/cmdline.klp.o
check "enable lsm-symlink" klpctl enable $P/lsm-symlink.klp.o
before=$(patches_state)
rm -f /tmp/stop
watcher &
watcher=$!
for ((i = 0; i < 3; i++)); do
	kill_klpd
	start_klpd
	expect_eq status "$before" "$(patches_state)"
done
stop_klpd
start_klpd
expect_eq "status after a polite stop" "$before" "$(patches_state)"
touch /tmp/stop
wait $watcher
expect_eq "times not patched" 0 "$(cat /tmp/unpatched)"
check "disable cmdline" klpctl disable cmdline
check "disable lsm-symlink" klpctl disable lsm-symlink

begin_test a second klpd does not start
expect_fail 1 /usr/sbin/klpd
[[ $OUTPUT == *"Another klpd"* ]] || fail "it does not say why: $OUTPUT"
check "the first one answers" klpctl status

begin_test klpd is killed during a transition, which goes on
sleep 300 &
sleeper=$!
loop_until grep -q nanosleep /proc/$sleeper/stack
check enable klpctl enable --no-wait $T/held.klp.o
kill_klpd
start_klpd
expect_eq change enable "$(klpctl status --json | jq -r .transition.change)"
expect_eq entering held "$(klpctl status --json | jq -r .transition.entering)"
expect_fail 9 klpctl enable $P/cmdline.klp.o
kill $sleeper
check "it completes" loop_until in_force held
check disable klpctl disable held

begin_test klpd is killed during a transition, which completes without it
sleep 300 &
sleeper=$!
loop_until grep -q nanosleep /proc/$sleeper/stack
check enable klpctl enable $P/cmdline.klp.o
generation=$(klpctl status --json | jq .generation)
check replace klpctl replace --no-wait $T/held.klp.o
kill_klpd
kill $sleeper
check "cmdline leaves without klpd" loop_until no_line "$TEXT" /proc/cmdline
start_klpd
check "held is in force" loop_until in_force held
expect_eq patches held "$(klpctl status --json | jq -r '.patches[].name')"
expect_eq generation $((generation + 1)) "$(klpctl status --json | jq .generation)"
check disable klpctl disable held

begin_test klpd is killed during a transition, which is then reversed
sleep 300 &
sleeper=$!
loop_until grep -q nanosleep /proc/$sleeper/stack
check enable klpctl enable --no-wait $T/held.klp.o
kill_klpd
start_klpd
check reverse klpctl reverse
kill $sleeper
check "nothing is in force" loop_until nothing_in_force

begin_test foreign files and empty directories among the pins
stop_klpd
mkdir -p /sys/fs/bpf/klpd/gen-9000 /sys/fs/bpf/klpd/foreign
bpftool map create /sys/fs/bpf/klpd/stray type array key 4 value 8 entries 1 name stray
mkdir /sys/fs/bpf/klpd/gen-9001
bpftool map create /sys/fs/bpf/klpd/gen-9001/meta type array key 4 value 8 entries 1 name klp_meta
start_klpd
[[ -e /sys/fs/bpf/klpd/gen-9000 ]] && fail "a half-built directory is still there"
[[ -e /sys/fs/bpf/klpd/gen-9001/meta ]] || fail "damaged pins were removed"
warnings | grep -q gen-9001 || fail "damaged pins are not told: $(warnings)"
warnings | grep -q "not klpd's" || fail "foreign names are not told: $(warnings)"
check enable klpctl enable $P/cmdline.klp.o
check disable klpctl disable cmdline
stop_klpd
rm -r /sys/fs/bpf/klpd/gen-9001 /sys/fs/bpf/klpd/stray /sys/fs/bpf/klpd/foreign
start_klpd
expect_eq warnings "" "$(warnings)"

begin_test gates without a patch are closed
stop_klpd
bpftool map update pinned /sys/fs/bpf/klpd/gates key 0 0 0 0 value 4 0 0 0 0 0 0 0
start_klpd
expect_eq gates 0x00 "$(bpftool -j map lookup pinned /sys/fs/bpf/klpd/gates key 0 0 0 0 | jq -r '.value[0]')"

begin_test pins of patches that are not in force are removed
stop_klpd
KLPD_FAULT=switch:0:kill start_klpd
klpctl enable $P/cmdline.klp.o 2>/dev/null && fail "klpd was not killed"
wait "$KLPD_PID" 2>/dev/null
compgen -G '/sys/fs/bpf/klpd/gen-*' >/dev/null || fail "no pins were left"
start_klpd
expect_eq patches '[]' "$(klpctl status --json | jq -c .patches)"
ok
