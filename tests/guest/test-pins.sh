#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-pins.sh - pins that are removed, moved, hidden by a mount, damaged or made by a newer klpd,
# while klpd runs and while it does not. Patches in force stay so, are listed, and can be repaired
# or disabled.
# timeout: 900
. /klpd/lib.sh
P=/usr/lib/klpd/patches T=/usr/lib/klpd/tests
D=/sys/fs/bpf/klpd
TEXT="this has been live patched"

# warns REGEX - status has such a warning.
warns() {
	warnings | grep -qE "$1" || fail "no warning '$1': $(warnings)"
}

patched() {
	local line

	read -r line <"$1"
	[[ $line == "$TEXT" || $line == klp:* ]]
}

# status_is STATUS - the exit status of klpctl status.
status_is() {
	local status=0

	klpctl status >/dev/null || status=$?
	expect_eq "status of status" "$1" $status
}

# state NAME - print the patch's state and effect as status reports them.
state() {
	klpctl status --json | jq -r --arg name "$1" '.patches[] | select(.name == $name) | "\(.state) \(.effect)"'
}

pinned() {
	compgen -G "$D/gen-*/$1" >/dev/null
}

gates() {
	bpftool -j map lookup pinned $D/gates key 0 0 0 0 | jq -r '.value[0]'
}

# newer GEN - change the metadata of gen-GEN to a newer format.
newer() {
	local bytes

	mapfile -t bytes < <(bpftool -j map lookup pinned $D/gen-"$1"/meta key 0 0 0 0 | jq -r '.value[]')
	bytes[8]=0x02
	rm $D/gen-"$1"/meta
	bpftool map create $D/gen-"$1"/meta type array key 4 value ${#bytes[@]} entries 1 name klp_meta
	bpftool map update pinned $D/gen-"$1"/meta key 0 0 0 0 value "${bytes[@]}"
	bpftool map freeze pinned $D/gen-"$1"/meta
}

# generation NAME - print the generation of the patch.
generation() {
	klpctl status --json | jq -r --arg name "$1" '.patches[] | select(.name == $name) | .generation'
}

# whole - status has no warning, and there is nothing to repair.
whole() {
	expect_eq warnings "" "$(warnings)"
	status_is 0
	expect_eq repair '[]' "$(klpctl repair --dry-run --json | jq -c .actions)"
}

modprobe klp
start_klpd
snapshot

begin_test a pin is removed while klpd runs
check enable klpctl enable $P/cmdline.klp.o
rm $D/gen-*/link-0
check "it is pinned again without being asked" loop_until pinned link-0
warns "'cmdline' was not pinned any more"
kill_klpd
start_klpd
check "it is in force after a kill" patched /proc/cmdline
whole
rm $D/gen-*/meta
check "the metadata too" loop_until pinned meta
check repair klpctl repair
whole
check disable klpctl disable cmdline

begin_test all pins are removed while klpd runs
check enable klpctl enable $P/cmdline.klp.o
check "enable immediate" klpctl enable --immediate $P/meminfo.klp.o
rm -rf $D 2>/dev/null
warns "'cmdline' was not pinned any more"
warns "gates word was not pinned"
check "another one" klpctl enable $T/multi.klp.o
stop_klpd
start_klpd
expect_eq patches "cmdline meminfo multi" "$(names)"
check cmdline patched /proc/cmdline
check meminfo patched /proc/meminfo
check multi patched /proc/uptime
whole
for name in cmdline meminfo multi; do
	check "disable $name" klpctl disable $name
done

begin_test bpffs is unmounted while klpd runs
check enable klpctl enable $P/cmdline.klp.o
check "enable immediate" klpctl enable --immediate $P/meminfo.klp.o
umount /sys/fs/bpf
warns "There is no bpffs"
status_is 15
expect_fail 4 klpctl enable $T/multi.klp.o
[[ $OUTPUT == *"no bpffs"* ]] || fail "it does not say why: $OUTPUT"
check "what is there can be disabled" klpctl disable meminfo
mount -t bpf bpf /sys/fs/bpf
check "it is pinned again" loop_until pinned meta
check "enable now" klpctl enable $T/multi.klp.o
kill_klpd
start_klpd
expect_eq patches "cmdline multi" "$(names)"
check cmdline patched /proc/cmdline
whole
check "disable cmdline" klpctl disable cmdline
check "disable multi" klpctl disable multi

begin_test another bpffs covers the pins while klpd is stopped
check "enable immediate" klpctl enable --immediate $P/cmdline.klp.o
check enable klpctl enable $P/meminfo.klp.o
check "enable guard" klpctl enable $T/symlink-guard.klp.o
stop_klpd
mount -t bpf covers /sys/fs/bpf
start_klpd
expect_eq patches "cmdline meminfo symlink-guard" "$(names)"
expect_fail 4 klpctl enable $P/cmdline.klp.o
[[ $OUTPUT != *"already controls"* ]] || fail "it is klpd's own: $OUTPUT"
check "disable one of them" klpctl disable meminfo
patched /proc/meminfo && fail "meminfo is still patched"
stop_klpd
umount /sys/fs/bpf
start_klpd
expect_eq "patches, uncovered" "cmdline symlink-guard" "$(names)"
check cmdline patched /proc/cmdline
whole
check "disable cmdline" klpctl disable cmdline
check "disable symlink-guard" klpctl disable symlink-guard

begin_test another bpffs covers the pins while klpd runs
check enable klpctl enable $P/cmdline.klp.o
check "enable another" klpctl enable $P/meminfo.klp.o
mount -t bpf covers /sys/fs/bpf
warns "'cmdline' was not pinned any more"
check "disable one of them" klpctl disable meminfo
umount /sys/fs/bpf
expect_eq patches cmdline "$(names)"
gone_again() {
	[[ $(cd $D && echo gen-*) == gen-$(generation cmdline) ]]
}
check "what left meanwhile is not pinned any more" loop_until gone_again
check "enable it again" klpctl enable $P/meminfo.klp.o
kill_klpd
start_klpd
expect_eq patches "cmdline meminfo" "$(names)"
whole
check "disable cmdline" klpctl disable cmdline
check "disable meminfo" klpctl disable meminfo

begin_test half of a patch is lost while klpd is stopped
check enable klpctl enable $T/multi.klp.o
stop_klpd
rm $D/gen-*/link-1
start_klpd
expect_eq patches multi "$(names)"
expect_eq state "in_force partly" "$(state multi)"
expect_eq "the function that is lost" "loadavg_proc_show" "$(klpctl status --json |
	jq -r '.patches[].functions[] | select(.state == "missing").symbol')"
