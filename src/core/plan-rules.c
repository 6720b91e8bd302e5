// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules by which a patch may enter beside the patches in force, or in place of those of its patch
 * set. Each rule looks at metadata only and is pure. The table has them in the order of their
 * refusals, most useful refusal first; plan_make() ends with the first one, plan_check_all() asks all.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/plan-rules.h"
#include "klp/uapi.h"
#include "util/macro.h"

/* The name of the patch's set for use in a sentence. */
#define SET_WORDS (KLP_NAME_LEN + sizeof("set ''"))

static const char *set_words(const struct meta *m, char buf[static SET_WORDS])
{
	if (!*m->set)
		return "the default set";
	(void)snprintf(buf, SET_WORDS, "set '%s'", m->set);
	return buf;
}

/* Refuse bodies that the metadata format allows but klpd cannot carry out. */
static int check_supported(const struct meta *m, struct report *report)
{
	for (size_t i = 0; i < m->n_funcs; i++) {
		const struct meta_func *f = &m->funcs[i];
		bool module = !STREQ(f->object, "vmlinux");

		if (f->body == BODY_FMOD_RET && !module && f->sympos <= 1)
			continue;
		if (body_is_ops(f->body))
			continue;
		report_names(report, NULL, f->object, f->symbol);
		if (module)
			return report_set(report, OUTCOME_UNSUPPORTED,
					  "Function '%s' is in module '%s', and the kernel has no "
					  "way to enable functions of modules for fmod_ret; write "
					  "it as KLP_GUARD_IN(%s, ...)", f->symbol, f->object,
					  f->object);
		return report_set(report, OUTCOME_UNSUPPORTED,
				  "Function '%s' is wanted at position %" PRIu32 "; fmod_ret "
				  "reaches only the first of its name", f->symbol, f->sympos);
	}
	return 0;
}

static int check_strict(const struct meta *m, struct report *report)
{
	for (size_t i = 0; m->strict && i < m->n_funcs; i++)
		if (m->funcs[i].body == BODY_FMOD_RET) {
			report_names(report, NULL, m->funcs[i].object, m->funcs[i].symbol);
			return report_set(report, OUTCOME_STRICT,
					  "The fmod_ret body of '%s' can miss calls, and the patch "
					  "is strict", m->funcs[i].symbol);
		}
	return 0;
}

static int refuse_conflict(const struct meta *owner, const struct meta *m,
			   const struct meta_func *f, struct report *report)
{
	char theirs[SET_WORDS], ours[SET_WORDS];

	report_names(report, NULL, f->object, f->symbol);
	if (meta_same_set(owner, m))
		return report_set(report, OUTCOME_CONFLICT,
				  "Function '%s' is patched by '%s', which is in force; only a "
				  "replace may take it over", f->symbol, owner->name);
	return report_set(report, OUTCOME_CONFLICT,
			  "Function '%s' is patched by '%s' of %s, which is in force; a patch of "
			  "%s cannot take it over", f->symbol, owner->name,
			  set_words(owner, theirs), set_words(m, ours));
}

static int refuse_struct_ops(const struct meta *owner, const struct meta *m,
			     const struct meta_struct_ops *t, struct report *report)
{
	char theirs[SET_WORDS], ours[SET_WORDS];

	if (meta_same_set(owner, m))
		return report_set(report, OUTCOME_CONFLICT,
				  "Struct_ops instance '%s' of type %s is brought by '%s', which is in "
				  "force; only a "
				  "replace may take it over", t->name, t->type, owner->name);
	return report_set(report, OUTCOME_CONFLICT,
			  "Struct_ops instance '%s' of type %s is brought by '%s' of %s, which is in "
			  "force; a patch "
			  "of %s cannot take it over", t->name, t->type, owner->name,
			  set_words(owner, theirs), set_words(m, ours));
}

/*
 * Whether a replace takes functions and struct_ops instances over from `owner`: only within one
 * patch set.
 */
static bool takes_over(const struct meta *owner, const struct meta *m, bool replace)
{
	return replace && meta_same_set(owner, m);
}

static int check_conflict(const struct plan_patch *patches, size_t n_patches, const struct meta *m,
			  bool replace, struct report *report)
{
	for (size_t s = 0; s < n_patches; s++) {
		const struct meta *owner = patches[s].meta;

		if (takes_over(owner, m, replace))
			continue;
		for (size_t i = 0; i < m->n_funcs; i++)
			for (size_t j = 0; j < owner->n_funcs; j++)
				if (meta_func_same(&m->funcs[i], &owner->funcs[j]))
					return refuse_conflict(owner, m, &m->funcs[i], report);
	}
	return 0;
}

static int check_struct_ops(const struct plan_patch *patches, size_t n_patches,
			    const struct meta *m, bool replace, struct report *report)
{
	for (size_t s = 0; s < n_patches; s++) {
		const struct meta *owner = patches[s].meta;

		if (takes_over(owner, m, replace))
			continue;
		for (size_t i = 0; i < m->n_struct_ops; i++)
			for (size_t j = 0; j < owner->n_struct_ops; j++)
				if (meta_struct_ops_same(&m->struct_ops[i], &owner->struct_ops[j]))
					return refuse_struct_ops(owner, m, &m->struct_ops[i],
								 report);
	}
	return 0;
}

/*
 * A sticky patch cannot be undone: neither by a later disable nor by reversing the transition into
 * it.
 */
