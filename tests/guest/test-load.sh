#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-load.sh - malicious clients; root's requests must still be served.
# timeout: 900
. /klpd/lib.sh
SOCKET=/run/klpd/io.klpd
P=/usr/lib/klpd/patches
T=/usr/lib/klpd/tests
HOSTILE=/usr/lib/klpd/programs/hostile
GROUP=990
LIST='{"method":"io.klpd.Manager.List"}'

descriptors() {
	ls /proc/$KLPD_PID/fd | wc -l
}

# attack UID ARG... - start an attacker and wait until it is at work.
attack() {
	local out

	out=$(mktemp -p /tmp attack.XXXXXX)
	# Not through as(), because the process to be killed must be the attacker itself.
	setpriv --reuid "$1" --regid "$1" --groups $GROUP -- $HOSTILE $SOCKET "${@:2}" >"$out" &
	attackers+=" $!"
	loop_until test -s "$out" || fail "attack ${*:2} did not begin"
	ATTACK=$(cat "$out")
}

# relief - end the attackers and wait until klpd has dropped their connections.
relief() {
	# shellcheck disable=SC2086
	kill $attackers
	# shellcheck disable=SC2086
	wait $attackers 2>/dev/null
	attackers=''
	check "their descriptors are closed" loop_until few_descriptors
}

few_descriptors() {
	(($(descriptors) <= base + 2))
}

# milliseconds COMMAND... - print how long it took.
milliseconds() {
	local began
	began=${EPOCHREALTIME/./}

	"$@" >/dev/null || fail "'$*' failed"
	echo $(((${EPOCHREALTIME/./} - began) / 1000))
}

# begin_stall, end_stall - begin and end a transition that waits for a sleeper.
begin_stall() {
	begin_sleep
	klpctl enable --no-wait --timeout=0 $T/held.klp.o >/dev/null || fail enable
	loop_until sleeper_blocks
}

end_stall() {
	end_sleep
	check settled loop_until settled
}

modprobe klp signal_ms=1000000000
start_klpd
snapshot
base=$(descriptors)
attackers=''

begin_test connections that other users hold
for uid in 1001 1002 1003 1004; do
	attack $uid hold 64
	[[ $ATTACK == "held 48 refused 16" ]] || fail "uid $uid: $ATTACK"
done
attack 1005 hold 1
[[ $ATTACK == "held 0 refused 1" ]] || fail "one more: $ATTACK"
expect_fail 9 as 1005 1005 $GROUP klpctl list
[[ $OUTPUT == *"too many connections"* ]] || fail "it does not say why: $OUTPUT"
check "root's status" klpctl status >/dev/null
check "root's change" klpctl enable $P/cmdline.klp.o >/dev/null
check "and back" klpctl disable cmdline >/dev/null
relief
check "a member, when they are gone" as 1005 1005 $GROUP klpctl list >/dev/null

begin_test connections that root holds
$HOSTILE $SOCKET hold 200 >/tmp/root &
attackers=$!
check "they are held" loop_until grep -q 'held 200 refused 0' /tmp/root
check "root's status" klpctl status >/dev/null
check "a member's list" as 1001 1001 $GROUP klpctl list >/dev/null
relief

begin_test Monitor clients of root
for ((i = 0; i < 70; i++)); do
	klpctl monitor >/tmp/watch.$i 2>&1 &
	attackers+=" $!"
done
refused() {
	(($(cat /tmp/watch.* | grep -c 'too many connections') >= 6))
}
check "more than there may be are told" loop_until refused
check "root's status" klpctl status >/dev/null
# shellcheck disable=SC2086
kill $attackers 2>/dev/null
# shellcheck disable=SC2086
wait $attackers 2>/dev/null
attackers=''

begin_test users of other user namespaces share one quota
cat >/tmp/made-up <<EOF2
for uid in 1 2 3; do
	setpriv --reuid \$uid --keep-groups $HOSTILE $SOCKET hold 64 >/tmp/made-up.\$uid &
