// SPDX-License-Identifier: GPL-2.0-only
/*
 * One reading of ftrace's list for the functions of all patches. Owned by the caller, kept for one
 * query.
 *
 * ftrace lists a function by one of its names. Which one is learned from the kernel's symbols.
 * Reading them takes a second, so it happens once per patch: when it enters, or when a restarted
 * klpd finds a function of it that is not listed by the name the patch uses.
 *
 * What could not be read is recorded as such. It never counts as called or as not called.
 */
#include "core/effect-look.h"
#include "util/macro.h"

const struct meta_func *look_func(const struct look *l, size_t i)
{
	return &l->places[i].patch->meta->funcs[l->places[i].func];
}

bool look_is_ops(const struct look *l, size_t i)
{
	return body_is_ops(look_func(l, i)->body);
}

/*
 * Whether the companion hooks the object: modules come and go. Without it, only vmlinux counts.
 */
static bool look_is_there(const struct klp_uapi_object *objects, uint32_t n, const char *name)
{
	for (uint32_t i = 0; i < n; i++)
		if (STREQ(objects[i].name, name))
			return (objects[i].flags & KLP_OBJECT_LOADED) &&
			       (objects[i].flags & KLP_OBJECT_PATCHED);
	return STREQ(name, "vmlinux");
}

static void look_fill_patch(struct look *l, struct patch *s)
{
	_cleanup_free_ struct klp_uapi_object *objects = NULL;
	bool in_force = s->state == PATCH_IN_FORCE;
	uint32_t n = 0;
	int r = 0;

	if (s->id != 0)
		r = l->registry->companion ?
		    companion_objects(l->registry->companion, s->id, &objects, &n) : -ENODEV;
	for (size_t i = 0; i < s->meta->n_funcs; i++, l->n++) {
		const struct meta_func *f = &s->meta->funcs[i];

		l->funcs[l->n] = (struct ftrace_func){
			.object = f->object,
			.symbol = s->listed && s->listed[i] ? s->listed[i] : f->symbol,
		};
		l->places[l->n] = (struct place){
			.patch = s,
			.func = i,
			.judged = in_force && r == 0 && look_is_there(objects, n, f->object),
			/* -ENOENT: there is no record, which effect.c reports */
			.error = in_force && r != -ENOENT ? r : 0,
		};
	}
}

/* For all patches, as a leaving one explains a hook too. */
static void look_read(struct look *l)
{
	l->n = 0;
	for (size_t i = 0; i < l->registry->n_patches; i++)
		look_fill_patch(l, l->registry->patches[i]);
	l->off = ftrace_is_off();
	l->error = ftrace_look(l->funcs, l->n);
}

/* Whether it is known by which name ftrace lists the function; that of a module may change. */
static bool look_is_named(const struct look *l, size_t i)
{
	const struct patch *s = l->places[i].patch;

	return s->listed && s->listed[l->places[i].func] &&
	       STREQ(l->funcs[i].object, "vmlinux");
}

enum look_call look_call(const struct look *l, size_t i)
{
	const struct ftrace_func *f = &l->funcs[i];

	if (l->error < 0)
		return l->off ? LOOK_NOT_CALLED : LOOK_UNKNOWN;
	/* "": the kernel hides addresses; "?": the metadata is lost */
	if (*f->symbol == '\0' || STREQ(f->symbol, "?"))
		return LOOK_UNKNOWN;
	if (f->enabled && (look_is_ops(l, i) ? f->redirected : f->direct))
		return LOOK_CALLED;
	return l->unnamed != 0 && !look_is_named(l, i) ? LOOK_UNKNOWN : LOOK_NOT_CALLED;
}

static int look_learn_name(struct patch *s, size_t i, struct targets *targets)
{
	const struct meta_func *f = &s->meta->funcs[i];
	const char *listed = f->symbol;
	int r = targets_listed(targets, f->object, f->symbol, f->sympos, &listed);
	char *copy = strdup(r == -ENODATA ? "" : listed);

	if (!copy)
		return -ENOMEM;
	free(s->listed[i]);
	s->listed[i] = copy;
	return 0;
}

/*
 * Learn names that ftrace does not list; those of a module each time, as it may be another by now.
 */
static int look_learn(struct look *l)
{
	struct targets *targets = NULL;
	bool had = l->registry->targets;
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->n; i++) {
		struct patch *s = l->places[i].patch;

		if (!l->places[i].judged || look_call(l, i) != LOOK_NOT_CALLED ||
		    look_is_named(l, i))
			continue;
		if (!targets)
			l->unnamed = registry_targets(l->registry, &targets, NULL);
		if (l->unnamed != 0)
			break;
		if (!s->listed)
			s->listed = calloc(MAX(s->meta->n_funcs, (size_t)1), sizeof(*s->listed));
		r = s->listed ? look_learn_name(s, l->places[i].func, targets) : -ENOMEM;
	}
	if (!had)
		registry_forget_targets(l->registry);
	return r;
}

static bool look_misses(const struct look *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->places[i].judged && look_call(l, i) == LOOK_NOT_CALLED)
			return true;
	return false;
}

int look_make(struct registry *reg, struct look *ret)
{
	size_t n = 1;
	int r;

	*ret = (struct look){ .registry = reg };
	for (size_t i = 0; i < reg->n_patches; i++)
		n += reg->patches[i]->meta->n_funcs;
	ret->funcs = calloc(n, sizeof(*ret->funcs));
	ret->places = calloc(n, sizeof(*ret->places));
	if (!ret->funcs || !ret->places)
		return -ENOMEM;
	look_read(ret);
	/* read again if a function is missing: a module may have come or gone between the reads */
	if (ret->error < 0 || ret->off || !look_misses(ret))
		return 0;
	r = look_learn(ret);
	if (r < 0)
		return r;
	look_read(ret);
	return 0;
}

void look_done(struct look *l)
{
	free(l->funcs);
	free(l->places);
	*l = (struct look){ .n = 0 };
}
