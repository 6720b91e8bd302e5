// SPDX-License-Identifier: GPL-2.0-only
/*
 * Repeats for each function in force the checks of incoming-resolve.c, and checks whether the
 * kernel calls its body at all. Another program may have switched ftrace off or removed the hook,
 * and the kernel does not notify klpd of any of it. A function of which this cannot be read gets a
 * warning, too.
 */
#include "core/effect-foreign.h"
#include "core/effect-func.h"
#include "core/effect-look.h"
#include "core/effect-unknown.h"
#include "kern/lockdown.h"
#include "util/macro.h"

struct counts {			/* of the functions of one patch */
	size_t judged;
	size_t missing;		/* of these: no body is called */
	int error;		/* why others could not be judged; 0: all were */
};

static void count_funcs(const struct look *l, const struct patch *s, struct counts *ret)
{
	*ret = (struct counts){ .judged = 0 };
	for (size_t i = 0; i < l->n; i++) {
		if (l->places[i].patch != s)
			continue;
		if (l->places[i].error < 0)
			ret->error = l->places[i].error;
		if (!l->places[i].judged)
			continue;
		ret->judged++;
		ret->missing += look_call(l, i) == LOOK_NOT_CALLED;
	}
}

/* ---- not called ---------------------------------------------------------------------------- */

static int warn_off(const struct patch *s, const struct counts *c, struct warnings *ret)
{
	bool none = c->missing == c->judged;
	struct warning w = { .kind = WARNING_FTRACE_OFF, .patch = s, .func = WARNING_NO_FUNC,
			     .effect = none ? EFFECT_NONE : EFFECT_PARTLY };

	return warnings_add(
		ret, &w,
		"Patch '%s' is not %s in force: ftrace is off "
		"(kernel.ftrace_enabled=0), and %zu of its %zu functions run the original; "
		"switch it on with 'sysctl kernel.ftrace_enabled=1'",
		s->meta->name, none ? "at all" : "surely", c->missing, c->judged);
}

static int warn_missing(const struct look *l, const struct patch *s, enum effect effect,
			struct warnings *ret)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->n; i++) {
		const struct ftrace_func *f = &l->funcs[i];
		struct warning w = { .kind = WARNING_NOT_CALLED, .effect = effect };

		if (l->places[i].patch != s || !l->places[i].judged ||
		    look_call(l, i) != LOOK_NOT_CALLED)
			continue;
		w.patch = s;
		w.func = l->places[i].func;
		r = warnings_add(ret, &w,
				 "Function '%s' of patch '%s' calls no body of it: %s; the "
				 "original runs",
				 look_func(l, i)->symbol, s->meta->name,
				 !f->enabled	   ? "ftrace calls nothing there" :
				 look_is_ops(l, i) ? "the companion's hook is not there any more" :
						     "no BPF trampoline is called there");
	}
	return r;
}

/* ---- not known ----------------------------------------------------------------------------- */

static const char *unread_help(int error)
{
	if (error == -ENOENT)
		return "mount tracefs with 'mount -t tracefs tracefs /sys/kernel/tracing' and ask again";
	if (error == -EPERM && lockdown_read() == LOCKDOWN_CONFIDENTIALITY)
		return "the kernel is locked down and hides it until the next boot";
	if (error == -EPERM || error == -EACCES)
		return "let klpd read it: a security module or the rights of a directory are in the way";
	return NULL;
}

static void unknown_name(const struct look *l, size_t i, struct unknown *ret)
{
	*ret = (struct unknown){ .why = "the kernel's symbols, which tell by which name ftrace lists it, "
				 "cannot be read", .error = MIN(l->unnamed, 0) };
	if (*l->funcs[i].symbol == '\0')
		*ret = (struct unknown){
			.why = "ftrace lists it by another name, and the kernel hides the addresses that "
			       "tell which",
			.help = "run 'sysctl kernel.kptr_restrict=1' and restart klpd, which changes "
				"nothing in force" };
	else if (STREQ(l->funcs[i].symbol, "?"))
		*ret = (struct unknown){
			.why = "the patch has lost its metadata, so klpd does not know the function",
			.help = "disable the patch, or see 'klpctl repair --dry-run'" };
}

static int warn_unknown(const struct look *l, const struct patch *s, const struct counts *c,
			struct warnings *ret)
{
	const struct unknown list = {
		.why = "the list of functions at which ftrace calls something, enabled_functions of "
		       "tracefs, cannot be read",
		.error = l->error, .help = unread_help(l->error) };
	const struct unknown objects = {
		.why = "klp.ko does not tell which modules the patch covers now", .error = c->error };
	struct unknown name;
	int r = 0;

	if (c->error < 0)
		r = effect_unknown(ret, s, WARNING_NO_FUNC, &objects);
	if (r == 0 && l->error < 0 && c->missing < c->judged)
		return effect_unknown(ret, s, WARNING_NO_FUNC, &list);
	for (size_t i = 0; r == 0 && l->error == 0 && i < l->n; i++) {
		if (l->places[i].patch != s || !l->places[i].judged ||
		    look_call(l, i) != LOOK_UNKNOWN)
			continue;
		unknown_name(l, i, &name);
		r = effect_unknown(ret, s, l->places[i].func, &name);
	}
	return r;
}

static int look_called(const struct look *l, struct warnings *ret)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->registry->n_patches; i++) {
		const struct patch *s = l->registry->patches[i];
		struct counts c;

		count_funcs(l, s, &c);
		if (l->off && c.judged > 0)
			r = warn_off(s, &c, ret);
		else if (c.missing > 0)
			r = warn_missing(l, s, c.missing == c.judged ? EFFECT_NONE : EFFECT_PARTLY,
					 ret);
		if (r == 0)
			r = warn_unknown(l, s, &c, ret);
	}
	return r;
}

int effect_funcs(struct registry *reg, struct warnings *ret)
{
	_cleanup_(look_done) struct look l = {};
	size_t n = 0;
	int r;

	for (size_t i = 0; i < reg->n_patches; i++)
		n += reg->patches[i]->meta->n_funcs;
	if (n == 0)
		return 0;
	r = look_make(reg, &l);
	if (r == 0)
		r = look_called(&l, ret);
	return r == 0 ? effect_foreign(&l, ret) : r;
}
