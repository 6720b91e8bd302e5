#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-refuse.sh - every refusal: its exit status, a sentence that gives the reason, and no
# change.
# not on debug: it names functions that only Debian's configuration has
# timeout: 900
. /klpd/lib.sh
P=/usr/lib/klpd/patches T=/usr/lib/klpd/tests

modprobe klp signal_ms=1000000000 # sleepers hold transitions up in here
start_klpd
snapshot
mkdir -p /root/files

begin_test files that are not patches
refuse 3 nowhere -- enable /root/files/nowhere.klp.o
refuse 3 regular -- enable /root/files
echo hello >/root/files/text.klp.o
refuse 3 ELF -- enable /root/files/text.klp.o
: >/root/files/empty.klp.o
refuse 3 ELF -- enable /root/files/empty.klp.o
head -c 700 $P/cmdline.klp.o >/root/files/cut.klp.o
refuse 3 "not a patch" "no section .klp.info" -- enable /root/files/cut.klp.o
refuse 3 "not a BPF object" "machine" -- enable /usr/bin/klpctl
refuse 3 "not a patch" "no section .klp.info" -- enable $T/nometa.klp.o
refuse 3 newer -- enable $T/newer.klp.o
refuse 3 "build it again" -- enable $T/oldcall.klp.o

begin_test files that another user could have written
cp $P/cmdline.klp.o /root/files/patch.klp.o
chmod 666 /root/files/patch.klp.o
refuse 3 "cannot be trusted" "patch.klp.o' is writable by" "mode 0666" -- enable /root/files/patch.klp.o
chmod 644 /root/files/patch.klp.o
chown 1000 /root/files/patch.klp.o
refuse 3 "cannot be trusted" "owned by uid 1000" -- enable /root/files/patch.klp.o
chown 0 /root/files/patch.klp.o
chmod 777 /root/files
refuse 3 "cannot be trusted" "'/root/files' is writable by" "mode 0777" -- enable /root/files/patch.klp.o
chmod 755 /root/files
cp $P/cmdline.klp.o /tmp/patch.klp.o
refuse 3 "cannot be trusted" "'/tmp' is writable by" -- enable /tmp/patch.klp.o
ln -s $P/cmdline.klp.o /root/files/link.klp.o
refuse 3 "cannot be trusted" "is a symbolic link" -- enable /root/files/link.klp.o

begin_test files with malicious BTF
E=/usr/lib/klpd/programs/evil-patch
# evil KIND FILE - turn a copy of FILE into this kind of invalid patch; check and enable must
# refuse it without any change.
evil() {
	$E "$1" "$2" /root/files/evil.klp.o || fail "evil-patch $1"
	expect_fail any timeout 30 klpctl check /root/files/evil.klp.o
	[[ $OUTPUT == *BTF* ]] || fail "check of $1: $OUTPUT"
	refuse 3 BTF -- enable /root/files/evil.klp.o
	check "show of $1" klpctl show /root/files/evil.klp.o >/dev/null
}
check enable klpctl enable $P/meminfo.klp.o
for kind in $($E); do
	evil "$kind" $P/cmdline.klp.o
done
evil nameless $T/override-own.klp.o
evil circle $T/callback.klp.o
evil offset $T/cc-fixed.klp.o
expect_eq "klpd still runs" "$KLPD_PID" "$(pidof klpd)"
expect_eq "in force" meminfo "$(names)"
check disable klpctl disable meminfo

begin_test functions that no transition can move tasks out of
for patch in idle worker exited; do
	refuse 5 "no transition can move tasks out of" -- enable $T/$patch.klp.o
	expect_fail 5 klpctl check $T/$patch.klp.o
	[[ $OUTPUT == *OutOfReach* ]] || fail "check does not say it: $OUTPUT"
done

begin_test the file of a caller in another mount namespace
# elsewhere COMMAND... - run it in a mount namespace in which /opt/p/fix.klp.o is another file.
elsewhere() {
	# shellcheck disable=SC2016 # for the inner shell
	unshare -m bash -c 'mount -t tmpfs -o mode=755 none /opt/p && cp "$0" /opt/p/fix.klp.o && "$@"' \
		$P/cmdline.klp.o "$@"
}
mkdir -p /opt/p
cp $P/meminfo.klp.o /opt/p/fix.klp.o
for verb in enable replace check show; do
	expect_fail 3 elsewhere klpctl $verb /opt/p/fix.klp.o
	[[ $OUTPUT == *"'/opt/p/fix.klp.o' is another file to klpd"* ]] || fail "$verb: $OUTPUT"