status_is 15
check "the others are in force" patched /proc/uptime
[[ $(klpctl list 2>&1) == *multi* ]] || fail "list does not name the patch: $(klpctl list 2>&1)"
check disable klpctl disable multi
patched /proc/uptime && fail "it is still patched"
whole

begin_test metadata is lost while klpd is stopped
check enable klpctl enable $T/multi.klp.o
check "enable immediate" klpctl enable --immediate $P/cmdline.klp.o
check "enable guard" klpctl enable $T/symlink-guard.klp.o
lost=$(generation cmdline)
stop_klpd
rm $D/gen-*/meta
start_klpd
expect_eq patches "multi gen-$lost symlink-guard" "$(names)"
check cmdline patched /proc/cmdline
check multi patched /proc/uptime
expect_eq gates 0x01 "$(gates)"
status_is 15
expect_fail 4 klpctl enable $P/meminfo.klp.o
[[ $OUTPUT == *"symlink-guard"* && $OUTPUT != *"already controls"* ]] || fail "it does not say why: $OUTPUT"
check "disable the guard" klpctl disable symlink-guard
check "enable beside the others" klpctl enable $P/meminfo.klp.o
expect_fail 4 klpctl enable $T/multi.klp.o
expect_fail 4 klpctl replace $P/meminfo.klp.o
expect_fail 15 klpctl repair --dry-run
check repair klpctl repair
expect_eq patches meminfo "$(names)"
patched /proc/cmdline && fail "cmdline is still patched"
patched /proc/uptime && fail "multi is still in force"
expect_eq gates 0x00 "$(gates)"
check "disable meminfo" klpctl disable meminfo
whole

begin_test pins of a newer klpd, immediate
check enable klpctl enable --immediate $P/cmdline.klp.o
n=$(generation cmdline)
stop_klpd
newer "$n"
start_klpd
check "it stays in force" patched /proc/cmdline
expect_eq gates 0x01 "$(gates)"
expect_eq state "recovery_incomplete partly" "$(state gen-"$n")"
status_is 15
warns "gen-$n.* newer klpd"
expect_fail 4 klpctl disable gen-"$n"
expect_fail 4 klpctl enable --immediate $P/cmdline.klp.o
check "another one" klpctl enable --immediate $P/meminfo.klp.o
expect_eq gates 0x03 "$(gates)"
check "disable it" klpctl disable meminfo
expect_eq gates 0x01 "$(gates)"
check "still in force" patched /proc/cmdline
klpctl repair --dry-run | grep -q "gen-$n.*it leaves" || fail "a repair would not take it out"
check repair klpctl repair
patched /proc/cmdline && fail "it is still patched"
whole

