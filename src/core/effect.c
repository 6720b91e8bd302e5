// SPDX-License-Identifier: GPL-2.0-only
/*
 * Collects the warnings about patches in force from one source after the other: links, gates, the
 * companion's records, struct_ops instances, ftrace, foreign hooks. Keeps nothing. A source that
 * cannot be read yields a warning, too: the patches that it is about have EFFECT_UNKNOWN, never
 * EFFECT_WHOLE.
 */
#include "core/effect-pins.h"
#include "core/effect.h"
#include "core/effect-func.h"
#include "core/effect-unknown.h"
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
static int effect_missed_of(const struct patch *s, size_t i, struct warnings *ret)
{
	struct unknown unread = { .why = "its BPF link, which counts missed calls, cannot be read" };
	struct link_info info;

	/* a missing link is reported as such, see effect-pins.c */
	if (s->meta->funcs[i].body != BODY_FMOD_RET || s->links[i] < 0)
		return 0;
	unread.error = link_get_info(s->links[i], &info);
	if (unread.error < 0)
		return effect_unknown(ret, s, i, &unread);
	if (info.recursion_misses == 0)
		return 0;
	return warnings_add(ret, &(struct warning){ .kind = WARNING_MISSED,
						    .effect = EFFECT_PARTLY,
						    .patch = s, .func = i },
			    "Patch '%s' missed %llu calls of '%s': the original ran",
			    s->meta->name, (unsigned long long)info.recursion_misses,
			    s->meta->funcs[i].symbol);
}

static int effect_missed(const struct patch *s, struct warnings *ret)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->meta->n_funcs; i++)
		r = effect_missed_of(s, i, ret);
	return r;
}

static int effect_struct_ops(const struct patch *s, struct warnings *ret)
{
	struct unknown unread = {
		.why = "the link or the map of a struct_ops instance of it cannot be read" };
	int r = 0;

	for (size_t i = 0; r == 0 && s->state == PATCH_IN_FORCE && i < s->meta->n_struct_ops;
	     i++) {
		unread.error = struct_ops_look(s, i);
		if (unread.error < 0)
			r = effect_unknown(ret, s, WARNING_NO_FUNC, &unread);
		else if (unread.error == 0)
			r = warnings_add(
				ret,
				&(struct warning){ .kind = WARNING_STRUCT_OPS,
						   .effect = EFFECT_PARTLY,
						   .patch = s,
						   .func = WARNING_NO_FUNC },
				"Patch '%s' is not whole: another program has changed or detached "
				"its struct_ops instance '%s'; disable it",
				s->meta->name, s->meta->struct_ops[i].name);
	}
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
				 "Patch '%s' is not whole: another program detached a guard or "
				 "override body or a callback of it, or a module was loaded that "
				 "klp.ko could not patch (its log names it); disable and enable it, "
				 "or replace it",
				 s->meta->name);
	}
	if (r == 0 && (flags & KLP_PATCH_SKIPPED)) {
		w.kind = WARNING_SKIPPED;
		r = warnings_add(
			ret, &w,
			"Patch '%s' was skipped in a call in which its body cannot run "
			"(it may sleep and the caller must not, or too many bodies were nested): "
			"the original ran",
			s->meta->name);
	}
	return r;
}

static const struct klp_uapi_patch *record_of(const struct patch *s,
					      const struct klp_uapi_patch *records, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (records[i].id == s->id)
			return &records[i];
	return NULL;
}

/*
 * A patch that klpd has not taken out of force, but another user of the device has: its record has
 * gone, or moves.
 */
static int effect_record_state(const struct patch *s, const struct klp_uapi_patch *record,
			       struct warnings *ret)
{
	struct warning w = { .kind = WARNING_GATE, .effect = EFFECT_NONE, .patch = s,
			     .func = WARNING_NO_FUNC };

	if (s->state != PATCH_IN_FORCE || (record && record->state == KLP_IN_FORCE))
		return 0;
	if (!record || record->state == KLP_FORCED_OUT)
		return warnings_add(ret, &w, "Patch '%s' is not in force: klp.ko has no record of it in "
				    "force any more, because another user of " KLP_DEVICE " has taken it "
				    "out; disable it to have what is left of it removed",
				    s->meta->name);
	w.effect = EFFECT_PARTLY;
	return warnings_add(ret, &w, "Patch '%s' is not in force for all tasks: another user of "
			    KLP_DEVICE " moves them; restart klpd to have it follow this transition",
			    s->meta->name);
}

static int effect_records(const struct registry *reg, struct warnings *ret)
{
	_cleanup_free_ struct klp_uapi_patch *records = NULL;
	struct unknown unread = { .why = "klp.ko does not tell its records" };
	struct klp_ioc_status status = { .nr = 0 };
	int r = 0;

	unread.error = reg->companion ? companion_status(reg->companion, &status, &records) : -ENODEV;
	for (size_t i = 0; r == 0 && i < reg->n_patches; i++) {
		const struct patch *s = reg->patches[i];
		const struct klp_uapi_patch *record = NULL;

		if (s->id == 0)
			continue;
		if (unread.error < 0) {
			r = effect_unknown(ret, s, WARNING_NO_FUNC, &unread);
			continue;
		}
		record = record_of(s, records, status.nr);
		r = effect_record_state(s, record, ret);
		if (r == 0 && record)
			r = effect_record(s, record->flags, ret);
	}
	return r;
}

/* Patches of immediate consistency: each body checks the bit of its patch in the gates word. */
static int effect_gates(const struct registry *reg, struct warnings *ret)
{
	uint64_t word = gate_read(reg->gate);
	int r = 0;

	for (size_t i = 0; r == 0 && i < reg->n_patches; i++) {
		const struct patch *s = reg->patches[i];
		struct warning w = { .kind = WARNING_GATE, .effect = EFFECT_NONE, .patch = s,
				     .func = WARNING_NO_FUNC };

		if (s->id == 0 && s->state == PATCH_IN_FORCE && !(word & patch_gates_mask(s)))
			r = warnings_add(ret, &w, "Patch '%s' is not in force: its bit of the gates word "
					 "is clear, because another program has changed '" KLPD_PIN_DIR
					 "/gates'; disable it and enable it again", s->meta->name);
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
		r = effect_gates(reg, ret);
	if (r == 0)
		r = effect_funcs(reg, ret);
	/* last, because there may be more than are told, and no effect depends on them */
	return r == 0 ? effect_hooks(reg, ret) : r;
}