done
varlink() {
	varlinkctl call /run/klpd/io.klpd "io.klpd.Manager.$1" "{\"path\":\"/opt/p/fix.klp.o\"$2}"
}
expect_fail any elsewhere varlinkctl call /run/klpd/io.klpd io.klpd.Manager.Enable '{"path":"/opt/p/fix.klp.o"}'
[[ $OUTPUT == *OtherFile* ]] || fail "varlinkctl: $OUTPUT"
expect_fail any varlink Enable ',"fileDescriptor":0'
[[ $OUTPUT == *OtherFile* ]] || fail "a descriptor that did not come: $OUTPUT"
expect_eq "what is in force" "" "$(names)"
check "varlinkctl from here" varlink Check
check "one file is one file" unshare -m klpctl check $P/meminfo.klp.o
rm -r /opt/p

begin_test thread ids of a caller in another pid namespace
expect_fail 4 unshare -p -f klpctl task 1
[[ $OUTPUT == *"pid namespace"* ]] || fail "task: $OUTPUT"
expect_fail 4 unshare -p -f klpctl blockers
check "from here" klpctl task 1

begin_test the process that reads a file dies, or is stopped
# catch SIGNAL - send the signal to the loader process while it reads a file with a hundred
# functions. Sets $status and $OUTPUT to klpctl's exit status and output.
catch() {
	local enabling child=''

	klpctl enable $T/bench-100.klp.o >/tmp/catch 2>&1 &
	enabling=$!
	# The child is first a copy of klpd. Wait until it has become the loader, because until
	# then klpd waits for it.
	until [[ -n $child && $(tr '\0' ' ' 2>/dev/null <"/proc/$child/cmdline") == klpd-loader* ]] ||
		! kill -0 $enabling 2>/dev/null; do
		read -r child _ <"/proc/$KLPD_PID/task/$KLPD_PID/children"
	done
	kill "-$1" "$child" || fail "there is no process to catch"
	status=0
	wait $enabling || status=$?
	OUTPUT=$(</tmp/catch)
}
check enable klpctl enable $P/meminfo.klp.o
catch SEGV
expect_eq "status of klpctl" 3 $status
[[ $OUTPUT == *"ended by signal 11"* ]] || fail "SEGV: $OUTPUT"
catch XCPU
[[ $OUTPUT == *"worked for more than 10 s"* ]] || fail "XCPU: $OUTPUT"
begin=$SECONDS
catch STOP
expect_eq "status of klpctl" 3 $status
[[ $OUTPUT == *"did not answer for 10 s"* ]] || fail "STOP: $OUTPUT"
((SECONDS - begin >= 10)) || fail "it was given up after $((SECONDS - begin)) s"
check "nothing is left of it" loop_until gone pidof klpd-loader
expect_eq "klpd still runs" "$KLPD_PID" "$(pidof klpd)"
expect_eq "in force" meminfo "$(names)"
check "the same file, untouched" klpctl enable $T/bench-100.klp.o
check disable klpctl disable bench-100
check disable klpctl disable meminfo

begin_test functions that cannot be patched
refuse 5 klp_test_no_such_function -- enable $T/missing.klp.o
refuse 5 ipmr_mfc_seq_show -- enable $T/ambiguous.klp.o
refuse 5 __bitmap_weight -- enable $T/notrace.klp.o
refuse 5 "it is __init" -- enable $T/gone-init.klp.o
refuse 5 "it is noinstr" -- enable $T/entry.klp.o
refuse 5 seq_file -- enable $T/wrongproto.klp.o

