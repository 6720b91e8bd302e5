/* SPDX-License-Identifier: GPL-2.0-only */
/* The effective capabilities are empty except in a scope, which raises those that it names. */
#ifndef KLPD_KERN_CAPS_H
#define KLPD_KERN_CAPS_H

/*
 * Call at start. Reduces the permitted set to what klpd ever raises (BPF, PERFMON, SYS_ADMIN,
 * SYSLOG, DAC_READ_SEARCH), empties the effective, ambient and inheritable sets, and sets
 * no_new_privs. -EPERM: a necessary capability is missing (not root).
 */
int caps_init(void);
/* Scopes nest. CAPS_SCOPE(CAPS_BPF) raises the capabilities until the end of the block. */
enum caps_set {
	CAPS_BPF, /* load, attach, pin: BPF, PERFMON, SYS_ADMIN (bpffs, by-id look-ups) */
	CAPS_READ, /* addresses in /proc/kallsyms, tracefs, root's files: SYSLOG, DAC_READ_SEARCH */
	CAPS_COMPANION, /* /dev/klp: SYS_ADMIN, BPF */
};
/* As caps_init(), for a process that raises only this set. */
int caps_init_only(enum caps_set set);
int caps_raise(enum caps_set set);	/* token for caps_restore(), or -errno */
void caps_restore(int *token);
#define CAPS_SCOPE_(set, line) \
	__attribute__((cleanup(caps_restore), unused)) int caps_scope_##line = caps_raise(set)
#define CAPS_SCOPE_2(set, line) CAPS_SCOPE_(set, line)
#define CAPS_SCOPE(set) CAPS_SCOPE_2(set, __LINE__)

#endif
