// SPDX-License-Identifier: GPL-2.0-only
/*
 * Refuses changes that would involve patches that recovery left alone or took over without
 * metadata. Such a patch may belong to any patch set, so replace and rollback are refused beside
 * it. An enable is allowed if all functions of that patch are known and the entering patch has none
 * of them.
 */
#include "core/recovery-incomplete.h"
#include "util/cleanup.h"
#include "util/macro.h"

bool recovery_incomplete_matters(const struct incomplete_patch *u)
{
	return u->facts.attached || u->facts.gate || u->facts.record != 0;
}

/*
 * Whether the patch may decide about calls. A patch that left by force still has a record, but
 * nothing of it is attached and its gate is closed for good.
 */
static bool recovery_incomplete_can_decide(const struct incomplete_patch *u)
{
	bool gone = u->facts.record == KLP_FORCED_OUT && !u->facts.attached && !u->facts.gate;

	return recovery_incomplete_matters(u) && !gone;
}

char *recovery_incomplete_text(const struct incomplete_patch *u)
{
	const char *name = u->patch->meta->name;
	char *text;
	int r;

	if (u->facts.pins == JUDGE_PINS_NONE)
		r = asprintf(&text, "Bodies or a record of patch '%s', which has no pins, %s", name, u->why);
	else
		r = asprintf(&text, "Pins gen-%llu of patch '%s' %s",
			     (unsigned long long)patch_pins(u->patch), name, u->why);
	return r < 0 ? NULL : text;
}

static int refuse(const struct meta *m, const char *why, struct report *report)
{
	return report_set(report, OUTCOME_RECOVERY_INCOMPLETE, "'%s' %s", m->name, why);
}

/* Whether a patch may enter beside this one. */
static int refuse_beside(const struct patch *s, enum change_verb verb, const struct meta *meta,
			 struct report *report)
{
	const struct meta *m = s->meta;

	if (verb != CHANGE_ENABLE || meta->replace)
		return refuse(m, "may be of the patch set that this would replace or bring back",
			      report);
	if (STREQ(m->name, meta->name))
		return refuse(m, "is in the kernel already, and klpd cannot judge it", report);
	if (s->n_lost > 0)
		return refuse(m, "has functions in the kernel that klpd cannot tell", report);
	for (size_t i = 0; i < m->n_funcs; i++) {
		if (STREQ(m->funcs[i].symbol, "?"))
			return refuse(m, "has functions in the kernel that klpd cannot tell", report);
		for (size_t j = 0; j < meta->n_funcs; j++)
			if (meta_func_same(&m->funcs[i], &meta->funcs[j])) {
				report_names(report, meta->name, meta->funcs[j].object,
					     meta->funcs[j].symbol);
				return refuse(m, "has the same function, and klpd cannot judge it",
					      report);
			}
	}
	for (size_t i = 0; i < m->n_struct_ops; i++)
		for (size_t j = 0; j < meta->n_struct_ops; j++)
			if (meta_struct_ops_same(&m->struct_ops[i], &meta->struct_ops[j]))
				return refuse(m, "has the same struct_ops instance, and klpd cannot "
						 "judge it", report);
	return 0;
}

static int refuse_disable(struct registry *reg, const char *name, struct report *report)
{
	const struct incomplete_patch *u = registry_find(reg, name) ? NULL :
							      registry_find_incomplete(reg, name);
	_cleanup_free_ char *text = u ? recovery_incomplete_text(u) : NULL;

	if (!u)
		return 0;
	report_names(report, name, NULL, NULL);
	return report_set(report, OUTCOME_RECOVERY_INCOMPLETE, "%s", text ?: "It is left alone");
}

int recovery_incomplete_refuse(struct registry *reg, enum change_verb verb, const struct meta *meta,
			       const char *name, struct report *report)
{
	int r = 0;

	if (verb == CHANGE_REPAIR)
		return 0;
	if (verb == CHANGE_DISABLE)
		return refuse_disable(reg, name, report);
	if (verb != CHANGE_ROLLBACK && !meta)
		return 0;
	for (size_t i = 0; r == 0 && i < reg->n_incomplete; i++)
		if (recovery_incomplete_can_decide(&reg->incomplete_patches[i]))
			r = refuse_beside(reg->incomplete_patches[i].patch, verb, meta, report);
	for (size_t i = 0; r == 0 && i < reg->n_patches; i++)
		if (reg->patches[i]->lost)
			r = refuse_beside(reg->patches[i], verb, meta, report);
	return r;
}
