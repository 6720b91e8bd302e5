// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maintains the pins before-N. One is valid at a time, and two exist while a change is running:
 *
 *   PIN        before-N is made, where N is the generation that the change will make
 *   COMPLETE   the generation becomes N; the pin of the former generation is removed
 *   undo, or completed in reverse: before-N is removed
 *
 * Recovery removes pins left over by a klpd that was killed in between. For a rollback a file is
 * read again, and its SHA-256 must match that of the file that was in force.
 */
#include <stdbool.h>

#include "core/before.h"
#include "util/macro.h"

_Static_assert(CHANGE_ENABLE == 0 && CHANGE_REPLACE == 1 && CHANGE_DISABLE == 2 &&
	       CHANGE_ROLLBACK == 3 && CHANGE_REPAIR == 4, "pins have these numbers");
_Static_assert(REGISTRY_PATCHES_MAX <= PIN_BEFORE_MAX, "more sets than can be remembered");
_Static_assert(sizeof(((struct pin_before_entry *)NULL)->path) ==
	       sizeof(((struct pin_header *)NULL)->path), "a path would be cut");

static int before_fill(struct pin_before_entry *e, const struct patch *s)
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

int before_remember(struct transaction *t)
{
	const struct registry *reg = t->registry;
	_cleanup_free_ struct pin_before *before = NULL;
	bool known = !reg->unjudged && reg->place == 0;
	int r = 0;

	for (size_t i = 0; i < reg->n_patches; i++)
		known = known && !reg->patches[i]->lost;
	if (!known) {
		/*
		 * Also remove the current rollback point. If klpd dies before this change raises
		 * the generation, recovery would take that point for the right one.
		 */
		before_expire(gate_generation(reg->gate));
		return 0;
	}
	before = calloc(1, sizeof(*before) + reg->n_patches * sizeof(before->entries[0]));
	if (!before)
		return -ENOMEM;
	before->generation = t->generation;
	before->change = t->verb;
	for (size_t i = 0; r == 0 && i < reg->n_patches; i++)
		r = before_fill(&before->entries[before->n++], reg->patches[i]);
	if (r == 0)
		r = pin_before_store(before);
	t->remembered = r == 0;
	return r;
}

void before_forget(struct transaction *t)
{
	if (t->remembered)
		(void)pin_before_remove(t->generation);
	t->remembered = false;
}

void before_expire(uint64_t old)
{
	/* a pin that cannot be removed is no longer valid, and recovery reports it */
	if (old > 0)
		(void)pin_before_remove(old);
}

int before_load(const struct registry *reg, struct pin_before **ret, struct report *report)
{
	unsigned long long generation = gate_generation(reg->gate);
	int r = generation > 0 ? pin_before_load(generation, ret) : -ENODATA;

	switch (r) {
	case 0:
		return 0;
	case -ENODATA:
		return report_set(report, OUTCOME_NO_PREVIOUS,
				  generation > 0 ? "It is not known what was in force before "
				  "generation %llu" : "Nothing has been changed yet", generation);
	case -EPROTO:
		return report_set(report, OUTCOME_NO_PREVIOUS,
				  "Pin before-%llu was made by a newer klpd", generation);
	case -EINVAL:
		return report_set(report, OUTCOME_NO_PREVIOUS,
				  "Pin before-%llu is damaged or foreign", generation);
	default:
		return report_errno(report, r, "Cannot read pin before-%llu", generation);
	}
}

int before_pending(const struct registry *reg, struct pin_before **ret)
{
	_cleanup_free_ uint64_t *numbers = NULL;
	uint64_t generation = gate_generation(reg->gate);
	size_t n;
	int r;

	r = pin_before_list(&numbers, &n);
	if (r < 0)
		return r;
	for (; n > 0 && numbers[n - 1] > generation; n--)
		if (pin_before_load(numbers[n - 1], ret) == 0)
			return 0;
	return -ENODATA;
}

bool before_lists(const struct pin_before *before, uint64_t serial)
{
	for (size_t i = 0; i < before->n; i++)
		if (before->entries[i].serial == serial)
			return true;
	return false;
}

void before_recover(struct registry *reg, uint64_t pending)
{
	_cleanup_free_ uint64_t *numbers = NULL;
	size_t n = 0;
	int r;

	/* the pins may list unjudged patches, so keep them */
	r = reg->unjudged ? 0 : pin_before_list(&numbers, &n);
	if (r < 0)
		registry_warn(reg, "Cannot read what was in force before (%s)", strerrordesc_np(-r));
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ struct pin_before *before = NULL;
		unsigned long long number = numbers[i];

		r = pin_before_load(number, &before);
		if (r == 0 && number != pending && number != gate_generation(reg->gate))
			r = pin_before_remove(number);
		if (r == -EPROTO)
			registry_warn(reg,
				      "Pin before-%llu was made by a newer klpd and is left alone",
				      number);
		else if (r == -EINVAL)
			registry_warn(reg,
				      "Pin before-%llu is damaged or foreign and is left alone",
				      number);
		else if (r < 0)
			registry_warn(reg, "Pin before-%llu cannot be removed (%s)", number,
				      strerrordesc_np(-r));
	}
}

bool before_in_force(const struct registry *reg, uint64_t serial)
{
	for (size_t i = 0; i < reg->n_patches; i++)
		if (reg->patches[i]->serial == serial)
			return true;
	return false;
}

int before_read(struct transaction *t, struct report *report)
{
	int r;

	r = before_load(t->registry, &t->before, report);
	for (size_t i = 0; r == 0 && i < t->before->n; i++) {
		const struct pin_before_entry *e = &t->before->entries[i];

		if (before_in_force(t->registry, e->serial))
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
