/* SPDX-License-Identifier: GPL-2.0-only */
/* The links of klpd's: those of all patches that exist, and of stale pins. */
#ifndef KLPD_CORE_OWN_LINKS_H
#define KLPD_CORE_OWN_LINKS_H

#include "core/registry.h"
#include "kern/found.h"

struct own_links {
	uint32_t *ids;		/* ascending */
	size_t n;
};

/* -ENOMEM. */
int own_links_get(struct registry *reg, struct own_links *ret);
/* Add the links found that belong to no patch. -ENOMEM. */
int own_links_add(struct own_links *own, const struct found *found);
void own_links_done(struct own_links *own);

#endif
