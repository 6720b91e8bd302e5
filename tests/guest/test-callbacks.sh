#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-callbacks.sh - callbacks, and functions in modules: what runs when, in which order, exactly
# once. The cases are those of the kernel's own test-callbacks.sh and of
# "module function patching" in its test-livepatch.sh, followed by cases that these leave out.
# timeout: 900
. /klpd/lib.sh
. /klpd/lib/callbacks.sh
ORIGINAL="test_klpd_target: original output" PATCHED="this has been live patched"

target() {
	cat /proc/test_klpd_target
}

modprobe klp signal_ms=1000000000
start_klpd
# Functions that klp.ko's ftrace handler serves are not permanently enabled for fmod_ret.
snapshot

# ---- functions in modules ------------------------------------------------------------------------

begin_test module function patching
modprobe test_klpd_target
expect_eq before "$ORIGINAL" "$(target)"
check enable klpctl enable $T/mod-target.klp.o
expect_eq patched "$PATCHED" "$(target)"
expect_eq state attached "$(klpctl status --json | jq -r '.patches[0].functions[0].state')"
expect_eq objects '[{"name":"test_klpd_target","loaded":true,"patched":true}]' \
	"$(klpctl status --json | jq -c '.patches[0].objects')"
check disable klpctl disable mod-target
expect_eq after "$ORIGINAL" "$(target)"
unload test_klpd_target

begin_test module function patching, livepatch first
check enable klpctl enable $T/mod-target.klp.o
expect_eq state waiting "$(klpctl status --json | jq -r '.patches[0].functions[0].state')"
expect_eq list 1 "$(klpctl list --json | jq '.patches[0].waiting')"
[[ $(klpctl status) == *"'test_klpd_target' is not loaded: its functions are patched when it comes"* ]] ||
	fail "status does not say that it waits"
modprobe test_klpd_target
expect_eq patched "$PATCHED" "$(target)"
expect_eq state attached "$(klpctl status --json | jq -r '.patches[0].functions[0].state')"
[[ $(klpctl status) == *"is not loaded"* ]] && fail "status says that it waits"
check disable klpctl disable mod-target
expect_eq after "$ORIGINAL" "$(target)"
unload test_klpd_target

begin_test a module unloads and loads again
modprobe test_klpd_target
check enable klpctl enable $T/mod-target.klp.o
for ((i = 0; i < 3; i++)); do
	unload test_klpd_target
	expect_eq loaded false "$(object test_klpd_target loaded)"
	check "no hook is left" no_line test_klpd_target /sys/kernel/tracing/enabled_functions
	modprobe test_klpd_target
	expect_eq patched "$PATCHED" "$(target)"
done
check disable klpctl disable mod-target
unload test_klpd_target

begin_test a module loads while klpd does not run
check enable klpctl enable $T/mod-target.klp.o
kill_klpd
modprobe test_klpd_target
expect_eq patched "$PATCHED" "$(target)"
start_klpd
expect_eq loaded true "$(object test_klpd_target loaded)"
check disable klpctl disable mod-target
expect_eq after "$ORIGINAL" "$(target)"
unload test_klpd_target

begin_test monitor reports modules that load and unload
check enable klpctl enable $T/mod-target.klp.o
varlinkctl call --more /run/klpd/io.klpd io.klpd.Manager.Monitor '{}' >/tmp/monitor &
watcher=$!
loop_until grep -q snapshot /tmp/monitor
modprobe test_klpd_target
check "it came" loop_until grep -q '"object"' /tmp/monitor
unload test_klpd_target
came_and_went() {
	(($(grep -c '"object"' /tmp/monitor) == 2))
}
check "it went" loop_until came_and_went
kill $watcher
check disable klpctl disable mod-target

begin_test functions that the module lacks
modprobe test_klpd_target
expect_fail 5 klpctl enable $T/mod-missing.klp.o
[[ $OUTPUT == *"module 'test_klpd_target' has no function 'test_klpd_target_no_such_function'"* ]] || fail "$OUTPUT"
expect_fail 5 klpctl enable $T/mod-proto.klp.o
[[ $OUTPUT == *"int test_klpd_target_show(struct seq_file *m, void *v)"* ]] || fail "$OUTPUT"
expect_fail 5 klpctl enable $T/mod-builtin.klp.o
[[ $OUTPUT == *"a part of the kernel"* ]] || fail "$OUTPUT"
expect_fail 4 klpctl enable $T/mod-fmod.klp.o
[[ $OUTPUT == *"KLP_GUARD_IN(test_klpd_target, ...)"* ]] || fail "$OUTPUT"
expect_eq "what is in force" "" "$(names)"
unload test_klpd_target

