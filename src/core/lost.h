/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets whose pins do not have all of them: links that are found by id take their places again, and
 * where the metadata is gone too a set is made of what the kernel tells.
 */
#ifndef KLPD_CORE_LOST_H
#define KLPD_CORE_LOST_H

#include "core/patch.h"
#include "kern/found.h"

/* Which links belong together: those of a record, or those of a bit in the gates word. */
struct lost_identity {
	uint64_t id;				/* per task; 0: immediate */
	char record[KLP_UAPI_NAME_LEN];		/* per task */
	uint32_t slot;				/* immediate */
	uint32_t gates;				/* id of the map with the word */
};

void lost_identity(const struct patch *s, uint32_t gates, struct lost_identity *ret);
/* The link is one of these. Pure. */
bool lost_is(const struct found_link *l, const struct lost_identity *identity);
/*
 * Links of s that are missing are taken from what was found, as far as it is there; claimed[i] says
 * that found link i has a set. Those that s has are claimed too. 0 or this process's trouble.
 */
int lost_fill(struct patch *s, const struct lost_identity *identity, const struct found *f,
	      bool *claimed);
/*
 * A set of all links of that identity, which are claimed. `n_funcs`: how many functions it is known
 * to have. 0 or -errno.
 */
int lost_make(const char *name, uint64_t serial, const struct lost_identity *identity,
	      size_t n_funcs, const struct found *f, bool *claimed, struct patch **ret);
/* Name and serial of a set by the name of its record, "NAME.SERIAL"; false: it is not ours. */
bool lost_parse_record(const char *record, char ret_name[static KLP_NAME_LEN],
		       uint64_t *ret_serial);

#endif
