/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who else decides what a function does: kernel livepatches, ftrace users that redirect it,
 * fmod_ret programs of others. With one of them beside a patch nobody could say which is in force.
 */
#ifndef KLPD_KERN_FOREIGN_H
#define KLPD_KERN_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/report.h"

struct targets;

struct foreign_target {		/* a function that is to be patched */
	const char *symbol;
	const char *listed;	/* the name that ftrace has for it */
	uint32_t btf_id;	/* in vmlinux; 0: none */
	bool hooked;		/* the companion has its hook there already */
	const char *object;	/* vmlinux or a module */
	bool traced;		/* the patch attaches a tracing program: an fmod_ret body */
};

struct foreign_links {
	const uint32_t *own;	/* ids of links that are no rivals, ascending */
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
int foreign_find(struct targets *kernel, const struct foreign_target *targets, size_t n,
		 const struct foreign_links *links, size_t *ret_index, struct report *report);

/* The kernel livepatches: `fn` is called for each function of each that is loaded. Stops at the first
 * result that is not 0, and returns it. */
int foreign_each_livepatch(int (*fn)(const char *patch, const char *object, const char *symbol,
				     uint32_t sympos, void *userdata),
			   void *userdata);

struct foreign_program {
	uint32_t link_id;
	uint32_t obj_id, btf_id;	/* of the function */
	char name[64];
};

/* The fmod_ret programs, but those of links that are in own[], ascending. As foreign_each_livepatch(). */
int foreign_each_program(const uint32_t *own, size_t n_own,
			 int (*fn)(const struct foreign_program *p, void *userdata),
			 void *userdata);
/* The id of vmlinux's BTF, by which links tell whose function ids they mean; 0: not to be found. */
uint32_t foreign_vmlinux_id(void);

#endif