done
wait
EOF2
rm -f /tmp/made-up.[0-9] /tmp/namespace /tmp/mapped
setpriv --reuid 1001 --regid 1001 --groups $GROUP unshare -U bash -c \
	'umask 0; echo $$ >/tmp/namespace; until [[ -e /tmp/mapped ]]; do sleep 0.05; done; . /tmp/made-up' &
namespace=$!
check "a user namespace" loop_until test -s /tmp/namespace
printf '0 1001 1\n1 100000 100\n' >/tmp/map
# The map must be written in one write(2); printf would write two lines separately.
cat /tmp/map >/proc/"$(cat /tmp/namespace)"/uid_map
: >/tmp/mapped
made_up() {
	[[ $(cat /tmp/made-up.[123] | wc -l) == 3 ]]
}
check "they have come" loop_until made_up
expect_eq "held by all of them" 48 "$(cat /tmp/made-up.[123] | awk '{ n += $2 } END { print n }')"
check "root's status" klpctl status >/dev/null
check "another member's list" as 1002 1002 $GROUP klpctl list >/dev/null
# shellcheck disable=SC2046
kill $(pidof hostile)
wait $namespace 2>/dev/null

begin_test endless calls of clients that read no answer
begin_stall
quiet=$(milliseconds klpctl list)
for uid in 1001 1002 1003 1004; do
	attack $uid flood 40 io.klpd.Manager.Blockers '{"stacks":256}'
done
under=$(milliseconds klpctl list)
echo "# klpctl list: $quiet ms, in the flood $under ms"
((under < 10 * quiet + 5000)) || fail "klpctl list took $under ms instead of $quiet"
memory=$(awk '/^VmRSS/ { print int($2 / 1024) }' /proc/$KLPD_PID/status)
((memory < 200)) || fail "klpd has $memory MiB"
under=$(milliseconds klpctl reverse)
echo "# klpctl reverse: $under ms"
((under < 10 * quiet + 5000)) || fail "klpctl reverse took $under ms"
relief
end_stall

begin_test one client sends and never reads
begin_stall
attack 1001 flood 1 io.klpd.Manager.Status '{}'
check "root reverses" klpctl reverse >/dev/null
relief
end_stall

begin_test messages that never end
for uid in 1001 1002 1003 1004; do
	attack $uid half 40 15000000
done
check "root's status" klpctl status >/dev/null
memory=$(awk '/^VmRSS/ { print int($2 / 1024) }' /proc/$KLPD_PID/status)
((memory < 200)) || fail "klpd has $memory MiB"
relief
attack 1001 half 1 1000
closed_half() {
	grep -q 'connections are closed, the last of uid 1001: a message was not finished' $KLPD_LOG
}
check "half a message is not waited for" loop_until closed_half
relief

begin_test long messages
long=$(printf '%070000d' 0)
expect_eq "of a member" "{\"error\":\"io.klpd.Manager.MessageTooLong\"" \
	"$(as 1001 1001 $GROUP $HOSTILE $SOCKET turns 1 "${long:0:65537}" 2>&1 | cut -d, -f1 | head -n 1)"
long="{\"method\":\"io.klpd.Manager.Describe\",\"parameters\":{\"name\":\"$long\"}}"
expect_eq "of root" '{"error":"io.klpd.Manager.NoSuchPatch"' "$($HOSTILE $SOCKET turns 1 "$long" | cut -d, -f1)"

begin_test many calls at once, each with its answer
# As many calls as the socket buffer holds: klpd reads the next call when the client has read the
# last answer.
expect_eq answers 100 "$(as 1001 1001 $GROUP $HOSTILE $SOCKET turns 100 "$LIST" | grep -c '{"parameters":{"patches":\[\]}}')"

