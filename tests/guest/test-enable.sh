#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-enable.sh - enable, inspect, disable: one patch, per task, as a user does it.
. /klpd/lib.sh
P=/usr/lib/klpd/patches/cmdline.klp.o
TEXT="this has been live patched"

field() {
	klpctl status --json | jq -r "$1"
}

modprobe klp
start_klpd
before=$(cat /proc/cmdline)
snapshot

t enable changes the file
check enable klpctl enable $P
same /proc/cmdline "$TEXT" "$(cat /proc/cmdline)"
keep

t status tells what is in force
same name cmdline "$(field '.patches[0].name')"
same state in_force "$(field '.patches[0].state')"
same consistency per_task "$(field '.patches[0].consistency')"
same path $P "$(field '.patches[0].path')"
same sha256 "$(sha256sum $P | cut -d' ' -f1)" "$(field '.patches[0].sha256')"
same symbol cmdline_proc_show "$(field '.patches[0].functions[0].symbol')"
same body fmod_ret "$(field '.patches[0].functions[0].body')"
same missed 0 "$(field '.patches[0].missed')"
same generation "$(field .generation)" "$(field '.patches[0].generation')"
same transition null "$(field .transition)"
same perTask true "$(field .perTask)"
same warnings 0 "$(field '.warnings | length')"
link=$(field '.patches[0].functions[0].linkId') prog=$(field '.patches[0].functions[0].programId')
same "program of the link" "$prog" "$(bpftool -j link show id "$link" | jq .prog_id)"
keep

t list and show
same list "cmdline in_force" "$(klpctl list --json | jq -r '.. | objects | select(has("name")) | "\(.name) \(.state)"')"
check show klpctl show cmdline
klpctl show cmdline | grep -q cmdline_proc_show || fail "show names no function"
klpctl show $P | grep -q cmdline_proc_show || fail "show of the file names no function"
expect_fail 8 klpctl show nobody
keep

t the same patch twice is refused
expect_fail 4 klpctl enable $P
same /proc/cmdline "$TEXT" "$(cat /proc/cmdline)"
same patches 1 "$(field '.patches | length')"
keep

t generation grows with every change
generation=$(field .generation)
check disable klpctl disable cmdline
same generation $((generation + 1)) "$(field .generation)"
same /proc/cmdline "$before" "$(cat /proc/cmdline)"

t disable what is not there
expect_fail 8 klpctl disable cmdline
expect_fail 8 klpctl disable no-such-patch

t ten times round
for ((i = 0; i < 10; i++)); do
	check enable klpctl enable $P
	same patched "$TEXT" "$(cat /proc/cmdline)"
	check disable klpctl disable cmdline
	same original "$before" "$(cat /proc/cmdline)"
done

# seen NAME... - exactly these of the two patches have their effect.
seen() {
	local now=''

	[[ $(cat /proc/cmdline) != "$TEXT" ]] || now+=" cmdline"
	case $(symlink_error /proc/self/exe) in
	"Operation not permitted") now+=" lsm-symlink" ;;
	"") ;;
	*) now+=" another error" ;;
	esac
	same "what is seen" " $*" "${now:- }"
	same patches "$*" "$(names)"
}
enable_both() {
	check "enable cmdline" klpctl enable $P
	seen cmdline
	check "enable lsm-symlink" klpctl enable /usr/lib/klpd/patches/lsm-symlink.klp.o
	seen cmdline lsm-symlink
}
t two patches side by side, the first is disabled first
enable_both
check "disable cmdline" klpctl disable cmdline
seen lsm-symlink
check "disable lsm-symlink" klpctl disable lsm-symlink
seen
t two patches side by side, the last is disabled first
enable_both
check "disable lsm-symlink" klpctl disable lsm-symlink
seen cmdline
check "disable cmdline" klpctl disable cmdline
seen

t a patch that changes a setting gives it back
limit=$(cat /proc/sys/user/max_user_namespaces)
check "a user namespace" unshare -U true
check "enable no-userns" klpctl enable /usr/lib/klpd/patches/no-userns.klp.o
expect_fail 1 unshare -U true
same "the limit" 0 "$(cat /proc/sys/user/max_user_namespaces)"
check "replace by itself" klpctl replace /usr/lib/klpd/patches/no-userns.klp.o
same "the limit" 0 "$(cat /proc/sys/user/max_user_namespaces)"
check "disable no-userns" klpctl disable no-userns
same "the limit" "$limit" "$(cat /proc/sys/user/max_user_namespaces)"
check "a user namespace" unshare -U true

t stopping klpd lets the module go
stop_klpd
check rmmod loop_until rmmod klp
ok
