// SPDX-License-Identifier: GPL-2.0-only
/*
 * The patches that take part in one transition, and what happens to them in its course: callbacks,
 * hooks, gates, states. Moving tasks is not done here (move.c).
 *
 * The callbacks of a change are those of the patches that enter, or of the patches that leave if
 * none enters. This has two consequences:
 *
 * - An atomic replace runs the callbacks of the new patches only, as in kernel livepatch.
 * - A change that is reversed before it completes ends with post_unpatch of the patches that
 *   entered, or with a second post_patch of the patches that did not leave after all.
 */
#include <linux/errno.h>

#include "callback.h"
#include "change.h"
#include "gate.h"
#include "hook.h"
#include "object.h"
#include "patch.h"
#include "stack.h"
#include "state.h"

static int change_find_modules(struct klpm_patch *r, struct change_failure *failure)
{
	int ret;
	u32 o;

	for (o = 0; o < r->n_objects; o++) {
		if (!klpm_object_is_there(&r->objects[o]))
			continue;
		ret = klpm_object_load(r, o, &failure->index);
		if (ret)
			return ret == -ENOMEM ? ret : -ENOEXEC;
	}
	return 0;
}

static int change_is_attached(const struct klpm_patch *r)
{
	u32 i;

	for (i = 0; i < r->n_funcs; i++)
		if (r->funcs[i].flags & KLP_FUNC_OPS && !r->funcs[i].ops)
			return -ENODATA;
	for (i = 0; i < r->n_callbacks; i++)
		if (!r->callbacks[i].ops)
			return -ENODATA;
	return 0;
}

/* Set `leaves` of the patches that leave; it decides which states their callbacks see. */
static void change_set_leaves(struct change *c, bool leaves)
{
	u32 i;

	for (i = 0; i < c->n_leave; i++)
		c->leave[i]->leaves = leaves && !c->n_enter;
}

int klpm_change_prepare(struct change *c, struct change_failure *failure)
{
	int ret = 0;
	u32 i;

	change_set_leaves(c, true);
	for (i = 0; !ret && i < c->n_enter; i++) {
		failure->id = c->enter[i]->id;
		ret = change_find_modules(c->enter[i], failure);
		if (!ret)
			ret = change_is_attached(c->enter[i]);
		if (!ret)
			klpm_state_hand_over(c->enter[i]);
	}
	return ret;
}

void klpm_change_unprepare(struct change *c)
{
	change_set_leaves(c, false);
}

static void change_run(struct klpm_patch **records, u32 n, enum klp_callback_when when)
{
	u32 i, o;

	for (i = 0; i < n; i++)
		for (o = 0; o < records[i]->n_objects; o++)
			if (records[i]->objects[o].patched)
				klpm_callback_run(records[i], o, when);
}

static int change_patch(struct klpm_patch *r, struct change_failure *failure)
{
	int ret;
	u32 o;

	for (o = 0; o < r->n_objects; o++) {
		if (!r->objects[o].loaded)
			continue;
		failure->id = r->id;
		failure->index = o;
		ret = klpm_object_patch(r, o, &failure->callback_error);
		if (ret)
			return ret;
	}
	return 0;
}

int klpm_change_begin(struct change *c, struct change_failure *failure)
{
	int ret = 0;
	u32 i;

	for (i = 0; !ret && i < c->n_enter; i++)
		ret = change_patch(c->enter[i], failure);
	/* Again: callbacks may take long, and a body may have been detached meanwhile. */
	for (i = 0; !ret && i < c->n_enter; i++) {
		failure->id = c->enter[i]->id;
		ret = change_is_attached(c->enter[i]);
	}
	if (ret)
		klpm_change_cancel(c);
	else if (!c->n_enter)
		change_run(c->leave, c->n_leave, KLP_PRE_UNPATCH);
	return ret;
}

bool klpm_change_has_callbacks(const struct change *c)
{
	struct klpm_patch *const *records = c->n_enter ? c->enter : c->leave;
	u32 i, n = c->n_enter ?: c->n_leave;

	for (i = 0; i < n; i++)
		if (records[i]->n_callbacks)
			return true;
	return false;
}

bool klpm_change_has(const struct change *c, const struct klpm_patch *r)
{
	u32 i;

	for (i = 0; i < c->n_enter; i++)
		if (c->enter[i] == r)
			return true;
	for (i = 0; i < c->n_leave; i++)
		if (c->leave[i] == r)
			return true;
	return false;
}

