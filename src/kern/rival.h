/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who else decides what a function does: kernel livepatches, ftrace users that redirect it,
 * fmod_ret programs of others. With one of them beside a patch nobody could say which is in force.
 */
#ifndef KLPD_KERN_RIVAL_H
#define KLPD_KERN_RIVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "shared/report.h"

struct rival_target {		/* a function that is to be patched */
	const char *symbol;
	uint32_t btf_id;	/* in vmlinux; 0: none */
	bool hooked;		/* the companion has its hook there already */
	const char *object;	/* vmlinux or a module */
	bool traced;		/* the patch attaches a tracing program: an fmod_ret body */
};

struct rival_links {
	const uint32_t *own;	/* ids of links that are no rivals */
	size_t n_own;
	uint32_t limit;		/* tracing programs that one function can have; 0: not known */
};

/*
 * 0: nobody but links->own. OUTCOME_TAKEN: *ret_index is the first function that somebody else has,
 * the report says who and which of the two would win. OUTCOME_PROGRAM_LIMIT: the function has as
 * many tracing programs as the kernel lets it have, ours among them: a change attaches the new ones
 * before the old ones go. Looks at what there is now; who comes later is not held off. Who cannot
 * be seen, because a file of the kernel is missing, is not told.
 */
int rival_find(const struct rival_target *targets, size_t n, const struct rival_links *links,
	       size_t *ret_index, struct report *report);

/* Index of the first of `targets` that a line of enabled_functions says is redirected; or -1. */
long rival_read_enabled(FILE *f, const struct rival_target *targets, size_t n);

#endif
