/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Struct_ops tables that patches bring. If a patch replaces another one that brings the same table
 * (meta_table_same), both share one link, which holds the map of one of them.
 */
#ifndef KLPD_CORE_TABLE_H
#define KLPD_CORE_TABLE_H

#include "core/registry.h"

struct object;

/*
 * Phase ATTACH for table i of an entering patch. The table is registered. If a leaving patch brings
 * the same table, the link of that patch is used without a change and *ret_shared is true.
 * OUTCOME_TAKEN: a foreign table has this name, or the shared link holds a foreign map.
 */
int table_attach(struct patch *s, size_t i, const struct object *o, struct patch *const *leave,
		 size_t n_leave, bool *ret_shared, struct report *report);
/*
 * Update the links of all tables of s to its maps, where they hold the map of one of `others`.
 * Idempotent. Returns 0, or the first error after trying all tables. -EPERM: a link holds a foreign
 * map; -ENOLINK: a link was detached. *ret_table, unless NULL, is the first failed table.
 */
int table_take(struct patch *s, struct patch *const *others, size_t n,
	       const struct meta_table **ret_table);
/*
 * Do so for all patches that are in force or entering, whichever patch has the link's map.
 * Completes a change, its reversal and recovery.
 */
int table_settle(struct registry *reg);
/*
 * Detach the table links of a leaving patch that no patch of the registry has, which removes the
 * tables from the kernel's lists at once.
 */
void table_detach(const struct registry *reg, struct patch *s);
/* Do so for half-built pins gen-N. Context: the registry has all patches. */
void table_detach_half_built(const struct registry *reg, uint64_t serial);
/* Whether the kernel uses table i of s under the table's name. */
bool table_is_current(const struct patch *s, size_t i);

#endif
