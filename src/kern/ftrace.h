/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the state of ftrace: whether it is enabled, and at which functions it calls something. */
#ifndef KLPD_KERN_FTRACE_H
#define KLPD_KERN_FTRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct ftrace_func {
	const char *object;	/* vmlinux or a module */
	const char *symbol; /* its name in ftrace, which lists one of several names at an address */
	/* results: */
	bool enabled;		/* ftrace calls something at it */
	bool redirected; /* one of the callees may redirect the function; at most one can */
	bool direct;	 /* a trampoline is called without an ftrace handler, as BPF's is */
	bool foreign;		/* and that trampoline is not BPF's */
	size_t next;		/* for ftrace_look() only */
};

/*
 * True if kernel.ftrace_enabled is 0: nothing is called at any function, whatever is attached.
 * Later kernels switch ftrace off only after a fault of ftrace itself.
 */
bool ftrace_is_off(void);
/*
 * Read the list of enabled functions, in one pass for any n. Functions of the same name in one
 * object are not distinguished. -ENOENT: there is no such list, because tracefs is not mounted;
 * another -errno: it could not be read to its end. Nothing is known of the functions then.
 */
int ftrace_look(struct ftrace_func *funcs, size_t n);
/* The same for lines as in enabled_functions. */
int ftrace_look_in(FILE *f, struct ftrace_func *funcs, size_t n);

#endif
