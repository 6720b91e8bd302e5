/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables of the kernel's that sets bring. Sets that bring one and the same (meta_table_same) while
 * one takes the place of the other have one link in common, which holds the map of one of them.
 */
#ifndef KLPD_CORE_TABLE_H
#define KLPD_CORE_TABLE_H

#include "core/world.h"

struct object;

/*
 * ATTACH of table i of a set that enters: registered, or, if a set that leaves brings it, the link
 * of that one, which is not touched; then *ret_shared is true. OUTCOME_TAKEN: somebody else has one
 * of this name, or has changed that link.
 */
int table_attach(struct set *s, size_t i, const struct object *o, struct set *const *leave,
		 size_t n_leave, bool *ret_shared, struct report *report);
/*
 * The links of all tables of s get its maps, where they hold those of one of `others`. Idempotent.
 * 0, or the first error after all were tried: -EPERM, a link has somebody else's map; -ENOLINK, it
 * was detached. *ret_table, unless NULL, is which.
 */
int table_take(struct set *s, struct set *const *others, size_t n, const struct meta_table **ret_table);
/* The same of all sets that are in force or enter, from whichever has it: what a change, its
 * reversal or recovery comes down to. */
int table_settle(struct world *w);
/* What leaves is out of the kernel's lists at once: the links of its tables that no set of the
 * world has. */
void table_detach(const struct world *w, struct set *s);
/* The same of pins gen-N that are half built, once the world has all sets. */
void table_detach_half_built(const struct world *w, uint64_t serial);
/* Who asks for table i by its name gets that of s. */
bool table_is_current(const struct set *s, size_t i);

#endif
