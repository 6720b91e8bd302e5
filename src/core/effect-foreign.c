// SPDX-License-Identifier: GPL-2.0-only
/*
 * Foreign hooks at the functions in force. They may have been attached later, and the kernel does
 * not notify klpd of any of it.
 *
 * Precedence is as foreign.c has it, measured by test-foreign-hooks.sh. A BPF trampoline runs before
 * any ftrace redirection. So a foreign fmod_ret program runs before a guard or override body, whatever
 * the order of attachment, and an fmod_ret body of klpd's runs before a livepatch. Of two fmod_ret
 * programs the one attached later runs first. A program that returns other than 0 keeps the next
 * one from deciding.
 */
#include "core/effect-foreign.h"
#include "core/effect-unknown.h"
#include "core/idle-hooks.h"
#include "core/own-links.h"
#include "kern/foreign.h"
#include "util/macro.h"

#define BEFORE_OPS	"it runs before this patch, and what it returns other than 0 is what the " \
			"caller gets"
#define LATER		"it was attached later, so it runs first, and where it returns other than 0 " \
			"this patch does not decide"
#define EARLIER		"it was attached earlier, so it decides only where this patch returns 0"
#define BEHIND		"this patch decides first, and where it lets the original run, the other's " \
			"code runs in its place"

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
	const struct look *look;
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
static int warn_redirected(const struct look *l, size_t i, struct warnings *ret)
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
		return warnings_add(ret, &w,
				    "Function '%s' of patch '%s' is also patched by kernel "
				    "livepatch '%s': " BEHIND,
				    look_func(l, i)->symbol, w.patch->meta->name, p.name);
	}
	return warnings_add(
		ret, &w,
		"Function '%s' of patch '%s' is also redirected by another program "
		"through ftrace (a kprobe with a post handler, or another patcher): " BEHIND,
		look_func(l, i)->symbol, w.patch->meta->name);
}

