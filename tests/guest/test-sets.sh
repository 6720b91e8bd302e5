#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-sets.sh - a replace affects one patch set, and functions of other patches never stop being
# patched. Also sticky patches, which cannot be disabled.
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

count() {
	cat /tmp/reader.* | grep -cx "$1"
}

patches() {
	klpctl status --json | jq -r '[.patches[] | "\(.set // "-"):\(.name)"] | sort | join(" ")'
}

state() {
	klpctl status --json | jq -cS '[.generation, .transition, .patches]'
}

# what of PATCH - print link and program ids and generation: unchanged only if the patch was never
# disabled in between.
what() {
	klpctl status --json | jq -cS --arg name "$1" \
		'.patches[] | select(.name == $name) | [.generation, (.functions[] | .linkId, .programId)]'
}

# refuse VERB FILE ERROR WORD... - fails with status 4 and this varlink error, the message
# contains all words, and nothing changes.
refuse() {
	local verb=$1 file=$2 error=$3 before word
	shift 3

	before=$(state)
	expect_fail 4 klpctl "$verb" "$file"
	for word; do
		[[ $OUTPUT == *"$word"* ]] || fail "$verb $file: nothing is said of '$word': $OUTPUT"
	done
	same "error of $verb $file" "io.klpd.Manager.$error" \
		"$(klpctl --json "$verb" "$file" 2>/dev/null | jq -r .error)"
	same "what is in force after $verb $file" "$before" "$(state)"
}

start_sleeper() {
	sleep 300 &
	sleeper=$!
	loop_until grep -q nanosleep /proc/$sleeper/stack
}

in_force() {
	[[ $(klpctl status --json | jq -c '[.transition, [.patches[].state] == ["in_force"]]') == '[null,true]' ]]
}

modprobe klp signal_ms=1000000000 # sleepers hold transitions up in here
start_klpd
snapshot

t a replace leaves the other set in force
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
same patches "-:meminfo a:set-a" "$(patches)"
kill_klpd
start_klpd
same "patches after a kill" "-:meminfo a:set-a" "$(patches)"
check "replace by cmdline" klpctl replace $P/cmdline.klp.o
same patches "-:cmdline a:set-a" "$(patches)"
touch /tmp/stop
wait "${readers[@]}"
missed=$(klpctl status --json | jq '.patches[] | select(.name == "set-a") | .missed')
echo "# seen: cmdline $(count cmdline), meminfo $(count meminfo), set-a not patched $(count unpatched); calls missed: $missed"
(($(count unpatched) <= missed)) || fail "set-a was not seen $(count unpatched) times, and $missed calls were missed"
(($(count cmdline) > 0 && $(count meminfo) > 0)) || fail "the readers did not see both patches"
same "set-a is what it was" "$before" "$(what set-a)"

t what touches the other set is refused
keep
refuse replace $T/set-take.klp.o Conflict set-take version_proc_show "'set-a' of set 'a'" "set 'b'"
refuse enable $T/set-take.klp.o Conflict version_proc_show "'set-a' of set 'a'"
refuse replace $T/set-state.klp.o StateIncompatible set-state "State 7" "set 'a'" "'set-a'"
refuse enable $T/set-state.klp.o StateIncompatible "State 7"
refuse replace $T/set-name.klp.o AlreadyEnabled set-a "version 1.0, in set 'a'" "set 'b'"
refuse replace $T/multi.klp.o Conflict multi version_proc_show "the default set"

t sets are shown and outlive klpd
keep
same list $'cmdline -\nset-a a' "$(klpctl list | awk 'NR > 1 { print $1, $NF }' | sort)"
klpctl show set-a | grep -qx ' *Set: a' || fail "show does not name the set: $(klpctl show set-a)"
same "set of a file" b "$(klpctl show --json $T/set-b.klp.o | jq -r .patch.set)"
before=$(state)
kill_klpd
start_klpd
same status "$before" "$(state)"
refuse replace $T/set-take.klp.o Conflict "'set-a' of set 'a'"

t other sets, other consistency
check "set b at one instant" klpctl replace --immediate $T/set-b.klp.o
same patches "-:cmdline a:set-a b:set-b" "$(patches)"
check "set a task by task" klpctl enable $T/set-a2.klp.o
same patches "-:cmdline a:set-a2 b:set-b" "$(patches)"
same /proc/version klp:set-a2 "$(cat /proc/version)"
same /proc/uptime klp:set-b "$(cat /proc/uptime)"
check "disable cmdline" klpctl disable cmdline
check "disable set-a2" klpctl disable set-a2
check "disable set-b" klpctl disable set-b

t a sticky patch stays
keep
start_sleeper
expect_fail 4 klpctl enable --timeout=60 $T/sticky.klp.o
[[ $OUTPUT == *sticky*"cannot be reversed"* ]] || fail "it does not say why: $OUTPUT"
same "nothing runs" null "$(klpctl status --json | jq .transition)"
check "enable without waiting" klpctl enable --no-wait $T/sticky.klp.o
check "the sleeper is a blocker" loop_until sleeper_blocks
expect_fail 4 klpctl reverse
[[ $OUTPUT == *"'sticky'"*"cannot go back"* ]] || fail "reverse does not say why: $OUTPUT"
kill_klpd
start_klpd
expect_fail 4 klpctl reverse
same "not reversed" false "$(klpctl status --json | jq .transition.reversed)"
kill $sleeper
check "in force" loop_until in_force
refuse disable sticky Sticky "'sticky' can only be replaced" "state 21 in version 1"
refuse replace $P/cmdline.klp.o StateIncompatible "State 21 version 1 of 'sticky'"
same sticky true "$(klpctl status --json | jq '.patches[0].sticky')"
klpctl show sticky | grep -q 'Declares:.* sticky' || fail "show does not say sticky"

t who carries its state takes its place
keep
start_sleeper
before=$(state)
check "replace without waiting" klpctl replace --no-wait $T/sticky2.klp.o
check "the sleeper is a blocker" loop_until sleeper_blocks
check "back into the sticky one" klpctl reverse
kill $sleeper
check "sticky is in force" loop_until in_force
same "what is in force" "$before" "$(state)"
check replace klpctl replace $T/sticky2.klp.o
same patches "-:sticky2" "$(patches)"
kill_klpd
start_klpd
check disable klpctl disable sticky2

t a sticky patch may be forced
keep # what was forced is never freed
start_sleeper
check "enable without waiting" klpctl enable --no-wait $T/sticky.klp.o
check "the sleeper is a blocker" loop_until sleeper_blocks
check force klpctl force
check "in force" loop_until in_force
kill $sleeper
check replace klpctl replace $T/sticky2.klp.o
check disable klpctl disable sticky2
ok
