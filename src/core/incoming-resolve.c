// SPDX-License-Identifier: GPL-2.0-only
/*
 * Look-ups of phase PLAN for one patch: where its functions are, that its bodies fit them, and that
 * no foreign hook decides about them. Reads from the kernel, changes nothing.
 */
#include "core/incoming.h"
#include "core/idle-hooks.h"
#include "core/own-links.h"
#include "kern/found.h"
#include "kern/ftrace.h"
#include "kern/object.h"
#include "kern/foreign.h"
#include "kern/struct-ops-type.h"
#include "kern/target.h"
#include "util/macro.h"

/* An fmod_ret body attaches by the name in BTF, which may differ from the name in the patch. */
static void look_describe(struct klp_uapi_func *f, const struct meta_func *m,
			  const struct target *t)
{
	const char *symbol = body_is_ops(m->body) ? m->symbol : t->attach;

	*f = (struct klp_uapi_func){
		.btf_id = body_is_ops(m->body) ? 0 : t->btf_id,
		.sympos = m->sympos,
		.flags = body_is_ops(m->body) ? KLP_FUNC_OPS : 0,
	};
	memcpy(f->object, m->object, MIN(strlen(m->object), sizeof(f->object) - 1));
	memcpy(f->symbol, symbol, MIN(strlen(symbol), sizeof(f->symbol) - 1));
}

static int look_fmod_ret(struct incoming *e, struct registry *reg, struct targets *targets,
			 const struct meta_func *f, struct target *ret, struct report *report)
{
	int r = targets_resolve(targets, f, object_btf(e->object), ret, report);

	if (r != 0 || ret->native || registry_can_enter(reg))
		return r;
	if (reg->companion_report.outcome == OUTCOME_COMPANION_ABI)
		return report_set(report, OUTCOME_COMPANION_ABI,
				  "klp.ko has to enable '%s' for fmod_ret: %s", f->symbol,
				   reg->companion_report.detail ?: "it is of another ABI");
	return report_set(report, OUTCOME_NOT_PERMITTED,
			  "The kernel lets no fmod_ret program attach to '%s', and there is no "
			  "companion to enable it", f->symbol);
}

static int look_ops(struct incoming *e, struct targets *targets, const struct meta_func *f,
		    struct target *ret, struct report *report)
{
	int r = targets_resolve_guard(targets, f, object_btf(e->object), ret, report);

	/* need not be enabled for fmod_ret */
	if (r == 0)
		ret->native = true;
	return r;
}

int incoming_select(struct incoming *e, size_t i, struct report *report)
{
	const struct meta_func *f = &e->patch->meta->funcs[i];
	char record[KLP_NAME_LEN];

	if (!body_is_ops(f->body))
		return object_select(e->object, f, e->found[i].btf_id, report);
	patch_record_name(e->patch, record);
	return f->body == BODY_GUARD ?
		       object_select_guard(e->object, f, record, (uint32_t)i, report) :
		       object_select_override(e->object, f, record, (uint32_t)i, report);
}

int incoming_out_of_reach(int error, const char *symbol, struct report *report)
{
	return report_set(report, OUTCOME_OUT_OF_REACH,
			  error == -ELOOP ?
			  "'%s' is never left by an idle CPU or by a kernel thread that is in it" :
			  "'%s' runs only in a task that is in no list of the kernel's any more",
			  symbol);
}

/*
 * Ask the companion for the problem that symbols and types do not show: that a transition can never
 * get tasks out of the function. The companion reports its other errors at REGISTER.
 */
static int look_reach(const struct incoming *e, struct registry *reg, const struct klp_uapi_func *f,
		      struct report *report)
{
	int r;

	if (!registry_can_enter(reg) || e->patch->consistency != KLP_CONSISTENCY_PER_TASK)
		return 0;
	r = companion_try_func(reg->companion, f);
	return r == -ELOOP || r == -EOWNERDEAD ? incoming_out_of_reach(r, f->symbol, report) : 0;
}

