/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds foreign hooks: kernel livepatches, ftrace users that redirect a function, and fmod_ret
 * programs that are not klpd's. With one of them beside a patch, it would be unclear which of the
 * two is in force.
 */
#ifndef KLPD_KERN_FOREIGN_H
#define KLPD_KERN_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/report.h"

struct targets;

struct foreign_target {		/* a function to be patched */
	const char *symbol;
	const char *listed;	/* its name in ftrace */
	uint32_t btf_id;	/* in vmlinux; 0: none */
	bool hooked;		/* the companion already has a hook there */
	const char *object;	/* vmlinux or a module */
	bool traced;		/* the patch attaches a tracing program, an fmod_ret body */
};

struct foreign_links {
	const uint32_t *own;	/* ids of links that are no foreign hooks, ascending */
	size_t n_own;
	uint32_t limit;		/* tracing programs that one function can have; 0: not known */
};

/*
 * 0: there are only the links in links->own. OUTCOME_TAKEN: *ret_index is the first function with a
 * foreign hook; the report names the hook and says which of the two would win.
 * OUTCOME_PROGRAM_LIMIT: the function has as many tracing programs as the kernel allows. klpd's own
 * programs count, because a change attaches the new ones before it detaches the old ones.
 *
 * Reports only what exists now; a hook that is attached later is not prevented. A hook is not found
 * if the kernel file that lists it is missing.
 */
int foreign_find(struct targets *kernel, const struct foreign_target *targets, size_t n,
		 const struct foreign_links *links, size_t *ret_index, struct report *report);

/*
 * Call `fn` for each function of each loaded kernel livepatch. Stops at the first result that is
 * not 0 and returns it.
 */
int foreign_each_livepatch(int (*fn)(const char *patch, const char *object, const char *symbol,
				     uint32_t sympos, void *userdata),
			   void *userdata);

struct foreign_program {
	uint32_t link_id;
	uint32_t obj_id, btf_id;	/* BTF object and function */
	char name[64];
};

/*
 * Likewise for the fmod_ret programs, except those with link ids in own[], ascending. *ret_failed:
 * why some of them could not be read, as of pin_is_our_trouble(), or -EACCES; 0: all were read.
 */
int foreign_each_program(const uint32_t *own, size_t n_own,
			 int (*fn)(const struct foreign_program *p, void *userdata),
			 void *userdata, int *ret_failed);
/* Id of vmlinux's BTF. Links name it as the BTF of their function ids. 0: not found. */
uint32_t foreign_vmlinux_id(void);

#endif
