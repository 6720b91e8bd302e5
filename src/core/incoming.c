// SPDX-License-Identifier: GPL-2.0-only
/*
 * Builds one patch with its gate closed. Owns what only the building needs: the bytes of the file,
 * the BPF object and the description of the functions for the companion. The result is visible only
 * to tools that list BPF objects, and it ends when its fds are closed.
 */
#include <time.h>

#include "core/registration.h"
#include "core/incoming.h"
#include "core/fault.h"
#include "core/retire.h"
#include "core/struct-ops.h"
#include "kern/link.h"
#include "kern/object.h"
#include "kern/target.h"
#include "kern/trust.h"
#include "util/macro.h"

int incoming_read(struct incoming *e, const char *path, const uint8_t *hash, struct report *report)
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
	r = patch_new(meta, path, &e->patch);
	if (r < 0)
		return r;
	memcpy(e->patch->sha256, found, sizeof(found));
	return 0;
}

/*
 * Report the outcome for an error of the companion. failed: index of the function it is about; any
 * larger number: about none.
 */
static int incoming_refusal(const struct incoming *e, const struct registry *reg, int error,
			    uint32_t failed, bool fmod_ret, struct report *report)
{
	const struct klp_uapi_func *f;

	report_names(report, e->patch->meta->name, NULL, NULL);
	if (error == -ENOSPC && !fmod_ret)
		return report_set(report, OUTCOME_UNSUPPORTED,
				  "The companion has no room for one more attachment set");
	if (failed >= e->patch->meta->n_funcs)
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
		return incoming_out_of_reach(error, f->symbol, report);
	case -ENOSPC:
		return report_set(report, OUTCOME_FMOD_RET_FULL,
				  "No room to enable '%s' for fmod_ret: the kernel's set of "
				  "modifiable functions may hold %u", f->symbol,
				  companion_hello(reg->companion)->fmod_ret_cap);
	default:
		return report_errno(report, error, "The companion refuses function '%s'",
				    f->symbol);
	}
}

/* Enable all functions that fmod_ret programs cannot attach to by default, in one call. */
static int incoming_allow_fmod_ret(struct incoming *e, struct registry *reg, struct report *report)
{
	_cleanup_free_ struct klp_uapi_func *funcs = NULL;
	_cleanup_free_ uint32_t *index = NULL;
	uint32_t n = 0, failed = 0;
	int r;

	if (e->patch->meta->n_funcs == 0)
		return 0;
	funcs = calloc(e->patch->meta->n_funcs, sizeof(*funcs));
	index = calloc(e->patch->meta->n_funcs, sizeof(*index));
	if (!funcs || !index)
		return -ENOMEM;
	for (uint32_t i = 0; i < e->patch->meta->n_funcs; i++) {
		if (e->native[i])
			continue;
		index[n] = i;
		funcs[n++] = e->funcs[i];
	}
	if (n == 0)
		return 0;
	r = companion_allow_fmod_ret(reg->companion, funcs, n, &failed);
	if (r < 0)
		return incoming_refusal(e, reg, r, failed < n ? index[failed] : failed, true,
					report);
	return 0;
}

int incoming_load(struct incoming *e, struct registry *reg, unsigned int *point,
		  struct report *report)
{
	struct klp_self self = {
		.slot = e->patch->slot,
		.consistency = e->patch->consistency,
	};
	struct targets *targets;
	int r;

	r = registry_targets(reg, &targets, report);
	if (r == 0)
		r = incoming_allow_fmod_ret(e, reg, report);
	if (r == 0)
		r = fault_point(PHASE_LOAD, ++*point);
	if (r == 0)
		r = object_load(e->object, &self, gate_fd(reg->gate), targets_btf(targets), report);
	if (r == 0)
		r = fault_point(PHASE_LOAD, ++*point);
	return r;
}

void incoming_load_undo(struct incoming *e)
{
	e->object = object_free(e->object);
}

int incoming_register(struct incoming *e, struct registry *reg, unsigned int *point,
		      struct report *report)
{
	char name[KLP_NAME_LEN];
	struct registration told;
	struct companion_record record = { .name = name, .funcs = e->funcs };
	uint32_t failed = 0;
	int r;

