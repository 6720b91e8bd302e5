// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ids of links. Each is read from the kernel once per link of a patch, since it is constant while
 * the link is held.
 */
#include "core/own-links.h"
#include "kern/link.h"
#include "util/macro.h"

static size_t own_links_of(struct patch *s, uint32_t *ret)
{
	struct link_info info;
	size_t n = 0;

	for (size_t i = 0; i < s->n_links; i++) {
		if (s->link_ids[i] == 0 && link_get_info(s->links[i], &info) == 0)
			s->link_ids[i] = info.link_id;
		if (s->link_ids[i] != 0)
			ret[n++] = s->link_ids[i];
	}
	return n;
}

static int own_links_compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

int own_links_get(struct registry *reg, struct own_links *ret)
{
	size_t room = 1;

	*ret = (struct own_links){ .n = 0 };
	for (size_t i = 0; i < reg->n_patches; i++)
		room += reg->patches[i]->n_links;
	for (size_t i = 0; i < reg->n_stale_pins; i++)
		room += reg->stale_pins[i].patch ? reg->stale_pins[i].patch->n_links : 0;
	ret->ids = calloc(room, sizeof(*ret->ids));
	if (!ret->ids)
		return -ENOMEM;
	for (size_t i = 0; i < reg->n_patches; i++)
		ret->n += own_links_of(reg->patches[i], ret->ids + ret->n);
	for (size_t i = 0; i < reg->n_stale_pins; i++)
		if (reg->stale_pins[i].patch)
			ret->n += own_links_of(reg->stale_pins[i].patch, ret->ids + ret->n);
	qsort(ret->ids, ret->n, sizeof(*ret->ids), own_links_compare);
	return 0;
}

int own_links_add(struct own_links *own, const struct found *found)
{
	uint32_t *more = reallocarray(own->ids, own->n + found->n + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	own->ids = more;
	for (size_t i = 0; i < found->n; i++)
		own->ids[own->n++] = found->links[i].link_id;
	qsort(own->ids, own->n, sizeof(*own->ids), own_links_compare);
	return 0;
}

void own_links_done(struct own_links *own)
{
	free(own->ids);
	*own = (struct own_links){ .n = 0 };
}