static int check_sticky(const struct meta *m, bool deadline, struct report *report)
{
	if (!m->sticky || !deadline)
		return 0;
	return report_set(report, OUTCOME_STICKY,
			  "A transition into '%s' cannot be reversed, so it cannot have a time after "
			  "which it would be", m->name);
}

static const struct meta_state *state_find(const struct meta *m, uint64_t id)
{
	for (size_t i = 0; i < m->n_states; i++)
		if (m->states[i].id == id)
			return &m->states[i];
	return NULL;
}

/*
 * A patch must not carry a state of another patch set, because it would answer for what that set
 * did.
 */
static int check_foreign_state(const struct meta *owner, const struct meta_state *state,
			       const struct meta *m, struct report *report)
{
	char theirs[SET_WORDS], ours[SET_WORDS];

	if (!state_find(m, state->id))
		return 0;
	return report_set(report, OUTCOME_STATE_INCOMPATIBLE,
			  "State %" PRIu64 " belongs to %s, carried by '%s', which is in force; a "
			  "patch of %s cannot carry it", state->id, set_words(owner, theirs),
			  owner->name, set_words(m, ours));
}

/* The rule of kernel livepatch's klp_is_patch_compatible(), with the versions in the report. */
int plan_check_state(const struct meta *owner, const struct meta_state *old, const struct meta *m,
		     bool replace, struct report *report)
{
	const struct meta_state *new = state_find(m, old->id);

	if (new ? new->version >= old->version : !replace)
		return 0;
	if (!new)
		return report_set(report, OUTCOME_STATE_INCOMPATIBLE,
				  "State %" PRIu64 " version %" PRIu32 " of '%s' is not known to "
				  "the patch that would replace it", old->id, old->version,
				  owner->name);
	return report_set(report, OUTCOME_STATE_INCOMPATIBLE,
			  "State %" PRIu64 " is in version %" PRIu32 " by '%s', the patch has "
			  "version %" PRIu32, old->id, old->version, owner->name, new->version);
}

static int check_states(const struct plan_patch *patches, size_t n_patches, const struct meta *m,
			bool replace, struct report *report)
{
	int r = 0;

	for (size_t s = 0; r == 0 && s < n_patches; s++) {
		const struct meta *owner = patches[s].meta;
		bool same = meta_same_set(owner, m);

		for (size_t i = 0; r == 0 && i < owner->n_states; i++)
			r = same ? plan_check_state(owner, &owner->states[i], m, replace, report) :
				   check_foreign_state(owner, &owner->states[i], m, report);
	}
	return r;
}

/*
 * A patch of the same name is in force. That is fine for a replace in its patch set, whatever its
 * version. Names are unique across all patch sets, because a disable names only the patch.
 */
static int check_name(const struct plan_patch *patches, size_t n_patches, const struct meta *m,
		      enum change_verb verb, struct report *report)
{
	char theirs[SET_WORDS], ours[SET_WORDS];
	const struct meta *old;
	size_t i;

	if (plan_find(patches, n_patches, m->name, &i) < 0)
		return 0;
	old = patches[i].meta;
	if (!meta_same_set(old, m))
		return report_set(report, OUTCOME_ALREADY_ENABLED,
				  "A patch of this name is in force in version %s, in %s; a patch "
				  "of %s cannot replace it", old->version, set_words(old, theirs),
				  set_words(m, ours));
	if (verb == CHANGE_REPLACE)
		return 0;
	return report_set(report, OUTCOME_ALREADY_ENABLED,
			  "A patch of this name is in force in version %s", old->version);
}

static int rule_name(const struct plan_entry *e, struct report *report)
{
	return check_name(e->patches, e->n_patches, e->meta, e->verb, report);
}

static int rule_supported(const struct plan_entry *e, struct report *report)
{
	return check_supported(e->meta, report);
}

static int rule_strict(const struct plan_entry *e, struct report *report)
{
	return check_strict(e->meta, report);
}

static int rule_sticky(const struct plan_entry *e, struct report *report)
{
	return check_sticky(e->meta, e->deadline, report);
}

static int rule_conflict(const struct plan_entry *e, struct report *report)
{
	return check_conflict(e->patches, e->n_patches, e->meta, e->verb == CHANGE_REPLACE, report);
}

static int rule_struct_ops(const struct plan_entry *e, struct report *report)
{
	return check_struct_ops(e->patches, e->n_patches, e->meta, e->verb == CHANGE_REPLACE,
				report);
}

static int rule_states(const struct plan_entry *e, struct report *report)
{
	return check_states(e->patches, e->n_patches, e->meta, e->verb == CHANGE_REPLACE, report);
}

static int rule_room(const struct plan_entry *e, struct report *report)
{
	if (e->n_patches <= PLAN_PATCHES_MAX)
		return 0;
	return report_set(report, OUTCOME_UNSUPPORTED,
			  "%zu patches are in force, too many for a change", e->n_patches);
}

const struct plan_rule plan_rules[PLAN_RULES] = {
	{ rule_room, .by_func = false },
	{ rule_name, .by_func = false },
	{ rule_supported, .by_func = true },
	{ rule_strict, .by_func = true },
	{ rule_sticky, .by_func = false },
	{ rule_conflict, .by_func = true, .by_set = true },
	{ rule_struct_ops, .by_set = true },
	{ rule_states, .by_set = true },
};

int plan_check_enter(const struct plan_patch *patches, size_t n_patches, const struct meta *m,
		     enum change_verb verb, bool deadline, struct report *report)
{
	const struct plan_entry entry = { patches, n_patches, m, verb, deadline };
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(plan_rules); i++)
		r = plan_rules[i].check(&entry, report);
	return r;
}
