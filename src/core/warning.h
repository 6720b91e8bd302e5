/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A list of warnings, each with its subject and its effect on a patch in force. Made anew for each
 * query (effect.h). It points at patches of the registry, so it is not kept beyond the next change
 * of it.
 */
#ifndef KLPD_CORE_WARNING_H
#define KLPD_CORE_WARNING_H

#include "core/patch.h"

/*
 * As enum WarningKind of the varlink interface. A new kind needs a name in warning.c and a value
 * there.
 */
enum warning_kind {
	WARNING_RECOVERY,	/* problems found by recovery */
	WARNING_STALE_PINS,	/* pins out of force that cannot be removed */
	WARNING_MISSED,		/* calls missed: the original ran */
	WARNING_BROKEN,		/* a body or a callback was detached */
	WARNING_SKIPPED,	/* a body could not run at a call */
	WARNING_STRUCT_OPS,		/* a struct_ops instance was changed or detached */
	WARNING_KERNEL,		/* the kernel is locked down */
	WARNING_PINS,		/* pins are missing, misplaced, or cannot be made */
	WARNING_PARTS,		/* some links of a patch are missing */
	WARNING_RECOVERY_INCOMPLETE,	/* recovery could not judge the patch */
	WARNING_FTRACE_OFF,	/* ftrace calls nothing */
	WARNING_NOT_CALLED,	/* ftrace calls no hook of klpd's at this function */
	WARNING_PROGRAM,	/* a foreign fmod_ret program is attached too */
	WARNING_LIVEPATCH,	/* a kernel livepatch */
	WARNING_REDIRECTED,	/* another ftrace user redirects the function */
	WARNING_IDLE_HOOK,	/* a hook that ftrace has not removed yet */
	WARNING_COMPANION,	/* klp.ko speaks an older ABI than klpd */
	WARNING_UNREADABLE,	/* a source could not be read, so the effect is not known */
	WARNING_GATE,		/* the gate of a patch in force is not open */
	_WARNING_KIND_MAX
};

/*
 * How far a patch in force takes effect, from best to worst. What is known to be wrong counts more
 * than what is not known.
 */
enum effect {
	EFFECT_WHOLE,		/* its bodies decide every call they are meant to */
	EFFECT_UNKNOWN,		/* what tells it could not be read; it may be any of the others */
	EFFECT_PARTLY,		/* some calls only, or a foreign hook decides too */
	EFFECT_NONE,		/* no calls: the originals run */
	_EFFECT_MAX
};

#define WARNING_NO_FUNC	SIZE_MAX

struct warning {
	enum warning_kind kind;
	enum effect effect;	/* on the patch; EFFECT_WHOLE: none */
	const struct patch *patch;	/* NULL: not about a patch of the registry */
	size_t func;		/* index in the patch, or WARNING_NO_FUNC */
	const char *other;	/* name of the foreign hook, or NULL; copied */
	uint32_t link_id;	/* its link; 0: none */
	char *text; /* a sentence; NULL: only counted, see WARNINGS_TOLD_MAX */
};

/* Number of warnings with a text, so that the answer fits into one message. */
#define WARNINGS_TOLD_MAX	1024

struct warnings {
	struct warning *list;
	size_t n, room;
};

/* Append a copy of *w with this text. -ENOMEM. */
int warnings_add(struct warnings *l, const struct warning *w, const char *format, ...)
	_printf_(3, 4);
/* The worst effect among the warnings about the patch. */
enum effect warnings_effect(const struct warnings *l, const struct patch *s);
void warnings_done(struct warnings *l);

const char *warning_kind_to_string(enum warning_kind kind);
const char *effect_to_string(enum effect effect);

#endif