begin_test pins of a newer klpd, per task
check enable klpctl enable $P/cmdline.klp.o
stop_klpd
newer 1 2>/dev/null || newer "$(cd $D && echo gen-* | cut -d- -f2)"
start_klpd
check "it stays in force" patched /proc/cmdline
expect_eq state "recovery_incomplete partly" "$(state cmdline)"
expect_fail 4 klpctl disable cmdline
check repair klpctl repair
patched /proc/cmdline && fail "it is still patched"
whole

begin_test directories are renamed while klpd is stopped
check enable klpctl enable $P/cmdline.klp.o
check "enable immediate" klpctl enable --immediate $P/meminfo.klp.o
n=$(generation cmdline) m=$(generation meminfo)
stop_klpd
mv $D/gen-"$n" $D/gen-8800
mv $D/gen-"$m" $D/gen-8801
start_klpd
check cmdline patched /proc/cmdline
check meminfo patched /proc/meminfo
expect_eq patches "cmdline meminfo" "$(names)"
status_is 15
warns "gen-8800"
check repair klpctl repair
[[ -e $D/gen-$n/meta && -e $D/gen-$m/meta ]] || fail "they have not their names back"
whole
stop_klpd
mv $D/gen-"$n" $D/gen-8800
start_klpd
check "disable where it is" klpctl disable cmdline
[[ ! -e $D/gen-8800 ]] || fail "its pins stay"
check "disable meminfo" klpctl disable meminfo
whole

begin_test damaged pins
check enable klpctl enable $P/cmdline.klp.o
n=$(generation cmdline)
stop_klpd
rm $D/gen-"$n"/meta
bpftool map create $D/gen-"$n"/meta type array key 4 value 8 entries 1 name klp_meta
mkdir $D/gen-9001
bpftool map create $D/gen-9001/meta type array key 4 value 8 entries 1 name klp_meta
start_klpd
check cmdline patched /proc/cmdline
expect_eq patches "cmdline gen-9001" "$(names)"
warns "gen-9001.*damaged"
check repair klpctl repair
patched /proc/cmdline && fail "it is still patched"
[[ ! -e $D/gen-9001 && ! -e $D/gen-$n ]] || fail "pins are left"
whole

begin_test klpd is killed during a repair
check enable klpctl enable $P/cmdline.klp.o
check "enable another" klpctl enable $T/multi.klp.o
check "enable immediate" klpctl enable --immediate $P/meminfo.klp.o
n=$(generation cmdline) m=$(generation multi)
for point in pin:100 pin:0 switch:0 switch:1 complete:0 retire:0 retire:1 retire:2; do
	stop_klpd
	[[ -e $D/gen-8802 ]] || mv $D/gen-"$n" $D/gen-8802
	rm -f $D/gen-"$m"/link-2
	KLPD_FAULT=$point:kill start_klpd
	klpctl repair >/dev/null 2>&1 && fail "$point: klpd was not killed"
	kill_klpd
	start_klpd
	check "$point: it settles" loop_until settled
	check "$point: cmdline stays" patched /proc/cmdline
	check "$point: meminfo stays" patched /proc/meminfo
	check "$point: repaired then" klpctl repair
	whole
	expect_eq "$point: patches" "cmdline meminfo" "$(names)"
	patched /proc/uptime && fail "$point: multi is half in force"
	check "$point: enable again" klpctl enable $T/multi.klp.o
	m=$(generation multi)
done
for name in cmdline meminfo multi; do
	check "disable $name" klpctl disable $name
done

begin_test pins that cannot be removed at first are removed later
klpctl enable $P/cmdline.klp.o || fail enable
pin=$(compgen -G "$D/gen-*/link-0")
mount --bind $D/gates "$pin" || fail "nothing is mounted"
check disable klpctl disable cmdline
warns "^Pins gen-[0-9]+ are out of force and could not be removed yet"
umount "$pin" || fail umount
expect_eq warnings "" "$(warnings)"
status_is 0
pinned link-0 && fail "the pins are still there"

begin_test recovery without free descriptors keeps the registry as it was
stop_klpd
check rmmod loop_until rmmod klp
start_klpd
check enable klpctl enable --immediate $P/lsm-symlink.klp.o
modprobe klp
# Enough descriptors to open the companion, but not enough to read the state of the kernel.
check limit /usr/lib/klpd/programs/limit "$KLPD_PID" $(($(find /proc/"$KLPD_PID"/fd -mindepth 1 | wc -l) + 4))
expect_eq patches lsm-symlink "$(names)"
warns "cannot be read"
status_is 15
check "limit raised" /usr/lib/klpd/programs/limit "$KLPD_PID" 65536
expect_eq patches lsm-symlink "$(names)"
whole
check "disable lsm-symlink" klpctl disable lsm-symlink
expect_eq gates 0x00 "$(gates)"
ok