begin_test a module that lacks the function is not loaded
check enable klpctl enable $T/mod-missing.klp.o
expect_fail 1 modprobe test_klpd_target
[[ ! -e /proc/test_klpd_target ]] || fail "its init ran"
expect_eq loaded false "$(object test_klpd_target loaded)"
check disable klpctl disable mod-missing
check "now it is" modprobe test_klpd_target
unload test_klpd_target

# ---- upstream's callback cases -------------------------------------------------------------------

begin_test target module before livepatch
listen
modprobe test_klpd_target
check enable klpctl enable $T/cb-demo.klp.o
check disable klpctl disable cb-demo
unload test_klpd_target
expect_trace "= test_klpd_target init" \
	"cb-demo pre_patch vmlinux test_klpd_target" "cb-demo post_patch vmlinux test_klpd_target" \
	"cb-demo pre_unpatch vmlinux test_klpd_target" "cb-demo post_unpatch vmlinux test_klpd_target" \
	"= test_klpd_target exit"

begin_test module_coming notifier
listen
check enable klpctl enable $T/cb-demo.klp.o
modprobe test_klpd_target
expect_eq patched cb-demo "$(target)"
check disable klpctl disable cb-demo
unload test_klpd_target
expect_trace "cb-demo pre_patch vmlinux" "cb-demo post_patch vmlinux" \
	"cb-demo pre_patch test_klpd_target" "cb-demo post_patch test_klpd_target" "= test_klpd_target init" \
	"cb-demo pre_unpatch vmlinux test_klpd_target" "cb-demo post_unpatch vmlinux test_klpd_target" \
	"= test_klpd_target exit"

begin_test module_going notifier
listen
modprobe test_klpd_target
check enable klpctl enable $T/cb-demo.klp.o
unload test_klpd_target
check disable klpctl disable cb-demo
expect_trace "= test_klpd_target init" \
	"cb-demo pre_patch vmlinux test_klpd_target" "cb-demo post_patch vmlinux test_klpd_target" \
	"= test_klpd_target exit" "cb-demo pre_unpatch test_klpd_target" "cb-demo post_unpatch test_klpd_target" \
	"cb-demo pre_unpatch vmlinux" "cb-demo post_unpatch vmlinux"

begin_test module_coming and module_going notifiers
listen
check enable klpctl enable $T/cb-demo.klp.o
modprobe test_klpd_target
unload test_klpd_target
check disable klpctl disable cb-demo
expect_trace "cb-demo pre_patch vmlinux" "cb-demo post_patch vmlinux" \
	"cb-demo pre_patch test_klpd_target" "cb-demo post_patch test_klpd_target" "= test_klpd_target init" \
	"= test_klpd_target exit" "cb-demo pre_unpatch test_klpd_target" "cb-demo post_unpatch test_klpd_target" \
	"cb-demo pre_unpatch vmlinux" "cb-demo post_unpatch vmlinux"

begin_test target module not present
listen
check enable klpctl enable $T/cb-demo.klp.o
check disable klpctl disable cb-demo
expect_trace "cb-demo pre_patch vmlinux" "cb-demo post_patch vmlinux" \
	"cb-demo pre_unpatch vmlinux" "cb-demo post_unpatch vmlinux"

begin_test pre-patch callback -ENODEV
listen
modprobe test_klpd_target
callback_refuses vmlinux
generation=$(klpctl status --json | jq .generation)
expect_fail 14 klpctl enable $T/cb-demo.klp.o
[[ $OUTPUT == *"The pre_patch callback of object 'vmlinux' of patch 'cb-demo' refused it: No such device"* ]] ||
	fail "it is not said who: $OUTPUT"
callback_refuses none
expect_eq "what is in force" "" "$(names)"
expect_eq generation "$generation" "$(klpctl status --json | jq .generation)"
expect_eq unpatched "$ORIGINAL" "$(target)"
unload test_klpd_target
expect_trace "= test_klpd_target init" "cb-demo pre_patch vmlinux" "= test_klpd_target exit"

