// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions with several names. The planner compares names, and only the running kernel tells which
 * of them mean the same function. So conflicts are checked here once more by address. If the kernel
 * hides addresses (kernel.kptr_restrict=2), a function is accepted only by the name that ftrace has
 * for it, so two names cannot mean the same function.
 */
#include "core/incoming.h"
#include "kern/target.h"
#include "util/macro.h"

/* Two names within the patch. */
static int alias_check_own(const struct incoming *e, size_t *ret, struct report *report)
{
	const struct meta *m = e->patch->meta;

	for (size_t i = 0; i < m->n_funcs; i++)
		for (size_t j = 0; e->found[i].addr != 0 && j < i; j++) {
			if (e->found[j].addr != e->found[i].addr)
				continue;
			*ret = i;
			report_names(report, m->name, m->funcs[i].object, m->funcs[i].symbol);
			return report_set(report, OUTCOME_META_INVALID,
					  "'%s' and '%s' are two names of one function on this kernel",
					  m->funcs[j].symbol, m->funcs[i].symbol);
		}
	return 0;
}

static int alias_check_set(const struct incoming *e, struct targets *targets,
			   const struct meta *other, size_t *ret, struct report *report)
{
	const struct meta *m = e->patch->meta;

	for (size_t j = 0; j < other->n_funcs; j++) {
		const struct meta_func *f = &other->funcs[j];
		uint64_t addr = 0;

		for (size_t i = 0; i < m->n_funcs; i++) {
			/* equal names are checked by the planner */
			if (e->found[i].addr == 0 || !STREQ(m->funcs[i].object, f->object) ||
			    meta_func_same(&m->funcs[i], f))
				continue;
			if (addr == 0)
				addr = targets_addr(targets, f);
			if (addr == 0)
				break;
			if (addr != e->found[i].addr)
				continue;
			*ret = i;
			report_names(report, m->name, f->object, m->funcs[i].symbol);
			return report_set(report, OUTCOME_CONFLICT,
					  "Function '%s' is patched by '%s', which is in force, as '%s': "
					  "two names of one function", m->funcs[i].symbol, other->name,
					  f->symbol);
		}
	}
	return 0;
}

int incoming_resolve_aliases(struct incoming *e, struct registry *reg, struct patch *const *leave,
			     size_t n_leave, size_t *ret, struct report *report)
{
	struct targets *targets;
	int r;

	if (e->patch->meta->n_funcs == 0)
		return 0;
	r = registry_targets(reg, &targets, report);
	if (r == 0)
		r = alias_check_own(e, ret, report);
	for (size_t i = 0; r == 0 && i < reg->n_patches; i++) {
		bool leaves = reg->patches[i] == e->patch;

		for (size_t j = 0; j < n_leave; j++)
			leaves = leaves || leave[j] == reg->patches[i];
		if (!leaves)
			r = alias_check_set(e, targets, reg->patches[i]->meta, ret, report);
	}
	return r;
}
