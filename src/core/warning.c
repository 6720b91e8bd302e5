// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of warnings. Owns its texts and the names of foreign hooks. A warning beyond
 * WARNINGS_TOLD_MAX has no text but still counts for its patch.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/warning.h"
#include "util/cleanup.h"
#include "util/macro.h"

static const char *const kind_names[] = {
	[WARNING_RECOVERY] = "recovery",
	[WARNING_STALE_PINS] = "stale_pins",
	[WARNING_MISSED] = "missed",
	[WARNING_BROKEN] = "broken",
	[WARNING_SKIPPED] = "skipped",
	[WARNING_STRUCT_OPS] = "struct_ops",
	[WARNING_KERNEL] = "kernel",
	[WARNING_PINS] = "pins",
	[WARNING_PARTS] = "parts",
	[WARNING_RECOVERY_INCOMPLETE] = "recovery_incomplete",
	[WARNING_FTRACE_OFF] = "ftrace_off",
	[WARNING_NOT_CALLED] = "not_called",
	[WARNING_PROGRAM] = "program",
	[WARNING_LIVEPATCH] = "livepatch",
	[WARNING_REDIRECTED] = "redirected",
	[WARNING_IDLE_HOOK] = "idle_hook",
	[WARNING_COMPANION] = "companion",
	[WARNING_UNREADABLE] = "unreadable",
	[WARNING_GATE] = "gate",
};
_Static_assert(ARRAY_SIZE(kind_names) == _WARNING_KIND_MAX, "a kind without a name");

static const char *const effect_names[] = {
	[EFFECT_WHOLE] = "whole",
	[EFFECT_UNKNOWN] = "unknown",
	[EFFECT_PARTLY] = "partly",
	[EFFECT_NONE] = "not_in_force",
};
_Static_assert(ARRAY_SIZE(effect_names) == _EFFECT_MAX, "an effect without a name");

const char *warning_kind_to_string(enum warning_kind kind)
{
	return (unsigned int)kind < _WARNING_KIND_MAX ? kind_names[kind] : "unknown";
}

const char *effect_to_string(enum effect effect)
{
	return (unsigned int)effect < _EFFECT_MAX ? effect_names[effect] : "unknown";
}

static int warnings_grow(struct warnings *l)
{
	size_t room = MAX(l->room * 2, (size_t)8);
	struct warning *more;

	if (l->n < l->room)
		return 0;
	more = reallocarray(l->list, room, sizeof(*more));
	if (!more)
		return -ENOMEM;
	l->list = more;
	l->room = room;
	return 0;
}

int warnings_add(struct warnings *l, const struct warning *w, const char *format, ...)
{
	_cleanup_free_ char *text = NULL, *other = NULL;
	struct warning *added;
	va_list ap;
	int r = warnings_grow(l);

	if (r < 0)
		return r;
	if (l->n < WARNINGS_TOLD_MAX) {
		va_start(ap, format);
		r = vasprintf(&text, format, ap);
		va_end(ap);
		if (r < 0) {
			text = NULL;
			return -ENOMEM;
		}
		other = w->other ? strdup(w->other) : NULL;
		if (w->other && !other)
			return -ENOMEM;
	}
	added = &l->list[l->n++];
	*added = *w;
	added->other = TAKE_PTR(other);
	added->text = TAKE_PTR(text);
	return 0;
}

enum effect warnings_effect(const struct warnings *l, const struct patch *s)
{
	enum effect worst = EFFECT_WHOLE;

	for (size_t i = 0; i < l->n; i++)
		if (l->list[i].patch == s)
			worst = MAX(worst, l->list[i].effect);
	return worst;
}

void warnings_done(struct warnings *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free((char *)l->list[i].other);
		free(l->list[i].text);
	}
	free(l->list);
	*l = (struct warnings){};
}