begin_test a call without an answer does not consume the answer of another call
begin_sleep
$HOSTILE $SOCKET turns 1 "{\"method\":\"io.klpd.Manager.Enable\",\"parameters\":{\"path\":\"$T/held.klp.o\",\"timeoutUSec\":0},\"oneway\":true}" \
	'{"method":"io.klpd.Manager.Monitor","more":true}' >/tmp/oneway
grep -q '"event":"snapshot"' /tmp/oneway || fail "the first answer is not Monitor's: $(cat /tmp/oneway)"
mkfifo /tmp/deaf.in
sleep infinity >/tmp/deaf.in &
attackers=$!
end_sleep
check "the change goes on" loop_until settled
expect_eq "and is complete" held "$(names)"
klpctl disable held >/dev/null || fail disable

begin_test a Monitor client that does not read is closed and misses no event before that
$HOSTILE $SOCKET deaf io.klpd.Manager.Monitor </tmp/deaf.in >/tmp/deaf &
deaf=$!
check "it watches" loop_until grep -q 'at work' /tmp/deaf
closed_deaf() {
	klpctl enable --immediate $P/cmdline.klp.o && klpctl disable cmdline
	grep -q 'does not read its events' $KLPD_LOG
}
LOOP_SECONDS=200 check "it is closed" loop_until closed_deaf
echo >/tmp/deaf.in
wait $deaf
expect_eq "the end is the end" end "$(tail -n 1 /tmp/deaf)"
# Every event but the last is complete, and none is missing in between.
grep -o '"event":"[a-z]*"' /tmp/deaf | grep -v progress | sed 1d | head -n -1 | cut -d'"' -f4 |
	awk 'BEGIN { split("started complete retired", order) }
		{ if ($1 != order[(NR - 1) % 3 + 1]) { print NR ": " $1; exit } }' >/tmp/hole
[[ ! -s /tmp/hole ]] || fail "its story has a hole: $(cat /tmp/hole)"
kill $attackers
attackers=''

begin_test no descriptor is left for a client
prlimit --pid $KLPD_PID --nofile=$(($(descriptors) + 3)):65536
$HOSTILE $SOCKET hold 8 >/tmp/few &
attackers=$!
check "some are refused" loop_until grep -q 'held [0-3] refused' /tmp/few
expect_fail 9 klpctl list
[[ $OUTPUT == *"too many connections"*descriptors* ]] || fail "it does not say why: $OUTPUT"
relief
check "klpd listens on" klpctl list >/dev/null
prlimit --pid $KLPD_PID --nofile=65536:65536

begin_test root without the capabilities that the companion requires
expect_fail 10 setpriv --bounding-set=-all --inh-caps=-all klpctl enable $P/cmdline.klp.o
[[ $OUTPUT == *CAP_BPF* ]] || fail "it does not say why: $OUTPUT"
expect_fail 10 unshare -Ur klpctl enable $P/cmdline.klp.o
[[ $OUTPUT == *"user namespace"* ]] || fail "it does not say why: $OUTPUT"
# A namespace that maps every id to itself.
rm -f /tmp/namespace /tmp/mapped
unshare -U bash -c 'echo $$ >/tmp/namespace; until [[ -e /tmp/mapped ]]; do sleep 0.05; done; exec klpctl enable "$0"' \
	$P/cmdline.klp.o >/tmp/whole 2>&1 &
namespace=$!
check "a user namespace" loop_until test -s /tmp/namespace
for map in uid_map gid_map; do
	echo 0 0 4294967295 >/proc/"$(cat /tmp/namespace)"/$map
done
: >/tmp/mapped
status=0
wait $namespace || status=$?
expect_eq "its status" 10 $status
grep -q "user namespace" /tmp/whole || fail "it does not say why: $(cat /tmp/whole)"
expect_eq "nothing is in force" '' "$(names)"

begin_test few descriptors at the start
stop_klpd
ulimit -Sn 256
start_klpd
ulimit -Sn 1024
check "klpd has raised its limit" test "$(awk '/^Max open files/ { print $4 }' /proc/$KLPD_PID/limits)" -gt 4000

