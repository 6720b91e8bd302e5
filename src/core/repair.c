// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decides what a repair does with each patch that is not whole, and does it, except for the change
 * in which patches leave: that is a normal transaction. After each step the next klpd judges the
 * state as this one did, or as whole. So a klpd that is killed in between only leaves the repair
 * unfinished.
 */
#include <stdarg.h>

#include "core/fault.h"
#include "core/keep.h"
#include "core/repair.h"
#include "core/recovery-incomplete.h"
#include "util/cleanup.h"
#include "util/errno-util.h"
#include "util/macro.h"

static const char *const kind_names[] = {
	[REPAIR_PIN] = "pin",
	[REPAIR_RENAME] = "rename",
	[REPAIR_TAKE_OUT] = "take_out",
	[REPAIR_REMOVE] = "remove",
	[REPAIR_LEAVE] = "leave",
};
_Static_assert(ARRAY_SIZE(kind_names) == _REPAIR_KIND_MAX, "a kind without a name");

const char *repair_kind_to_string(enum repair_kind kind)
{
	return (unsigned int)kind < _REPAIR_KIND_MAX ? kind_names[kind] : "unknown";
}

static int _printf_(4, 5) repair_add(struct repair *r, enum repair_kind kind, struct patch *s,
				     const char *format, ...)
{
	struct repair_action *more = reallocarray(r->actions, r->n + 1, sizeof(*more));
	va_list ap;
	int n;

	if (!more)
		return -ENOMEM;
	r->actions = more;
	more[r->n] = (struct repair_action){ .kind = kind, .patch = s };
	more[r->n].name = strdup(s->meta->name);
	va_start(ap, format);
	n = vasprintf(&more[r->n].text, format, ap);
	va_end(ap);
	if (n < 0)
		more[r->n].text = NULL;
	if (n < 0 || !more[r->n].name) {
		free(more[r->n].name);
		free(more[r->n].text);
		return -ENOMEM;
	}
	r->n++;
	return 0;
}

static int repair_plan_set(const struct registry *reg, struct patch *s, struct repair *r)
{
	const char *name = s->meta->name, *trouble = keep_trouble(reg);
	size_t missing = patch_missing(s);

	/* moving: the transition decides */
	if (s->state != PATCH_IN_FORCE)
		return 0;
	if (s->lost)
		return repair_add(r, REPAIR_TAKE_OUT, s, "Patch '%s' leaves: its metadata is lost", name);
	if (missing > 0)
		return repair_add(r, REPAIR_TAKE_OUT, s, "Patch '%s' leaves: %zu of its %zu bodies, "
				  "callbacks and struct_ops instances are not attached any more",
				  name, missing, s->n_links);
	if (s->unpinned && trouble)
		return repair_add(r, REPAIR_LEAVE, s, "Patch '%s' cannot be pinned: %s", name, trouble);
	if (patch_pins(s) != s->serial)
		return repair_add(r, REPAIR_RENAME, s, "Pins gen-%llu of patch '%s' become gen-%llu",
				  (unsigned long long)patch_pins(s), name,
				  (unsigned long long)s->serial);
	if (s->unpinned)
		return repair_add(r, REPAIR_PIN, s, "Patch '%s' is pinned again", name);
	if (s->repinned)
		return repair_add(r, REPAIR_PIN, s, "Patch '%s' has been pinned again already", name);
	return 0;
}

static int repair_plan_incomplete(const struct incomplete_patch *u, struct repair *r)
{
	const struct judge_facts *f = &u->facts;
	_cleanup_free_ char *text = recovery_incomplete_text(u);
	bool judged = f->companion || f->consistency == KLP_CONSISTENCY_IMMEDIATE;

	if (!text)
		return -ENOMEM;
	/* its links have other pins, those of the patch that owns the gate or record */
	if (f->collides)
		return repair_add(r, REPAIR_REMOVE, u->patch,
				  "%s: its pins are removed, what is in "
				  "force has others",
				  text);
	if (f->elsewhere || f->record > KLP_FORCED_OUT || (f->attached && !judged))
		return repair_add(r, REPAIR_LEAVE, u->patch, "%s", text);
	if (f->gate || f->record == KLP_IN_FORCE)
		return repair_add(r, REPAIR_TAKE_OUT, u->patch, "%s: it leaves", text);
	if (f->record != 0 || f->pins == JUDGE_PINS_NONE)
		return repair_add(r, REPAIR_LEAVE, u->patch, "%s", text);
	return repair_add(r, REPAIR_REMOVE, u->patch,
			  "%s: nothing in force has them, they are removed", text);
}

