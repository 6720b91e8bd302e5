#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-rollback.sh - rollback restores the patches that were in force before the last change: as a
# change of its own, in one transition, from unchanged files, or not at all.
#
# The reader reads two patches that are enabled and disabled together, the patch that replaces
# them, and the first again. If the two reads of the first agree, the task did not move in
# between, and the others must match. As in test-replace.sh there is one reader a CPU, and reads
# of neither must be misses.
# timeout: 900
. /klpd/lib.sh
P=/usr/lib/klpd/patches T=/usr/lib/klpd/tests OWN=/root/patches
TEXT="this has been live patched"

previous() {
	klpctl status --json | jq -r 'if .previous then [.previous[].name] | join(" ") else "unknown" end'
}

generation() {
	klpctl status --json | jq .generation
}

# Print the rollback pins. There is one, of the generation in force.
pins() {
	(cd /sys/fs/bpf/klpd && printf '%s\n' previous-*) | sort -t- -k2n | xargs
}

# rolls_back NOW THEN - rollback succeeds and says so; then the patches that were in force are
# those of the next rollback.
rolls_back() {
	local number=$(($(generation) + 1)) output

	expect_eq "what was before" "$2" "$(previous)"
	output=$(klpctl rollback) || fail "rollback: status $?"
	[[ $output == "rolled back: "*": generation "* ]] || fail "it says: $output"
	expect_eq patches "$2" "$(names)"
	expect_eq "what was before, after it" "$1" "$(previous)"
	(($(generation) >= number)) || fail "the generation has not grown"
	expect_eq pins "previous-$(generation)" "$(pins)"
}

reader() {
	local a b c d

	taskset -pc $(($1 % $(nproc))) $BASHPID >/dev/null
	while [[ ! -e /tmp/stop ]]; do
		read -r a </proc/cmdline
		read -r b </proc/uptime
		read -r c </proc/meminfo
		read -r d </proc/cmdline
		[[ $a == "$TEXT" ]] && a=1 || a=0
		[[ $b == klp:* ]] && b=1 || b=0
		[[ $c == "$TEXT" ]] && c=1 || c=0
		[[ $d == "$TEXT" ]] && d=1 || d=0
		case $a$b$c$d in
		1101) echo two ;;
		0010) echo one ;;
		1??1 | 0??0) echo "mixed $a$b$c$d" ;;
		*) echo moved ;;
		esac
	done >"/tmp/reader.$1"
}

count() {
	cat /tmp/reader.* | grep -c "^$1"
}

missed=0
add_missed() {
	missed=$((missed + $(klpctl status --json | jq '[.patches[].missed] | add // 0')))
}

modprobe klp signal_ms=1000000000 # sleepers hold transitions up in here
start_klpd
plain=$(cmdline)
snapshot

begin_test there is nothing to roll back to
refuse 8 io.klpd.Manager.NoPrevious "Nothing has been changed yet" -- rollback
expect_eq "what was before" unknown "$(previous)"

begin_test an enable is rolled back
keep
check enable klpctl enable $P/cmdline.klp.o
klpctl status | grep -qx ' *Rollback to: no patch' || fail "status: $(klpctl status)"
rolls_back cmdline ""
expect_eq "/proc/cmdline" "$plain" "$(cmdline)"
klpctl status | grep -qx ' *Rollback to: cmdline 1.0' || fail "status: $(klpctl status)"

begin_test a rollback is rolled back, twice
keep
rolls_back "" cmdline
expect_eq /proc/cmdline "$TEXT" "$(cat /proc/cmdline)"
rolls_back cmdline ""
rolls_back "" cmdline
expect_eq json '["rollback",[],["cmdline"]]' "$(klpctl rollback --json | jq -c '[.change, .returning, .replaced]')"
rolls_back "" cmdline

begin_test a disable is rolled back
keep
check disable klpctl disable cmdline
rolls_back "" cmdline
expect_eq /proc/cmdline "$TEXT" "$(cat /proc/cmdline)"

begin_test a replace is rolled back, also one by the same name and file
keep
check replace klpctl replace $P/meminfo.klp.o
rolls_back meminfo cmdline
check "replace by its second version" klpctl replace $T/cmdline2.klp.o
rolls_back cmdline cmdline
expect_eq /proc/cmdline "$TEXT" "$(cat /proc/cmdline)"
check "replace by itself" klpctl replace $P/cmdline.klp.o
rolls_back cmdline cmdline