begin_test one klpd for each kernel
second() {
	/usr/sbin/klpd </dev/null >/tmp/second 2>&1
}
expect_fail 1 second
grep -q "Another klpd runs already for this kernel" /tmp/second || fail "$(cat /tmp/second)"
mv /run/klpd /run/klpd.away
expect_fail 1 second
mv /run/klpd.away /run/klpd
cat >/tmp/apart <<'EOF2'
mount -t tmpfs run /run && mkdir /run/klpd && mount -t bpf bpf /sys/fs/bpf && exec /usr/sbin/klpd
EOF2
expect_fail 1 unshare -m bash /tmp/apart
[[ $OUTPUT == *"Another klpd runs already for this kernel"* ]] || fail "with pins elsewhere: $OUTPUT"
check "the first is well" klpctl enable $P/cmdline.klp.o >/dev/null
check "and goes on" klpctl disable cmdline >/dev/null

begin_test an interrupted klpctl reports what continues
for signal in INT TERM; do
	begin_sleep
	# Without job control, a shell makes its background processes ignore SIGINT.
	set -m
	klpctl enable --timeout=0 $T/held.klp.o >/tmp/interrupted 2>&1 &
	client=$!
	set +m
	check "it waits" loop_until sleeper_blocks
	kill -$signal $client
	status=0
	wait $client || status=$?
	expect_eq "status of $signal" $((128 + $(kill -l "$signal"))) $status
	grep -q "klpd continues the change: see 'klpctl status'" /tmp/interrupted || fail "$(cat /tmp/interrupted)"
	end_stall
	klpctl disable held >/dev/null || fail disable
done

# stopped COMMAND... - start it ($client) and stop the process that reads its file ($child). Its
# output goes to /tmp/stopped.
stopped() {
	child=''
	"$@" >/tmp/stopped 2>&1 &
	client=$!
	# The child is first a copy of klpd. Wait until it has become the loader, because until
	# then klpd waits for it.
	until [[ -n $child && $(tr '\0' ' ' 2>/dev/null <"/proc/$child/cmdline") == klpd-loader* ]] ||
		! kill -0 $client 2>/dev/null; do
		read -r child _ <"/proc/$KLPD_PID/task/$KLPD_PID/children"
	done
	kill -STOP "$child" 2>/dev/null
	loop_until is_stopped
}

# is_stopped - klpd has not killed the process yet, as it does after 10 s.
is_stopped() {
	grep -q '^State:.T' "/proc/$child/status" 2>/dev/null
}

# in_time FUNCTION - call it again if a slow machine did not finish within the 10 s.
in_time() {
	local tries=0

	until "$1"; do
		((++tries < 5)) || fail "$1: it was never done in time" || return
		wait $client
		for name in $(names); do
			klpctl disable "$name" >/dev/null
		done
	done
}

# ended STATUS - wait for $client and check its status.
ended() {
	local status=0

	wait $client || status=$?
	expect_eq "status of what was begun first ($(tail -n 2 /tmp/stopped))" "$1" $status
	check "the process is gone" loop_until gone pidof klpd-loader
}

begin_test while a file is read for a change, all other clients are served
served() {
	local refused=0

	stopped klpctl enable $T/bench-100.klp.o
	klpctl status >/tmp/status 2>&1 || fail "status: $(cat /tmp/status)"
	OUTPUT=$(klpctl enable $P/cmdline.klp.o 2>&1) || refused=$?
	is_stopped || return
	expect_eq "status of a second change" 9 $refused
	[[ $OUTPUT == *"enable of 'bench-100' is being prepared"* ]] || fail "it does not say why: $OUTPUT"
	klpctl check $P/cmdline.klp.o >/tmp/check 2>&1 &
	checking=$!
	kill -CONT "$child"
	ended 0
	check "a check has its turn" wait $checking
	expect_eq "in force" bench-100 "$(names)"
	klpctl disable bench-100 >/dev/null || fail disable
}
in_time served

