/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables of the kernel's that sets bring. Sets that bring one and the same (meta_table_same) while
 * one takes the place of the other have one link in common, which holds the map of one of them.
 */
#ifndef KLPD_CORE_TABLE_H
#define KLPD_CORE_TABLE_H

#include "core/registry.h"

struct object;

/*
 * ATTACH of table i of a set that enters: registered, or, if a set that leaves brings it, the link
 * of that one, which is not touched; then *ret_shared is true. OUTCOME_TAKEN: somebody else has one
 * of this name, or has changed that link.
 */
int table_attach(struct patch *s, size_t i, const struct object *o, struct patch *const *leave,
		 size_t n_leave, bool *ret_shared, struct report *report);
/*
 * The links of all tables of s get its maps, where they hold those of one of `others`. Idempotent.
 * 0, or the first error after all were tried: -EPERM, a link has somebody else's map; -ENOLINK, it
 * was detached. *ret_table, unless NULL, is which.
 */
int table_take(struct patch *s, struct patch *const *others, size_t n,
	       const struct meta_table **ret_table);
/* The same of all sets that are in force or enter, from whichever has it: what a change, its
 * reversal or recovery comes down to. */
int table_settle(struct registry *reg);
/* What leaves is out of the kernel's lists at once: the links of its tables that no set of the
 * registry has. */
void table_detach(const struct registry *reg, struct patch *s);
/* The same of pins gen-N that are half built, once the registry has all sets. */
void table_detach_half_built(const struct registry *reg, uint64_t serial);
/* Who asks for table i by its name gets that of s. */
bool table_is_current(const struct patch *s, size_t i);

#endif
