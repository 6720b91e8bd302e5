#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-patch-sets.sh - a replace affects one patch set, and functions of other patches never stop
# being patched. Also sticky patches, which cannot be disabled.
#
# Readers as in test-replace.sh: one a CPU, and a read that is not patched must be a miss that
# status counts.
# timeout: 900
. /klpd/lib.sh
P=/usr/lib/klpd/patches T=/usr/lib/klpd/tests
TEXT="this has been live patched"

# Reads the function of patch set a, and the functions over which the patches of the default set
# replace each other.
reader() {
	local a b c

	taskset -pc $(($1 % $(nproc))) $BASHPID >/dev/null
	while [[ ! -e /tmp/stop ]]; do
		read -r a </proc/version
		read -r b </proc/cmdline
		read -r c </proc/meminfo
		[[ $a == klp:set-a ]] || echo unpatched
		[[ $b == "$TEXT" ]] && echo cmdline
		[[ $c == "$TEXT" ]] && echo meminfo
	done >"/tmp/reader.$1"
}

patches() {
	klpctl status --json | jq -r '[.patches[] | "\(.set // "-"):\(.name)"] | sort | join(" ")'
}

# what of PATCH - print link and program ids and generation: unchanged only if the patch was never
# disabled in between.
what() {
	klpctl status --json | jq -cS --arg name "$1" \
		'.patches[] | select(.name == $name) | [.generation, (.functions[] | .linkId, .programId)]'
}

modprobe klp signal_ms=1000000000 # sleepers hold transitions up in here
start_klpd
snapshot

begin_test a replace leaves the other set in force
keep
check "enable set-a" klpctl enable $T/set-a.klp.o
check "enable cmdline" klpctl enable $P/cmdline.klp.o
before=$(what set-a)
rm -f /tmp/stop
readers=()
for i in $(seq "$(nproc)"); do
	reader "$i" &
	readers+=($!)
	loop_until grep -q cmdline "/tmp/reader.$i"
done
check "replace by meminfo" klpctl replace $P/meminfo.klp.o
expect_eq patches "-:meminfo a:set-a" "$(patches)"
kill_klpd
start_klpd
expect_eq "patches after a kill" "-:meminfo a:set-a" "$(patches)"
check "replace by cmdline" klpctl replace $P/cmdline.klp.o
expect_eq patches "-:cmdline a:set-a" "$(patches)"
touch /tmp/stop
wait "${readers[@]}"
missed=$(klpctl status --json | jq '.patches[] | select(.name == "set-a") | .missed')
echo "# seen: cmdline $(read_lines cmdline), meminfo $(read_lines meminfo), set-a not patched $(read_lines unpatched); calls missed: $missed"
(($(read_lines unpatched) <= missed)) || fail "set-a was not seen $(read_lines unpatched) times, and $missed calls were missed"
(($(read_lines cmdline) > 0 && $(read_lines meminfo) > 0)) || fail "the readers did not see both patches"
expect_eq "set-a is what it was" "$before" "$(what set-a)"

begin_test a change that affects another set is refused
keep
refuse 4 io.klpd.Manager.Conflict set-take version_proc_show "'set-a' of set 'a'" "set 'b'" -- replace $T/set-take.klp.o
refuse 4 io.klpd.Manager.Conflict version_proc_show "'set-a' of set 'a'" -- enable $T/set-take.klp.o
refuse 4 io.klpd.Manager.StateIncompatible set-state "State 7" "set 'a'" "'set-a'" -- replace $T/set-state.klp.o
refuse 4 io.klpd.Manager.StateIncompatible "State 7" -- enable $T/set-state.klp.o
refuse 4 io.klpd.Manager.AlreadyEnabled set-a "version 1.0, in set 'a'" "set 'b'" -- replace $T/set-name.klp.o
refuse 4 io.klpd.Manager.Conflict multi version_proc_show "the default set" -- replace $T/multi.klp.o

begin_test sets are shown, and survive a restart of klpd
keep
expect_eq list $'cmdline -\nset-a a' "$(klpctl list | awk 'NR > 1 { print $1, $NF }' | sort)"
klpctl show set-a | grep -qx ' *Set: a' || fail "show does not name the set: $(klpctl show set-a)"
expect_eq "set of a file" b "$(klpctl show --json $T/set-b.klp.o | jq -r .patch.set)"
before=$(patches_state)
kill_klpd
start_klpd
expect_eq status "$before" "$(patches_state)"
refuse 4 io.klpd.Manager.Conflict "'set-a' of set 'a'" -- replace $T/set-take.klp.o

begin_test patches of different sets have different consistency
check "set b at one instant" klpctl replace --immediate $T/set-b.klp.o
expect_eq patches "-:cmdline a:set-a b:set-b" "$(patches)"
check "set a task by task" klpctl enable $T/set-a2.klp.o
expect_eq patches "-:cmdline a:set-a2 b:set-b" "$(patches)"
expect_eq /proc/version klp:set-a2 "$(cat /proc/version)"
expect_eq /proc/uptime klp:set-b "$(cat /proc/uptime)"
check "disable cmdline" klpctl disable cmdline
check "disable set-a2" klpctl disable set-a2
check "disable set-b" klpctl disable set-b

begin_test a sticky patch is neither disabled nor reversed
keep
begin_sleep
expect_fail 4 klpctl enable --timeout=60 $T/sticky.klp.o
[[ $OUTPUT == *sticky*"cannot be reversed"* ]] || fail "it does not say why: $OUTPUT"
expect_eq "nothing runs" null "$(klpctl status --json | jq .transition)"
check "enable without waiting" klpctl enable --no-wait $T/sticky.klp.o
check "the sleeper is a blocker" loop_until sleeper_blocks
expect_fail 4 klpctl reverse
[[ $OUTPUT == *"'sticky'"*"cannot go back"* ]] || fail "reverse does not say why: $OUTPUT"
kill_klpd
start_klpd
expect_fail 4 klpctl reverse
expect_eq "not reversed" false "$(klpctl status --json | jq .transition.reversed)"
end_sleep
check "in force" loop_until in_force sticky
refuse 4 io.klpd.Manager.Sticky "'sticky' can only be replaced" "state 21 in version 1" -- disable sticky
refuse 4 io.klpd.Manager.StateIncompatible "State 21 version 1 of 'sticky'" -- replace $P/cmdline.klp.o
expect_eq sticky true "$(klpctl status --json | jq '.patches[0].sticky')"
klpctl show sticky | grep -q 'Declares:.* sticky' || fail "show does not say sticky"

begin_test a patch that carries its state replaces it
keep
begin_sleep
before=$(patches_state)
check "replace without waiting" klpctl replace --no-wait $T/sticky2.klp.o
check "the sleeper is a blocker" loop_until sleeper_blocks
check "back into the sticky one" klpctl reverse
end_sleep
check "sticky is in force" loop_until in_force sticky
expect_eq "what is in force" "$before" "$(patches_state)"
check replace klpctl replace $T/sticky2.klp.o
expect_eq patches "-:sticky2" "$(patches)"
kill_klpd
start_klpd
check disable klpctl disable sticky2

begin_test a sticky patch may be forced
keep # what was forced is never freed
begin_sleep
check "enable without waiting" klpctl enable --no-wait $T/sticky.klp.o
check "the sleeper is a blocker" loop_until sleeper_blocks
check force klpctl force
check "in force" loop_until in_force sticky
end_sleep
check replace klpctl replace $T/sticky2.klp.o
check disable klpctl disable sticky2
ok