begin_test a change that is being prepared is reversed
reversed() {
	stopped klpctl enable $T/bench-100.klp.o
	klpctl reverse >/tmp/reverse 2>&1 || ! is_stopped || fail "reverse: $(cat /tmp/reverse)"
	grep -q "being prepared is cancelled" /tmp/reverse || return
	ended 11
	grep -q "reversed before it had begun" /tmp/stopped || fail "it does not say why: $(cat /tmp/stopped)"
	expect_eq "in force" '' "$(names)"
}
in_time reversed

begin_test a transition is reversed while a file is read for a check
checked() {
	begin_stall
	stopped klpctl check $T/bench-100.klp.o
	klpctl reverse >/dev/null || fail reverse
	check "it is reversed" loop_until settled
	loop_until gone kill -0 $client
	end_stall
	no_line "did not answer for 10 s" /tmp/stopped || return
	# The check gave way to the change and was started again.
	ended 0
	expect_eq "in force" '' "$(names)"
}
in_time checked

begin_test checks wait for each other, but no change waits for a check
for ((i = 0; i < 4; i++)); do
	klpctl check $T/bench-100.klp.o >/tmp/check.$i 2>&1 &
	checks[i]=$!
done
check enable klpctl enable $P/cmdline.klp.o >/dev/null
check disable klpctl disable cmdline >/dev/null
for ((i = 0; i < 4; i++)); do
	check "check $i: $(tail -n 1 /tmp/check.$i)" wait ${checks[i]}
done

begin_test the client of a change that is being prepared goes away
stopped klpctl enable $T/bench-100.klp.o
kill -KILL $client
ended 137
check "klpd says it" grep -q "bench-100.*The client of the change has closed its connection" $KLPD_LOG
expect_eq "in force" '' "$(names)"
stopped klpctl check $T/bench-100.klp.o
kill -KILL $client
ended 137

begin_test klpd is stopped while a file is read
stopped klpctl enable $T/bench-100.klp.o
stop_klpd
ended 11
grep -q "klpd stops" /tmp/stopped || fail "it does not say why: $(cat /tmp/stopped)"
start_klpd
expect_eq "in force" '' "$(names)"

begin_test klpd is killed while a file is read
stopped klpctl enable $T/bench-100.klp.o
kill_klpd
ended 12
start_klpd
expect_eq "in force" '' "$(names)"
check "the same file, untouched" klpctl enable $T/bench-100.klp.o >/dev/null
klpctl disable bench-100 >/dev/null || fail disable

begin_test klpd does not answer
kill -STOP "$KLPD_PID"
for verb in status list "check $P/cmdline.klp.o" "disable cmdline" "enable $P/cmdline.klp.o"; do
	# shellcheck disable=SC2086
	KLPD_ANSWER_SEC=1 expect_fail 12 klpctl $verb
	[[ $(grep -c "Klpd did not answer\|klpd did not answer" <<<"$OUTPUT") == 1 ]] || fail "$verb: $OUTPUT"
done
kill -CONT "$KLPD_PID"
check "it answers" loop_until klpctl list
# The last request may be carried out or not, as klpctl reports.
klpctl disable cmdline >/dev/null 2>&1 || expect_eq "in force" '' "$(names)"

begin_test the kernel is locked down
if mount -t securityfs none /sys/kernel/security 2>/dev/null || [[ -e /sys/kernel/security/lockdown ]]; then
	keep # it stays locked until reboot, so this is the last test
	stop_klpd
	echo confidentiality >/sys/kernel/security/lockdown
	start_klpd
	[[ $(klpctl status 2>&1) == *"locked down (confidentiality)"*"lockdown=integrity"* ]] || fail status
	expect_fail 6 klpctl enable $P/cmdline.klp.o
	[[ $OUTPUT == *"locked down"*"lockdown=integrity"* ]] || fail "it does not say why: $OUTPUT"
else
	skip "this kernel has no lockdown"
fi

ok
