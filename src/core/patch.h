/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One patch: the links of one patch, and what is known of it. Holds exactly what can be
 * rebuilt from its pins, the gates word and the companion, so that a restart of klpd changes
 * nothing.
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

enum patch_state {		   /* moved by transaction.c and recover.c */
		   PATCH_ENTERING, /* tasks move into it */
		   PATCH_IN_FORCE,
		   PATCH_LEAVING, /* tasks move out of it */
		   PATCH_UNJUDGED, /* klpd cannot tell, and leaves it alone: in no registry but as unjudged */
		   _PATCH_STATE_MAX
};

struct patch {
	uint64_t serial;	/* N of gen-N; the generation in which it came into force */
	uint64_t id;		/* the companion's, 0 if immediate */
	uint32_t consistency;	/* KLP_CONSISTENCY_* */
	uint32_t slot;		/* of the gates word, if immediate */
	enum patch_state state;
	uint64_t missed;	/* calls it missed, as far as anybody was told */
	bool forced;		/* a transition of it was: its programs are never freed */
	uint64_t enabled_usec;	/* CLOCK_REALTIME */
	uint8_t sha256[SHA256_SIZE];
	char *path;
	struct meta *meta;
	int *links; /* fds in the metadata's order: of functions, of callbacks, of tables; or
				 * -EBADF */
	uint32_t *link_ids;	/* of the kernel, as far as asked for; 0: not yet */
	char **listed; /* names that ftrace has for the functions; NULL: not looked at; an entry
				 * that is NULL: not known */
	size_t n_links;		/* meta->n_funcs + meta->n_callbacks + meta->n_tables */
	int maps[KLP_TABLES_MAX];	/* fds of its tables, or -EBADF */
	/* what there is of it outside klpd */
	void *section;		/* its metadata as it is pinned, owned; NULL: it is lost */
	size_t section_size;
	uint64_t pinned;	/* N of gen-N that its pins are in, if not `serial`; 0: that one */
	bool lost;		/* `meta` was made of what the kernel tells, see lost.h */
	unsigned int n_lost;	/* functions that it has and `meta` knows nothing of */
	bool unpinned;		/* not all of it is pinned where a klpd that comes finds it */
	bool repinned;		/* and has been pinned again since recovery */
};

/* Takes meta over, also on failure. No links yet. -ENOMEM. */
int patch_new(struct meta *meta, const char *path, struct patch **ret);
/*
 * From what was read back: takes the links' fds over on success; some may be missing. -EINVAL if the
 * parts do not fit each other; -ENOMEM.
 */
int patch_from_pin(struct pin_patch *pin, struct patch **ret);
/* Closes fds; pins and attachments are not touched. */
struct patch *patch_free(struct patch *s);
DEFINE_CLEANUP(struct patch, patch_free);

/* Keep the bytes of the metadata for its pins. -ENOMEM. */
int patch_keep_section(struct patch *s, const void *section, size_t size);
/* How many links of it are not there, of functions that `meta` does not know too. */
size_t patch_missing(const struct patch *s);
/* N of the directory gen-N that its pins are in. */
uint64_t patch_pins(const struct patch *s);
/* Fill the header of its pins. */
int patch_to_header(const struct patch *s, size_t meta_size, struct pin_header *ret);
/* Which of its links is that of table i. Sets that take the place of each other may have it in
 * common. */
size_t patch_table_link(const struct patch *s, size_t i);
/* Name of its record at the companion, "NAME.SERIAL", which is unique though a patch may be replaced
 * by one of its own name. Guard bodies and callbacks are bound by it. */
void patch_record_name(const struct patch *s, char ret[static KLP_UAPI_NAME_LEN]);
/* Bit of the gates word; 0 unless immediate. */
uint64_t patch_gate(const struct patch *s);
const char *patch_state_to_string(enum patch_state state);
const char *patch_consistency_to_string(uint32_t consistency);

#endif
