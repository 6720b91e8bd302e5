// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registry: one record for each patch that klpd registered. A record holds the module, which
 * therefore cannot be unloaded while there is one, and a slot of the gate. Ids start at a value
 * derived from the time of load and only grow, so that an id from before a reload of the module is
 * never valid again.
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "gate.h"
#include "hold.h"
#include "hook.h"
#include "patch.h"

DEFINE_MUTEX(klpm_mutex);

static struct klpm_patch *records[KLP_RECORDS_MAX];
static u64 record_counter;

void klpm_patch_init(void)
{
	/*
	 * Shifted so that id and mode fit in one word. One id per microsecond still never repeats.
	 */
	record_counter = ktime_get_boottime_ns() >> 10;
}

struct klpm_patch *klpm_patch_new(u32 n_funcs, u32 n_objects, u32 n_callbacks, u32 n_states)
{
	struct klpm_patch *r = kvzalloc(struct_size(r, funcs, n_funcs), GFP_KERNEL);

	if (!r)
		return NULL;
	r->objects = kvcalloc(n_objects, sizeof(*r->objects), GFP_KERNEL);
	r->callbacks = kvcalloc(n_callbacks ?: 1, sizeof(*r->callbacks), GFP_KERNEL);
	r->states = kvcalloc(n_states ?: 1, sizeof(*r->states), GFP_KERNEL);
	if (!r->objects || !r->callbacks || !r->states) {
		klpm_patch_free(r);
		return NULL;
	}
	r->n_funcs = n_funcs;
	r->n_objects = n_objects;
	r->n_callbacks = n_callbacks;
	r->n_states = n_states;
	return r;
}

void klpm_patch_free(struct klpm_patch *r)
{
	kvfree(r->objects);
	kvfree(r->callbacks);
	kvfree(r->states);
	put_pid(r->registrant);
	kvfree(r);
}

int klpm_patch_register(struct klpm_patch *r, const void *owner)
{
	int i, slot = -1;

	lockdep_assert_held(&klpm_mutex);
	for (i = 0; i < KLP_RECORDS_MAX; i++) {
		if (!records[i]) {
			if (slot < 0)
				slot = i;
		} else if ((records[i]->state == KLP_REGISTERED ||
			    records[i]->state == KLP_ENTERING) &&
			   !strcmp(records[i]->name, r->name)) {
			return -EEXIST;
		}
	}
	if (slot < 0)
		return -ENOSPC;
	__module_get(THIS_MODULE);
	r->id = ++record_counter * KLP_RECORDS_MAX + slot;
	r->state = KLP_REGISTERED;
	r->owner = owner;
	r->registrant = get_pid(task_tgid(current));
	records[slot] = r;
	klpm_gate_set(r->id, GATE_CLOSED);
	return 0;
}

struct klpm_patch *klpm_patch_find(u64 id)
{
	struct klpm_patch *r = records[id % KLP_RECORDS_MAX];

	lockdep_assert_held(&klpm_mutex);
	return r && r->id == id ? r : NULL;
}

struct klpm_patch *klpm_patch_find_registered(const char *name)
{
	int i;

	lockdep_assert_held(&klpm_mutex);
	for (i = 0; i < KLP_RECORDS_MAX; i++)
		if (records[i] && records[i]->state == KLP_REGISTERED &&
		    records[i]->registrant == task_tgid(current) && !strcmp(records[i]->name, name))
			return records[i];
	return NULL;
}

struct func *klpm_patch_find_body(const struct klp_func_ops *ops, struct klpm_patch **ret)
{
	u32 i, j;

	lockdep_assert_held(&klpm_mutex);
	for (i = 0; i < KLP_RECORDS_MAX; i++)
		for (j = 0; records[i] && j < records[i]->n_funcs; j++)
			if (records[i]->funcs[j].ops == ops) {
				*ret = records[i];
				return &records[i]->funcs[j];
			}
	return NULL;
}

struct callback *klpm_patch_find_callback(const struct klp_callback_ops *ops,
					  struct klpm_patch **ret)
{
	u32 i, j;

	lockdep_assert_held(&klpm_mutex);
	for (i = 0; i < KLP_RECORDS_MAX; i++)
		for (j = 0; records[i] && j < records[i]->n_callbacks; j++)
			if (records[i]->callbacks[j].ops == ops) {
				*ret = records[i];
				return &records[i]->callbacks[j];
			}
	return NULL;
}

static bool record_before(const struct klpm_patch *a, const struct klpm_patch *b)
{
	u64 x = a->generation ?: U64_MAX, y = b->generation ?: U64_MAX;

	return x < y || (x == y && a->id < b->id);
}

struct klpm_patch *klpm_patch_next(const struct klpm_patch *r)
{
	struct klpm_patch *next = NULL;
	int i;

	lockdep_assert_held(&klpm_mutex);
	for (i = 0; i < KLP_RECORDS_MAX; i++)
		if (records[i] && (!r || record_before(r, records[i])) &&
		    (!next || record_before(records[i], next)))
			next = records[i];
	return next;
}

/*
 * The record was never in force, or a completed transition removed it, so no task of the table is
 * in its override bodies. After a forced transition a task may be in one, or return to one at any
 * time, so they are kept for good.
 */
static void patch_release_bodies(struct klpm_patch *r)
{
	u32 i;

	for (i = 0; !r->forced && i < r->n_funcs; i++)
		if (r->funcs[i].inside)
			klpm_hold_drop(r->funcs[i].inside);
}

void klpm_patch_forget(struct klpm_patch *r)
{
	lockdep_assert_held(&klpm_mutex);
	klpm_gate_forget(r->id);
	klpm_hook_disarm_all(r);
	patch_release_bodies(r);
	records[r->id % KLP_RECORDS_MAX] = NULL;
	klpm_patch_free(r);
	module_put(THIS_MODULE);
}

void klpm_patch_shelve(struct klpm_patch *r)
{
	u32 o;

	lockdep_assert_held(&klpm_mutex);
	klpm_gate_set(r->id, GATE_CLOSED);
	klpm_hook_disarm_all(r);
	r->state = KLP_FORCED_OUT;
	for (o = 0; o < r->n_objects; o++)
		r->objects[o].patched = false;
}

void klpm_patch_forget_owned(const void *owner)
{
	int i;

	for (i = 0; i < KLP_RECORDS_MAX; i++) {
		if (!records[i] || records[i]->owner != owner)
			continue;
		if (records[i]->state == KLP_REGISTERED)
			klpm_patch_forget(records[i]);
		else
			records[i]->owner = NULL;
	}
}

u32 klpm_patch_list(struct klp_uapi_patch *out, u32 room)
{
	u32 i, n = 0;

	lockdep_assert_held(&klpm_mutex);
	for (i = 0; i < KLP_RECORDS_MAX; i++) {
		const struct klpm_patch *r = records[i];

		if (!r)
			continue;
		if (n < room) {
			out[n] = (struct klp_uapi_patch){
				.id = r->id,
				.generation = r->generation,
				.state = r->state,
				.nr_funcs = r->n_funcs,
				.flags = (r->forced ? KLP_PATCH_FORCED : 0) |
					 (r->broken ? KLP_PATCH_BROKEN : 0) |
					 (READ_ONCE(r->skipped) ? KLP_PATCH_SKIPPED : 0),
			};
			strscpy(out[n].name, r->name, sizeof(out[n].name));
		}
		n++;
	}
	return n;
}