	if (e->patch->consistency != KLP_CONSISTENCY_PER_TASK)
		return 0;
	patch_record_name(e->patch, name);
	if (registration_make(e->patch->meta, &told) < 0)
		return report_set(report, OUTCOME_UNSUPPORTED,
				  "The patch is about more than %d modules", KLP_OBJECTS_MAX);
	record.n_funcs = (uint32_t)e->patch->meta->n_funcs;
	record.objects = told.objects;
	record.n_objects = told.n_objects;
	record.callbacks = told.callbacks;
	record.n_callbacks = told.n_callbacks;
	record.states = told.states;
	record.n_states = told.n_states;
	r = companion_register(reg->companion, &record, &e->patch->id, &failed);
	if (r < 0)
		return incoming_refusal(e, reg, r, failed, false, report);
	r = object_set_id(e->object, e->patch->id);
	if (r < 0)
		return report_errno(report, r, "Cannot write the patch id into the programs");
	return fault_point(PHASE_REGISTER, ++*point);
}

void incoming_register_undo(struct incoming *e, struct registry *reg)
{
	if (e->patch->id != 0)
		(void)retire_registered(reg, e->patch->id);
	e->patch->id = 0;
}

/* Attach link i of the patch: the links of functions come first, then those of callbacks. */
static int incoming_attach_one(struct incoming *e, size_t i, struct report *report)
{
	const struct meta *m = e->patch->meta;
	const struct meta_callback *c = i < m->n_funcs ? NULL : &m->callbacks[i - m->n_funcs];
	const struct meta_func *f = c ? NULL : &m->funcs[i];
	int r = object_attach(e->object, c ? c->program : f->program);

	if (r >= 0) {
		e->patch->links[i] = r;
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
	/* Errors of the companion, for guard and override bodies. */
	if (r == -ENOLCK)
		return report_set(report, OUTCOME_UNSUPPORTED,
				  "Program '%s' for '%s' uses a map with a lock, timer, list, tree or "
				  "work queue in its values, which a body may not use", f->program,
				  f->symbol);
	if (r == -EOPNOTSUPP)
		return report_set(report, OUTCOME_UNSUPPORTED,
				  "Program '%s' for '%s' may sleep, and this kernel does not record where "
				  "that is allowed (CONFIG_PREEMPT_COUNT)", f->program, f->symbol);
	return report_errno(report, r, "Cannot attach program '%s' to '%s'", f->program, f->symbol);
}

static int incoming_attach_struct_ops(struct incoming *e, size_t i, struct patch *const *leave,
				      size_t n_leave, struct report *report)
{
	int r = struct_ops_attach(e->patch, i, e->object, report);

	e->shared[i] = false;
	if (r != -EEXIST)
		return r;
	r = struct_ops_share(e->patch, i, leave, n_leave, report);
	e->shared[i] = r == 0;
	return r;
}

int incoming_attach(struct incoming *e, struct patch *const *leave, size_t n_leave,
		    unsigned int *point, struct report *report)
{
	size_t first = patch_struct_ops_link(e->patch, 0);
	int r = 0;

	for (size_t i = 0; r == 0 && i < e->patch->n_links; i++) {
		r = i < first ? incoming_attach_one(e, i, report) :
				incoming_attach_struct_ops(e, i - first, leave, n_leave, report);
		if (r == 0)
			r = fault_point(PHASE_ATTACH, ++*point);
	}
	return r;
}

bool incoming_attach_undo(struct incoming *e)
{
	bool attached = false;

	for (size_t i = e->patch->n_links; i > 0; i--) {
		size_t first = patch_struct_ops_link(e->patch, 0);

		attached = attached || e->patch->links[i - 1] >= 0;
		/* detach first, so that the struct_ops instance's name is free at once */
		if (i > first && e->patch->links[i - 1] >= 0 && !e->shared[i - 1 - first])
			(void)link_detach(e->patch->links[i - 1]);
		e->patch->links[i - 1] = safe_close(e->patch->links[i - 1]);
	}
	return attached;
}

int incoming_pin(struct incoming *e, unsigned int *point, struct report *report)
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
	e->patch->enabled_usec = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	r = patch_to_header(e->patch, meta_size, header);
	if (r == 0)
		r = patch_keep_section(e->patch, meta, meta_size);
	if (r == 0)
		r = pin_store(header, meta, e->patch->links, e->patch->maps);
	if (r < 0)
		return report_errno(report, r, "Cannot pin under '%s'", KLPD_PIN_DIR);
	e->pinned = true;
	return fault_point(PHASE_PIN, ++*point);
}

void incoming_pin_undo(struct incoming *e, struct registry *reg)
{
	if (!e->pinned)
		return;
	e->pinned = false;
	(void)retire_pins(reg, e->patch->serial, patch_gates_mask(e->patch));
}

void incoming_built(struct incoming *e)
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
