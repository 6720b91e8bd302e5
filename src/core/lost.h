/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Patches with incomplete pins. Missing links are found by id and put back in place. If the
 * metadata is missing too, a patch is built from what the kernel describes.
 */
#ifndef KLPD_CORE_LOST_H
#define KLPD_CORE_LOST_H

#include "core/patch.h"
#include "kern/found.h"

/* Identifies the links of one patch: by its record, or by its bit of the gates word. */
struct lost_identity {
	uint64_t id;				/* per task; 0: immediate */
	char record[KLP_NAME_LEN];		/* per task */
	uint32_t slot;				/* immediate */
	uint32_t gates_map_id;			/* immediate: id of the map of the gates word */
};

void lost_identity(const struct patch *s, uint32_t gates_map_id, struct lost_identity *ret);
/* Whether the link belongs to this identity. Pure. */
bool lost_is(const struct found_link *l, const struct lost_identity *identity);
/*
 * Fill in the missing links of s from the links found, as far as they exist. claimed[i] marks found
 * link i as belonging to a patch; links that s has already are marked too. Returns 0 or -errno of
 * this process, such as too many open files.
 */
int lost_fill(struct patch *s, const struct lost_identity *identity, const struct found *f,
	      bool *claimed);
/*
 * Build a patch from all links of this identity and mark them as claimed. Returns 0 or -errno.
 */
int lost_make(const char *name, uint64_t serial, const struct lost_identity *identity,
	      const struct found *f, bool *claimed, struct patch **ret);
/* Split the name of a record, "NAME.SERIAL". False: it was not made by klpd. */
bool lost_parse_record(const char *record, char ret_name[static KLP_NAME_LEN],
		       uint64_t *ret_serial);

#endif
