// SPDX-License-Identifier: GPL-2.0-only
/*
 * Collects the warnings about patches in force from one source after the other: links, the
 * companion's records, struct_ops instances, ftrace, foreign hooks. Keeps nothing. A source that
 * cannot be read yields no warning.
 */
#include "core/effect-pins.h"
#include "core/effect.h"
#include "core/effect-func.h"
#include "core/idle-hooks.h"
#include "core/struct-ops.h"
#include "kern/link.h"
#include "kern/lockdown.h"
#include "util/cleanup.h"
#include "util/macro.h"

static int effect_recovery(const struct registry *reg, struct warnings *ret)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < reg->n_warnings; i++)
		r = warnings_add(ret, &(struct warning){ .kind = WARNING_RECOVERY,
							 .func = WARNING_NO_FUNC },
				 "%s", reg->warnings[i]);
	for (size_t i = 0; r == 0 && i < reg->n_stale_pins; i++) {
		const struct stale_pins *l = &reg->stale_pins[i];

		r = warnings_add(ret, &(struct warning){ .kind = WARNING_STALE_PINS,
							 .func = WARNING_NO_FUNC },
				 l->id ? "Registration %llu of a change that failed could not be "
					 "removed from klp.ko yet" :
					 "Pins gen-%llu are out of force and could not be removed yet",
				 (unsigned long long)(l->id ?: l->serial));
	}
	return r;
}

/*
 * Calls that ran the original although the patch is in force. Only fmod_ret bodies can miss calls.
 */
static int effect_missed(const struct patch *s, struct warnings *ret)
{
	struct link_info info;
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->meta->n_funcs; i++)
		if (s->meta->funcs[i].body == BODY_FMOD_RET &&
		    link_get_info(s->links[i], &info) == 0 && info.recursion_misses > 0)
			r = warnings_add(ret, &(struct warning){ .kind = WARNING_MISSED,
								 .effect = EFFECT_PARTLY,
								 .patch = s, .func = i },
					 "Patch '%s' missed %llu calls of '%s': the original ran",
					 s->meta->name, (unsigned long long)info.recursion_misses,
					 s->meta->funcs[i].symbol);
	return r;
}

static int effect_struct_ops(const struct patch *s, struct warnings *ret)
{
	int r = 0;

	for (size_t i = 0; r == 0 && s->state == PATCH_IN_FORCE && i < s->meta->n_struct_ops; i++)
		if (!struct_ops_is_current(s, i))
			r = warnings_add(
				ret,
				&(struct warning){ .kind = WARNING_STRUCT_OPS,
						   .effect = EFFECT_PARTLY,
						   .patch = s,
						   .func = WARNING_NO_FUNC },
				"Patch '%s' is not whole: somebody else has changed or detached "
				"its struct_ops instance '%s'; disable it",
				s->meta->name, s->meta->struct_ops[i].name);
	return r;
}

/*
 * Patches from which a body or callback was detached while it could run, and patches with a body
 * that could not run at a call.
 */
static int effect_record(const struct patch *s, uint32_t flags, struct warnings *ret)
{
	struct warning w = { .effect = EFFECT_PARTLY, .patch = s, .func = WARNING_NO_FUNC };
	int r = 0;

	if (flags & KLP_PATCH_BROKEN) {
		w.kind = WARNING_BROKEN;
		r = warnings_add(ret, &w,
				 "Patch '%s' is not whole: somebody detached a guard or "
				 "override body or a callback of it; disable or replace it",
				 s->meta->name);
	}
	if (r == 0 && (flags & KLP_PATCH_SKIPPED)) {
		w.kind = WARNING_SKIPPED;
		r = warnings_add(
			ret, &w,
			"Patch '%s' was passed over in a call where its body cannot "
			"run (it may sleep and the caller must not, or too many bodies were in "
			"one another): the original ran",
			s->meta->name);
	}
	return r;
}

static int effect_records(const struct registry *reg, struct warnings *ret)
{
	_cleanup_free_ struct klp_uapi_patch *records = NULL;
	struct klp_ioc_status status;
	int r = 0;

	if (!reg->companion || companion_status(reg->companion, &status, &records) < 0)
		return 0;
	for (uint32_t i = 0; r == 0 && i < status.nr; i++) {
		const struct patch *s = registry_find_id(reg, records[i].id);

		if (s)
			r = effect_record(s, records[i].flags, ret);
	}
	return r;
}

static int effect_kernel(struct warnings *ret)
{
	const struct warning w = { .kind = WARNING_KERNEL, .func = WARNING_NO_FUNC };

	if (lockdown_read() != LOCKDOWN_CONFIDENTIALITY)
		return 0;
	return warnings_add(ret, &w,
			    "The kernel is locked down (confidentiality), so no patch can be "
			    "enabled: " LOCKDOWN_HELP);
}

static int effect_hooks(const struct registry *reg, struct warnings *ret)
{
	_cleanup_(idle_hooks_done) struct idle_hooks hooks = {};

	idle_hooks_get(reg, &hooks);
	return idle_hooks_warn(&hooks, ret);
}

/*
 * An older companion serves the patches in force but lacks functions that klpd reports elsewhere.
 * Immediate patches do not need it.
 */
static int effect_companion(const struct registry *reg, struct warnings *ret)
{
	const struct warning about = { .kind = WARNING_COMPANION, .effect = EFFECT_PARTLY,
				       .func = WARNING_NO_FUNC };
	size_t n = 0;

	for (size_t i = 0; i < reg->n_patches; i++)
		n += reg->patches[i]->id != 0;
	if (!reg->companion || !companion_is_older(reg->companion) || n == 0)
		return 0;
	return warnings_add(ret, &about, "The loaded klp.ko (%s) speaks ABI %u of " KLP_DEVICE
			    " and klpd %d: it does not keep what was in the way of a transition, does not "
			    "name a callback that runs and may have faults that klpd's own does not have; "
			    COMPANION_OLDER_HELP,
			    companion_hello(reg->companion)->version,
			    companion_hello(reg->companion)->abi, KLP_ABI);
}

int effect_look(struct registry *reg, struct warnings *ret)
{
	int r = effect_recovery(reg, ret);

	if (r == 0)
		r = effect_kernel(ret);
	if (r == 0)
		r = effect_pins(reg, ret);
	if (r == 0)
		r = effect_companion(reg, ret);

	for (size_t i = 0; r == 0 && i < reg->n_patches; i++)
		r = effect_missed(reg->patches[i], ret);
	for (size_t i = 0; r == 0 && i < reg->n_patches; i++)
		r = effect_struct_ops(reg->patches[i], ret);
	if (r == 0)
		r = effect_records(reg, ret);
	if (r == 0)
		r = effect_funcs(reg, ret);
	/* last, because there may be more than are told, and no effect depends on them */
	return r == 0 ? effect_hooks(reg, ret) : r;
}
