// SPDX-License-Identifier: GPL-2.0-only
/*
 * Builds one set with its gate closed. Owns what only the building needs: the file's bytes, the
 * BPF object, what the companion is told of the functions. What is made is invisible to everybody
 * but observers of BPF objects, and goes when its fds go.
 */
#include <time.h>

#include "core/announcement.h"
#include "core/entering.h"
#include "core/fault.h"
#include "core/retire.h"
#include "core/table.h"
#include "kern/link.h"
#include "kern/object.h"
#include "kern/target.h"
#include "kern/trust.h"
#include "util/macro.h"

int entering_read(struct entering *e, const char *path, const uint8_t *hash,
		  struct report *report)
{
	uint8_t found[SHA256_SIZE];
	struct meta *meta;
	int r;

	r = trust_read_patch(path, &e->file, &e->file_size, report);
	if (r != 0)
		return r;
	sha256(e->file, e->file_size, found);
	if (hash && memcmp(hash, found, sizeof(found)) != 0)
		return report_set(report, OUTCOME_FILE_CHANGED,
				  "What is in '%s' is not what was in force", path);
	r = meta_from_elf(e->file, e->file_size, &meta, report);
	if (r != 0)
		return r;
	report_names(report, meta->name, NULL, NULL);
	r = set_new(meta, path, &e->set);
	if (r < 0)
		return r;
	memcpy(e->set->sha256, found, sizeof(found));
	return 0;
}

/* The outcome for an error of the companion about function `failed`, or about none. */
static int entering_refusal(const struct entering *e, const struct world *w, int error,
			    uint32_t failed, bool opening, struct report *report)
{
	const struct klp_uapi_func *f;

	report_names(report, e->set->meta->name, NULL, NULL);
	if (error == -ENOSPC && !opening)
		return report_set(report, OUTCOME_UNSUPPORTED,
				  "The companion has no room for one more attachment set");
	if (failed >= e->set->meta->n_funcs)
		return report_errno(report, error, "The companion refuses the patch");
	f = &e->funcs[failed];
	report_names(report, NULL, f->object, f->symbol);
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
	case -ELOOP:
	case -EOWNERDEAD:
		return entering_out_of_reach(error, f->symbol, report);
	case -ENOSPC:
		return report_set(report, OUTCOME_OPENING_FULL,
				  "No room to open '%s': the kernel's table of modifiable "
				  "functions may hold %u", f->symbol,
				  companion_hello(w->companion)->open_cap);
	default:
		return report_errno(report, error, "The companion refuses function '%s'",
				    f->symbol);
	}
}

/* Make attachable what the kernel itself does not let be: all in one call. */
static int entering_open(struct entering *e, struct world *w, struct report *report)
{
	_cleanup_free_ struct klp_uapi_func *closed = NULL;
	_cleanup_free_ uint32_t *index = NULL;
	uint32_t n = 0, failed = 0;
	int r;

	if (e->set->meta->n_funcs == 0)
		return 0;
	closed = calloc(e->set->meta->n_funcs, sizeof(*closed));
	index = calloc(e->set->meta->n_funcs, sizeof(*index));
	if (!closed || !index)
		return -ENOMEM;
	for (uint32_t i = 0; i < e->set->meta->n_funcs; i++) {
		if (e->native[i])
			continue;
		index[n] = i;
		closed[n++] = e->funcs[i];
	}
	if (n == 0)
		return 0;
	r = companion_open_funcs(w->companion, closed, n, &failed);
	if (r < 0)
		return entering_refusal(e, w, r, failed < n ? index[failed] : failed, true,
					report);
	return 0;
}

int entering_load(struct entering *e, struct world *w, unsigned int *point, struct report *report)
{
	struct klp_self self = {
		.slot = e->set->slot,
		.consistency = e->set->consistency,
	};
	struct targets *targets;
	int r;

	r = world_targets(w, &targets, report);
	if (r == 0)
		r = entering_open(e, w, report);
	if (r == 0)
		r = fault_point(PHASE_LOAD, ++*point);
	if (r == 0)
		r = object_load(e->object, &self, gate_fd(w->gate), targets_btf(targets), report);
	if (r == 0)
		r = fault_point(PHASE_LOAD, ++*point);
	return r;
}

void entering_load_undo(struct entering *e)
{
	e->object = object_free(e->object);
}

int entering_announce(struct entering *e, struct world *w, unsigned int *point,
		      struct report *report)
{
	char name[KLP_UAPI_NAME_LEN];
	struct announcement told;
	struct companion_record record = { .name = name, .funcs = e->funcs };
	uint32_t failed = 0;
	int r;