begin_test a function of a module by another name
if modprobe test_klpd_target; then
	expect_fail 3 klpctl enable $T/mod-twice.klp.o
	[[ $OUTPUT == *"two names of one function"* ]] || fail "in one patch: $OUTPUT"
	check "by that name" klpctl enable $T/mod-alias.klp.o
	expect_eq "the function" "this is the alias" "$(cat /proc/test_klpd_target)"
	refuse 4 "two names of one function" -- enable $T/mod-target.klp.o
	expect_fail 4 klpctl check $T/mod-target.klp.o
	[[ $OUTPUT == *"two names of one function"* ]] || fail "check does not say it: $OUTPUT"
	expect_eq "warnings" "[]" "$(klpctl status --json | jq -c .warnings)"
	check disable klpctl disable mod-alias
	rmmod test_klpd_target
fi

begin_test "the verifier's log is shown"
refuse 6 verifier -- enable $T/verifier.klp.o
short=$(klpctl enable $T/verifier.klp.o 2>&1 | wc -l)
long=$(klpctl enable --verifier-log $T/verifier.klp.o 2>&1 | wc -l)
((long > short + 3)) || fail "--verifier-log shows $long lines, without it $short"

begin_test bodies with locks or timers, which tracing programs may not have
refuse 6 spin_lock -- enable $T/locks.klp.o
refuse 4 "lock, timer" -- enable $T/locks-map.klp.o

begin_test names that are not valid text
# The type name of an argument may contain any bytes, and so may a source line that the verifier
# quotes. The report must still reach its reader, without any control sequence.
LC_ALL=C sed 's/\x00file\x00/\x00\xff\x1b\x9be\x00/' $T/wrongproto.klp.o >/root/files/odd.klp.o
cmp -s $T/wrongproto.klp.o /root/files/odd.klp.o && fail "the patch has no such type"
refuse 5 "struct ???e *" -- enable /root/files/odd.klp.o
klpctl check /root/files/odd.klp.o >/tmp/out
grep -q "struct ???e \*" /tmp/out || fail "check does not show it: $(cat -v /tmp/out)"
expect_eq "control characters" "" "$(tr -d '\n -~' </tmp/out)"
klpctl check --json /root/files/odd.klp.o | jq -e '.problems[0].detail | contains("struct ???e *")' >/dev/null ||
	fail "nor does its JSON"
grep -q 'struct ???e' $KLPD_LOG || fail "it is not in the log: $(tail -n 3 $KLPD_LOG | cat -v)"
LC_ALL=C sed 's/dentry->d_flags = 0;/\xff\x9b\x1b[31m>d_flags = 0;/' $T/verifier.klp.o >/root/files/odd.klp.o
cmp -s $T/verifier.klp.o /root/files/odd.klp.o && fail "the patch has no such line"
refuse 6 "d_flags" -- enable --verifier-log /root/files/odd.klp.o
expect_eq "control characters" "" "$(tr -d '\n -~' <<<"$OUTPUT")"
mkdir $'/root/files/\xff\xfe' && cp $P/cmdline.klp.o $'/root/files/\xff\xfe'
refuse 3 "not UTF-8" -- enable $'/root/files/\xff\xfe/cmdline.klp.o'

