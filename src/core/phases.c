/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PLAN, LOAD, ANNOUNCE, ATTACH and PIN of a change (transaction.h). What they make belongs to the
 * transaction, is invisible to everybody but observers of BPF objects, and goes when its fds go:
 * the gate stays closed throughout. A disable has only a PLAN.
 */
#include <time.h>

#include "core/fault.h"
#include "core/phases.h"
#include "core/retire.h"
#include "kern/link.h"
#include "kern/object.h"
#include "kern/rival.h"
#include "kern/target.h"
#include "kern/trust.h"
#include "util/macro.h"

/* The file as a set without links: t->enter. */
static int plan_read(struct transaction *t, struct report *report)
{
	struct meta *meta;
	int r;

	r = trust_read_patch(t->path, &t->file, &t->file_size, report);
	if (r != 0)
		return r;
	r = meta_from_elf(t->file, t->file_size, &meta, report);
	if (r != 0)
		return r;
	report_names(report, meta->name, NULL, NULL);
	r = set_new(meta, t->path, &t->enter);
	if (r < 0)
		return r;
	sha256(t->file, t->file_size, t->enter->sha256);
	return 0;
}

/* What enters and what leaves. */
static int plan_decide(struct transaction *t, struct plan *plan, struct report *report)
{
	struct plan_set sets[WORLD_SETS_MAX];
	struct plan_request request = {
		.verb = t->verb,
		.meta = t->enter ? t->enter->meta : NULL,
		.name = t->disable,
		.immediate = t->immediate,
		.deadline = t->deadline,
		.companion = t->world->companion != NULL,
	};
	int r;

	for (size_t i = 0; i < t->world->n_sets; i++)
		sets[i] = (struct plan_set){
			.meta = t->world->sets[i]->meta,
			.consistency = t->world->sets[i]->consistency,
			.slot = t->world->sets[i]->slot,
		};
	r = plan_make(sets, t->world->n_sets, &request, plan, report);
	if (r == OUTCOME_NO_COMPANION &&
	    t->world->companion_report.outcome == OUTCOME_COMPANION_ABI) {
		/* it is there, but speaks another language: the planner cannot know */
		report_done(report);
		return report_set(report, OUTCOME_COMPANION_ABI, "%s",
				  t->world->companion_report.detail);
	}
	if (r != 0)
		return r;
	for (size_t i = 0; i < t->world->n_leftovers; i++)
		if (t->enter && plan->consistency == KLP_CONSISTENCY_IMMEDIATE &&
		    t->world->leftovers[i].gate == 1ULL << plan->slot)
			return report_errno(report, -EBUSY, "Pins gen-%llu of an old set resist "
					    "removal and would come into force again",
					    (unsigned long long)t->world->leftovers[i].serial);
	t->verb = plan->verb;
	t->consistency = plan->consistency;
	for (size_t i = 0; i < plan->n_leave; i++)
		t->leave[t->n_leave++] = t->world->sets[plan->leave[i]];
	return 0;
}

int phases_remember(struct transaction *t)
{
	const struct set *subject = t->enter ? t->enter : t->leave[0];

	t->name = strdup(subject->meta->name);
	t->version = strdup(subject->meta->version);
	t->replaced = calloc(t->n_leave + 1, sizeof(*t->replaced));
	if (!t->name || !t->version || !t->replaced)
		return -ENOMEM;
	for (size_t i = 0; i < t->n_leave; i++) {
		t->replaced[i] = strdup(t->leave[i]->meta->name);
		if (!t->replaced[i])
			return -ENOMEM;
	}
	return 0;
}

/* Unique, though a patch may be replaced by one of its own name. Guard bodies are bound by it. */
static void plan_record_name(const struct transaction *t, char ret[static KLP_UAPI_NAME_LEN])
{
	(void)snprintf(ret, KLP_UAPI_NAME_LEN, "%.*s.%llu", KLP_UAPI_NAME_LEN - 22, t->name,
		       (unsigned long long)t->enter->serial);
}

