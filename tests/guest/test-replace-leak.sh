#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-replace-leak.sh - a hundred replaces in a row leave no more behind than twenty; and some
# unusual replaces.
# timeout: 900
. /klpd/lib.sh
P=/usr/lib/klpd/patches T=/usr/lib/klpd/tests
TEXT="this has been live patched"

patches() {
	klpctl status --json | jq -r '[.patches[].name] | sort | join(" ")'
}

count_of() {
	bpftool -j "$1" show | jq length
}

# Print what klpd and the kernel hold, one line each. Excludes klpd's memory, which is not exact.
held() {
	echo "fds of klpd: $(find "/proc/$KLPD_PID/fd" -mindepth 1 | wc -l)"
	echo "links: $(count_of link)"
	echo "programs: $(count_of prog)"
	echo "maps: $(count_of map)"
	echo "btf: $(count_of btf)"
	echo "pins: $(find /sys/fs/bpf/klpd -mindepth 1 | wc -l)"
	echo "references on klp: $(module_references)"
	echo "fmod_ret used: $(fmod_ret_used)"
}

fmod_ret_used() {
	klpctl status --json | jq .companion.fmodRetUsed
}

links() {
	klpctl status --json | jq -c '[.patches[].functions[].linkId]'
}

memory() {
	awk '$1 == "RssAnon:" { print $2 }' "/proc/$KLPD_PID/status"
}

# no_more_held - succeed if no more is held than $before. The kernel frees detached objects later,
# so $before may include a few that were about to be freed.
no_more_held() {
	paste -d: <(echo "$before") <(held) | awk -F: '$4 + 0 > $2 + 0 { more = 1 } END { exit more }'
}

# check_held - wait for no_more_held; if it does not come, report the difference.
check_held() {
	loop_until no_more_held && return
	fail "held before (<) and now (>): $(diff <(echo "$before") <(held) | grep '^[<>]' | tr '\n' ' ')"
}

files=("$P/meminfo.klp.o" "$T/cmdline2.klp.o" "$P/meminfo.klp.o" "$P/cmdline.klp.o")

# replaces FIRST LAST - replace in a cycle: cmdline, meminfo, cmdline version 2.0, meminfo.
replaces() {
	local i

	for ((i = $1; i <= $2; i++)); do
		klpctl replace "${files[(i - 1) % 4]}" >/dev/null || fail "replace $i"
	done
}

modprobe klp signal_ms=1000000000 # sleepers hold transitions up in here
start_klpd
snapshot

begin_test a hundred replaces
check enable klpctl enable $P/cmdline.klp.o
generation=$(klpctl status --json | jq .generation)
replaces 1 20
before=$(held) rss=$(memory)
replaces 21 100
check_held
now=$(memory)
echo "# ${before//$'\n'/, }; memory of klpd: $rss kB after 20, $now kB after 100"
((now <= rss + 512)) || fail "klpd grew from $rss kB to $now kB"
# One for each different function, so no more than after the first two replaces.
expect_eq "fmod_ret used" "$(fmod_ret_used)" "$(sed -n 's/^fmod_ret used: //p' <<<"$before")"
expect_eq generation $((generation + 100)) "$(klpctl status --json | jq .generation)"
expect_eq patches cmdline "$(patches)"
expect_eq /proc/cmdline "$TEXT" "$(cat /proc/cmdline)"
expect_eq warnings '[]' "$(klpctl status --json | jq -c .warnings)"
check disable klpctl disable cmdline

begin_test replace of no patch, by itself, and by a patch that shares no function
check "of nothing" klpctl replace $P/cmdline.klp.o
before=$(held) links=$(links)
check "by itself" klpctl replace $P/cmdline.klp.o
expect_eq patches cmdline "$(patches)"
[[ $links != "$(links)" ]] || fail "the links are those of before: $links"
check_held
check "by multi" klpctl replace $T/multi.klp.o
expect_eq patches multi "$(patches)"
expect_eq /proc/version klp:version_proc_show "$(cat /proc/version)"
[[ $(cat /proc/cmdline) != "$TEXT" ]] || fail "/proc/cmdline is patched still"
check disable klpctl disable multi

begin_test a reversed replace leaves the old patches as they were
check "enable cmdline" klpctl enable $P/cmdline.klp.o
check "enable multi" klpctl enable $T/multi.klp.o
sleep 300 &
sleeper=$!
loop_until grep -q nanosleep /proc/$sleeper/stack
used=$(fmod_ret_used)
before=$(held) state=$(patches_state)
check "replace without waiting" klpctl replace --no-wait $T/held.klp.o
check "the sleeper is a blocker" loop_until sleeper_blocks
expect_eq leaving '["entering","leaving","leaving"]' "$(klpctl status --json | jq -c '[.patches[].state] | sort')"
check reverse klpctl reverse
check "the transition is over" loop_until no_transition
expect_eq "what is in force, link ids included" "$state" "$(patches_state)"
# One more function is enabled for fmod_ret, permanently; everything else is freed.
before=${before/fmod_ret used: $used/fmod_ret used: $(fmod_ret_used)}
check_held
kill $sleeper
check "disable cmdline" klpctl disable cmdline
check "disable multi" klpctl disable multi
ok
