// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words the warning about a source that cannot be read. A failed read says nothing about the patch,
 * so the patch is neither in force nor out of force for klpd: its effect is EFFECT_UNKNOWN.
 */
#include <string.h>

#include "core/effect-unknown.h"
#include "util/macro.h"

#define ASK_AGAIN "ask again, and if it stays so restart klpd, which changes nothing in force"

int effect_unknown(struct warnings *ret, const struct patch *s, size_t func,
		   const struct unknown *about)
{
	const struct warning w = { .kind = WARNING_UNREADABLE, .effect = EFFECT_UNKNOWN,
				   .patch = s, .func = func };
	const char *text = about->error < 0 ? strerrordesc_np(-about->error) : NULL;
	const char *open = text ? " (" : "", *close = text ? ")" : "";

	if (func == WARNING_NO_FUNC)
		return warnings_add(ret, &w, "Whether patch '%s' is fully in force is not known: "
				    "%s%s%s%s; %s", s->meta->name, about->why, open, text ?: "",
				    close, about->help ?: ASK_AGAIN);
	return warnings_add(ret, &w, "Whether the body of function '%s' of patch '%s' runs on every "
			    "call is not known: %s%s%s%s; %s", s->meta->funcs[func].symbol,
			    s->meta->name, about->why, open, text ?: "", close,
			    about->help ?: ASK_AGAIN);
}