begin_test other patches in force are not changed
keep
links=$(klpctl status --json | jq -c '[.patches[] | select(.name == "cmdline").functions[].linkId]')
check enable klpctl enable $T/set-a.klp.o
rolls_back "cmdline set-a" cmdline
rolls_back cmdline "cmdline set-a"
check "disable set-a" klpctl disable set-a
expect_eq "the links of cmdline" "$links" "$(klpctl status --json | jq -c '[.patches[] | select(.name == "cmdline").functions[].linkId]')"

begin_test one patch replaces two, and is rolled back, while tasks read
keep
check "enable multi" klpctl enable $T/multi.klp.o
rm -f /tmp/stop
readers=()
for i in $(seq "$(nproc)"); do
	reader "$i" &
	readers+=($!)
	loop_until grep -q two "/tmp/reader.$i"
done
for ((i = 0; i < 2; i++)); do
	add_missed
	check "replace by meminfo" klpctl replace $P/meminfo.klp.o
	add_missed
	rolls_back meminfo "cmdline multi"
	add_missed
	rolls_back "cmdline multi" meminfo
	add_missed
	rolls_back meminfo "cmdline multi"
done
touch /tmp/stop
wait "${readers[@]}"
add_missed
echo "# seen: two $(count two), one $(count one), moved $(count moved), mixed $(count mixed); calls missed: $missed"
(($(count mixed) <= missed)) || fail "mixed was seen $(count mixed) times, and $missed calls were missed: $(cat /tmp/reader.* | grep mixed | sort | uniq -c)"
(($(count two) > 0 && $(count one) > 0)) || fail "the readers did not see both"
serials=$(klpctl status --json | jq -c '[.patches[].generation]')
expect_eq "generations" "[$(($(generation) - 1)),$(generation)]" "$serials"

begin_test klpd is killed before and after the rollback
keep
check replace klpctl replace $P/meminfo.klp.o
kill_klpd
start_klpd
rolls_back meminfo "cmdline multi"
kill_klpd
start_klpd
rolls_back "cmdline multi" meminfo
check disable klpctl disable meminfo

begin_test the transition of a rollback is blocked, klpd is killed, and the transition is reversed
keep
check "enable held" klpctl enable $T/held.klp.o
check "enable cmdline" klpctl enable $P/cmdline.klp.o
check replace klpctl replace $P/meminfo.klp.o
sleep 300 &
sleeper=$!
loop_until grep -q nanosleep /proc/$sleeper/stack
was=$(patches_state)
check "without waiting" klpctl rollback --no-wait --timeout=0
check "the sleeper is a blocker" loop_until sleeper_blocks
wanted='["rollback","held",["held","cmdline"],["meminfo"]]'
expect_eq "the transition" "$wanted" "$(klpctl status --json | jq -c '.transition | [.change, .entering, .returning, .leaving]')"
expect_fail 9 klpctl rollback
kill_klpd
start_klpd
expect_eq "the transition, after a kill" "$wanted" "$(klpctl status --json | jq -c '.transition | [.change, .entering, .returning, .leaving]')"
check reverse klpctl reverse
check "it settles" loop_until settled
expect_eq "nothing has changed" "$was" "$(patches_state)"
expect_eq pins "previous-$(generation)" "$(pins)"
check "again" klpctl rollback --no-wait --timeout=0
check "the sleeper is a blocker" loop_until sleeper_blocks
kill_klpd
kill $sleeper
wait $sleeper
start_klpd
check "it settles" loop_until settled
expect_eq patches "held cmdline" "$(names)"
rolls_back "held cmdline" meminfo
check disable klpctl disable meminfo

begin_test a reversed change does not change the previous patches
keep
check enable klpctl enable $P/cmdline.klp.o
was=$(patches_state)
sleep 300 &
sleeper=$!
loop_until grep -q nanosleep /proc/$sleeper/stack
expect_fail 11 klpctl enable --timeout=1 $T/held.klp.o
expect_eq "nothing has changed" "$was" "$(patches_state)"
kill $sleeper
rolls_back cmdline ""

