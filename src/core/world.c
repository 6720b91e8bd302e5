/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The container of what klpd holds: owns the sets, the gates word, the companion's fd and the list
 * of what went wrong at recovery. Promises only bookkeeping: nothing here attaches, pins or
 * switches.
 */
#include <stdarg.h>
#include <stdbool.h>

#include "core/world.h"
#include "util/macro.h"

int world_new(struct world **ret, struct report *report)
{
	_cleanup_(world_freep) struct world *w = NULL;
	int r;

	w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	r = pin_init();
	if (r < 0)
		return report_errno(report, r, "Cannot use '%s': is bpffs mounted on '%s'",
				    KLPD_PIN_DIR, KLPD_BPFFS);
	r = gate_open(&w->gate);
	if (r < 0)
		return report_errno(report, r, "Cannot use the gates word '%s'", KLPD_GATES_PIN);
	(void)world_find_companion(w);
	if (w->companion_report.outcome == OUTCOME_BUSY)
		return report_set(report, OUTCOME_BUSY, "Another klpd runs already for this kernel, with "
				  "pins elsewhere: it has " KLP_DEVICE);
	*ret = TAKE_PTR(w);
	return 0;
}

struct world *world_free(struct world *w)
{
	if (!w)
		return NULL;
	world_clear(w);
	world_forget_targets(w);
	companion_close(w->companion);
	report_done(&w->companion_report);
	gate_close(w->gate);
	free(w);
	return NULL;
}

int world_targets(struct world *w, struct targets **ret, struct report *report)
{
	int r;

	if (!w->targets) {
		r = targets_new(&w->targets, report);
		if (r != 0)
			return r;
	} else if (w->use != WORLD_USED) {
		targets_forget_modules(w->targets);
	}
	*ret = w->targets;
	return 0;
}

void world_forget_targets(struct world *w)
{
	if (w->use == WORLD_FREE)
		w->targets = targets_free(w->targets);
}

void world_use(struct world *w)
{
	if (w->targets)
		targets_forget_modules(w->targets);
	w->use = WORLD_USED;
}

void world_release(struct world *w)
{
	w->use = WORLD_FREE;
}

void world_pause(struct world *w)
{
	if (w->use != WORLD_USED)
		return;
	w->aside = w->targets ? targets_swap_modules(w->targets, NULL) : NULL;
	w->use = WORLD_PAUSED;
}

void world_go_on(struct world *w)
{
	if (w->use != WORLD_PAUSED)
		return;
	if (w->targets) {
		targets_forget_modules(w->targets);
		(void)targets_swap_modules(w->targets, w->aside);
	}
	w->aside = NULL;
	w->use = WORLD_USED;
}

bool world_find_companion(struct world *w)
{
	if (w->companion)
		return false;
	report_done(&w->companion_report);
	return companion_open(&w->companion, &w->companion_report) == 0;
}

bool world_can_enter(const struct world *w)
{
	return w->companion && !companion_is_older(w->companion);
}

int world_add(struct world *w, struct set *s)
{
	size_t i;

	if (w->n_sets >= WORLD_SETS_MAX)
		return -ENOSPC;
	for (i = w->n_sets; i > 0 && w->sets[i - 1]->serial > s->serial; i--)
		w->sets[i] = w->sets[i - 1];
	w->sets[i] = s;
	w->n_sets++;
	return 0;
}

int world_remove(struct world *w, struct set *s)
{
	for (size_t i = 0; i < w->n_sets; i++) {
		if (w->sets[i] != s)
			continue;
		memmove(w->sets + i, w->sets + i + 1, (--w->n_sets - i) * sizeof(w->sets[0]));
		return 0;
	}
	return -ENOENT;
}

struct set *world_find(const struct world *w, const char *name)
{
	struct set *found = NULL;

	for (size_t i = 0; i < w->n_sets; i++) {
		if (!STREQ(w->sets[i]->meta->name, name))
			continue;
		if (!found || found->state == SET_LEAVING)
			found = w->sets[i];
	}
	return found;
}