begin_test module_coming + pre-patch callback -ENODEV
listen
check enable klpctl enable $T/cb-demo.klp.o
callback_refuses test_klpd_target
expect_fail 1 modprobe test_klpd_target
[[ $OUTPUT == *"No such device"* ]] || fail "it is not said why: $OUTPUT"
callback_refuses none
expect_eq "what is in force" cb-demo "$(names)"
expect_eq loaded false "$(object test_klpd_target loaded)"
check disable klpctl disable cb-demo
expect_trace "cb-demo pre_patch vmlinux" "cb-demo post_patch vmlinux" "cb-demo pre_patch test_klpd_target" \
	"cb-demo pre_unpatch vmlinux" "cb-demo post_unpatch vmlinux"

begin_test a setting for which the kernel loads a module
cc=$(cat /proc/sys/net/ipv4/tcp_congestion_control)
# The debug kernel does not have this module.
if ! find "/lib/modules/$(uname -r)" -name 'tcp_vegas.ko*' | grep -q .; then
	skip "this kernel has no module tcp_vegas"
else
	check "a module that no patch is about" klpctl enable $T/cb-modprobe.klp.o
	expect_eq "what was set" vegas "$(cat /proc/sys/net/ipv4/tcp_congestion_control)"
	check disable klpctl disable cb-modprobe
	echo "$cc" >/proc/sys/net/ipv4/tcp_congestion_control
	unload tcp_vegas
	expect_fail 14 klpctl enable $T/cb-waits.klp.o
	[[ $OUTPUT == *"refused it"* ]] || fail "$OUTPUT"
	check "the module is not there" no_line "^tcp_vegas " /proc/modules
	dmesg | grep -q "refusing to load module 'tcp_vegas'" || fail "the kernel does not say why"
	expect_eq "what is in force" "" "$(names)"
	check "modprobe works as ever" modprobe tcp_vegas
	check "with the module there" klpctl enable $T/cb-waits.klp.o
	expect_eq "what was set" vegas "$(cat /proc/sys/net/ipv4/tcp_congestion_control)"
	check disable klpctl disable cb-waits
	echo "$cc" >/proc/sys/net/ipv4/tcp_congestion_control
	unload tcp_vegas
fi

begin_test multiple target modules
listen
modprobe test_klpd_busy block=N
check enable klpctl enable $T/cb-demo.klp.o
modprobe test_klpd_target
unload test_klpd_target
check disable klpctl disable cb-demo
unload test_klpd_busy
expect_trace "= test_klpd_busy init" "= test_klpd_busy work enter" "= test_klpd_busy work exit" \
	"cb-demo pre_patch vmlinux test_klpd_busy" "cb-demo post_patch vmlinux test_klpd_busy" \
	"cb-demo pre_patch test_klpd_target" "cb-demo post_patch test_klpd_target" "= test_klpd_target init" \
	"= test_klpd_target exit" "cb-demo pre_unpatch test_klpd_target" "cb-demo post_unpatch test_klpd_target" \
	"cb-demo pre_unpatch vmlinux test_klpd_busy" "cb-demo post_unpatch vmlinux test_klpd_busy" \
	"= test_klpd_busy exit"

begin_test busy target module
listen
modprobe test_klpd_busy block=Y
check enable klpctl enable --no-wait --timeout=0 $T/cb-demo.klp.o
held_up() {
	klpctl blockers --json | jq -e '.blockers[] | select(.reason == "in test_klpd_busy_work" and .kthread)'
}
check "it is held up" loop_until held_up
modprobe test_klpd_target
unload test_klpd_target
check reverse klpctl reverse
check "it ends" loop_until no_transition
expect_eq "what is in force" "" "$(names)"
unload test_klpd_busy
expect_trace "= test_klpd_busy init" "= test_klpd_busy work enter" "cb-demo pre_patch vmlinux test_klpd_busy" \
	"cb-demo pre_patch test_klpd_target" "= test_klpd_target init" \
	"= test_klpd_target exit" "cb-demo post_unpatch test_klpd_target" \
	"cb-demo post_unpatch vmlinux test_klpd_busy" "= test_klpd_busy work exit" "= test_klpd_busy exit"

