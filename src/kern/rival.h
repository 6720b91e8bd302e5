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
};

/*
 * 0: nobody but the links with the ids own[0..n_own-1]. OUTCOME_TAKEN: *ret_index is the first
 * function that somebody else has, the report says who and which of the two would win. Looks at
 * what there is now; who comes later is not held off. Who cannot be seen, because a file of the
 * kernel is missing, is not told.
 */
int rival_find(const struct rival_target *targets, size_t n, const uint32_t *own, size_t n_own,
	       size_t *ret_index, struct report *report);

/* Index of the first of `targets` that a line of enabled_functions says is redirected; or -1. */
long rival_read_enabled(FILE *f, const struct rival_target *targets, size_t n);

#endif
