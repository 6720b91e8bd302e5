#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-upgrade.sh - klpd is replaced by another build of itself while patches are in force and
# called all the time; klp.ko cannot be unloaded meanwhile. No call runs unpatched.
#
# The patch has a guard body, which misses no call: one unpatched read is a failure.
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

# more - wait for one more read by each reader that began after this call.
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

begin_test klpd is replaced and restarted under load
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
	expect_eq "what is in force, round $round" "$before" "$(what)"
	check "calls under the new klpd" more
done

begin_test the companion stays while a patch is in force
keep
stop_klpd
expect_fail 1 rmmod klp
start_klpd
expect_eq "what is in force" "$before" "$(what)"

begin_test no call ran unpatched
touch /tmp/stop
wait "${readers[@]}"
echo "# seen: patched $(read_lines patched), unpatched $(read_lines unpatched)"
(($(read_lines patched) > 0)) || fail "the readers saw nothing"
expect_eq unpatched 0 "$(read_lines unpatched)"
check disable klpctl disable cmdline-guard

begin_test the companion is reloaded
stop_klpd
check rmmod loop_until rmmod klp
check modprobe modprobe klp
start_klpd
expect_eq "its version" "$(klpd --version | awk '{ print $2; exit }')" "$(cat /sys/module/klp/version)"
check enable klpctl enable $P/tests/cmdline-guard.klp.o
expect_eq /proc/cmdline "$TEXT" "$(cat /proc/cmdline)"
check disable klpctl disable cmdline-guard

begin_test a companion that calls a function with another prototype is not loaded
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

# speaks ABI - make the companion use this ABI version, and restart klpd.
speaks() {
	kill_klpd
	echo "$1" >/sys/module/klp/parameters/abi
	start_klpd
}

status_json() {
	klpctl status --json | jq -c "$1"
}

begin_test companion with the ABI before: patches in force are listed
keep
stop_klpd
check rmmod loop_until rmmod klp
check insmod insmod $P/tests/abi/klp.ko abi=4 signal_ms=1000000000
start_klpd
check enable klpctl enable $P/tests/cmdline-guard.klp.o
check enable klpctl enable $P/tests/held.klp.o
check "nothing to warn of" klpctl status
speaks 3
expect_eq "what is in force" '[3,false,[["cmdline-guard","in_force"],["held","in_force"]]]' \
	"$(status_json '[.companion.abi, .perTask, (.patches | map([.name, .state]))]')"
expect_fail 15 klpctl status
[[ $OUTPUT == *"speaks ABI 3 of /dev/klp and klpd 4"*"modprobe klp"* ]] || fail "it is not told: $OUTPUT"
expect_eq kinds '["companion"]' "$(status_json '.warningDetails | map(.kind)')"
expect_eq /proc/cmdline "$TEXT" "$(cat /proc/cmdline)"

begin_test companion with the ABI before: no patch is enabled task by task
keep
for try in "enable $P/patches/lsm-symlink.klp.o" "replace $P/patches/lsm-symlink.klp.o" \
	"enable --immediate $P/patches/meminfo.klp.o"; do
	# shellcheck disable=SC2086
	expect_fail 7 klpctl $try
	[[ $OUTPUT == *"klp.ko"*"version 3"*"can be disabled"*"modprobe klp"* ]] || fail "it is not said why: $OUTPUT"
done
expect_fail any klpctl check $P/patches/lsm-symlink.klp.o
[[ $OUTPUT == *"version 3"* ]] || fail "a check does not say it: $OUTPUT"
expect_eq "what is in force" '["cmdline-guard","held"]' "$(status_json '.patches | map(.name)')"

begin_test companion with the ABI before: a disable is reversed, and the error names what is not known
keep
begin_sleep
expect_fail 11 klpctl disable --timeout=1 held
[[ $OUTPUT == *"does not keep it"* && $OUTPUT != *"in the way: "* ]] || fail "it does not say so: $OUTPUT"
expect_fail 7 klpctl blockers --last
[[ $OUTPUT == *"ABI 3"* ]] || fail "it is not said why: $OUTPUT"
check "again" klpctl disable --no-wait --timeout=0 held
check "who is in the way" loop_until sleeper_blocks
check reverse klpctl reverse
end_sleep
check settled loop_until settled
expect_eq "what is in force" '["cmdline-guard","held"]' "$(status_json '.patches | map(.name)')"