struct set *world_find_id(const struct world *w, uint64_t id)
{
	/* no record has the id that immediate sets have */
	for (size_t i = 0; id != 0 && i < w->n_sets; i++)
		if (w->sets[i]->id == id)
			return w->sets[i];
	return NULL;
}

void world_clear(struct world *w)
{
	while (w->n_sets > 0)
		set_free(w->sets[--w->n_sets]);
	while (w->n_warnings > 0)
		free(w->warnings[--w->n_warnings]);
	while (w->n_leftovers > 0)
		set_free(w->leftovers[--w->n_leftovers].set);
	while (w->n_unjudged > 0) {
		struct unjudged *u = &w->unjudged_sets[--w->n_unjudged];

		set_free(u->set);
		free(u->why);
	}
	free(w->stale);
	w->stale = NULL;
	w->taken = 0;
	w->gate_repinned = false;
	w->unjudged = false;
}

struct world *world_beside(struct world *w)
{
	struct world *beside = calloc(1, sizeof(*beside));

	if (!beside)
		return NULL;
	beside->gate = w->gate;
	beside->companion = w->companion;
	beside->place = w->place;
	return beside;
}

struct world *world_free_beside(struct world *beside)
{
	if (beside)
		world_clear(beside);
	free(beside);
	return NULL;
}

void world_become(struct world *w, struct world *beside)
{
	struct world now = *beside;

	/* what was told until a repair is still told */
	now.gate_repinned = w->gate_repinned;
	for (size_t i = 0; i < w->n_sets; i++)
		for (size_t j = 0; j < now.n_sets; j++)
			if (w->sets[i]->repinned && w->sets[i]->serial == now.sets[j]->serial)
				now.sets[j]->repinned = true;
	world_clear(w);
	/* the companion and what was read of the kernel are not the other's to keep */
	now.companion_report = w->companion_report;
	now.targets = w->targets;
	now.use = w->use;
	now.aside = w->aside;
	*w = now;
	free(beside);
}

struct unjudged *world_leave_alone(struct world *w, struct set *s, char *why)
{
	struct unjudged *u;

	if (w->n_unjudged >= ARRAY_SIZE(w->unjudged_sets)) {
		set_free(s);
		free(why);
		return NULL;
	}
	u = &w->unjudged_sets[w->n_unjudged++];
	*u = (struct unjudged){ .set = s, .why = why };
	return u;
}

struct unjudged *world_find_unjudged(struct world *w, const char *name)
{
	for (size_t i = 0; i < w->n_unjudged; i++)
		if (STREQ(w->unjudged_sets[i].set->meta->name, name))
			return &w->unjudged_sets[i];
	return NULL;
}

void world_warn(struct world *w, const char *format, ...)
{
	va_list ap;
	char *text;
	int r;

	if (w->n_warnings >= WORLD_WARNINGS_MAX)
		return;
	va_start(ap, format);
	r = vasprintf(&text, format, ap);
	va_end(ap);
	if (r >= 0)
		w->warnings[w->n_warnings++] = text;
}

void world_leave_over(struct world *w, uint64_t serial, uint64_t gate)
{
	if (w->n_leftovers < ARRAY_SIZE(w->leftovers))
		w->leftovers[w->n_leftovers++] = (struct leftover){ serial, gate, NULL };
}

void world_leave_set(struct world *w, struct set *s)
{
	if (w->n_leftovers < ARRAY_SIZE(w->leftovers))
		w->leftovers[w->n_leftovers++] = (struct leftover){ set_pins(s), set_gate(s), s };
	else
		set_free(s);	/* its pins hold it, for the next start */
}

int world_next_serial(const struct world *w, uint64_t *ret)
{
	uint64_t serial;
	int r;

	r = pin_next_serial(&serial);
	/* what leaves can be numbered without pins */
	if (r < 0 && w->place < 0)
		serial = 1;
	else if (r < 0)
		return r;
	for (size_t i = 0; i < w->n_sets; i++)
		serial = MAX(serial, w->sets[i]->serial + 1);
	*ret = MAX(serial, gate_generation(w->gate) + 1);
	return 0;
}