int repair_plan(const struct registry *reg, struct repair *ret)
{
	struct repair plan = { .n = 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < reg->n_patches; i++)
		r = repair_plan_set(reg, reg->patches[i], &plan);
	for (size_t i = 0; r == 0 && i < reg->n_incomplete; i++)
		r = repair_plan_incomplete(&reg->incomplete_patches[i], &plan);
	if (r < 0) {
		repair_done(&plan);
		return r;
	}
	*ret = plan;
	return 0;
}

void repair_done(struct repair *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->actions[i].name);
		free(r->actions[i].text);
	}
	free(r->actions);
	*r = (struct repair){ .n = 0 };
}

static int repair_rename(struct patch *s)
{
	int r = pin_rename(patch_pins(s), s->serial);

	if (r == 0)
		s->pinned = 0;
	return r;
}

/* keep_look() has pinned what can be pinned; return its result. */
static int repair_pin(struct patch *s)
{
	s->repinned = false;
	return s->unpinned ? -EIO : 0;
}

static int repair_act(struct repair_action *a)
{
	switch (a->kind) {
	case REPAIR_PIN:
		return repair_pin(a->patch);
	case REPAIR_RENAME:
		return repair_rename(a->patch);
	case REPAIR_REMOVE:
		return pin_remove(patch_pins(a->patch));
	default:
		return 0;
	}
}

/* Its pins are removed, and nothing else of it existed. */
static void repair_forget(struct registry *reg, struct repair_action *a)
{
	for (size_t i = 0; i < reg->n_incomplete; i++) {
		struct incomplete_patch *u = &reg->incomplete_patches[i];

		if (u->patch != a->patch)
			continue;
		a->patch = patch_free(u->patch);
		free(u->why);
		memmove(u, u + 1, (--reg->n_incomplete - i) * sizeof(*u));
		return;
	}
}

int repair_run(struct registry *reg, struct repair *r)
{
	int ret = 0;

	(void)keep_look(reg);
	reg->gate_repinned = false;
	for (size_t i = 0; i < r->n; i++) {
		struct repair_action *a = &r->actions[i];

		if (a->kind == REPAIR_LEAVE || a->kind == REPAIR_TAKE_OUT)
			continue;
		a->error = repair_act(a);
		if (a->kind == REPAIR_REMOVE && a->error == 0)
			repair_forget(reg, a);
		RET_GATHER(ret, a->error);
		RET_GATHER(ret, fault_point(PHASE_PIN, REPAIR_POINT + (unsigned int)i));
	}
	return ret;
}

/* Root has asked for the repair, so a patch with incomplete recovery is a normal one from here on. */
static int repair_adopt(struct registry *reg, struct patch *s)
{
	for (size_t i = 0; i < reg->n_incomplete; i++) {
		struct incomplete_patch *u = &reg->incomplete_patches[i];
		int r;

		if (u->patch != s)
			continue;
		r = registry_add(reg, s);
		if (r < 0)
			return r;
		s->state = PATCH_IN_FORCE;
		free(u->why);
		memmove(u, u + 1, (--reg->n_incomplete - i) * sizeof(*u));
		return 0;
	}
	return 0;
}

size_t repair_leaving(struct registry *reg, const struct repair *r, uint32_t consistency,
		      struct patch *ret[static KLP_GATE_SLOTS])
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		struct repair_action *a = &r->actions[i];

		if (a->kind != REPAIR_TAKE_OUT || !a->patch || a->patch->consistency != consistency)
			continue;
		if (n == KLP_GATE_SLOTS) {
			a->error = -E2BIG;
			continue;
		}
		a->error = repair_adopt(reg, a->patch);
		/* the change in which it leaves frees it */
		if (a->error == 0)
			ret[n++] = TAKE_PTR(a->patch);
	}
	return n;
}