static int look_redirected(const struct look *l, struct warnings *ret)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->n; i++) {
		struct warning w = { .kind = WARNING_REDIRECTED, .effect = EFFECT_PARTLY };

		if (!l->places[i].judged)
			continue;
		if (l->funcs[i].redirected && !look_is_ops(l, i) && !is_ours(l, i))
			r = warn_redirected(l, i, ret);
		if (r != 0 || !l->funcs[i].foreign)
			continue;
		w.patch = l->places[i].patch;
		w.func = l->places[i].func;
		r = warnings_add(
			ret, &w,
			"Function '%s' of patch '%s' also has a foreign trampoline that is not "
			"BPF's: it runs first and decides whether the body of this patch runs",
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

static size_t names_room(void)
{
	size_t i = 0;

	while (i < NAMES_MAX && names[i].listed)
		i++;
	if (i < NAMES_MAX)
		return i;
	for (i = 0; i < NAMES_MAX; i++) {
		free(names[i].listed);
		names[i].listed = NULL;
	}
	return 0;
}

/* The name by which ftrace lists a function of vmlinux, or NULL: the id is of no function. */
static int program_listed(struct registry *reg, uint32_t btf_id, const char **ret)
{
	const char *name, *listed;
	struct targets *targets;
	bool had = reg->targets;
	size_t i;

	*ret = NULL;
	for (i = 0; i < NAMES_MAX && names[i].listed; i++)
		if (names[i].btf_id == btf_id) {
			*ret = names[i].listed;
			return 0;
		}
	i = names_room();
	if (registry_targets(reg, &targets, NULL) != 0)
		return -ENODATA;
	name = targets_func_name(targets, btf_id);
	if (name && targets_listed(targets, "vmlinux", name, 0, &listed) < 0)
		listed = name;
	if (name) {
		names[i].listed = strdup(listed);
		names[i].btf_id = btf_id;
	}
	if (!had)
		registry_forget_targets(reg);
	*ret = name ? names[i].listed : NULL;
	return name && !*ret ? -ENOMEM : 0;
}

struct programs {
	const struct look *look;
	struct warnings *ret;
	uint32_t vmlinux;
	bool asked;
	struct own_links found;	/* klpd's bodies without a patch: their pins are not visible */
	int error;		/* why a program could not be placed; 0: all were */
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

static int warn_program(struct programs *programs, size_t i, const struct foreign_program *p)
{
	const struct look *l = programs->look;
	struct patch *s = l->places[i].patch;
	struct warning w = {
		.kind = WARNING_PROGRAM,
		.effect = EFFECT_PARTLY,
		.patch = s,
		.func = l->places[i].func,
		.other = p->name,
		.link_id = p->link_id,
	};

	return warnings_add(programs->ret, &w,
			    "Function '%s' of patch '%s' also has foreign fmod_ret program '%s' "
			    "(link %u): %s",
			    look_func(l, i)->symbol, s->meta->name, p->name, p->link_id,
			    look_is_ops(l, i)		       ? BEFORE_OPS :
			    p->link_id > s->link_ids[w.func] ? LATER :
								 EARLIER);
}

/*
 * A program on a function of a module. klpd does not read the BTF of modules, so it does not know
 * which function that is. It can be one of klpd's only if a BPF trampoline is called there, and
 * klpd has none in modules.
 */
static int program_in_module(struct programs *programs, const struct foreign_program *p)
{
	const struct look *l = programs->look;
	const struct unknown about = {
		.why = "a BPF trampoline is called there, and another program has an fmod_ret program at a "
		       "function of a module, which may be this one",
		.help = "see 'bpftool link show'" };
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->n; i++)
		if (l->places[i].judged && !STREQ(l->funcs[i].object, "vmlinux") &&
		    l->funcs[i].direct && !program_is_found(programs, p->link_id))
			r = effect_unknown(programs->ret, l->places[i].patch, l->places[i].func,
					   &about);
	return r;
}

static int program_is_at(const struct foreign_program *p, void *userdata)
{
	struct programs *programs = userdata;
	const struct look *l = programs->look;
	const char *listed;
	int r;

	/* if the id of vmlinux's BTF is unknown, any function id is taken for one of vmlinux */
	if (programs->vmlinux != 0 && p->obj_id != programs->vmlinux)
		return program_in_module(programs, p);
	r = program_listed(l->registry, p->btf_id, &listed);
	if (r < 0)
		programs->error = r;
	r = 0;
	for (size_t i = 0; r == 0 && listed && i < l->n; i++)
		if (l->places[i].judged && STREQ(l->funcs[i].object, "vmlinux") &&
		    STREQ(l->funcs[i].symbol, listed) && !program_is_found(programs, p->link_id))
			r = warn_program(programs, i, p);
	return r;
}

static bool look_judges(const struct look *l, const struct patch *s)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->places[i].patch == s && l->places[i].judged)
			return true;
	return false;
}

static int warn_unread(const struct look *l, int error, struct warnings *ret)
{
	const struct unknown about = {
		.why = error == -ENODATA ?
		       "the kernel's symbols, which tell at which function a BPF program of another "
		       "program is, cannot be read" :
		       "the kernel's BPF programs, of which one may decide in its place, cannot be read",
		.error = error == -ENODATA ? 0 : error };
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->registry->n_patches; i++)
		if (look_judges(l, l->registry->patches[i]))
			r = effect_unknown(ret, l->registry->patches[i], WARNING_NO_FUNC, &about);
	return r;
}

static int look_programs(const struct look *l, struct warnings *ret)
{
	struct programs programs = { .look = l, .ret = ret, .vmlinux = foreign_vmlinux_id() };
	_cleanup_(own_links_done) struct own_links own = {};
	int r = own_links_get(l->registry, &own), failed = 0;

	if (r == 0)
		r = foreign_each_program(own.ids, own.n, program_is_at, &programs, &failed);
	own_links_done(&programs.found);
	failed = failed ?: programs.error;
	return r == 0 && failed < 0 ? warn_unread(l, failed, ret) : r;
}

int effect_foreign(const struct look *l, struct warnings *ret)
{
	/* without ftrace's list only the links can be checked */
	int r = l->error == 0 ? look_redirected(l, ret) : 0;

	return r == 0 ? look_programs(l, ret) : r;
}
