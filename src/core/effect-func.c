// SPDX-License-Identifier: GPL-2.0-only
/*
 * Repeats for each function in force the checks of incoming-resolve.c, and checks whether the
 * kernel calls its body at all. Another program may have attached later, switched ftrace off or
 * removed the hook, and the kernel does not notify klpd of any of it.
 *
 * Precedence of a foreign hook is as foreign.c has it, measured by test-foreign-hooks.sh. A BPF
 * trampoline runs before any ftrace redirection. So a foreign fmod_ret program runs before a
 * guard or override body, whatever the order of attachment, and an fmod_ret body of klpd's runs
 * before a livepatch. Of two fmod_ret programs the one attached later runs first. A program that
 * returns other than 0 keeps the next one from deciding.
 *
 * ftrace lists a function by one of its names. Which one is learned from the kernel's symbols.
 * Reading them takes a second, so it happens once per patch: when it enters, or when a restarted
 * klpd finds a function of it that is not listed by the name the patch uses.
 */
#include "core/effect-func.h"
#include "core/idle-hooks.h"
#include "core/own-links.h"
#include "kern/ftrace.h"
#include "kern/foreign.h"
#include "util/macro.h"

struct place {			/* of one function; parallel to struct ftrace_func */
	struct patch *patch;
	size_t func;
	bool judged;		/* the patch is in force, the function present */
};

struct look {
	struct registry *registry;
	struct warnings *ret;
	struct ftrace_func *funcs;
	struct place *places;
	size_t n;
	bool off;		/* ftrace is switched off */
};

static const struct meta_func *look_func(const struct look *l, size_t i)
{
	return &l->places[i].patch->meta->funcs[l->places[i].func];
}

static bool look_is_ops(const struct look *l, size_t i)
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

static void look_fill_set(struct look *l, struct patch *s)
{
	_cleanup_free_ struct klp_uapi_object *objects = NULL;
	uint32_t n = 0;
	bool known = true;

	if (s->id != 0)
		known = l->registry->companion &&
			companion_objects(l->registry->companion, s->id, &objects, &n) == 0;
	for (size_t i = 0; i < s->meta->n_funcs; i++, l->n++) {
		const struct meta_func *f = &s->meta->funcs[i];

		l->funcs[l->n] = (struct ftrace_func){
			.object = f->object,
			.symbol = s->listed && s->listed[i] ? s->listed[i] : f->symbol,
		};
		l->places[l->n] = (struct place){
			.patch = s,
			.func = i,
			.judged = s->state == PATCH_IN_FORCE && known &&
				  look_is_there(objects, n, f->object),
		};
	}
}

/*
 * For all patches, as a leaving one explains a hook too. -ENOENT: ftrace has no list.
 */
static int look_read(struct look *l)
{
	l->n = 0;
	for (size_t i = 0; i < l->registry->n_patches; i++)
		look_fill_set(l, l->registry->patches[i]);
	l->off = ftrace_is_off();
	return ftrace_look(l->funcs, l->n);
}

/* Whether a body of klpd's is called there, as far as the list tells. */
static bool look_is_called(const struct look *l, size_t i)
{
	const struct ftrace_func *f = &l->funcs[i];

	/* without a known name the function cannot be checked */
	if (*f->symbol == '\0')
		return true;
	return f->enabled && (look_is_ops(l, i) ? f->redirected : f->direct);
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
 * *ret: a name was learned.
 */
static int look_learn(struct look *l, bool *ret)
{
	struct targets *targets = NULL;
	bool had = l->registry->targets;
	int r = 0;

	*ret = false;
	for (size_t i = 0; r == 0 && i < l->n; i++) {
		struct patch *s = l->places[i].patch;
		size_t func = l->places[i].func;

		if (!l->places[i].judged || look_is_called(l, i) ||
		    (s->listed && s->listed[func] && STREQ(l->funcs[i].object, "vmlinux")))
			continue;
		if (!targets && registry_targets(l->registry, &targets, NULL) != 0)
			break;
		if (!s->listed)
			s->listed = calloc(MAX(s->meta->n_funcs, (size_t)1), sizeof(*s->listed));
		r = s->listed ? look_learn_name(s, func, targets) : -ENOMEM;
		*ret = true;
	}
	if (!had)
		registry_forget_targets(l->registry);
	return r;
}

static bool look_misses(const struct look *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->places[i].judged && !look_is_called(l, i))
			return true;
	return false;
}