static void plan_describe(struct klp_uapi_func *f, const struct meta_func *m, uint32_t btf_id)
{
	*f = (struct klp_uapi_func){
		.btf_id = m->body == BODY_GUARD ? 0 : btf_id,
		.sympos = m->sympos,
		.flags = m->body == BODY_GUARD ? KLP_FUNC_OPS : 0,
	};
	memcpy(f->object, m->object, MIN(strlen(m->object), sizeof(f->object) - 1));
	memcpy(f->symbol, m->symbol, MIN(strlen(m->symbol), sizeof(f->symbol) - 1));
}

static int plan_fmod_ret(struct transaction *t, struct targets *targets, const struct meta_func *f,
			 struct target *ret, struct report *report)
{
	int r = targets_resolve(targets, f->object, f->symbol, f->sympos, object_btf(t->object),
				ret, report);

	if (r == 0 && !ret->native && !t->world->companion)
		r = report_set(report, OUTCOME_NOT_PERMITTED,
			       "The kernel lets no fmod_ret program attach to '%s', and there is "
			       "no companion to open it", f->symbol);
	return r == 0 ? object_select(t->object, f->program, f->symbol, report) : r;
}

static int plan_guard(struct transaction *t, struct targets *targets, const struct meta_func *f,
		      struct target *ret, struct report *report)
{
	char record[KLP_UAPI_NAME_LEN];
	int r = targets_resolve_guard(targets, f->object, f->symbol, f->sympos,
				      object_btf(t->object), ret, report);

	if (r != 0)
		return r;
	/* nothing has to be opened for it */
	ret->native = true;
	plan_record_name(t, record);
	return object_select_guard(t->object, f->program, f->symbol, record,
				   (uint32_t)(f - t->enter->meta->funcs), report);
}

static int plan_target(struct transaction *t, struct targets *targets, size_t i,
		       struct report *report)
{
	const struct meta_func *f = &t->enter->meta->funcs[i];
	struct target target = { .native = false };
	int r;

	r = f->body == BODY_GUARD ? plan_guard(t, targets, f, &target, report) :
				    plan_fmod_ret(t, targets, f, &target, report);
	if (r != 0) {
		report_names(report, t->name, f->object, f->symbol);
		return r;
	}
	plan_describe(&t->funcs[i], f, target.btf_id);
	t->native[i] = target.native;
	/* names told on the way here are not those of what may fail later */
	report_done(report);
	return 0;
}

static size_t plan_link_ids(const struct set *s, uint32_t *ret)
{
	struct link_info info;
	size_t n = 0;

	for (size_t i = 0; i < s->n_links; i++)
		if (link_get_info(s->links[i], &info) == 0)
			ret[n++] = info.link_id;
	return n;
}

/* The links that are ours: those of all sets that exist, and of those we cannot get rid of. */
static int plan_own_links(const struct world *w, uint32_t **ret, size_t *ret_n)
{
	_cleanup_free_ uint32_t *own = NULL;
	size_t n = 0, room = 1;

	for (size_t i = 0; i < w->n_sets; i++)
		room += w->sets[i]->n_links;
	for (size_t i = 0; i < w->n_leftovers; i++)
		room += w->leftovers[i].set ? w->leftovers[i].set->n_links : 0;
	own = calloc(room, sizeof(*own));
	if (!own)
		return -ENOMEM;
	for (size_t i = 0; i < w->n_sets; i++)
		n += plan_link_ids(w->sets[i], own + n);
	for (size_t i = 0; i < w->n_leftovers; i++)
		if (w->leftovers[i].set)
			n += plan_link_ids(w->leftovers[i].set, own + n);
	*ret = TAKE_PTR(own);
	*ret_n = n;
	return 0;
}

/* A hook of the companion's is there already, for a set that exists. ftrace tells of functions by
 * name alone: at whichever position. */
static bool plan_is_hooked(const struct world *w, const struct meta_func *f)
{
	for (size_t i = 0; i < w->n_sets; i++)
		for (size_t j = 0; j < w->sets[i]->meta->n_funcs; j++)
			if (w->sets[i]->meta->funcs[j].body == BODY_GUARD &&
			    STREQ(w->sets[i]->meta->funcs[j].object, f->object) &&
			    STREQ(w->sets[i]->meta->funcs[j].symbol, f->symbol))
				return true;
	return false;
}

