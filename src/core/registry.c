/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The container of what klpd holds: owns the patches, the gates word, the companion's fd and the
 * warnings of recovery. Only bookkeeping: nothing here attaches, pins or switches.
 */
#include <stdarg.h>
#include <stdbool.h>

#include "core/registry.h"
#include "util/macro.h"

int registry_new(struct registry **ret, struct report *report)
{
	_cleanup_(registry_freep) struct registry *reg = NULL;
	int r;

	reg = calloc(1, sizeof(*reg));
	if (!reg)
		return -ENOMEM;
	r = pin_init();
	if (r < 0)
		return report_errno(report, r, "Cannot use '%s': is bpffs mounted on '%s'",
				    KLPD_PIN_DIR, KLPD_BPFFS);
	r = gate_open(&reg->gate);
	if (r < 0)
		return report_errno(report, r, "Cannot use the gates word '%s'", KLPD_GATES_PIN);
	(void)registry_find_companion(reg);
	if (reg->companion_report.outcome == OUTCOME_BUSY)
		return report_set(report, OUTCOME_BUSY,
				  "Another klpd runs already for this kernel, with "
				  "pins elsewhere: it has " KLP_DEVICE);
	*ret = TAKE_PTR(reg);
	return 0;
}

struct registry *registry_free(struct registry *reg)
{
	if (!reg)
		return NULL;
	registry_clear(reg);
	registry_forget_targets(reg);
	companion_close(reg->companion);
	report_done(&reg->companion_report);
	gate_close(reg->gate);
	free(reg);
	return NULL;
}

int registry_targets(struct registry *reg, struct targets **ret, struct report *report)
{
	int r;

	if (!reg->targets) {
		r = targets_new(&reg->targets, report);
		if (r != 0)
			return r;
	} else if (reg->use != REGISTRY_USED) {
		targets_forget_modules(reg->targets);
	}
	*ret = reg->targets;
	return 0;
}

void registry_forget_targets(struct registry *reg)
{
	if (reg->use == REGISTRY_FREE)
		reg->targets = targets_free(reg->targets);
}

void registry_use(struct registry *reg)
{
	if (reg->targets)
		targets_forget_modules(reg->targets);
	reg->use = REGISTRY_USED;
}

void registry_release(struct registry *reg)
{
	reg->use = REGISTRY_FREE;
}

void registry_pause(struct registry *reg)
{
	if (reg->use != REGISTRY_USED)
		return;
	reg->aside = reg->targets ? targets_swap_modules(reg->targets, NULL) : NULL;
	reg->use = REGISTRY_PAUSED;
}

void registry_go_on(struct registry *reg)
{
	if (reg->use != REGISTRY_PAUSED)
		return;
	if (reg->targets) {
		targets_forget_modules(reg->targets);
		(void)targets_swap_modules(reg->targets, reg->aside);
	}
	reg->aside = NULL;
	reg->use = REGISTRY_USED;
}

bool registry_find_companion(struct registry *reg)
{
	if (reg->companion)
		return false;
	report_done(&reg->companion_report);
	return companion_open(&reg->companion, &reg->companion_report) == 0;
}

bool registry_can_enter(const struct registry *reg)
{
	return reg->companion && !companion_is_older(reg->companion);
}

int registry_add(struct registry *reg, struct patch *s)
{
	size_t i;

	if (reg->n_patches >= REGISTRY_PATCHES_MAX)
		return -ENOSPC;
	for (i = reg->n_patches; i > 0 && reg->patches[i - 1]->serial > s->serial; i--)
		reg->patches[i] = reg->patches[i - 1];
	reg->patches[i] = s;
	reg->n_patches++;
	return 0;
}

int registry_remove(struct registry *reg, struct patch *s)
{
	for (size_t i = 0; i < reg->n_patches; i++) {
		if (reg->patches[i] != s)
			continue;
		memmove(reg->patches + i, reg->patches + i + 1,
			(--reg->n_patches - i) * sizeof(reg->patches[0]));
		return 0;
	}
	return -ENOENT;
}

struct patch *registry_find(const struct registry *reg, const char *name)
{
	struct patch *found = NULL;

	for (size_t i = 0; i < reg->n_patches; i++) {
		if (!STREQ(reg->patches[i]->meta->name, name))
			continue;
		if (!found || found->state == PATCH_LEAVING)
			found = reg->patches[i];
	}
	return found;
}

struct patch *registry_find_id(const struct registry *reg, uint64_t id)
{
	/* immediate patches have id 0, which no record has */
	for (size_t i = 0; id != 0 && i < reg->n_patches; i++)
		if (reg->patches[i]->id == id)
			return reg->patches[i];
	return NULL;
}

