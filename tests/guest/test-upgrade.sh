#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-upgrade.sh - klpd is replaced by another build of itself while patches are in force and called all
# the time; the companion cannot be taken away meanwhile. No call runs unpatched.
#
# The patch has a guard body, which misses no call: one look that is not patched is a failure.
# timeout: 600
. /klpd/lib.sh
P=/usr/lib/klpd
TEXT="this has been guarded"

reader() {
	local line

	taskset -pc $(($1 % $(nproc))) $BASHPID >/dev/null
	while [[ ! -e /tmp/stop ]]; do
		read -r line </proc/cmdline
		[[ $line == "$TEXT" ]] && echo patched || echo unpatched
	done >"/tmp/reader.$1"
}

seen() {
	cat /tmp/reader.* | grep -cx "$1"
}

# One more look by each reader, begun after this was called.
more() {
	local file before

	for file in /tmp/reader.*; do
		before=$(wc -l <"$file")
		loop_until test "$(wc -l <"$file")" -gt "$((before + 1))" || return 1
	done
}

what() {
	klpctl status --json | jq -cS '[.generation, .patches]'
}

modprobe klp
start_klpd
snapshot
cp /usr/sbin/klpd /tmp/klpd.old

t klpd is replaced and restarted under load
keep
check enable klpctl enable $P/tests/cmdline-guard.klp.o
before=$(what)
rm -f /tmp/stop
readers=()
for i in $(seq "$(nproc)"); do
	reader "$i" &
	readers+=($!)
	loop_until test -s "/tmp/reader.$i"
done
for round in 1 2 3; do
	cp /tmp/klpd.old /tmp/klpd.new
	mv /tmp/klpd.new /tmp/klpd.$round
	if ((round % 2)); then kill_klpd; else stop_klpd; fi
	check "calls while klpd is away" more
	KLPD_BINARY=/tmp/klpd.$round start_klpd
	same "what is in force, round $round" "$before" "$(what)"
	check "calls under the new klpd" more
done

t the companion stays while a patch is in force
keep
stop_klpd
expect_fail 1 rmmod klp
start_klpd
same "what is in force" "$before" "$(what)"

t no call ran unpatched
touch /tmp/stop
wait "${readers[@]}"
echo "# seen: patched $(seen patched), unpatched $(seen unpatched)"
(($(seen patched) > 0)) || fail "the readers saw nothing"
same unpatched 0 "$(seen unpatched)"
check disable klpctl disable cmdline-guard

t the companion is loaded anew
stop_klpd
check rmmod loop_until rmmod klp
check modprobe modprobe klp
start_klpd
same "its version" "$(klpd --version | awk '{ print $2; exit }')" "$(cat /sys/module/klp/version)"
check enable klpctl enable $P/tests/cmdline-guard.klp.o
same /proc/cmdline "$TEXT" "$(cat /proc/cmdline)"
check disable klpctl disable cmdline-guard

t a companion that calls a function as this kernel does not have it is not loaded
stop_klpd
check rmmod loop_until rmmod klp
file=$(modinfo -n klp)
sed 's/int (struct task_struct \*, unsigned int)/int (struct task_struct *, unsigned inx)/' "$file" >/tmp/klp.ko
cmp -s "$file" /tmp/klp.ko && fail "the prototype is not in klp.ko"
expect_fail any insmod /tmp/klp.ko
dmesg | tail -n 3 | grep -q "function 'wake_up_state' is 'int (struct task_struct \*, unsigned int)'" ||
	fail "the log does not say why: $(dmesg | tail -n 3)"
check modprobe modprobe klp
start_klpd
check enable klpctl enable $P/tests/cmdline-guard.klp.o
check disable klpctl disable cmdline-guard
ok