	if (e->set->consistency != KLP_CONSISTENCY_PER_TASK)
		return 0;
	set_record_name(e->set, name);
	if (announcement_make(e->set->meta, &told) < 0)
		return report_set(report, OUTCOME_UNSUPPORTED,
				  "The patch is about more than %d modules", KLP_UAPI_OBJECTS_MAX);
	record.n_funcs = (uint32_t)e->set->meta->n_funcs;
	record.objects = told.objects;
	record.n_objects = told.n_objects;
	record.callbacks = told.callbacks;
	record.n_callbacks = told.n_callbacks;
	record.states = told.states;
	record.n_states = told.n_states;
	r = companion_announce(w->companion, &record, &e->set->id, &failed);
	if (r < 0)
		return entering_refusal(e, w, r, failed, false, report);
	r = object_set_id(e->object, e->set->id);
	if (r < 0)
		return report_errno(report, r, "Cannot tell the programs their id");
	return fault_point(PHASE_ANNOUNCE, ++*point);
}

void entering_announce_undo(struct entering *e, struct world *w)
{
	if (e->set->id != 0)
		(void)companion_withdraw(w->companion, e->set->id);
	e->set->id = 0;
}

/* Link i of the set: of a function, or of a callback, which come after those. */
static int entering_attach_one(struct entering *e, size_t i, struct report *report)
{
	const struct meta *m = e->set->meta;
	const struct meta_callback *c = i < m->n_funcs ? NULL : &m->callbacks[i - m->n_funcs];
	const struct meta_func *f = c ? NULL : &m->funcs[i];
	int r = object_attach(e->object, c ? c->program : f->program);

	if (r >= 0) {
		e->set->links[i] = r;
		return 0;
	}
	report_names(report, m->name, c ? c->object : f->object, c ? NULL : f->symbol);
	if (c)
		return report_errno(report, r, "Cannot attach program '%s', the %s callback of '%s'",
				    c->program, callback_kind_to_string(c->kind), c->object);
	if (r == -E2BIG)
		return report_set(report, OUTCOME_TAKEN,
				  "Function '%s' has as many BPF programs as one function can have",
				  f->symbol);
	/* Errors of the companion's, for bodies of its own. */
	if (r == -ENOLCK)
		return report_set(report, OUTCOME_UNSUPPORTED,
				  "Program '%s' for '%s' uses a map whose values have a lock, timer, "
				  "list, tree or work queue, which a body may not have", f->program,
				  f->symbol);
	if (r == -EOPNOTSUPP)
		return report_set(report, OUTCOME_UNSUPPORTED,
				  "Program '%s' for '%s' may sleep, and this kernel does not tell where "
				  "that is allowed (CONFIG_PREEMPT_COUNT)", f->program, f->symbol);
	return report_errno(report, r, "Cannot attach program '%s' to '%s'", f->program, f->symbol);
}

int entering_attach(struct entering *e, struct set *const *leave, size_t n_leave, unsigned int *point,
		    struct report *report)
{
	size_t tables = set_table_link(e->set, 0);
	int r = 0;

	for (size_t i = 0; r == 0 && i < e->set->n_links; i++) {
		r = i < tables ? entering_attach_one(e, i, report) :
				 table_attach(e->set, i - tables, e->object, leave, n_leave,
					      &e->shared[i - tables], report);
		if (r == 0)
			r = fault_point(PHASE_ATTACH, ++*point);
	}
	return r;
}

bool entering_attach_undo(struct entering *e)
{
	bool attached = false;

	for (size_t i = e->set->n_links; i > 0; i--) {
		size_t tables = set_table_link(e->set, 0);

		attached = attached || e->set->links[i - 1] >= 0;
		/* a name that is given back is free at once */
		if (i > tables && e->set->links[i - 1] >= 0 && !e->shared[i - 1 - tables])
			(void)link_detach(e->set->links[i - 1]);
		e->set->links[i - 1] = safe_close(e->set->links[i - 1]);
	}
	return attached;
}

int entering_pin(struct entering *e, unsigned int *point, struct report *report)
{
	_cleanup_free_ struct pin_header *header = NULL;
	struct timespec now;
	const void *meta;
	size_t meta_size;
	int r;

	header = calloc(1, sizeof(*header));
	if (!header)
		return -ENOMEM;
	r = meta_find_section(e->file, e->file_size, &meta, &meta_size, report);
	if (r != 0)
		return r;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	e->set->enabled_usec = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	r = set_to_header(e->set, meta_size, header);
	if (r == 0)
		r = set_keep_section(e->set, meta, meta_size);
	if (r == 0)
		r = pin_store(header, meta, e->set->links, e->set->maps);
	if (r < 0)
		return report_errno(report, r, "Cannot pin under '%s'", KLPD_PIN_DIR);
	e->pinned = true;
	return fault_point(PHASE_PIN, ++*point);
}

void entering_pin_undo(struct entering *e, struct world *w)
{
	if (!e->pinned)
		return;
	e->pinned = false;
	(void)retire_pins(w, e->set->serial, set_gate(e->set));
}

void entering_built(struct entering *e)
{
	e->object = object_free(e->object);
	free(e->file);
	e->file = NULL;
	free(e->funcs);
	e->funcs = NULL;
	free(e->native);
	e->native = NULL;
	free(e->found);
	e->found = NULL;
}
