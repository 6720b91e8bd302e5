/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Advises the author of a patch which kind of body suits a function, and why. Each kind of body is
 * a row of the table `rows`. Its function first checks what makes the kind impossible, most useful
 * reason first, and then adds what the author should know if it is possible. The first possible row
 * is the best.
 *
 * The costs are measured by tests/bench/calls.sh, as instructions of a call in which the body lets
 * the original run.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/advice.h"
#include "util/macro.h"

#define OPS_ARGS_MAX		6	/* arguments passed in registers */
#define FMOD_RET_ARGS_MAX	12	/* MAX_BPF_FUNC_ARGS of the kernel */

static const char *const verdict_names[] = {
	[ADVICE_BEST] = "best",
	[ADVICE_POSSIBLE] = "possible",
	[ADVICE_COMPANION] = "needs_companion",
	[ADVICE_IMPOSSIBLE] = "impossible",
};
_Static_assert(ARRAY_SIZE(verdict_names) == _ADVICE_VERDICT_MAX, "a verdict without a name");

const char *advice_verdict_to_string(enum advice_verdict verdict)
{
	return (unsigned int)verdict < _ADVICE_VERDICT_MAX ? verdict_names[verdict] : "impossible";
}

_printf_(2, 3) static void advice_say(struct advice *a, const char *format, ...)
{
	size_t used = strlen(a->why);
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(a->why + used, sizeof(a->why) - used, format, ap);
	va_end(ap);
}

static const char *advice_untraceable(const struct target_facts *f)
{
	if (f->hidden)
		return " by this name, and kernel.kptr_restrict hides whether it has another";
	if (f->part == PART_INIT)
		return " (__init: it is gone since the kernel has started)";
	return f->part == PART_NOINSTR ? " (noinstr)" : " (notrace, or built without a place to hook it)";
}

/* Reasons that exclude every kind of body. */
static bool advice_is_hopeless(const struct advice_case *c, struct advice *a)
{
	const struct target_facts *f = c->facts;

	if (f->place == PLACE_BUILT_IN)
		advice_say(a, "its object is no module here but a part of the kernel: write it for "
			   "vmlinux");
	else if (f->place == PLACE_ABSENT)
		return false;
	else if (f->n_syms == 0 && f->n_clones > 0)
		advice_say(a, "the compiler replaced the function by clones of it: patch a caller");
	else if (f->n_syms == 0)
		advice_say(a, "there is no such function here: it is inlined, of another name, or of "
			   "another configuration");
	else if (f->n_syms < c->sympos)
		advice_say(a, "only %" PRIu32 " functions have this name", f->n_syms);
	else if (!f->traceable)
		advice_say(a, "it cannot be traced%s, so that nothing can be attached to it: patch a caller",
			   advice_untraceable(f));
	return *a->why;
}

static bool advice_has_odd_shape(const struct advice_case *c, uint32_t args_max, struct advice *a)
{
	const struct prototype_shape *s = &c->facts->shape;

	if (!c->facts->shaped)
		return false;
	if (s->variadic)
		advice_say(a, "it takes a variable number of arguments");
	else if (s->by_value)
		advice_say(a, "it takes a structure by value, which a body cannot");
	else if (s->returns == RETURN_LARGE)
		advice_say(a, "it returns a structure, which a body cannot");
	else if (s->n_args > args_max)
		advice_say(a, "it has %" PRIu32 " arguments, and such a body sees %" PRIu32,
			   s->n_args, args_max);
	return *a->why;
}

/* "NULL" for a pointer, "0" for a long: the most useful value, which fmod_ret cannot return. */
static const char *advice_nothing(const struct advice_case *c)
{
	if (!c->facts->shaped || c->facts->shape.returns == RETURN_VOID ||
	    c->facts->shape.returns == RETURN_NARROW)
		return NULL;
	return c->facts->shape.returns == RETURN_POINTER ? "NULL" : "0";
}

/* Reasons that exclude guard and override bodies, which the companion runs. */
static bool advice_bars_ops(const struct advice_case *c, struct advice *a)
{
	if (advice_is_hopeless(c, a) || advice_has_odd_shape(c, OPS_ARGS_MAX, a))
		return true;
	if (c->immediate)
		advice_say(a, "the companion alone asks it, task by task: not with --immediate");
	return c->immediate;
}

static enum advice_verdict advice_ops(const struct advice_case *c, const char *at, struct advice *a)
{
	const struct target_facts *f = c->facts;