/* Read again if a function is missing: a module may have come or gone between the reads. */
static int look_again(struct look *l)
{
	bool learned = false;
	int r;

	if (l->off || !look_misses(l))
		return 0;
	r = look_learn(l, &learned);
	return r < 0 ? r : look_read(l);
}

/* ---- not called ---------------------------------------------------------------------------- */

/* Count the judged functions of the patch and those of them that call no body. */
static void count_missing(const struct look *l, const struct patch *s, size_t *ret_judged,
			  size_t *ret_missing)
{
	*ret_judged = *ret_missing = 0;
	for (size_t i = 0; i < l->n; i++) {
		if (l->places[i].patch != s || !l->places[i].judged)
			continue;
		++*ret_judged;
		*ret_missing += !look_is_called(l, i);
	}
}

static int warn_off(struct look *l, const struct patch *s, size_t judged, size_t missing)
{
	struct warning w = { .kind = WARNING_FTRACE_OFF, .patch = s, .func = WARNING_NO_FUNC };

	if (judged == 0)
		return 0;
	w.effect = missing == judged ? EFFECT_NONE : EFFECT_PARTLY;
	return warnings_add(
		l->ret, &w,
		"Patch '%s' is not %s in force: ftrace is off "
		"(kernel.ftrace_enabled=0), and %zu of its %zu functions run the original; "
		"switch it on with 'sysctl kernel.ftrace_enabled=1'",
		s->meta->name, missing == judged ? "at all" : "surely", missing, judged);
}

static int warn_missing(struct look *l, const struct patch *s, enum effect effect)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->n; i++) {
		const struct ftrace_func *f = &l->funcs[i];
		struct warning w = { .kind = WARNING_NOT_CALLED, .effect = effect };

		if (l->places[i].patch != s || !l->places[i].judged || look_is_called(l, i))
			continue;
		w.patch = s;
		w.func = l->places[i].func;
		r = warnings_add(l->ret, &w,
				 "Function '%s' of patch '%s' calls no body of it: %s; the "
				 "original runs",
				 look_func(l, i)->symbol, s->meta->name,
				 !f->enabled	   ? "ftrace calls nothing there" :
				 look_is_ops(l, i) ? "the companion's hook is not there any more" :
						     "no BPF trampoline is called there");
	}
	return r;
}

static int look_called(struct look *l)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->registry->n_patches; i++) {
		const struct patch *s = l->registry->patches[i];
		size_t judged, missing;

		count_missing(l, s, &judged, &missing);
		if (l->off)
			r = warn_off(l, s, judged, missing);
		else if (missing > 0)
			r = warn_missing(l, s, missing == judged ? EFFECT_NONE : EFFECT_PARTLY);
	}
	return r;
}

/* ---- others -------------------------------------------------------------------------------- */

#define BEFORE_OPS	"it runs before this patch, and what it returns other than 0 is what the " \
			"caller gets"
#define LATER		"it was attached later, so it runs first, and where it returns other than 0 " \
			"this patch does not decide"
#define EARLIER		"it was attached earlier, so it decides only where this patch returns 0"
#define BEHIND		"this patch decides first, and where it lets the original run, the other's code " \
			"runs in its place"

/*
 * Whether a body of klpd's, or an idle hook left by one, explains the redirection. Functions with
 * the same name are not told apart.
 */
