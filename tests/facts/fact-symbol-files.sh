#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Assumption: a line of /proc/kallsyms is "ADDRESS TYPE NAME" and, for modules, a tab and
# "[MODULE]"; tracefs lists functions as NAME and, for modules, " [MODULE]"; a clone of a function
# is NAME.isra.N, NAME.constprop.N or NAME.part.N, with BTF that keeps NAME.
# Kernel: s_show() in kernel/kallsyms.c, t_show() in kernel/trace/ftrace.c.
# If it changes: kern/symbols.c miscounts, and klpd refuses every function or accepts an ambiguous
# one.
set -u
name=symbol-files
bad() {
	printf '%s\n' "not ok 1 - $name" "# $*" 1..1
	exit 1
}
traceable=/sys/kernel/tracing/available_filter_functions
[[ -r $traceable ]] || mount -t tracefs tracefs /sys/kernel/tracing || bad "no tracefs"

[[ $(grep -cE '^[0-9a-f]+ T security_inode_getattr$' /proc/kallsyms) == 1 ]] || bad "kallsyms: no plain symbol"
[[ $(grep -vcE $'^[0-9a-f]+ [a-zA-Z?] [^\t ]+(\t\\[[^]]+\\])?$' /proc/kallsyms) == 0 ]] || bad "kallsyms: lines of another form"
grep -qE '^[0-9a-f]+ [tT] [a-z0-9_]+\.(isra|constprop|part)\.[0-9]' /proc/kallsyms || bad "kallsyms: no clones"
[[ $(grep -cxF security_inode_getattr "$traceable") == 1 ]] || bad "traceable: no plain name"
[[ $(grep -vcE '^[^ ]+( \[[^]]+\])?$' "$traceable") == 0 ]] || bad "traceable: lines of another form"
[[ -r /sys/kernel/btf/vmlinux ]] || bad "no BTF"
printf '%s\n' "ok 1 - $name" 1..1
