#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# demo.sh - klpd at work, as a transcript: patch, look, replace under load, disable, nothing left
# over.
#
# Run in a guest by `make demo`. A line that begins with "$" is the command, the lines after it
# are its output. Ends with status 1 if a result was unexpected.
set -u
P=/usr/lib/klpd/patches
TEXT="this has been live patched"
bad=0

say() {
	printf '\n# %s\n' "$*"
}

run() {
	printf '$ %s\n' "$*"
	"$@" 2>&1 || { echo "(status $?)"; bad=1; }
}

# see FILE - print only its first line.
see() {
	printf '$ head -n 1 %s\n' "$1"
	head -n 1 "$1"
}

# A task that reads both files in a loop. It reads cmdline twice: if the two reads agree, the task
# did not move in between, and the text of meminfo must be of the same patch.
reader() {
	local a b c

	while [[ ! -e /tmp/stop ]]; do
		read -r a </proc/cmdline
		read -r b </proc/meminfo
		read -r c </proc/cmdline
		case $([[ $a == "$TEXT" ]] && echo c)-$([[ $b == "$TEXT" ]] && echo m)-$([[ $c == "$TEXT" ]] && echo c) in
		c--c) echo old ;;
		-m-) echo new ;;
		c-m-c) echo both ;;
		--) echo neither ;;
		*) echo moved ;;
		esac
	done >/tmp/reader
}

count() {
	grep -cx "$1" /tmp/reader
}

klpd_ready() {
	klpctl status >/dev/null 2>&1
}

say "A stock kernel, the companion module and the daemon"
run uname -r
modprobe klp || bad=1
/usr/sbin/klpd 2>/tmp/klpd.log &
klpd=$!
for ((i = 0; i < 200; i++)); do klpd_ready && break; sleep 0.1; done
run klpctl status

say "A patch changes what /proc/cmdline says"
see /proc/cmdline
run klpctl enable $P/cmdline.klp.o
see /proc/cmdline
run klpctl status

say "Replaced by another patch, while a task reads both files as fast as it can"
reader &
reader=$!
until [[ -s /tmp/reader ]]; do sleep 0.1; done
run klpctl replace $P/meminfo.klp.o
lines=$(wc -l </tmp/reader)
until (($(wc -l </tmp/reader) > lines + 20)); do sleep 0.1; done
touch /tmp/stop
wait $reader
see /proc/cmdline
see /proc/meminfo
echo "The reader saw: old $(count old) times, new $(count new), both $(count both), neither $(count neither)."
(($(count old) > 0 && $(count new) > 0 && $(count both) == 0 && $(count neither) == 0)) || bad=1

say "klpd is killed and comes back: the patch stays in force and is taken over"
kill -KILL $klpd
wait $klpd 2>/dev/null
see /proc/meminfo
/usr/sbin/klpd 2>>/tmp/klpd.log &
klpd=$!
for ((i = 0; i < 200; i++)); do klpd_ready && break; sleep 0.1; done
run klpctl list

say "Disabled: nothing is left over"
run klpctl disable meminfo
see /proc/meminfo
run klpctl list
run bpftool link show
run bpftool prog show
run find /sys/fs/bpf/klpd -name 'gen-*'
[[ -z $(bpftool link show)$(find /sys/fs/bpf/klpd -name 'gen-*') ]] || bad=1
kill -TERM $klpd
wait $klpd || bad=1
# The kernel frees programs a moment after their last reference is dropped.
for ((i = 0; i < 100; i++)); do [[ $(</sys/module/klp/refcnt) == 0 ]] && break; sleep 0.1; done
run rmmod klp

if ((bad)); then
	printf '\nSomething was not as it should be; klpd said:\n'
	cat /tmp/klpd.log
fi
exit $bad
