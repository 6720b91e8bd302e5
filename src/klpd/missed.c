// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel skips a tracing program that already runs on the same CPU, and counts the skip, but
 * sends no notice. So the counters are read when a client asks and, while a client watches,
 * periodically (monitor.c). A klpd without clients reads them never.
 */
#include "kern/link.h"
#include "klpd/missed.h"
#include "util/log.h"

uint64_t missed_count(const struct patch *s)
{
	struct link_info info;
	uint64_t n = 0;

	/* other bodies miss no calls and have no counter */
	for (size_t i = 0; i < s->meta->n_funcs; i++)
		if (s->meta->funcs[i].body == BODY_FMOD_RET &&
		    link_get_info(s->links[i], &info) == 0)
			n += info.recursion_misses;
	return n;
}

bool missed_look(struct registry *reg)
{
	bool risen = false;

	for (size_t i = 0; i < reg->n_patches; i++) {
		struct patch *s = reg->patches[i];
		uint64_t n = missed_count(s);

		if (n <= s->missed)
			continue;
		if (s->missed == 0)
			log_warning("Patch '%s' %s: calls were missed, the original ran: %llu so far",
				    s->meta->name, s->meta->version, (unsigned long long)n);
		s->missed = n;
		risen = true;
	}
	return risen;
}