begin_test companion with the ABI before: patches in force can be taken out of force
keep
check "a rollback that brings nothing" klpctl rollback
expect_eq "what is in force" '["cmdline-guard"]' "$(status_json '.patches | map(.name)')"
expect_fail 7 klpctl rollback
[[ $OUTPUT == *"version 3"* ]] || fail "it is not said why: $OUTPUT"
check "what needs no companion" klpctl enable --immediate $P/patches/lsm-symlink.klp.o
expect_eq "what is in force" '["cmdline-guard","lsm-symlink"]' "$(status_json '.patches | map(.name)')"
check "and leaves" klpctl disable lsm-symlink
check disable klpctl disable cmdline-guard
check "nothing is in force, and nothing to warn of" klpctl status
[[ $(cat /proc/cmdline) != "$TEXT" ]] || fail "it is still patched"
no_line "cannot claim|Bad address" $KLPD_LOG || fail "the log says: $(cat $KLPD_LOG)"

begin_test companion with an ABI that klpd does not know: patches are listed
keep
speaks 4
check enable klpctl enable $P/tests/cmdline-guard.klp.o
check "this klpd can manage it" /usr/sbin/klpd --check-upgrade
what=$(what)
speaks 99
expect_eq "what there is" '["cmdline-guard","recovery_incomplete",["cmdline_proc_show"]]' \
	"$(status_json '.patches[0] | [.name, .state, (.functions | map(.symbol))]')"
expect_fail 15 klpctl status
[[ $OUTPUT == *"version 99"*"cmdline-guard"*"does not speak"*"install the klpd"* ]] || fail "it is not told: $OUTPUT"
check "a list has it" eval "klpctl list | grep -q cmdline-guard"
for try in "disable cmdline-guard" "enable $P/patches/lsm-symlink.klp.o"; do
	# shellcheck disable=SC2086
	expect_fail any klpctl $try
	[[ $OUTPUT == *"install the klpd"* ]] || fail "'$try' does not say what to do: $OUTPUT"
done
expect_fail 15 klpctl repair
expect_eq /proc/cmdline "$TEXT" "$(cat /proc/cmdline)"

begin_test an upgrade that would leave patches unmanageable is refused
references=$(module_references)
expect_fail 7 /usr/sbin/klpd --check-upgrade
[[ $OUTPUT == *"ABI 99"*"speaks 4 and 3"*"patch 'cmdline-guard'"* ]] || fail "it does not say why: $OUTPUT"
expect_eq references "$references" "$(module_references)"
check "the klpd that runs goes on" klpctl list
speaks 3
check "one that knows the ABI before can" /usr/sbin/klpd --check-upgrade
check "as it can beside a klpd that has the device" klpctl list
speaks 4
expect_eq "what is in force" "$what" "$(what)"
check disable klpctl disable cmdline-guard
echo 99 >/sys/module/klp/parameters/abi
check "where nothing is in force no ABI matters" /usr/sbin/klpd --check-upgrade
check "a patch that needs no companion" klpctl enable --immediate $P/patches/lsm-symlink.klp.o
check "does not matter either" /usr/sbin/klpd --check-upgrade
check disable klpctl disable lsm-symlink
stop_klpd
check rmmod loop_until rmmod klp
check "nor without a companion" /usr/sbin/klpd --check-upgrade
mkdir /sys/fs/bpf/klpd/gen-9999
bytes=$(printf '%04184d' 0 | sed 's/./0x00 /g')
bytes="0x4b 0x4c 0x50 0x2d 0x50 0x49 0x4e 0x31 0x02 ${bytes#0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 }"
check "pins of a newer klpd" bpftool map create /sys/fs/bpf/klpd/gen-9999/meta type array key 4 value 4184 \
	entries 1 name klp_meta
# shellcheck disable=SC2086
bpftool map update pinned /sys/fs/bpf/klpd/gen-9999/meta key 0 0 0 0 value $bytes
bpftool map freeze pinned /sys/fs/bpf/klpd/gen-9999/meta
expect_fail 4 /usr/sbin/klpd --check-upgrade
[[ $OUTPUT == *"gen-9999"*"newer klpd"* ]] || fail "it does not say why: $OUTPUT"
rm -r /sys/fs/bpf/klpd/gen-9999
check modprobe modprobe klp
start_klpd
ok
