/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is not as it should be: a list of warnings, each with what it is about and what it makes of a
 * patch in force. Made anew for each question (effect.h), so it points at sets of the registry and is
 * not kept beyond the next change of it.
 */
#ifndef KLPD_CORE_WARNING_H
#define KLPD_CORE_WARNING_H

#include "core/patch.h"

/* As enum WarningKind of the interface; a new kind has a name in warning.c and a value there. */
enum warning_kind {
	WARNING_RECOVERY,	/* what recovery met */
	WARNING_LEFTOVER,	/* pins out of force that resist removal */
	WARNING_MISSED,		/* calls that ran the original */
	WARNING_BROKEN,		/* a body or a callback was detached */
	WARNING_PASSED_OVER,	/* a body could not run at a call */
	WARNING_TABLE,		/* a table was changed or detached */
	WARNING_KERNEL,		/* it is locked down */
	WARNING_PINS,		/* pins are missing, elsewhere, or cannot be made */
	WARNING_PARTS,		/* some links of a patch are gone */
	WARNING_UNJUDGED,	/* klpd cannot judge it */
	WARNING_FTRACE_OFF,	/* ftrace calls nothing */
	WARNING_NOT_CALLED,	/* ftrace calls nothing of ours at this function */
	WARNING_PROGRAM,	/* an fmod_ret program of somebody else is there too */
	WARNING_LIVEPATCH,	/* a kernel livepatch */
	WARNING_REDIRECTED,	/* another ftrace user that redirects */
	WARNING_IDLE_HOOK,	/* ftrace did not let go of a function that left */
	WARNING_COMPANION,	/* it speaks an ABI before klpd's */
	_WARNING_KIND_MAX
};

/* What a patch in force is worth, from best to worst. */
enum effect {
	EFFECT_WHOLE,		/* its bodies decide all calls that they are to decide */
	EFFECT_PARTLY,		/* not all of them, or another decides too */
	EFFECT_NONE,		/* none: the originals run */
	_EFFECT_MAX
};

#define WARNING_NO_FUNC	SIZE_MAX

struct warning {
	enum warning_kind kind;
	enum effect effect;	/* on the set; EFFECT_WHOLE: none */
	const struct patch *patch;	/* NULL: about no set of the registry */
	size_t func;		/* of the set, or WARNING_NO_FUNC */
	const char *other;	/* name of the one who decides beside us, or NULL; copied */
	uint32_t link_id;	/* of that one, 0: none */
	char *text; /* a sentence; NULL in one that is only counted, see WARNINGS_TOLD_MAX */
};

/* So many have a text: the answer has to fit into one message. */
#define WARNINGS_TOLD_MAX	1024

struct warnings {
	struct warning *list;
	size_t n, room;
};

/* Adds a copy of *w with this text. -ENOMEM. */
int warnings_add(struct warnings *l, const struct warning *w, const char *format, ...)
	_printf_(3, 4);
/* The worst that is said of the set. */
enum effect warnings_effect(const struct warnings *l, const struct patch *s);
void warnings_done(struct warnings *l);

const char *warning_kind_to_string(enum warning_kind kind);
const char *effect_to_string(enum effect effect);

#endif