static bool is_ours(const struct look *l, size_t i)
{
	_cleanup_(idle_hooks_done) struct idle_hooks hooks = {};

	for (size_t j = 0; j < l->n; j++)
		if (look_is_ops(l, j) && STREQ(l->funcs[j].symbol, l->funcs[i].symbol) &&
		    STREQ(l->funcs[j].object, l->funcs[i].object))
			return true;
	/* read only if no patch explains the redirection */
	idle_hooks_get(l->registry, &hooks);
	return idle_hooks_have(&hooks, l->funcs[i].object, l->funcs[i].symbol);
}

struct livepatch {
	struct look *look;
	struct targets *targets;
	const char *name;	/* found, points to text */
	size_t func;
	char text[64];
};

static int livepatch_is_at(const char *patch, const char *object, const char *symbol,
			   uint32_t sympos, void *userdata)
{
	struct livepatch *p = userdata;
	const struct look *l = p->look;
	const char *listed = symbol;

	if (!STREQ(object, l->funcs[p->func].object))
		return 0;
	if (!STREQ(symbol, l->funcs[p->func].symbol) &&
	    !STREQ(symbol, look_func(l, p->func)->symbol)) {
		if (!p->targets && registry_targets(l->registry, &p->targets, NULL) != 0)
			return 0;
		if (targets_listed(p->targets, object, symbol, sympos, &listed) < 0 ||
		    !STREQ(listed, l->funcs[p->func].symbol))
			return 0;
	}
	(void)snprintf(p->text, sizeof(p->text), "%s", patch);
	p->name = p->text;
	return 1;
}

/*
 * Few functions are redirected, so a pass over all livepatches for each is cheap.
 */
static int warn_redirected(struct look *l, size_t i)
{
	struct livepatch p = { .look = l, .func = i };
	struct warning w = { .kind = WARNING_REDIRECTED, .effect = EFFECT_PARTLY };
	bool had = l->registry->targets;
	int r = foreign_each_livepatch(livepatch_is_at, &p);

	if (!had)
		registry_forget_targets(l->registry);
	if (r < 0)
		return r;
	w.patch = l->places[i].patch;
	w.func = l->places[i].func;
	if (p.name) {
		w.kind = WARNING_LIVEPATCH;
		w.other = p.name;
		return warnings_add(l->ret, &w,
				    "Function '%s' of patch '%s' is also patched by kernel "
				    "livepatch '%s': " BEHIND,
				    look_func(l, i)->symbol, w.patch->meta->name, p.name);
	}
	return warnings_add(
		l->ret, &w,
		"Function '%s' of patch '%s' is also redirected by somebody else "
		"through ftrace (a kprobe with a post handler, or another patcher): " BEHIND,
		look_func(l, i)->symbol, w.patch->meta->name);
}

static int look_redirected(struct look *l)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->n; i++) {
		struct warning w = { .kind = WARNING_REDIRECTED, .effect = EFFECT_PARTLY };

		if (!l->places[i].judged)
			continue;
		if (l->funcs[i].redirected && !look_is_ops(l, i) && !is_ours(l, i))
			r = warn_redirected(l, i);
		if (r != 0 || !l->funcs[i].foreign)
			continue;
		w.patch = l->places[i].patch;
		w.func = l->places[i].func;
		r = warnings_add(
			l->ret, &w,
			"Function '%s' of patch '%s' also has a trampoline of "
			"somebody else's that is not BPF's: it runs first, and whether this patch "
			"is asked then is up to it",
			look_func(l, i)->symbol, w.patch->meta->name);
	}
	return r;
}

/* A cache: a BTF id of vmlinux keeps its meaning while the kernel runs. */
#define NAMES_MAX	64

static struct {
	uint32_t btf_id;
	char *listed;
} names[NAMES_MAX];

static const char *program_listed(struct registry *reg, uint32_t btf_id)
{
	const char *name, *listed;
	struct targets *targets;
	bool had = reg->targets;
	size_t i;

	for (i = 0; i < NAMES_MAX && names[i].listed; i++)
		if (names[i].btf_id == btf_id)
			return names[i].listed;
	if (i == NAMES_MAX) {
		for (i = 0; i < NAMES_MAX; i++) {
			free(names[i].listed);
			names[i].listed = NULL;
		}
		i = 0;
	}
	if (registry_targets(reg, &targets, NULL) != 0)
		return NULL;
	name = targets_func_name(targets, btf_id);
	if (name && targets_listed(targets, "vmlinux", name, 0, &listed) < 0)
		listed = name;
	if (name) {
		names[i].listed = strdup(listed);
		names[i].btf_id = btf_id;
	}
	if (!had)
		registry_forget_targets(reg);
	return name ? names[i].listed : NULL;
}

