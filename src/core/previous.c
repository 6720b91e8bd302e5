// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maintains the pins previous-N. One is valid at a time, and two exist while a change is running:
 *
 *   PIN        previous-N is made, where N is the generation that the change will make
 *   COMPLETE   the generation becomes N; the pin of the former generation is removed
 *   undo, or completed in reverse: previous-N is removed
 *
 * Recovery removes pins left over by a klpd that was killed in between. For a rollback a file is
 * read again, and its SHA-256 must match that of the file that was in force.
 */
#include <stdbool.h>

#include "core/previous.h"
#include "util/macro.h"

_Static_assert(CHANGE_ENABLE == 0 && CHANGE_REPLACE == 1 && CHANGE_DISABLE == 2 &&
	       CHANGE_ROLLBACK == 3 && CHANGE_REPAIR == 4, "pins have these numbers");
_Static_assert(REGISTRY_PATCHES_MAX <= PIN_PREVIOUS_MAX, "more sets than can be remembered");
_Static_assert(sizeof(((struct pin_previous_entry *)NULL)->path) ==
		       sizeof(((struct pin_header *)NULL)->path),
	       "a path would be cut");

static int previous_fill(struct pin_previous_entry *e, const struct patch *s)
{
	if (strlen(s->meta->name) >= sizeof(e->name) ||
	    strlen(s->meta->version) >= sizeof(e->version) || strlen(s->path) >= sizeof(e->path))
		return -E2BIG;
	e->serial = s->serial;
	e->consistency = s->consistency;
	memcpy(e->sha256, s->sha256, sizeof(e->sha256));
	memcpy(e->name, s->meta->name, strlen(s->meta->name));
	memcpy(e->version, s->meta->version, strlen(s->meta->version));
	memcpy(e->path, s->path, strlen(s->path));
	return 0;
}

int previous_remember(struct transaction *t)
{
	const struct registry *reg = t->registry;
	_cleanup_free_ struct pin_previous *previous = NULL;
	bool known = !reg->recovery_incomplete && reg->place == 0;
	int r = 0;

	for (size_t i = 0; i < reg->n_patches; i++)
		known = known && !reg->patches[i]->lost;
	if (!known) {
		/*
		 * Also remove the current rollback point. If klpd dies before this change raises
		 * the generation, recovery would take that point for the right one.
		 */
		previous_expire(gate_generation(reg->gate));
		return 0;
	}
	previous = calloc(1, sizeof(*previous) + reg->n_patches * sizeof(previous->entries[0]));
	if (!previous)
		return -ENOMEM;
	previous->generation = t->generation;
	previous->change = t->verb;
	for (size_t i = 0; r == 0 && i < reg->n_patches; i++)
		r = previous_fill(&previous->entries[previous->n++], reg->patches[i]);
	if (r == 0)
		r = pin_previous_store(previous);
	t->remembered = r == 0;
	return r;
}

void previous_forget(struct transaction *t)
{
	if (t->remembered)
		(void)pin_previous_remove(t->generation);
	t->remembered = false;
}

void previous_expire(uint64_t old)
{
	/* a pin that cannot be removed is no longer valid, and recovery reports it */
	if (old > 0)
		(void)pin_previous_remove(old);
}

int previous_load(const struct registry *reg, struct pin_previous **ret, struct report *report)
{
	unsigned long long generation = gate_generation(reg->gate);
	int r = generation > 0 ? pin_previous_load(generation, ret) : -ENODATA;

	switch (r) {
	case 0:
		return 0;
	case -ENODATA:
		return report_set(report, OUTCOME_NO_PREVIOUS,
				  generation > 0 ? "It is not known what was in force before "
				  "generation %llu" : "Nothing has been changed yet", generation);
	case -EPROTO:
		return report_set(report, OUTCOME_NO_PREVIOUS,
				  "Pin previous-%llu was made by a newer klpd", generation);
	case -EINVAL:
		return report_set(report, OUTCOME_NO_PREVIOUS,
				  "Pin previous-%llu is damaged or foreign", generation);
	default:
		return report_errno(report, r, "Cannot read pin previous-%llu", generation);
	}
}

int previous_pending(const struct registry *reg, struct pin_previous **ret)
{
	_cleanup_free_ uint64_t *numbers = NULL;
	uint64_t generation = gate_generation(reg->gate);
	size_t n;
	int r;

	r = pin_previous_list(&numbers, &n);
	if (r < 0)
		return r;
	for (; n > 0 && numbers[n - 1] > generation; n--)
		if (pin_previous_load(numbers[n - 1], ret) == 0)
			return 0;
	return -ENODATA;
}

bool previous_lists(const struct pin_previous *previous, uint64_t serial)
{
	for (size_t i = 0; i < previous->n; i++)
		if (previous->entries[i].serial == serial)
			return true;
	return false;
}

void previous_recover(struct registry *reg, uint64_t pending)
{
	_cleanup_free_ uint64_t *numbers = NULL;
	size_t n = 0;
	int r;

	/* the pins may list patches with incomplete recovery, so keep them */
	r = reg->recovery_incomplete ? 0 : pin_previous_list(&numbers, &n);
	if (r < 0)
		registry_warn(reg, "Cannot read what was in force before (%s)", strerrordesc_np(-r));
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ struct pin_previous *previous = NULL;
		unsigned long long number = numbers[i];

		r = pin_previous_load(number, &previous);
		if (r == 0 && number != pending && number != gate_generation(reg->gate))
			r = pin_previous_remove(number);
		if (r == -EPROTO)
			registry_warn(reg,
				      "Pin previous-%llu was made by a newer klpd and is left alone",
				      number);
		else if (r == -EINVAL)
			registry_warn(reg,
				      "Pin previous-%llu is damaged or foreign and is left alone",
				      number);
		else if (r < 0)
			registry_warn(reg, "Pin previous-%llu cannot be removed (%s)", number,
				      strerrordesc_np(-r));
	}
}

bool previous_in_force(const struct registry *reg, uint64_t serial)
{
	for (size_t i = 0; i < reg->n_patches; i++)
		if (reg->patches[i]->serial == serial)
			return true;
	return false;
}

int previous_read(struct transaction *t, struct report *report)
{
	int r;

	r = previous_load(t->registry, &t->previous, report);
	for (size_t i = 0; r == 0 && i < t->previous->n; i++) {
		const struct pin_previous_entry *e = &t->previous->entries[i];

		if (previous_in_force(t->registry, e->serial))
			continue;
		if (t->n_enter >= ARRAY_SIZE(t->enter))
			return report_set(report, OUTCOME_UNSUPPORTED,
					  "More than %zu patches would come back",
					  ARRAY_SIZE(t->enter));
		r = incoming_read(&t->enter[t->n_enter++], e->path, e->sha256, report);
		if (r != 0)
			report_names(report, e->name, NULL, NULL);
	}
	return r;
}