int incoming_resolve_func(struct incoming *e, struct registry *reg, struct targets *targets,
			  size_t i, struct report *report)
{
	const struct meta_func *f = &e->patch->meta->funcs[i];
	struct target target = { .native = false };
	int r;

	r = body_is_ops(f->body) ? look_ops(e, targets, f, &target, report) :
				   look_fmod_ret(e, reg, targets, f, &target, report);
	e->found[i] = target;
	if (r == 0)
		r = incoming_select(e, i, report);
	if (r == 0) {
		look_describe(&e->funcs[i], f, &target);
		r = look_reach(e, reg, &e->funcs[i], report);
	}
	if (r != 0) {
		report_names(report, e->patch->meta->name, f->object, f->symbol);
		return r;
	}
	e->native[i] = target.native;
	/* drop names reported so far: they do not belong to a later failure */
	report_done(report);
	return 0;
}

int incoming_select_callback(struct incoming *e, size_t i, struct report *report)
{
	char record[KLP_NAME_LEN];
	int r;

	patch_record_name(e->patch, record);
	r = object_select_callback(e->object, &e->patch->meta->callbacks[i], record, (uint32_t)i,
				   report);
	if (r == 0)
		report_done(report);
	return r;
}

int incoming_select_struct_ops(struct incoming *e, size_t i, struct report *report)
{
	const struct meta_struct_ops *t = &e->patch->meta->struct_ops[i];

	return object_select_struct_ops(e->object, t->map, t->type, t->name, report);
}

int incoming_resolve_struct_ops(struct incoming *e, struct targets *targets, size_t i,
				struct report *report)
{
	int r = struct_ops_type_check(targets_btf(targets), e->patch->meta->struct_ops[i].type,
				      report);

	return r == 0 ? incoming_select_struct_ops(e, i, report) : r;
}

/* Add klpd's bodies that belong to no patch. Returns how many links were found. */
static size_t look_add_found(struct own_links *own)
{
	struct found found;
	size_t n = 0;

	if (found_links(&found) < 0)
		return 0;
	if (own_links_add(own, &found) == 0)
		n = found.n;
	found_done(&found);
	return n;
}

/*
 * The name that ftrace has for function `i`; NULL: not known. e->found is freed once the patch is
 * built, this name is kept.
 */
static const char *look_listed(const struct incoming *e, size_t i)
{
	if (e->found)
		return e->found[i].listed;
	return e->patch->listed ? e->patch->listed[i] : NULL;
}

/*
 * Whether function `i` of `e` and function `j` of `s` are the same function, under any of its
 * names.
 */
static bool look_is_one(const struct incoming *e, struct targets *targets, size_t i,
			const struct patch *s, size_t j)
{
	const struct meta_func *f = &e->patch->meta->funcs[i], *o = &s->meta->funcs[j];
	const char *listed = look_listed(e, i);

	if (!STREQ(o->object, f->object))
		return false;
	if (STREQ(o->symbol, f->symbol))
		return true;
	if (s->listed && s->listed[j] && listed)
		return STREQ(s->listed[j], listed);
	return e->found && e->found[i].addr != 0 &&
	       targets_addr(targets, o) == e->found[i].addr;
}

/*
 * Whether the companion's hook is there already, for a patch that exists or left over from one.
 * ftrace lists functions by name alone, so the position is not compared.
 */
static bool look_is_hooked(const struct incoming *e, const struct registry *reg,
			   struct targets *targets, const struct idle_hooks *idle, size_t i)
{
	const struct meta_func *f = &e->patch->meta->funcs[i];

	if (idle_hooks_have(idle, f->object, look_listed(e, i) ?: f->symbol))
		return true;
	for (size_t k = 0; k < reg->n_patches; k++)
		for (size_t j = 0; j < reg->patches[k]->meta->n_funcs; j++)
			if (body_is_ops(reg->patches[k]->meta->funcs[j].body) &&
			    look_is_one(e, targets, i, reg->patches[k], j))
				return true;
	return false;
}