void registry_clear(struct registry *reg)
{
	while (reg->n_patches > 0)
		patch_free(reg->patches[--reg->n_patches]);
	while (reg->n_warnings > 0)
		free(reg->warnings[--reg->n_warnings]);
	while (reg->n_stale_pins > 0)
		patch_free(reg->stale_pins[--reg->n_stale_pins].patch);
	while (reg->n_incomplete > 0) {
		struct incomplete_patch *u = &reg->incomplete_patches[--reg->n_incomplete];

		patch_free(u->patch);
		free(u->why);
	}
	reg->stale[0] = '\0';
	reg->taken = 0;
	reg->gate_repinned = false;
	reg->recovery_incomplete = false;
}

struct registry *registry_beside(struct registry *reg)
{
	struct registry *beside = calloc(1, sizeof(*beside));

	if (!beside)
		return NULL;
	beside->gate = reg->gate;
	beside->companion = reg->companion;
	beside->place = reg->place;
	return beside;
}

struct registry *registry_free_beside(struct registry *beside)
{
	if (beside)
		registry_clear(beside);
	free(beside);
	return NULL;
}

void registry_become(struct registry *reg, struct registry *beside)
{
	struct registry now = *beside;

	/* warnings that last until a repair are kept */
	now.gate_repinned = reg->gate_repinned;
	for (size_t i = 0; i < reg->n_patches; i++)
		for (size_t j = 0; j < now.n_patches; j++)
			if (reg->patches[i]->repinned &&
			    reg->patches[i]->serial == now.patches[j]->serial)
				now.patches[j]->repinned = true;
	/* recovery finds stale pins again, but no registration of this klpd */
	for (size_t i = 0; i < reg->n_stale_pins; i++)
		if (reg->stale_pins[i].id)
			registry_leave_registered(&now, reg->stale_pins[i].id);
	registry_clear(reg);
	/* the companion's report and the targets stay with reg */
	now.companion_report = reg->companion_report;
	now.targets = reg->targets;
	now.use = reg->use;
	now.aside = reg->aside;
	*reg = now;
	free(beside);
}

struct incomplete_patch *registry_leave_alone(struct registry *reg, struct patch *s, char *why)
{
	struct incomplete_patch *u;

	if (reg->n_incomplete >= ARRAY_SIZE(reg->incomplete_patches)) {
		patch_free(s);
		free(why);
		return NULL;
	}
	u = &reg->incomplete_patches[reg->n_incomplete++];
	*u = (struct incomplete_patch){ .patch = s, .why = why };
	return u;
}

struct incomplete_patch *registry_find_incomplete(struct registry *reg, const char *name)
{
	for (size_t i = 0; i < reg->n_incomplete; i++)
		if (STREQ(reg->incomplete_patches[i].patch->meta->name, name))
			return &reg->incomplete_patches[i];
	return NULL;
}

void registry_warn(struct registry *reg, const char *format, ...)
{
	va_list ap;
	char *text;
	int r;

	if (reg->n_warnings >= REGISTRY_WARNINGS_MAX)
		return;
	va_start(ap, format);
	r = vasprintf(&text, format, ap);
	va_end(ap);
	if (r >= 0)
		reg->warnings[reg->n_warnings++] = text;
}

void registry_add_stale_pins(struct registry *reg, uint64_t serial, uint64_t gates_mask)
{
	if (reg->n_stale_pins < ARRAY_SIZE(reg->stale_pins))
		reg->stale_pins[reg->n_stale_pins++] = (struct stale_pins){ .serial = serial,
									  .gates_mask = gates_mask };
}

void registry_leave_registered(struct registry *reg, uint64_t id)
{
	if (reg->n_stale_pins < ARRAY_SIZE(reg->stale_pins))
		reg->stale_pins[reg->n_stale_pins++] = (struct stale_pins){ .id = id };
}

void registry_add_stale_patch(struct registry *reg, struct patch *s)
{
	if (reg->n_stale_pins < ARRAY_SIZE(reg->stale_pins))
		reg->stale_pins[reg->n_stale_pins++] =
			(struct stale_pins){ .serial = patch_pins(s), .gates_mask = patch_gates_mask(s),
					   .patch = s };
	else
		patch_free(s);	/* its pins hold the links, for the next start */
}

int registry_next_serial(const struct registry *reg, uint64_t *ret)
{
	uint64_t serial;
	int r;

	r = pin_next_serial(&serial);
	/* a change in which no patch enters needs no pins */
	if (r < 0 && reg->place < 0)
		serial = 1;
	else if (r < 0)
		return r;
	for (size_t i = 0; i < reg->n_patches; i++)
		serial = MAX(serial, reg->patches[i]->serial + 1);
	*ret = MAX(serial, gate_generation(reg->gate) + 1);
	return 0;
}