begin_test a failure names the function that it is about
# Limit klpd's descriptors so that they run out at the n-th program, map or link, later in each
# round.
klpctl show --json $T/bench-10.klp.o >/tmp/shown
descriptors=(/proc/"$KLPD_PID"/fd/*)
later=0
for ((n = ${#descriptors[@]} + 10; n < ${#descriptors[@]} + 80; n += 3)); do
	prlimit --pid "$KLPD_PID" --nofile=$n:65536
	klpctl enable --json $T/bench-10.klp.o >/tmp/out 2>/dev/null && break
	program=$(jq -r .parameters.detail /tmp/out | sed -n "s/.*program '\([^']*\)'.*/\1/p")
	wanted=$(jq -r --arg p "$program" '.patch.functions[] | select(.program == $p).symbol' /tmp/shown)
	expect_eq "function of '$(jq -r .parameters.detail /tmp/out)'" "$wanted" \
		"$(jq -r '.parameters.function // ""' /tmp/out)"
	[[ -z $wanted || $wanted == "$(jq -r '.patch.functions[0].symbol' /tmp/shown)" ]] || later=$((later + 1))
done
prlimit --pid "$KLPD_PID" --nofile=65536:65536
check "some are about a later one ($later)" test $later -gt 1
klpctl disable bench-10 >/dev/null || fail "it never came into force: $(cat /tmp/out)"

begin_test strict, callback and consistency rules
refuse 4 strict -- enable $T/strict.klp.o
refuse 3 klp_ops_pre_patch__vmlinux -- enable $T/callback.klp.o
refuse 4 "per-task consistency only" -- enable --immediate $T/pertask.klp.o

begin_test functions that another patch in force patches
check enable klpctl enable $P/cmdline.klp.o
refuse 4 cmdline -- enable $P/cmdline.klp.o
refuse 4 cmdline -- enable $T/cmdline2.klp.o
check "beside it, immediate" klpctl enable --immediate $P/lsm-symlink.klp.o
expect_fail 4 klpctl replace $P/meminfo.klp.o
[[ $OUTPUT == *onsistency* ]] || fail "nothing is said of consistency: $OUTPUT"
check disable klpctl disable lsm-symlink
expect_eq "still patched" "this has been live patched" "$(cat /proc/cmdline)"
check disable klpctl disable cmdline

begin_test more functions than can be enabled for fmod_ret
used=$(klpctl status --json | jq .companion.fmodRetUsed)
refuse 5 200 -- enable $T/many.klp.o
[[ $OUTPUT == *"function '"*"'"*"No room to enable '"* ]] || fail "no function is named"
expect_eq "functions enabled for fmod_ret" "$used" "$(klpctl status --json | jq .companion.fmodRetUsed)"
check "others still can" klpctl enable $P/cmdline.klp.o
check disable klpctl disable cmdline

begin_test a kernel without BTF
stop_klpd # it may have read it already
start_klpd
mount -t tmpfs none /sys/kernel/btf
refuse 6 BTF -- enable $P/cmdline.klp.o
umount /sys/kernel/btf
check enable klpctl enable $P/cmdline.klp.o
check disable klpctl disable cmdline

begin_test two changes at once
sleep 300 &
sleeper=$!
loop_until grep -q nanosleep /proc/$sleeper/stack
check enable klpctl enable --no-wait $T/held.klp.o
expect_fail 9 klpctl enable $P/cmdline.klp.o
expect_fail 9 klpctl disable held
[[ $OUTPUT == *held* ]] || fail "it is not said what runs: $OUTPUT"
kill $sleeper
check "the first one completes" loop_until in_force held
check disable klpctl disable held

begin_test callers without permission
expect_fail 10 as 1001 1001 990 klpctl enable $P/cmdline.klp.o
check "a member may look" as 1001 1001 990 klpctl status
expect_fail any as 1000 1000 1000 klpctl status

begin_test without the companion
stop_klpd
loop_until rmmod klp || fail rmmod
start_klpd
refuse 7 "companion module" "modprobe klp" -- enable $P/cmdline.klp.o

begin_test the companion is loaded later
modprobe klp signal_ms=1000000000 # sleepers hold transitions up in here
check enable klpctl enable $P/cmdline.klp.o
expect_eq perTask true "$(klpctl status --json | jq .perTask)"
check disable klpctl disable cmdline

begin_test a companion of another ABI
stop_klpd
loop_until rmmod klp || fail rmmod
insmod $T/abi/klp.ko || fail insmod
start_klpd
refuse 7 99 -- enable $P/cmdline.klp.o
expect_eq problem true "$(klpctl status --json | jq '.companion.problem | contains("99")')"
stop_klpd
loop_until rmmod klp || fail rmmod

begin_test a kernel that loads only signed modules
ENFORCE=/sys/module/module/parameters/sig_enforce
if [[ -w $ENFORCE ]]; then
	keep # until reboot, so this is the last test
	echo 1 >$ENFORCE
	expect_fail any modprobe klp
	[[ $OUTPUT == *"Key was rejected"* ]] || fail "it says: $OUTPUT"
	start_klpd
	[[ $(klpctl status) == *"only signed modules"*"mokutil --import"* ]] || fail "status: $(klpctl status)"
	refuse 7 "mokutil --import" -- enable $P/cmdline.klp.o
	stop_klpd
else
	skip "this kernel checks no signatures"
fi
ok
