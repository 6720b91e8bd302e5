/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Struct_ops instances that patches bring. If a patch replaces another one that brings the same
 * instance (meta_struct_ops_same), both share one link, which holds the map of one of them.
 */
#ifndef KLPD_CORE_STRUCT_OPS_H
#define KLPD_CORE_STRUCT_OPS_H

#include "core/registry.h"

struct object;

/*
 * Phase ATTACH for instance i of an entering patch: register the instance. -EEXIST: an instance of
 * its name is registered.
 */
int struct_ops_attach(struct patch *s, size_t i, const struct object *o, struct report *report);
/*
 * After -EEXIST: use the link of the leaving patch that brings the same instance, without a change
 * of it. OUTCOME_TAKEN: a foreign instance has this name, or the shared link holds a foreign map.
 */
int struct_ops_share(struct patch *s, size_t i, struct patch *const *leave, size_t n_leave,
		     struct report *report);
/*
 * Update the links of all instances of s to its maps, where they hold the map of one of `others`.
 * Idempotent. Returns 0, or the first error after trying all instances. -EPERM: a link holds a
 * foreign map; -ENOLINK: a link was detached. *ret_failed, unless NULL, is the first failed
 * instance.
 */
int struct_ops_take(struct patch *s, struct patch *const *others, size_t n,
		    const struct meta_struct_ops **ret_failed);
/*
 * Do so for all patches that are in force or entering, whichever patch has the link's map.
 * Completes a change, its reversal and recovery.
 */
int struct_ops_settle(struct registry *reg);
/*
 * Detach the links of a leaving patch that no patch of the registry has, which removes the
 * instances from the kernel's lists at once.
 */
void struct_ops_detach(const struct registry *reg, struct patch *s);
/* Do so for half-built pins gen-N. Context: the registry has all patches. */
void struct_ops_detach_half_built(const struct registry *reg, uint64_t serial);
/*
 * 1: the kernel uses instance i of s under the instance's name; 0: it does not; -errno: the link or
 * the map cannot be read, so it is not known.
 */
int struct_ops_look(const struct patch *s, size_t i);

#endif
