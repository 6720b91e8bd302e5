/* SPDX-License-Identifier: GPL-2.0-only */
/* What ftrace says: whether it is on, and at which functions it calls something. */
#ifndef KLPD_KERN_FTRACE_H
#define KLPD_KERN_FTRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct ftrace_func {
	const char *object;	/* vmlinux or a module */
	const char *symbol; /* the name that ftrace has for it: of several at one address, one */
	/* found out: */
	bool enabled;		/* ftrace calls something at it */
	bool redirected; /* one of those may change where the function goes; there is one at most */
	bool direct;	 /* a trampoline is called without a handler of ftrace's, as BPF's is */
	bool foreign;		/* and it is not BPF's */
	size_t next;		/* for ftrace_look() only */
};

/* kernel.ftrace_enabled is 0: nothing is called at any function, whatever is attached. Later kernels
 * switch it off only after a fault of ftrace itself. */
bool ftrace_is_off(void);
/*
 * Read the list of enabled functions, in one pass whatever n is. Functions of one name in one object
 * are not told apart. -ENOENT: there is no such list; -ENOMEM.
 */
int ftrace_look(struct ftrace_func *funcs, size_t n);
/* The same of lines as in enabled_functions. */
int ftrace_look_in(FILE *f, struct ftrace_func *funcs, size_t n);

#endif
