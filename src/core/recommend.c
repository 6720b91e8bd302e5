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

#include "core/recommend.h"
#include "util/macro.h"

#define OPS_ARGS_MAX		6	/* arguments passed in registers */
#define FMOD_RET_ARGS_MAX	12	/* MAX_BPF_FUNC_ARGS of the kernel */

static const char *const verdict_names[] = {
	[RECOMMEND_BEST] = "best",
	[RECOMMEND_POSSIBLE] = "possible",
	[RECOMMEND_COMPANION] = "needs_companion",
	[RECOMMEND_IMPOSSIBLE] = "impossible",
};
_Static_assert(ARRAY_SIZE(verdict_names) == _RECOMMEND_VERDICT_MAX, "a verdict without a name");

const char *recommend_verdict_to_string(enum recommend_verdict verdict)
{
	return (unsigned int)verdict < _RECOMMEND_VERDICT_MAX ? verdict_names[verdict] : "impossible";
}

_printf_(2, 3) static void reason_add(struct recommendation *a, const char *format, ...)
{
	size_t used = strlen(a->why);
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(a->why + used, sizeof(a->why) - used, format, ap);
	va_end(ap);
}

static const char *recommend_untraceable(const struct target_facts *f)
{
	if (f->hidden)
		return " by this name, and kernel.kptr_restrict hides its other names";
	if (f->part == PART_INIT)
		return " (__init: the kernel freed it after boot)";
	return f->part == PART_NOINSTR ? " (noinstr)" : " (notrace, or built without a place to hook it)";
}

/* Reasons that exclude every kind of body. */
static bool recommend_is_hopeless(const struct recommend_case *c, struct recommendation *a)
{
	const struct target_facts *f = c->facts;

	if (f->place == PLACE_BUILT_IN)
		reason_add(a, "its object is no module here but a part of the kernel: write it for "
			   "vmlinux");
	else if (f->place == PLACE_ABSENT)
		return false;
	else if (f->n_syms == 0 && f->n_clones > 0)
		reason_add(a, "the compiler replaced the function by clones of it: patch a caller");
	else if (f->n_syms == 0)
		reason_add(a, "there is no such function here: it is inlined, of another name, or of "
			   "another configuration");
	else if (f->n_syms < c->sympos)
		reason_add(a, "only %" PRIu32 " functions have this name", f->n_syms);
	else if (!f->traceable)
		reason_add(a, "it cannot be traced%s, so that nothing can be attached to it: patch a caller",
			   recommend_untraceable(f));
	return *a->why;
}

static bool recommend_has_odd_shape(const struct recommend_case *c, uint32_t args_max,
				    struct recommendation *a)
{
	const struct prototype_shape *s = &c->facts->shape;

	if (!c->facts->shaped)
		return false;
	if (s->variadic)
		reason_add(a, "it takes a variable number of arguments");
	else if (s->by_value)
		reason_add(a, "it takes a structure by value, which a body cannot");
	else if (s->returns == RETURN_LARGE)
		reason_add(a, "it returns a structure, which a body cannot");
	else if (s->n_args > args_max)
		reason_add(a, "it has %" PRIu32 " arguments, and such a body sees %" PRIu32,
			   s->n_args, args_max);
	return *a->why;
}

/* "NULL" for a pointer, "0" for a long: the most useful value, which fmod_ret cannot return. */
static const char *recommend_nothing(const struct recommend_case *c)
{
	if (!c->facts->shaped || c->facts->shape.returns == RETURN_VOID ||
	    c->facts->shape.returns == RETURN_NARROW)
		return NULL;
	return c->facts->shape.returns == RETURN_POINTER ? "NULL" : "0";
}

/* Reasons that exclude guard and override bodies, which the companion runs. */
static bool recommend_bars_ops(const struct recommend_case *c, struct recommendation *a)
{
	if (recommend_is_hopeless(c, a) || recommend_has_odd_shape(c, OPS_ARGS_MAX, a))
		return true;
	if (c->immediate)
		reason_add(a, "only the companion runs it, task by task: not with --immediate");
	return c->immediate;
}

static enum recommend_verdict recommend_ops(const struct recommend_case *c, const char *at,
					    struct recommendation *a)
{
	const struct target_facts *f = c->facts;

	if (!f->described && f->place != PLACE_ABSENT)
		reason_add(a, "; the kernel's BTF does not describe the function, so that its prototype "
			   "is taken on trust");
	if (f->place == PLACE_ABSENT)
		reason_add(a, "; its module is not loaded, is patched when it comes, and cannot be "
			   "looked at before");
	if (f->n_syms > 1 && c->sympos == 0)
		reason_add(a, "; %" PRIu32 " functions have this name: %s says which", f->n_syms, at);
	if (c->companion)
		return RECOMMEND_POSSIBLE;
	reason_add(a, "; it needs the companion, which is not loaded (modprobe klp)");
	return RECOMMEND_COMPANION;
}