int incoming_resolve_foreign(struct incoming *e, struct registry *reg, const bool *known,
			     size_t *ret, struct report *report)
{
	const struct meta *meta = e->patch->meta;
	_cleanup_free_ struct foreign_target *targets = NULL;
	_cleanup_free_ size_t *index = NULL;
	_cleanup_(own_links_done) struct own_links own = {};
	_cleanup_(idle_hooks_done) struct idle_hooks idle = {};
	_cleanup_(report_done) struct report first = REPORT_INIT;
	struct foreign_links links = {};
	struct targets *kernel;
	size_t n = 0, found = 0;
	int r;

	r = registry_targets(reg, &kernel, report);
	if (r != 0)
		return r;
	targets = calloc(meta->n_funcs, sizeof(*targets));
	index = calloc(meta->n_funcs, sizeof(*index));
	if (!targets || !index)
		return -ENOMEM;
	idle_hooks_get(reg, &idle);
	for (size_t i = 0; i < meta->n_funcs; i++) {
		if (known && known[i])
			continue;
		index[n] = i;
		targets[n++] = (struct foreign_target){
			.symbol = meta->funcs[i].symbol,
			.listed = look_listed(e, i) ?: meta->funcs[i].symbol,
			.btf_id = e->found ? e->found[i].btf_id : 0,
			.hooked = look_is_hooked(e, reg, kernel, &idle, i),
			.traced = meta->funcs[i].body == BODY_FMOD_RET,
			.object = meta->funcs[i].object,
		};
	}
	links.limit = targets_program_limit(kernel);
	r = own_links_get(reg, &own);
	links.own = own.ids;
	links.n_own = own.n;
	if (r == 0)
		r = foreign_find(kernel, targets, n, &links, &found, &first);
	/* links of klpd's may be held by pins that are not visible; their gates are closed */
	if (r == OUTCOME_TAKEN && look_add_found(&own) > 0) {
		links.own = own.ids;
		links.n_own = own.n;
		report_done(&first);
		r = foreign_find(kernel, targets, n, &links, &found, &first);
	}
	if (r <= 0)
		return r;
	r = report_set(report, first.outcome, "%s", first.detail ?: "");
	*ret = index[found];
	report_names(report, meta->name, meta->funcs[*ret].object, meta->funcs[*ret].symbol);
	return r;
}

int incoming_resolve_begin(struct incoming *e, struct registry *reg, struct targets **ret,
			   struct report *report)
{
	size_t n = MAX(e->patch->meta->n_funcs, (size_t)1);
	int r;

	e->funcs = calloc(n, sizeof(*e->funcs));
	e->native = calloc(n, sizeof(*e->native));
	e->found = calloc(n, sizeof(*e->found));
	if (!e->funcs || !e->native || !e->found)
		return -ENOMEM;
	r = object_open(e->file, e->file_size, e->patch->meta->name, &e->object, report);
	return r == 0 ? registry_targets(reg, ret, report) : r;
}

int incoming_resolve_ftrace(const struct incoming *e, struct report *report)
{
	if (e->patch->meta->n_funcs == 0 || !ftrace_is_off())
		return 0;
	report_names(report, e->patch->meta->name, NULL, NULL);
	return report_set(report, OUTCOME_FTRACE_OFF,
			  "kernel.ftrace_enabled is 0, so no body of patch '%s' would be called",
			  e->patch->meta->name);
}

/* Keep the ftrace names, so that later checks need not read the kernel's symbols again. */
static int look_keep_names(struct incoming *e)
{
	size_t n = e->patch->meta->n_funcs;

	e->patch->listed = calloc(MAX(n, (size_t)1), sizeof(*e->patch->listed));
	if (!e->patch->listed)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		/* not for a module, which may be absent, or another one when it is loaded again */
		if (!e->found[i].listed || !STREQ(e->patch->meta->funcs[i].object, "vmlinux"))
			continue;
		e->patch->listed[i] = strdup(e->found[i].listed);
		if (!e->patch->listed[i])
			return -ENOMEM;
	}
	return 0;
}

int incoming_resolve(struct incoming *e, struct registry *reg, struct patch *const *leave,
		     size_t n_leave, struct report *report)
{
	const struct meta *meta = e->patch->meta;
	struct targets *targets = NULL;
	size_t foreign;
	int r;

	r = incoming_resolve_ftrace(e, report);
	if (r == 0)
		r = incoming_resolve_begin(e, reg, &targets, report);
	for (size_t i = 0; r == 0 && i < meta->n_funcs; i++)
		r = incoming_resolve_func(e, reg, targets, i, report);
	for (size_t i = 0; r == 0 && i < meta->n_callbacks; i++)
		r = incoming_select_callback(e, i, report);
	for (size_t i = 0; r == 0 && i < meta->n_struct_ops; i++)
		r = incoming_resolve_struct_ops(e, targets, i, report);
	if (r == 0)
		r = look_keep_names(e);
	if (r == 0)
		r = incoming_resolve_aliases(e, reg, leave, n_leave, &foreign, report);
	return r == 0 && meta->n_funcs > 0 ?
		       incoming_resolve_foreign(e, reg, NULL, &foreign, report) :
		       r;
}