struct programs {
	struct look *look;
	uint32_t vmlinux;
	bool asked;
	struct own_links found;	/* klpd's bodies without a patch: their pins are not visible */
};

/*
 * Whether the link is klpd's own without a patch: other warnings report it. Slow, so only on
 * demand.
 */
static bool program_is_found(struct programs *programs, uint32_t link_id)
{
	struct found found;

	if (!programs->asked && found_links(&found) == 0) {
		(void)own_links_add(&programs->found, &found);
		found_done(&found);
	}
	programs->asked = true;
	for (size_t i = 0; i < programs->found.n; i++)
		if (programs->found.ids[i] == link_id)
			return true;
	return false;
}

static int warn_program(struct look *l, size_t i, const struct foreign_program *p)
{
	struct patch *s = l->places[i].patch;
	struct warning w = {
		.kind = WARNING_PROGRAM,
		.effect = EFFECT_PARTLY,
		.patch = s,
		.func = l->places[i].func,
		.other = p->name,
		.link_id = p->link_id,
	};

	return warnings_add(l->ret, &w,
			    "Function '%s' of patch '%s' also has fmod_ret program '%s' of "
			    "somebody else (link %u): %s",
			    look_func(l, i)->symbol, s->meta->name, p->name, p->link_id,
			    look_is_ops(l, i)		       ? BEFORE_OPS :
			    p->link_id > s->link_ids[w.func] ? LATER :
								 EARLIER);
}

static int program_is_at(const struct foreign_program *p, void *userdata)
{
	struct programs *programs = userdata;
	struct look *l = programs->look;
	const char *listed;
	int r = 0;

	/* if the id of vmlinux's BTF is unknown, any function id is taken for one of vmlinux */
	if (programs->vmlinux != 0 && p->obj_id != programs->vmlinux)
		return 0;
	listed = program_listed(l->registry, p->btf_id);
	for (size_t i = 0; r == 0 && listed && i < l->n; i++)
		if (l->places[i].judged && STREQ(l->funcs[i].object, "vmlinux") &&
		    STREQ(l->funcs[i].symbol, listed) && !program_is_found(programs, p->link_id))
			r = warn_program(l, i, p);
	return r;
}

static int look_programs(struct look *l)
{
	struct programs programs = { .look = l, .vmlinux = foreign_vmlinux_id() };
	_cleanup_(own_links_done) struct own_links own = {};
	int r = own_links_get(l->registry, &own);

	if (r == 0)
		r = foreign_each_program(own.ids, own.n, program_is_at, &programs);
	own_links_done(&programs.found);
	return r;
}

int effect_funcs(struct registry *reg, struct warnings *ret)
{
	struct look l = { .registry = reg, .ret = ret };
	_cleanup_free_ struct ftrace_func *funcs = NULL;
	_cleanup_free_ struct place *places = NULL;
	size_t n = 0;
	int r;

	for (size_t i = 0; i < reg->n_patches; i++)
		n += reg->patches[i]->meta->n_funcs;
	if (n == 0)
		return 0;
	l.funcs = funcs = calloc(n, sizeof(*funcs));
	l.places = places = calloc(n, sizeof(*places));
	if (!funcs || !places)
		return -ENOMEM;
	r = look_read(&l);
	if (r == 0)
		r = look_again(&l);
	/* without ftrace's list only the links can be checked */
	if (r < 0 && r != -ENOMEM)
		return look_programs(&l);
	if (r == 0)
		r = look_called(&l);
	if (r == 0)
		r = look_redirected(&l);
	return r == 0 ? look_programs(&l) : r;
}