void klpm_change_refuse(struct change *c)
{
	u32 i;

	for (i = 0; i < c->n_leave; i++)
		c->leave[i]->state = KLP_IN_FORCE;
	for (i = 0; i < c->n_enter; i++) {
		if (!c->enter[i]->owner) {
			klpm_patch_forget(c->enter[i]);
			continue;
		}
		c->enter[i]->state = KLP_REGISTERED;
		c->enter[i]->broken = false;
	}
}

void klpm_change_disown(struct change *c)
{
	u32 i;

	for (i = 0; i < c->n_enter; i++)
		c->enter[i]->owner = NULL;
}

void klpm_change_cancel(struct change *c)
{
	u32 i, o;

	for (i = 0; i < c->n_enter; i++)
		for (o = 0; o < c->enter[i]->n_objects; o++)
			klpm_object_unpatch(c->enter[i], o);
	if (!c->n_enter)
		change_run(c->leave, c->n_leave, KLP_POST_PATCH);
	change_set_leaves(c, false);
}

void klpm_change_flip(void *change)
{
	struct change *c = change;
	u32 i;

	for (i = 0; i < c->n_enter; i++)
		klpm_gate_set(c->enter[i]->id, GATE_ENTERING);
	for (i = 0; i < c->n_leave; i++)
		klpm_gate_set(c->leave[i]->id, GATE_LEAVING);
}

void klpm_change_mark(struct change *c, bool back)
{
	u32 i;

	for (i = 0; i < c->n_enter; i++)
		c->enter[i]->state = back ? KLP_LEAVING : KLP_ENTERING;
	for (i = 0; i < c->n_leave; i++)
		c->leave[i]->state = back ? KLP_ENTERING : KLP_LEAVING;
}

static void change_settle_one(struct klpm_patch *r, bool in_force, u64 generation)
{
	if (!in_force) {
		klpm_gate_set(r->id, GATE_CLOSED);
		klpm_hook_disarm_all(r);
		return;
	}
	klpm_gate_set(r->id, GATE_OPEN);
	r->state = KLP_IN_FORCE;
	if (!r->generation)
		r->generation = generation;
}

/* In any order: all tasks have the version the transition went to, so no gate's answer changes. */
void klpm_change_settle(struct change *c, bool back, u64 generation)
{
	u32 i;

	for (i = 0; i < c->n_enter; i++)
		change_settle_one(c->enter[i], !back, generation);
	for (i = 0; i < c->n_leave; i++)
		change_settle_one(c->leave[i], back, generation);
}

static void change_drop(struct klpm_patch **records, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		/* Keep listing the patch until klpd has pinned its programs. */
		if (records[i]->forced)
			klpm_patch_shelve(records[i]);
		else
			klpm_patch_forget(records[i]);
	}
}

void klpm_change_close(struct change *c, bool back)
{
	bool in_force = c->n_enter ? !back : back;

	change_run(c->n_enter ? c->enter : c->leave, c->n_enter ?: c->n_leave,
		   in_force ? KLP_POST_PATCH : KLP_POST_UNPATCH);
	change_set_leaves(c, false);
	if (back)
		change_drop(c->enter, c->n_enter);
	else
		change_drop(c->leave, c->n_leave);
}

void klpm_change_force(struct change *c)
{
	u32 i;

	for (i = 0; i < c->n_enter; i++)
		c->enter[i]->forced = true;
	for (i = 0; i < c->n_leave; i++)
		c->leave[i]->forced = true;
}

static void change_add_funcs(struct stack_set *set, const struct klpm_patch *r)
{
	u32 i;

	for (i = 0; i < r->n_funcs; i++)
		klpm_stack_set_add(set, &r->funcs[i]);
}

struct stack_set *klpm_change_stack_set(const struct change *c)
{
	struct stack_set *set;
	u32 i, n = 0;

	for (i = 0; i < c->n_enter; i++)
		n += c->enter[i]->n_funcs;
	for (i = 0; i < c->n_leave; i++)
		n += c->leave[i]->n_funcs;
	set = klpm_stack_set_new(n);
	if (!set)
		return NULL;
	for (i = 0; i < c->n_enter; i++)
		change_add_funcs(set, c->enter[i]);
	for (i = 0; i < c->n_leave; i++)
		change_add_funcs(set, c->leave[i]);
	klpm_stack_set_seal(set);
	return set;
}