static enum recommend_verdict recommend_guard(const struct recommend_case *c,
					      struct recommendation *a)
{
	const struct target_facts *f = c->facts;
	const char *nothing = recommend_nothing(c);

	if (recommend_bars_ops(c, a))
		return RECOMMEND_IMPOSSIBLE;
	reason_add(a, "it misses no call%s%s%s and costs about 115 instructions a call",
		   nothing ? ", may return " : f->shape.returns == RETURN_VOID && f->shaped ? "" :
		   ", may return any value", nothing ?: "", nothing ? " too" : "");
	if (c->strict)
		reason_add(a, "; a strict patch needs that");
	return recommend_ops(c, "KLP_GUARD_AT", a);
}

static enum recommend_verdict recommend_override(const struct recommend_case *c,
						 struct recommendation *a)
{
	if (recommend_bars_ops(c, a))
		return RECOMMEND_IMPOSSIBLE;
	reason_add(a, "for a function that is rewritten as a whole, or has to sleep: it runs instead of the "
		   "function, misses no call, and costs about 120 instructions a call, twice that if it may "
		   "sleep");
	return recommend_ops(c, "KLP_OVERRIDE_AT", a);
}

static bool recommend_bars_fmod_ret(const struct recommend_case *c, struct recommendation *a)
{
	const struct target_facts *f = c->facts;

	if (f->place == PLACE_MODULE || f->place == PLACE_ABSENT)
		reason_add(a, "the kernel has no way to enable functions of modules for it");
	else if (c->sympos > 1)
		reason_add(a, "it reaches the first function of a name only");
	else if (f->n_syms > 1 && c->sympos == 0)
		reason_add(a, "%" PRIu32 " functions have this name, and it reaches the first only",
			   f->n_syms);
	else if (f->fmod_ret == FMOD_RET_IMPOSSIBLE && f->reason)
		reason_add(a, "the kernel says: %s", f->reason);
	else if (f->fmod_ret == FMOD_RET_IMPOSSIBLE)
		reason_add(a, "the kernel's BTF does not describe the function");
	else if (c->strict)
		reason_add(a, "it can miss calls, and the patch is strict");
	return *a->why;
}

static enum recommend_verdict recommend_fmod_ret(const struct recommend_case *c,
						 struct recommendation *a)
{
	const struct target_facts *f = c->facts;
	const char *nothing = recommend_nothing(c);

	if (recommend_is_hopeless(c, a) || recommend_has_odd_shape(c, FMOD_RET_ARGS_MAX, a) ||
	    recommend_bars_fmod_ret(c, a))
		return RECOMMEND_IMPOSSIBLE;
	reason_add(a, "it misses a call that comes while it runs on the same CPU already, which status "
		   "counts, and costs about 215 instructions a call");
	if (nothing)
		reason_add(a, "; it cannot return %s", nothing);
	/* the kernel does not tell functions enabled by default from those enabled on request */
	if (f->fmod_ret == FMOD_RET_ENABLED) {
		reason_add(a, c->companion ? "; the function is enabled for it, by the kernel itself "
					     "or by the companion since the boot" :
					     "; the function is enabled for it, so that it works "
					     "without the companion");
		return RECOMMEND_POSSIBLE;
	}
	if (c->companion) {
		reason_add(a, "; the companion enables the function for it, until reboot");
		return RECOMMEND_POSSIBLE;
	}
	reason_add(a, "; it needs the companion to enable the function for it (modprobe klp)");
	return RECOMMEND_COMPANION;
}

/* In order of preference. */
static const struct {
	enum body_kind body;
	enum recommend_verdict (*judge)(const struct recommend_case *c, struct recommendation *a);
} rows[] = {
	{ BODY_GUARD, recommend_guard },
	{ BODY_FMOD_RET, recommend_fmod_ret },
	{ BODY_OVERRIDE, recommend_override },
};
_Static_assert(ARRAY_SIZE(rows) == RECOMMEND_BODIES, "a row for each kind of body");

void recommend_make(const struct recommend_case *c,
		    struct recommendation ret[static RECOMMEND_BODIES])
{
	bool found = false;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		ret[i] = (struct recommendation){ .body = rows[i].body };
		ret[i].verdict = rows[i].judge(c, &ret[i]);
		if (ret[i].verdict == RECOMMEND_POSSIBLE && !found) {
			ret[i].verdict = RECOMMEND_BEST;
			found = true;
		}
	}
}