begin_test the file has changed, or is missing
keep
mkdir -p $OWN
install -m 0644 $P/cmdline.klp.o $OWN/own.klp.o
check enable klpctl enable $OWN/own.klp.o
check disable klpctl disable cmdline
install -m 0644 $T/cmdline2.klp.o $OWN/own.klp.o
refuse 3 io.klpd.Manager.FileChanged "'cmdline'" "$OWN/own.klp.o" -- rollback
rm $OWN/own.klp.o
refuse 3 io.klpd.Manager.FileUnreadable "'cmdline'" "$OWN/own.klp.o" -- rollback
install -m 0666 $P/cmdline.klp.o $OWN/own.klp.o
refuse 3 io.klpd.Manager.FileUntrusted "'cmdline'" "$OWN/own.klp.o" -- rollback
chmod 0644 $OWN/own.klp.o
rolls_back "" cmdline
# Of several patches to restore one file is missing: none is restored.
check "enable multi" klpctl enable $T/multi.klp.o
check replace klpctl replace $P/meminfo.klp.o
rm $OWN/own.klp.o
refuse 3 io.klpd.Manager.FileUnreadable "'cmdline'" -- rollback
expect_eq patches meminfo "$(names)"
install -m 0644 $P/cmdline.klp.o $OWN/own.klp.o
rolls_back meminfo "cmdline multi"
rolls_back "cmdline multi" meminfo
check disable klpctl disable meminfo

begin_test a system state would go back to a lower version
check "states-v1" klpctl enable $T/states-v1.klp.o
check "states-v2 replaces it" klpctl enable $T/states-v2.klp.o
refuse 4 io.klpd.Manager.StateIncompatible states-v1 "the patch has version 1" "'states-v2'" -- rollback
check disable klpctl disable states-v2
rolls_back "" states-v2
check disable klpctl disable states-v2

begin_test a sticky patch would leave
keep
check "enable sticky" klpctl enable $T/sticky.klp.o
refuse 4 io.klpd.Manager.Sticky "'sticky' can only be replaced" -- rollback
check "replace sticky" klpctl replace $T/sticky2.klp.o
refuse 4 io.klpd.Manager.StateIncompatible sticky "the patch has version 1" -- rollback
check "disable sticky2" klpctl disable sticky2
rolls_back "" sticky2
check "disable sticky2" klpctl disable sticky2

begin_test an immediate rollback
keep
check "enable cmdline" klpctl enable --immediate $P/cmdline.klp.o
check "enable multi" klpctl enable --immediate $T/multi.klp.o
check replace klpctl replace --immediate $P/meminfo.klp.o
rolls_back meminfo "cmdline multi"
expect_eq consistency '["immediate","immediate"]' "$(klpctl status --json | jq -c '[.patches[].consistency]')"
kill_klpd
start_klpd
rolls_back "cmdline multi" meminfo
check disable klpctl disable meminfo

begin_test pins of a killed klpd, and foreign pins
was=$(patches_state)
stop_klpd
KLPD_FAULT=pin:2:kill start_klpd
klpctl enable $P/cmdline.klp.o >/dev/null 2>&1 && fail "klpd did not die"
wait "$KLPD_PID" 2>/dev/null
KLPD_PID=''
expect_eq "pins of a dead klpd" 2 "$(pins | wc -w)"
mkdir /sys/fs/bpf/klpd/previous-5000
start_klpd
expect_eq "what is in force" "$was" "$(patches_state)"
expect_eq pins "previous-$(generation) previous-5000" "$(pins)"
klpctl status | grep -q 'Warning: Pin previous-5000 is damaged or foreign' || fail "no warning: $(klpctl status)"
rmdir /sys/fs/bpf/klpd/previous-5000
# In place of the valid pin.
mv /sys/fs/bpf/klpd/previous-"$(generation)" /sys/fs/bpf/klpd/other
refuse 8 io.klpd.Manager.NoPrevious "not known" -- rollback
mkdir /sys/fs/bpf/klpd/previous-"$(generation)"
refuse 8 io.klpd.Manager.NoPrevious "damaged or foreign" -- rollback
rmdir /sys/fs/bpf/klpd/previous-"$(generation)"
rm /sys/fs/bpf/klpd/other
check enable klpctl enable $P/cmdline.klp.o
rolls_back cmdline ""
ok
