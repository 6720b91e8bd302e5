#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-systemd.sh - klpd as a service: started by its socket, restarted and stopped with a patch
# in force.
# not on debug: its disk wants ext4 and virtio_blk, which that kernel is without
# guest: --systemd -m 2G
# timeout: 900
. /klpd/lib.sh
P=/usr/lib/klpd/patches
TEXT="this has been live patched"

active() {
	[[ $(systemctl is-active klpd.service) == "$1" ]]
}

begin_test systemd accepts the units
check verify systemd-analyze verify --man=no klpd.service klpd.socket
check "group klpd" getent group klpd

begin_test klpd is started by its socket
check socket systemctl start klpd.socket
active active && fail "klpd runs already"
expect_eq mode "660 root klpd" "$(stat -c '%a %U %G' /run/klpd/io.klpd)"
check status klpctl status
check active active active
expect_eq "the companion was loaded" true "$(klpctl status --json | jq .companion.loaded)"

begin_test enable
before=$(cat /proc/cmdline)
check enable klpctl enable $P/cmdline.klp.o
expect_eq /proc/cmdline "$TEXT" "$(cat /proc/cmdline)"

begin_test a restart keeps the patch
check restart systemctl restart klpd
expect_eq /proc/cmdline "$TEXT" "$(cat /proc/cmdline)"
expect_eq patches cmdline "$(klpctl status --json | jq -r '.patches[].name')"

begin_test a stop keeps the patch
check stop systemctl stop klpd.service klpd.socket
check inactive active inactive
expect_eq /proc/cmdline "$TEXT" "$(cat /proc/cmdline)"
check start systemctl start klpd.socket
expect_eq patches cmdline "$(klpctl status --json | jq -r '.patches[].name')"

begin_test systemd restarts a killed klpd
pid=$(systemctl show -P MainPID klpd)
kill -KILL "$pid"
back() {
	[[ $(systemctl show -P MainPID klpd) != "$pid" ]] && active active
}
check back loop_until back
expect_eq patches cmdline "$(klpctl status --json | jq -r '.patches[].name')"

begin_test the watchdog ends a klpd that hangs, and systemd restarts it
mkdir -p /run/systemd/system/klpd.service.d
printf '[Service]\nWatchdogSec=2s\n' >/run/systemd/system/klpd.service.d/watchdog.conf
check reload systemctl daemon-reload
check restart systemctl restart klpd
pid=$(systemctl show -P MainPID klpd)
kill -STOP "$pid"
check back loop_until back
expect_eq /proc/cmdline "$TEXT" "$(cat /proc/cmdline)"
expect_eq patches cmdline "$(klpctl status --json | jq -r '.patches[].name')"
journalctl -u klpd -b -o cat | grep -qi "watchdog timeout" || fail "it was not the watchdog"
rm -r /run/systemd/system/klpd.service.d
check reload systemctl daemon-reload
check restart systemctl restart klpd

begin_test bpffs is unmounted and mounted again while the service runs
pid=$(systemctl show -P MainPID klpd)
check umount umount /sys/fs/bpf
klpctl status --json | jq -e '.warnings | any(test("no bpffs"))' >/dev/null || fail "status does not warn"
expect_fail 4 klpctl enable $P/meminfo.klp.o
mount -t bpf bpf /sys/fs/bpf
pinned() {
	compgen -G '/sys/fs/bpf/klpd/gen-*/meta' >/dev/null
}
check "it is pinned where the system sees it" loop_until pinned
check enable klpctl enable $P/meminfo.klp.o
expect_eq "the same klpd" "$pid" "$(systemctl show -P MainPID klpd)"
check restart systemctl restart klpd
expect_eq patches "cmdline meminfo" "$(names)"
expect_eq /proc/cmdline "$TEXT" "$(cat /proc/cmdline)"
expect_eq warnings '[]' "$(klpctl status --json | jq -c .warnings)"
check disable klpctl disable meminfo

begin_test bpffs is unmounted, and klpd is stopped before it is mounted again
check umount umount /sys/fs/bpf
check stop systemctl stop klpd.socket klpd.service
expect_eq "/proc/cmdline while klpd is not there" "$TEXT" "$(cat /proc/cmdline)"
mount -t bpf bpf /sys/fs/bpf
check start systemctl start klpd.socket
expect_eq patches cmdline "$(names)"
expect_eq /proc/cmdline "$TEXT" "$(cat /proc/cmdline)"
check "it is pinned" loop_until pinned
check repair klpctl repair
check restart systemctl restart klpd
expect_eq patches cmdline "$(names)"
expect_eq warnings '[]' "$(klpctl status --json | jq -c .warnings)"

begin_test the group may query and not change
group=$(getent group klpd | cut -d: -f3)
check read setpriv --reuid 65534 --regid 65534 --groups "$group" klpctl list
expect_fail 10 setpriv --reuid 65534 --regid 65534 --groups "$group" klpctl disable cmdline
expect_fail any setpriv --reuid 65534 --regid 65534 --clear-groups klpctl list

begin_test klpd is started by hand beside the service and beside its socket
by_hand() {
	/usr/sbin/klpd </dev/null
}
expect_fail 1 by_hand
[[ $OUTPUT == *"Another klpd runs already"* ]] || fail "$OUTPUT"
systemctl stop klpd.service
expect_fail 1 by_hand
[[ $OUTPUT == *"already listens on"*"klpd.socket"*"systemctl start klpd.service"* ]] || fail "$OUTPUT"
active active && fail "it has started the service"
expect_eq patches cmdline "$(klpctl status --json | jq -r '.patches[].name')"
check "the service is started by its socket" active active

begin_test root with fewer rights
for smaller in "-p CapabilityBoundingSet=" "-p PrivateUsers=yes"; do
	# shellcheck disable=SC2086
	expect_fail 10 systemd-run --quiet --wait --pipe $smaller klpctl disable cmdline
done

begin_test disable
check disable klpctl disable cmdline
expect_eq /proc/cmdline "$before" "$(cat /proc/cmdline)"
expect_eq CapEff 0000000000000000 "$(awk '/^CapEff/ { print $2 }' /proc/"$(systemctl show -P MainPID klpd)"/status)"
systemctl stop klpd.service klpd.socket
check rmmod loop_until rmmod klp

begin_test the companion is loaded after klpd
systemctl mask --runtime modprobe@klp.service >/dev/null 2>&1
check start systemctl start klpd.socket
expect_eq "without it" false "$(klpctl status --json | jq .companion.loaded)"
modprobe klp
expect_eq "with it" true "$(klpctl status --json | jq .companion.loaded)"
check enable klpctl enable $P/cmdline.klp.o
check disable klpctl disable cmdline
systemctl stop klpd.service klpd.socket
loop_until rmmod klp
systemctl unmask --runtime modprobe@klp.service >/dev/null 2>&1

begin_test bpffs is missing at first and mounted later
umount /sys/fs/bpf
check socket systemctl start klpd.socket
for ((i = 0; i < 8; i++)); do
	timeout 2 klpctl list >/dev/null 2>&1
done
journalctl -u klpd -b -o cat | grep -q "mount -t bpf bpf /sys/fs/bpf" || fail "it does not say what is missing"
mount -t bpf bpf /sys/fs/bpf
check "klpd is back by itself" loop_until klpctl list
expect_eq socket active "$(systemctl is-active klpd.socket)"

begin_test limits of the service
expect_eq descriptors 131072 "$(systemctl show -P LimitNOFILE klpd.service)"
[[ $(systemctl show -P WatchdogUSec klpd.service) == 5min ]] || fail "no watchdog"
systemctl stop klpd.service klpd.socket
ok