/* Nobody else may decide what these functions do. */
static int plan_rivals(struct transaction *t, struct report *report)
{
	const struct meta *meta = t->enter->meta;
	_cleanup_free_ struct rival_target *targets = NULL;
	_cleanup_free_ uint32_t *own = NULL;
	size_t n_own, i;
	int r;

	targets = calloc(meta->n_funcs, sizeof(*targets));
	if (!targets)
		return -ENOMEM;
	for (i = 0; i < meta->n_funcs; i++)
		targets[i] = (struct rival_target){ meta->funcs[i].symbol, t->funcs[i].btf_id,
						    plan_is_hooked(t->world, &meta->funcs[i]) };
	r = plan_own_links(t->world, &own, &n_own);
	if (r == 0)
		r = rival_find(targets, meta->n_funcs, own, n_own, &i, report);
	if (r > 0)
		report_names(report, t->name, meta->funcs[i].object, meta->funcs[i].symbol);
	return r;
}

static int plan_targets(struct transaction *t, struct report *report)
{
	struct targets *targets;
	const struct meta *meta = t->enter->meta;
	int r;

	t->funcs = calloc(meta->n_funcs, sizeof(*t->funcs));
	t->native = calloc(meta->n_funcs, sizeof(*t->native));
	if (!t->funcs || !t->native)
		return -ENOMEM;
	r = object_open(t->file, t->file_size, meta->name, &t->object, report);
	if (r != 0)
		return r;
	r = world_targets(t->world, &targets, report);
	if (r != 0)
		return r;
	for (size_t i = 0; i < meta->n_funcs; i++) {
		r = plan_target(t, targets, i, report);
		if (r != 0)
			return r;
	}
	return plan_rivals(t, report);
}

int phases_plan(struct transaction *t, struct report *report)
{
	struct plan plan = { .enter = false };
	int r;

	r = t->path ? plan_read(t, report) : 0;
	if (r == 0)
		r = plan_decide(t, &plan, report);
	if (r == 0)
		r = phases_remember(t);
	if (r != 0 || !t->enter)
		return r;

	t->enter->consistency = plan.consistency;
	t->enter->slot = plan.slot;
	r = world_next_serial(t->world, &t->enter->serial);
	if (r < 0)
		return report_errno(report, r, "Cannot read the pins");
	return plan_targets(t, report);
}

/* The outcome for an error of the companion about function `failed`. */
static int companion_refusal(struct transaction *t, int error, uint32_t failed, bool opening,
			     struct report *report)
{
	const struct klp_uapi_func *f = failed < t->enter->n_links ? &t->funcs[failed] : t->funcs;

	report_names(report, t->name, f->object, f->symbol);
	switch (error) {
	case -ENOENT:
		return report_set(report, OUTCOME_NO_SUCH_FUNCTION,
				  "The companion finds no function '%s'", f->symbol);
	case -ENXIO:
		return report_set(report, OUTCOME_NOT_TRACEABLE, "'%s' cannot be traced",
				  f->symbol);
	case -ENOTUNIQ:
		return report_set(report, OUTCOME_AMBIGUOUS_FUNCTION,
				  "There is more than one function '%s'", f->symbol);
	case -ENOSPC:
		if (opening)
			return report_set(report, OUTCOME_OPENING_FULL,
					  "No room to open '%s': the kernel's table of modifiable "
					  "functions may hold %u", f->symbol,
					  companion_hello(t->world->companion)->open_cap);
		return report_set(report, OUTCOME_UNSUPPORTED,
				  "The companion has no room for one more attachment set");
	default:
		return report_errno(report, error, "The companion refuses function '%s'",
				    f->symbol);
	}
}

/* Make attachable what the kernel itself does not let be: all in one call. */
static int load_open(struct transaction *t, struct report *report)
{
	_cleanup_free_ struct klp_uapi_func *closed = NULL;
	_cleanup_free_ uint32_t *index = NULL;
	uint32_t n = 0, failed = 0;
	int r;

	closed = calloc(t->enter->n_links, sizeof(*closed));
	index = calloc(t->enter->n_links, sizeof(*index));
	if (!closed || !index)
		return -ENOMEM;
	for (uint32_t i = 0; i < t->enter->n_links; i++) {
		if (t->native[i])
			continue;
		index[n] = i;
		closed[n++] = t->funcs[i];
	}
	if (n == 0)
		return 0;
	r = companion_open_funcs(t->world->companion, closed, n, &failed);
	if (r < 0)
		return companion_refusal(t, r, failed < n ? index[failed] : 0, true, report);
	return 0;
}

