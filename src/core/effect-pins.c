// SPDX-License-Identifier: GPL-2.0-only
/*
 * What does not hold of "links and pins are there, where the system's bpffs is", as warnings: for
 * each patch, and for the place as such.
 */
#include "core/effect-pins.h"
#include "core/keep.h"
#include "core/unjudged.h"
#include "util/macro.h"

/* Links that are not there. */
static int effect_parts(const struct set *s, struct warnings *ret)
{
	size_t missing = set_missing(s), all = s->n_links + s->n_lost;
	struct warning w = { .kind = WARNING_PARTS, .effect = EFFECT_PARTLY, .set = s,
			     .func = WARNING_NO_FUNC };

	if (missing == 0)
		return 0;
	if (missing >= all)
		w.effect = EFFECT_NONE;
	return warnings_add(ret, &w, "Patch '%s' is not whole: %zu of its %zu bodies, callbacks and "
			    "tables are not attached any more; disable it, or see 'klpctl repair "
			    "--dry-run'", s->meta->name, missing, all);
}

static int effect_set_pins(const struct set *s, struct warnings *ret)
{
	struct warning w = { .kind = WARNING_PINS, .effect = EFFECT_PARTLY, .set = s,
			     .func = WARNING_NO_FUNC };
	int r = 0;

	if (s->lost)
		return warnings_add(ret, &w, "Patch '%s' has lost its metadata, and klpd knows of it what "
				    "the kernel tells; disable it, or see 'klpctl repair --dry-run'",
				    s->meta->name);
	if (s->unpinned)
		r = warnings_add(ret, &w, "Patch '%s' is not pinned where klpd finds it again: it ends "
				 "with this klpd", s->meta->name);
	else if (set_pins(s) != s->serial)
		r = warnings_add(ret, &w, "Pins of patch '%s' are in gen-%llu and belong in gen-%llu: "
				 "'klpctl repair' puts them back", s->meta->name,
				 (unsigned long long)set_pins(s), (unsigned long long)s->serial);
	w.effect = EFFECT_WHOLE;
	if (r == 0 && s->repinned)
		r = warnings_add(ret, &w, "Patch '%s' was not pinned any more, and klpd has pinned it "
				 "again; told until 'klpctl repair' is called", s->meta->name);
	return r;
}

static int effect_place(const struct world *w, struct warnings *ret)
{
	struct warning about = { .kind = WARNING_PINS, .effect = EFFECT_PARTLY,
				 .func = WARNING_NO_FUNC };
	const char *trouble = keep_trouble(w);
	int r = 0;

	if (trouble)
		r = warnings_add(ret, &about, "%s: what is in force is held by this klpd alone, and no "
				 "patch can be enabled", trouble);
	about.effect = EFFECT_WHOLE;
	if (r == 0 && w->gate_repinned)
		r = warnings_add(ret, &about, "The gates word was not pinned any more, and klpd has pinned "
				 "it again; told until 'klpctl repair' is called");
	return r;
}

static int effect_unjudged(const struct unjudged *u, struct warnings *ret)
{
	struct warning w = { .kind = WARNING_UNJUDGED, .set = u->set, .func = WARNING_NO_FUNC,
			     .effect = unjudged_matters(u) ? EFFECT_PARTLY : EFFECT_NONE };
	_cleanup_free_ char *text = unjudged_text(u);

	return text ? warnings_add(ret, &w, "%s", text) : -ENOMEM;
}

int effect_pins(const struct world *w, struct warnings *ret)
{
	struct warning stale = { .kind = WARNING_RECOVERY, .effect = EFFECT_PARTLY,
				 .func = WARNING_NO_FUNC };
	int r = effect_place(w, ret);

	if (r == 0 && w->stale)
		r = warnings_add(ret, &stale, "What is in force cannot be read (%s): this is how it was "
				 "before, and klpd tries again", w->stale);
	for (size_t i = 0; r == 0 && i < w->n_unjudged; i++)
		r = effect_unjudged(&w->unjudged_sets[i], ret);
	for (size_t i = 0; r == 0 && i < w->n_sets; i++) {
		r = effect_parts(w->sets[i], ret);
		if (r == 0)
			r = effect_set_pins(w->sets[i], ret);
	}
	return r;
}
