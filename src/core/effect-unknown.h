/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private to the effect-*.c files: the warning that a source could not be read, so that the effect
 * of a patch is not known.
 */
#ifndef KLPD_CORE_EFFECT_UNKNOWN_H
#define KLPD_CORE_EFFECT_UNKNOWN_H

#include "core/warning.h"

/* Why something is not known, as parts of a sentence. */
struct unknown {
	const char *why;	/* what could not be read */
	int error;		/* negative errno; 0: `why` is the whole reason */
	const char *help;	/* what to do; NULL: ask again */
};

/* Append the warning about the patch, or about function `func` of it. -ENOMEM. */
int effect_unknown(struct warnings *ret, const struct patch *s, size_t func,
		   const struct unknown *about);

#endif