	if (!f->described && f->place != PLACE_ABSENT)
		advice_say(a, "; the kernel's BTF does not describe the function, so that its prototype "
			   "is taken on trust");
	if (f->place == PLACE_ABSENT)
		advice_say(a, "; its module is not loaded, is patched when it comes, and cannot be "
			   "looked at before");
	if (f->n_syms > 1 && c->sympos == 0)
		advice_say(a, "; %" PRIu32 " functions have this name: %s says which", f->n_syms, at);
	if (c->companion)
		return ADVICE_POSSIBLE;
	advice_say(a, "; it needs the companion, which is not there (modprobe klp)");
	return ADVICE_COMPANION;
}

static enum advice_verdict advice_guard(const struct advice_case *c, struct advice *a)
{
	const struct target_facts *f = c->facts;
	const char *nothing = advice_nothing(c);

	if (advice_bars_ops(c, a))
		return ADVICE_IMPOSSIBLE;
	advice_say(a, "it misses no call%s%s%s and costs about 115 instructions a call",
		   nothing ? ", may return " : f->shape.returns == RETURN_VOID && f->shaped ? "" :
		   ", may return any value", nothing ?: "", nothing ? " too" : "");
	if (c->strict)
		advice_say(a, "; a strict patch needs that");
	return advice_ops(c, "KLP_GUARD_AT", a);
}

static enum advice_verdict advice_override(const struct advice_case *c, struct advice *a)
{
	if (advice_bars_ops(c, a))
		return ADVICE_IMPOSSIBLE;
	advice_say(a, "for what is to be written anew as a whole, or has to sleep: it runs instead of the "
		   "function, misses no call, and costs about 120 instructions a call, twice that if it may "
		   "sleep");
	return advice_ops(c, "KLP_OVERRIDE_AT", a);
}

static bool advice_bars_fmod_ret(const struct advice_case *c, struct advice *a)
{
	const struct target_facts *f = c->facts;

	if (f->place == PLACE_MODULE || f->place == PLACE_ABSENT)
		advice_say(a, "the kernel has no way to enable functions of modules for it");
	else if (c->sympos > 1)
		advice_say(a, "it reaches the first function of a name only");
	else if (f->n_syms > 1 && c->sympos == 0)
		advice_say(a, "%" PRIu32 " functions have this name, and it reaches the first only",
			   f->n_syms);
	else if (f->fmod_ret == FMOD_RET_IMPOSSIBLE && f->reason)
		advice_say(a, "the kernel says: %s", f->reason);
	else if (f->fmod_ret == FMOD_RET_IMPOSSIBLE)
		advice_say(a, "the kernel's BTF does not describe the function");
	else if (c->strict)
		advice_say(a, "it can miss calls, and the patch is strict");
	return *a->why;
}

static enum advice_verdict advice_fmod_ret(const struct advice_case *c, struct advice *a)
{
	const struct target_facts *f = c->facts;
	const char *nothing = advice_nothing(c);

	if (advice_is_hopeless(c, a) || advice_has_odd_shape(c, FMOD_RET_ARGS_MAX, a) ||
	    advice_bars_fmod_ret(c, a))
		return ADVICE_IMPOSSIBLE;
	advice_say(a, "it misses a call that comes while it runs on the same CPU already, which status "
		   "counts, and costs about 215 instructions a call");
	if (nothing)
		advice_say(a, "; it cannot return %s", nothing);
	/* the kernel does not tell functions enabled by default from those enabled on request */
	if (f->fmod_ret == FMOD_RET_ENABLED) {
		advice_say(a, c->companion ? "; the function is enabled for it, by the kernel itself "
					     "or by the companion since the boot" :
					     "; the function is enabled for it, so that it works "
					     "without the companion");
		return ADVICE_POSSIBLE;
	}
	if (c->companion) {
		advice_say(a, "; the companion enables the function for it, until reboot");
		return ADVICE_POSSIBLE;
	}
	advice_say(a, "; it needs the companion to enable the function for it (modprobe klp)");
	return ADVICE_COMPANION;
}

/* In order of preference. */
static const struct {
	enum body_kind body;
	enum advice_verdict (*judge)(const struct advice_case *c, struct advice *a);
} rows[] = {
	{ BODY_GUARD, advice_guard },
	{ BODY_FMOD_RET, advice_fmod_ret },
	{ BODY_OVERRIDE, advice_override },
};
_Static_assert(ARRAY_SIZE(rows) == ADVICE_BODIES, "a row for each kind of body");

void advice_make(const struct advice_case *c, struct advice ret[static ADVICE_BODIES])
{
	bool found = false;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		ret[i] = (struct advice){ .body = rows[i].body };
		ret[i].verdict = rows[i].judge(c, &ret[i]);
		if (ret[i].verdict == ADVICE_POSSIBLE && !found) {
			ret[i].verdict = ADVICE_BEST;
			found = true;
		}
	}
}
