/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A loaded patch: its links, and what is known of it. Holds exactly what can be rebuilt from its
 * pins, the gates word and the companion, so that a restart of klpd changes nothing.
 */
#ifndef KLPD_CORE_PATCH_H
#define KLPD_CORE_PATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "patch/metadata.h"
#include "core/sha256.h"
#include "kern/pin.h"
#include "klp/uapi.h"
#include "util/cleanup.h"

enum patch_state {		   /* set by transaction.c and recover.c */
		   PATCH_ENTERING, /* tasks are moving into it */
		   PATCH_IN_FORCE,
		   PATCH_LEAVING, /* tasks are moving out of it */
		   PATCH_RECOVERY_INCOMPLETE, /* not known; only in registry->incomplete_patches */
		   _PATCH_STATE_MAX
};

struct patch {
	uint64_t serial;	/* N of gen-N: the generation that put it in force */
	uint64_t id;		/* of the companion's record; 0: immediate */
	uint32_t consistency;	/* KLP_CONSISTENCY_* */
	uint32_t slot;		/* immediate: its bit of the gates word */
	enum patch_state state;
	uint64_t missed;	/* missed calls, as last reported to clients */
	bool forced;		/* in a forced transition: its programs are never freed */
	uint64_t enabled_usec;	/* CLOCK_REALTIME */
	uint8_t sha256[SHA256_SIZE];
	char *path;
	struct meta *meta;
	/*
	 * Fds in the metadata's order: functions, callbacks, struct_ops instances. -EBADF: missing.
	 */
	int *links;
	uint32_t *link_ids;	/* ids of the links; 0: not read yet */
	/*
	 * ftrace's names of the functions. NULL: not looked up; a NULL entry: not known.
	 */
	char **listed;
	size_t n_links;		/* meta->n_funcs + meta->n_callbacks + meta->n_struct_ops */
	int maps[KLP_STRUCT_OPS_MAX];	/* fds of its struct_ops maps, or -EBADF */
	/* state outside klpd */
	void *section;		/* its metadata as pinned, owned; NULL: lost */
	size_t section_size;
	uint64_t pinned;	/* N of gen-N that holds its pins; 0: `serial` */
	bool lost;		/* `meta` was rebuilt from the kernel, see lost.h */
	unsigned int n_lost;	/* functions of the patch that `meta` does not list */
	bool unpinned;		/* not all of it is pinned where the next klpd finds it */
	bool repinned;		/* klpd has pinned it again since recovery */
};

/* Takes ownership of meta, also on failure. Has no links yet. -ENOMEM. */
int patch_new(struct meta *meta, const char *path, struct patch **ret);
/*
 * From pins that were read back. On success takes over the fds of the links, some of which may be
 * missing. -EINVAL: the parts of the pin contradict each other; -ENOMEM.
 */
int patch_from_pin(struct pin_patch *pin, struct patch **ret);
/* Closes fds. Does not touch pins. */
struct patch *patch_free(struct patch *s);
DEFINE_CLEANUP(struct patch, patch_free);

/* Store a copy of the metadata section, from which pins can be made again. -ENOMEM. */
int patch_keep_section(struct patch *s, const void *section, size_t size);
/* Number of links that are missing, including those of functions that `meta` does not list. */
size_t patch_missing(const struct patch *s);
/* N of the directory gen-N that holds its pins. */
uint64_t patch_pins(const struct patch *s);
/* Fill the header of its pins. -E2BIG: the metadata or the path is too long. */
int patch_to_header(const struct patch *s, size_t meta_size, struct pin_header *ret);
/*
 * Index into links[] of the link of struct_ops instance i. Patches that replace each other may
 * share this link.
 */
size_t patch_struct_ops_link(const struct patch *s, size_t i);
/*
 * Name of its record at the companion, "NAME.SERIAL". It is unique although a patch may be replaced
 * by one of its own name. Guard and override bodies and callbacks are bound to the record by this
 * name.
 */
void patch_record_name(const struct patch *s, char ret[static KLP_NAME_LEN]);
/* Its bit of the gates word as a mask; 0 unless immediate. */
uint64_t patch_gates_mask(const struct patch *s);
const char *patch_state_to_string(enum patch_state state);
const char *patch_consistency_to_string(uint32_t consistency);

#endif
