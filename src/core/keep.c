// SPDX-License-Identifier: GPL-2.0-only
/*
 * A link that klpd alone holds ends with klpd. So what is found not pinned is pinned at once, where
 * pins are made for all to see; where that cannot be, because bpffs is not mounted or another one
 * covers the system's, it waits for the next look. What was pinned again is told until a repair
 * acknowledges it, because another process had taken it away.
 */
#include "core/keep.h"
#include "kern/bpffs.h"
#include "util/macro.h"

/* The metadata and all links that there are have names in the directory. */
static bool keep_is_pinned(const struct set *s)
{
	return pin_is_complete(set_pins(s), s->links, s->n_links, s->meta->n_tables) > 0;
}

static int keep_pin(struct set *s)
{
	_cleanup_free_ struct pin_header *header = calloc(1, sizeof(*header));
	int r;

	if (!header)
		return -ENOMEM;
	r = set_to_header(s, s->section_size, header);
	return r < 0 ? r : pin_complete(set_pins(s), header, s->section, s->links, s->maps);
}

static bool keep_set(struct world *w, struct set *s)
{
	bool unpinned = s->unpinned;

	s->unpinned = w->place < 0 || !keep_is_pinned(s);
	if (s->unpinned && w->place == 0 && s->section && keep_pin(s) == 0) {
		s->unpinned = false;
		s->repinned = true;
		return true;
	}
	return s->unpinned != unpinned;
}

bool keep_look(struct world *w)
{
	int place = bpffs_check_system();
	bool changed;

	/* mounted again, it is empty */
	if (place == 0)
		place = pin_init();
	changed = place != w->place;
	w->place = place;
	if (place == 0 && gate_pin(w->gate) > 0)
		changed = w->gate_repinned = true;
	for (size_t i = 0; i < w->n_sets; i++)
		changed = keep_set(w, w->sets[i]) || changed;
	return changed;
}

const char *keep_trouble(const struct world *w)
{
	switch (w->place) {
	case 0:
		return NULL;
	case -EINVAL:
	case -ENOENT:
		return "There is no bpffs on '" KLPD_BPFFS "'";
	case -EXDEV:
		return "The bpffs that klpd sees on '" KLPD_BPFFS "' is not the one that the system has "
		       "there";
	default:
		return "Pins cannot be made under '" KLPD_PIN_DIR "'";
	}
}

int keep_refuse(const struct world *w, struct report *report)
{
	const char *trouble = keep_trouble(w);

	return trouble ? report_set(report, OUTCOME_NOT_PINNABLE, "%s", trouble) : 0;
}

int keep_make_meta(const struct set *s)
{
	_cleanup_free_ struct pin_header *header = calloc(1, sizeof(*header));
	int r;

	if (!header)
		return -ENOMEM;
	r = set_to_header(s, s->section_size, header);
	return r < 0 ? r : pin_make_meta(header, s->section);
}

size_t keep_count_unpinned(const struct world *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n_sets; i++)
		n += w->sets[i]->unpinned && !w->sets[i]->lost;
	return n;
}
