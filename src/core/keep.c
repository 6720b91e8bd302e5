// SPDX-License-Identifier: GPL-2.0-only
/*
 * A link that only klpd holds ends with klpd. So a patch found unpinned is pinned at once if the
 * system's bpffs is visible. If bpffs is not mounted, or another one covers the system's, pinning
 * waits for the next look. What was pinned again is reported until a repair acknowledges it,
 * because another process had removed the pins.
 */
#include "core/keep.h"
#include "kern/bpffs.h"
#include "util/macro.h"

/* Whether the metadata and all existing links of the patch are pinned. */
static bool keep_is_pinned(const struct patch *s)
{
	return pin_is_complete(patch_pins(s), s->links, s->n_links, s->meta->n_struct_ops) > 0;
}

static int keep_pin(struct patch *s)
{
	_cleanup_free_ struct pin_header *header = calloc(1, sizeof(*header));
	int r;

	if (!header)
		return -ENOMEM;
	r = patch_to_header(s, s->section_size, header);
	return r < 0 ? r : pin_complete(patch_pins(s), header, s->section, s->links, s->maps);
}

static bool keep_set(struct registry *reg, struct patch *s)
{
	bool unpinned = s->unpinned;

	s->unpinned = reg->place < 0 || !keep_is_pinned(s);
	if (s->unpinned && reg->place == 0 && s->section && keep_pin(s) == 0) {
		s->unpinned = false;
		s->repinned = true;
		return true;
	}
	return s->unpinned != unpinned;
}

bool keep_look(struct registry *reg)
{
	int place = bpffs_check_system();
	bool changed;

	/* a bpffs that was mounted again is empty */
	if (place == 0)
		place = pin_init();
	changed = place != reg->place;
	reg->place = place;
	if (place == 0 && gate_pin(reg->gate) > 0)
		changed = reg->gate_repinned = true;
	for (size_t i = 0; i < reg->n_patches; i++)
		changed = keep_set(reg, reg->patches[i]) || changed;
	return changed;
}

const char *keep_trouble(const struct registry *reg)
{
	switch (reg->place) {
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

int keep_refuse(const struct registry *reg, struct report *report)
{
	const char *trouble = keep_trouble(reg);

	return trouble ? report_set(report, OUTCOME_NOT_PINNABLE, "%s", trouble) : 0;
}

int keep_make_meta(const struct patch *s)
{
	_cleanup_free_ struct pin_header *header = calloc(1, sizeof(*header));
	int r;

	if (!header)
		return -ENOMEM;
	r = patch_to_header(s, s->section_size, header);
	return r < 0 ? r : pin_make_meta(header, s->section);
}

size_t keep_count_unpinned(const struct registry *reg)
{
	size_t n = 0;

	for (size_t i = 0; i < reg->n_patches; i++)
		n += reg->patches[i]->unpinned && !reg->patches[i]->lost;
	return n;
}
