// SPDX-License-Identifier: GPL-2.0-only
/*
 * Warnings if links or pins are missing or are not in the system's bpffs: for each patch, and for
 * the bpffs itself.
 */
#include "core/effect-pins.h"
#include "core/keep.h"
#include "core/recovery-incomplete.h"
#include "util/macro.h"

/* Missing links. */
static int effect_parts(const struct patch *s, struct warnings *ret)
{
	size_t missing = patch_missing(s), all = s->n_links + s->n_lost;
	struct warning w = { .kind = WARNING_PARTS, .effect = EFFECT_PARTLY, .patch = s,
			     .func = WARNING_NO_FUNC };

	if (missing == 0)
		return 0;
	if (missing >= all)
		w.effect = EFFECT_NONE;
	return warnings_add(ret, &w,
			    "Patch '%s' is not whole: %zu of its %zu bodies, callbacks and "
			    "struct_ops instances are not attached any more; disable it, or see "
			    "'klpctl repair --dry-run'",
			    s->meta->name, missing, all);
}

static int effect_set_pins(const struct patch *s, struct warnings *ret)
{
	struct warning w = { .kind = WARNING_PINS, .effect = EFFECT_PARTLY, .patch = s,
			     .func = WARNING_NO_FUNC };
	int r = 0;

	if (s->lost)
		return warnings_add(
			ret, &w,
			"Patch '%s' has lost its metadata, and klpd shows only what "
			"the kernel reports of it; disable it, or see 'klpctl repair --dry-run'",
			s->meta->name);
	if (s->unpinned)
		r = warnings_add(ret, &w,
				 "Patch '%s' is not pinned where klpd finds it again: it ends "
				 "with this klpd",
				 s->meta->name);
	else if (patch_pins(s) != s->serial)
		r = warnings_add(ret, &w,
				 "Pins of patch '%s' are in gen-%llu and belong in gen-%llu: "
				 "'klpctl repair' puts them back",
				 s->meta->name, (unsigned long long)patch_pins(s),
				 (unsigned long long)s->serial);
	w.effect = EFFECT_WHOLE;
	if (r == 0 && s->repinned)
		r = warnings_add(ret, &w,
				 "Patch '%s' was not pinned any more, and klpd has pinned it "
				 "again; 'klpctl repair' ends this warning",
				 s->meta->name);
	return r;
}

static int effect_place(const struct registry *reg, struct warnings *ret)
{
	struct warning about = { .kind = WARNING_PINS, .effect = EFFECT_PARTLY,
				 .func = WARNING_NO_FUNC };
	const char *trouble = keep_trouble(reg);
	int r = 0;

	if (trouble)
		r = warnings_add(ret, &about, "%s: what is in force is held by this klpd alone, and no "
				 "patch can be enabled", trouble);
	about.effect = EFFECT_WHOLE;
	if (r == 0 && reg->gate_repinned)
		r = warnings_add(ret, &about, "The gates word was not pinned any more, and klpd has pinned "
				 "it again; 'klpctl repair' ends this warning");
	return r;
}

static int effect_incomplete(const struct incomplete_patch *u, struct warnings *ret)
{
	struct warning w = { .kind = WARNING_RECOVERY_INCOMPLETE,
			     .patch = u->patch,
			     .func = WARNING_NO_FUNC,
			     .effect = recovery_incomplete_matters(u) ? EFFECT_PARTLY :
									EFFECT_NONE };
	_cleanup_free_ char *text = recovery_incomplete_text(u);

	return text ? warnings_add(ret, &w, "%s", text) : -ENOMEM;
}

int effect_pins(const struct registry *reg, struct warnings *ret)
{
	struct warning stale = { .kind = WARNING_RECOVERY, .effect = EFFECT_PARTLY,
				 .func = WARNING_NO_FUNC };
	int r = effect_place(reg, ret);

	if (r == 0 && *reg->stale)
		r = warnings_add(ret, &stale, "What is in force cannot be read (%s): this is how it was "
				 "before, and klpd tries again", reg->stale);
	for (size_t i = 0; r == 0 && i < reg->n_incomplete; i++)
		r = effect_incomplete(&reg->incomplete_patches[i], ret);
	for (size_t i = 0; r == 0 && i < reg->n_patches; i++) {
		r = effect_parts(reg->patches[i], ret);
		if (r == 0)
			r = effect_set_pins(reg->patches[i], ret);
	}
	return r;
}