int phases_load(struct transaction *t, struct report *report)
{
	struct klp_self self = {
		.slot = t->enter->slot,
		.consistency = t->enter->consistency,
	};
	int r;

	r = load_open(t, report);
	if (r == 0)
		r = fault_point(PHASE_LOAD, 1);
	if (r == 0)
		r = object_load(t->object, &self, gate_fd(t->world->gate), report);
	if (r == 0)
		r = fault_point(PHASE_LOAD, 2);
	return r;
}

void phases_load_undo(struct transaction *t)
{
	t->object = object_free(t->object);
}

int phases_announce(struct transaction *t, struct report *report)
{
	char name[KLP_UAPI_NAME_LEN];
	uint32_t failed = 0;
	int r;

	if (t->enter->consistency != KLP_CONSISTENCY_PER_TASK)
		return 0;
	plan_record_name(t, name);
	r = companion_announce(t->world->companion, name, t->funcs, (uint32_t)t->enter->n_links,
			       &t->enter->id, &failed);
	if (r < 0)
		return companion_refusal(t, r, failed, false, report);
	r = object_set_id(t->object, t->enter->id);
	if (r < 0)
		return report_errno(report, r, "Cannot tell the programs their id");
	return fault_point(PHASE_ANNOUNCE, 1);
}

void phases_announce_undo(struct transaction *t)
{
	if (t->enter && t->enter->id != 0)
		(void)companion_withdraw(t->world->companion, t->enter->id);
	if (t->enter)
		t->enter->id = 0;
}

int phases_attach(struct transaction *t, struct report *report)
{
	struct set *s = t->enter;
	int r;

	for (size_t i = 0; i < s->n_links; i++) {
		const struct meta_func *f = &s->meta->funcs[i];

		r = object_attach(t->object, f->program);
		if (r < 0) {
			report_names(report, t->name, f->object, f->symbol);
			if (r == -E2BIG)
				return report_set(report, OUTCOME_TAKEN,
						  "Function '%s' has as many BPF programs as one "
						  "function can have", f->symbol);
			return report_errno(report, r, "Cannot attach program '%s' to '%s'",
					    f->program, f->symbol);
		}
		s->links[i] = r;
		r = fault_point(PHASE_ATTACH, (unsigned int)i + 1);
		if (r < 0)
			return r;
	}
	return 0;
}

void phases_attach_undo(struct transaction *t)
{
	bool attached = false;

	for (size_t i = t->enter->n_links; i > 0; i--) {
		attached = attached || t->enter->links[i - 1] >= 0;
		t->enter->links[i - 1] = safe_close(t->enter->links[i - 1]);
	}
	/* the programs go next: nobody may still stand in them */
	if (attached && t->world->companion)
		(void)companion_barrier(t->world->companion);
}

int phases_pin(struct transaction *t, struct report *report)
{
	_cleanup_free_ struct pin_header *header = NULL;
	struct timespec now;
	const void *meta;
	size_t meta_size;
	int r;

	header = calloc(1, sizeof(*header));
	if (!header)
		return -ENOMEM;
	r = meta_find_section(t->file, t->file_size, &meta, &meta_size, report);
	if (r != 0)
		return r;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	t->enter->enabled_usec = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	r = set_to_header(t->enter, meta_size, header);
	if (r == 0)
		r = pin_store(header, meta, t->enter->links);
	if (r < 0)
		return report_errno(report, r, "Cannot pin under '%s'", KLPD_PIN_DIR);
	t->pinned = true;
	return fault_point(PHASE_PIN, 1);
}

void phases_pin_undo(struct transaction *t)
{
	if (!t->pinned)
		return;
	t->pinned = false;
	(void)retire_pins(t->world, t->enter->serial, set_gate(t->enter));
}
