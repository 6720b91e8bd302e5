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

begin_test enable changes what the file shows
check enable klpctl enable $P
expect_eq /proc/cmdline "$TEXT" "$(cat /proc/cmdline)"
keep

begin_test status shows what is in force
expect_eq name cmdline "$(field '.patches[0].name')"
expect_eq state in_force "$(field '.patches[0].state')"
expect_eq consistency per_task "$(field '.patches[0].consistency')"
expect_eq path $P "$(field '.patches[0].path')"
expect_eq sha256 "$(sha256sum $P | cut -d' ' -f1)" "$(field '.patches[0].sha256')"
expect_eq symbol cmdline_proc_show "$(field '.patches[0].functions[0].symbol')"
expect_eq body fmod_ret "$(field '.patches[0].functions[0].body')"
expect_eq missed 0 "$(field '.patches[0].missed')"
expect_eq generation "$(field .generation)" "$(field '.patches[0].generation')"
expect_eq transition null "$(field .transition)"
expect_eq perTask true "$(field .perTask)"
expect_eq warnings 0 "$(field '.warnings | length')"
link=$(field '.patches[0].functions[0].linkId') prog=$(field '.patches[0].functions[0].programId')
expect_eq "program of the link" "$prog" "$(bpftool -j link show id "$link" | jq .prog_id)"
keep

begin_test list and show
expect_eq list "cmdline in_force" "$(klpctl list --json | jq -r '.. | objects | select(has("name")) | "\(.name) \(.state)"')"
check show klpctl show cmdline
klpctl show cmdline | grep -q cmdline_proc_show || fail "show names no function"
klpctl show $P | grep -q cmdline_proc_show || fail "show of the file names no function"
expect_fail 8 klpctl show nobody
keep

begin_test the same patch twice is refused
expect_fail 4 klpctl enable $P
expect_eq /proc/cmdline "$TEXT" "$(cat /proc/cmdline)"
expect_eq patches 1 "$(field '.patches | length')"
keep

begin_test generation grows with every change
generation=$(field .generation)
check disable klpctl disable cmdline
expect_eq generation $((generation + 1)) "$(field .generation)"
expect_eq /proc/cmdline "$before" "$(cat /proc/cmdline)"

begin_test disable of a patch that is not in force is refused
expect_fail 8 klpctl disable cmdline
expect_fail 8 klpctl disable no-such-patch

begin_test enable and disable ten times
for ((i = 0; i < 10; i++)); do
	check enable klpctl enable $P
	expect_eq patched "$TEXT" "$(cat /proc/cmdline)"
	check disable klpctl disable cmdline
	expect_eq original "$before" "$(cat /proc/cmdline)"
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
	expect_eq "what is seen" " $*" "${now:- }"
	expect_eq patches "$*" "$(names)"
}
enable_both() {
	check "enable cmdline" klpctl enable $P
	seen cmdline
	check "enable lsm-symlink" klpctl enable /usr/lib/klpd/patches/lsm-symlink.klp.o
	seen cmdline lsm-symlink
}
begin_test two patches side by side, the first is disabled first
enable_both
check "disable cmdline" klpctl disable cmdline
seen lsm-symlink
check "disable lsm-symlink" klpctl disable lsm-symlink
seen
begin_test two patches side by side, the last is disabled first
enable_both
check "disable lsm-symlink" klpctl disable lsm-symlink
seen cmdline
check "disable cmdline" klpctl disable cmdline
seen

begin_test a patch that changes a setting restores it
limit=$(cat /proc/sys/user/max_user_namespaces)
check "a user namespace" unshare -U true
check "enable no-userns" klpctl enable /usr/lib/klpd/patches/no-userns.klp.o
expect_fail 1 unshare -U true
expect_eq "the limit" 0 "$(cat /proc/sys/user/max_user_namespaces)"
check "replace by itself" klpctl replace /usr/lib/klpd/patches/no-userns.klp.o
expect_eq "the limit" 0 "$(cat /proc/sys/user/max_user_namespaces)"
check "disable no-userns" klpctl disable no-userns
expect_eq "the limit" "$limit" "$(cat /proc/sys/user/max_user_namespaces)"
check "a user namespace" unshare -U true

begin_test after klpd stops, the module can be unloaded
stop_klpd
check rmmod loop_until rmmod klp
ok
