#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-chain.sh - a hundred replaces in a row leave no more behind than twenty; and the replaces that
# are a little odd.
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

# What is held, by klpd and in the kernel, one line each. Without klpd's memory, which is no exact number.
held() {
	echo "fds of klpd: $(find "/proc/$KLPD_PID/fd" -mindepth 1 | wc -l)"
	echo "links: $(count_of link)"
	echo "programs: $(count_of prog)"
	echo "maps: $(count_of map)"
	echo "btf: $(count_of btf)"
	echo "pins: $(find /sys/fs/bpf/klpd -mindepth 1 | wc -l)"
	echo "references on klp: $(module_references)"
	echo "functions open: $(klpctl status --json | jq .companion.openUsed)"
}

memory() {
	awk '$1 == "RssAnon:" { print $2 }' "/proc/$KLPD_PID/status"
}

# What the kernel lets go of in its own time: as much as before.
held_as_before() {
	[[ $(held) == "$before" ]]
}

files=($P/meminfo.klp.o $T/cmdline2.klp.o $P/meminfo.klp.o $P/cmdline.klp.o)

# replaces FIRST LAST - in a circle of cmdline, meminfo, cmdline in version 2.0 and meminfo.
replaces() {
	local i

	for ((i = $1; i <= $2; i++)); do
		klpctl replace "${files[(i - 1) % 4]}" >/dev/null || fail "replace $i"
	done
}

modprobe klp signal_ms=1000000000 # sleepers hold transitions up in here
start_klpd
snapshot

t a hundred replaces
check enable klpctl enable $P/cmdline.klp.o
generation=$(klpctl status --json | jq .generation)
replaces 1 20
loop_until gone false
before=$(held) rss=$(memory)
same "functions open" $(($(klpctl status --json | jq '.companion.openUsed'))) "$(sed -n 's/functions open: //p' <<<"$before")"
replaces 21 100
loop_until held_as_before || fail "more is held than after 20: $(diff <(echo "$before") <(held) | grep '^[<>]' | tr '\n' ' ')"
now=$(memory)
echo "# ${before//$'\n'/, }; memory of klpd: $rss kB after 20, $now kB after 100"
((now <= rss + 512)) || fail "klpd grew from $rss to $now kB"
same "generation" $((generation + 100)) "$(klpctl status --json | jq .generation)"
same patches cmdline "$(patches)"
same /proc/cmdline "$TEXT" "$(cat /proc/cmdline)"
same "warnings" '[]' "$(klpctl status --json | jq -c .warnings)"
check disable klpctl disable cmdline
ok