begin_test multiple livepatches
listen
check enable klpctl enable $T/cb-demo.klp.o
check enable klpctl enable $T/cb-demo2.klp.o
check disable klpctl disable cb-demo2
check disable klpctl disable cb-demo
expect_trace "cb-demo pre_patch vmlinux" "cb-demo post_patch vmlinux" \
	"cb-demo2 pre_patch vmlinux" "cb-demo2 post_patch vmlinux" \
	"cb-demo2 pre_unpatch vmlinux" "cb-demo2 post_unpatch vmlinux" \
	"cb-demo pre_unpatch vmlinux" "cb-demo post_unpatch vmlinux"

begin_test atomic replace
listen
check enable klpctl enable $T/cb-demo.klp.o
check replace klpctl replace $T/cb-demo2.klp.o
expect_eq "what is in force" cb-demo2 "$(names)"
check disable klpctl disable cb-demo2
expect_trace "cb-demo pre_patch vmlinux" "cb-demo post_patch vmlinux" \
	"cb-demo2 pre_patch vmlinux" "cb-demo2 post_patch vmlinux" \
	"cb-demo2 pre_unpatch vmlinux" "cb-demo2 post_unpatch vmlinux"

# ---- what upstream leaves out --------------------------------------------------------------------

begin_test a later object refuses
listen
modprobe test_klpd_target
callback_refuses test_klpd_target
expect_fail 14 klpctl enable $T/cb-demo.klp.o
[[ $OUTPUT == *"of object 'test_klpd_target'"* ]] || fail "it is not said for which: $OUTPUT"
callback_refuses none
expect_trace "= test_klpd_target init" "cb-demo pre_patch vmlinux test_klpd_target" "cb-demo post_unpatch vmlinux"
expect_eq "what is in force" "" "$(names)"
unload test_klpd_target

begin_test a replace is refused
listen
check enable klpctl enable $T/cb-demo2.klp.o
callback_refuses vmlinux
expect_fail 14 klpctl replace $T/cb-demo.klp.o
callback_refuses none
expect_eq "what is in force" cb-demo2 "$(names)"
check disable klpctl disable cb-demo2
expect_trace "cb-demo2 pre_patch vmlinux" "cb-demo2 post_patch vmlinux" "cb-demo pre_patch vmlinux" \
	"cb-demo2 pre_unpatch vmlinux" "cb-demo2 post_unpatch vmlinux"

begin_test a disable is reversed
modprobe test_klpd_busy block=N
check enable klpctl enable $T/cb-demo.klp.o
unload test_klpd_busy
modprobe test_klpd_busy block=Y
listen
check "begin to disable" klpctl disable --no-wait --timeout=0 cb-demo
check "it is held up" loop_until held_up
check reverse klpctl reverse
check "it ends" loop_until no_transition
expect_trace "cb-demo pre_unpatch vmlinux test_klpd_busy" "cb-demo post_patch vmlinux test_klpd_busy"
expect_eq "what is in force" cb-demo "$(names)"
echo N >/sys/module/test_klpd_busy/parameters/block
check disable klpctl disable cb-demo
unload test_klpd_busy

begin_test a module loads while a replace takes over its functions
check enable klpctl enable $T/mod-target.klp.o
modprobe test_klpd_busy block=Y
check "begin to replace" klpctl replace --no-wait --timeout=0 $T/cb-demo.klp.o
check "it is held up" loop_until held_up
modprobe test_klpd_target
expect_eq "a task that came later" cb-demo "$(target)"
echo N >/sys/module/test_klpd_busy/parameters/block
check "it ends" loop_until settled
expect_eq patched cb-demo "$(target)"
expect_eq "what is in force" cb-demo "$(names)"
check disable klpctl disable cb-demo
expect_eq after "$ORIGINAL" "$(target)"
unload test_klpd_target
unload test_klpd_busy

begin_test immediate consistency
expect_fail 4 klpctl enable --immediate $T/cb-demo2.klp.o
[[ $OUTPUT == *onsistency* ]] || fail "it is not said why: $OUTPUT"

begin_test another program detaches a callback
check enable klpctl enable $T/cb-demo2.klp.o
link=$(bpftool -j link show pinned "$(echo /sys/fs/bpf/klpd/gen-*/link-3)" | jq .id)
check detach bpftool link detach id "$link"
[[ $(klpctl status) == *"is not whole"* ]] || fail "status does not say it: $(klpctl status)"
listen
check disable klpctl disable cb-demo2
expect_trace "cb-demo2 post_unpatch vmlinux"
ok
