/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rebuilds the registry after a start. The kernel is authoritative, in this order:
 *
 * 1. The companion's records tell which per-task patches are in force, entering or leaving; the
 *    gates word tells which immediate patches are in force.
 * 2. The pins tell what these patches are.
 * 3. Where pins are missing, moved or covered, links and metadata are found by id (recover-lost.c).
 *
 * judge.c decides what happens with each. A running transition is taken over, to be finished when
 * the companion is done. A patch that left by force while no klpd ran is retired like one that was
 * forced under this klpd: its programs are kept for good.
 *
 * The new registry is built beside the current one, which stays unchanged until everything was
 * read. If reading fails (no memory, no fds), klpd continues with the state it had.
 */
#include "core/previous.h"
#include "core/recover.h"
#include "core/recovery.h"
#include "core/retire.h"
#include "core/struct-ops.h"
#include "core/recovery-incomplete.h"
#include "kern/link.h"
#include "kern/pin-read.h"
#include "util/macro.h"

static void recovery_done(struct recovery *v)
{
	pin_sets_free(v->pins, v->n_pins);
	found_done(&v->found);
	found_metas_free(v->metas, v->n_metas);
	free(v->claimed);
	free(v->records);
	free(v->half);
	registry_free_beside(v->registry);
}

const struct klp_uapi_patch *recovery_record(const struct recovery *v, uint64_t id)
{
	for (uint32_t i = 0; i < v->status.nr; i++)
		if (v->records[i].id == id)
			return &v->records[i];
	return NULL;
}

/* Two patches cannot share a slot or a record. */
static bool recovery_collides(const struct recovery *v, const struct patch *s)
{
	for (size_t i = 0; i < v->registry->n_patches; i++) {
		const struct patch *o = v->registry->patches[i];

		if (patch_gates_mask(o) & patch_gates_mask(s) || (s->id != 0 && o->id == s->id))
			return true;
	}
	return false;
}

/*
 * Whether its bodies read another gates word, in which case the bit in klpd's word means nothing.
 */
static int recovery_reads_elsewhere(const struct recovery *v, const struct patch *s, bool *ret)
{
	uint32_t gates_map_id = gate_map_id(v->registry->gate);

	*ret = false;
	for (size_t i = 0; s->id == 0 && i < s->meta->n_funcs; i++) {
		struct link_info info;
		int r = s->links[i] < 0 ? -ENOENT : link_get_info(s->links[i], &info);

		if (r < 0 && pin_is_our_trouble(r))
			return r;
		for (size_t j = 0; r == 0 && j < v->found.n; j++)
			if (v->found.links[j].link_id == info.link_id &&
			    v->found.links[j].kind == FOUND_FMOD_RET &&
			    v->found.links[j].gates_map_id != gates_map_id)
				*ret = true;
	}
	return 0;
}

int recovery_facts(const struct recovery *v, const struct patch *s, struct judge_facts *facts)
{
	const struct klp_uapi_patch *record = s->id != 0 ? recovery_record(v, s->id) : NULL;

	facts->consistency = s->consistency;
	facts->companion = v->registry->companion != NULL;
	facts->record = record ? record->state : 0;
	facts->gate = (gate_read(v->registry->gate) & patch_gates_mask(s)) != 0;
	facts->attached = patch_missing(s) < s->n_links + s->n_lost;
	facts->collides = recovery_collides(v, s);
	facts->kept = record && record->nr_funcs > 0 && pin_has_kept(s->serial, record->nr_funcs);
	return recovery_reads_elsewhere(v, s, &facts->elsewhere);
}

static enum patch_state recovery_state(const struct judge_facts *facts)
{
	if (facts->gate || facts->record == KLP_IN_FORCE)
		return PATCH_IN_FORCE;
	return facts->record == KLP_ENTERING ? PATCH_ENTERING : PATCH_LEAVING;
}

/* Why it is left alone; continues "Pins gen-N of patch 'NAME' ". */
static const char *recovery_why(const struct recovery *v, const struct judge_facts *facts)
{
	if (facts->pins == JUDGE_PINS_NEWER)
		return "were made by a newer klpd and are left alone";
	if (facts->record > KLP_FORCED_OUT)
		return "are in a state that only a newer klpd knows and are left alone";
	if (facts->elsewhere)
		return "read a gates word that is not the pinned one, and are left alone";
	if (facts->collides)
		return "claim another set's gate and are left alone";
	if (facts->record == KLP_FORCED_OUT)
		return "left by force, but its programs are not pinned for good";
	if (facts->pins == JUDGE_PINS_BAD)
		return "are damaged or foreign and are left alone";
	if (v->other_abi)
		return "belong to a klp.ko with an ABI that klpd does not speak, so klpd can neither "
		       "judge nor move them: " COMPANION_OTHER_HELP;
	return "need the companion to be judged and are left alone until then";
}

static int recovery_leave_alone(struct recovery *v, struct patch *s,
				const struct judge_facts *facts)
{
	char *why = strdup(recovery_why(v, facts));
	struct incomplete_patch *u;

	if (!why) {
		patch_free(s);
		return -ENOMEM;
	}
	u = registry_leave_alone(v->registry, s, why);
	if (!u) {
		registry_warn(v->registry, "There is one set more than klpd can keep in mind");
		return 0;
	}
	u->facts = *facts;
	s->state = PATCH_RECOVERY_INCOMPLETE;
	/*
	 * it may be in force, so until it is judged the full list of patches in force is not known
	 */
	if (recovery_incomplete_matters(u) || facts->pins == JUDGE_PINS_NEWER)
		v->registry->recovery_incomplete = true;
	return 0;
}

int recovery_place(struct recovery *v, struct patch *s, const struct judge_facts *facts)
{
	const struct klp_uapi_patch *record = s->id != 0 ? recovery_record(v, s->id) : NULL;
	enum judge_verdict verdict = judge(facts);

	if (verdict == JUDGE_LEAVE)
		return recovery_leave_alone(v, s, facts);
	if (verdict == JUDGE_REMOVE) {
		registry_warn(v->registry, "The record of '%s' cannot be unregistered", s->meta->name);
		patch_free(s);
		return 0;
	}
	s->state = verdict == JUDGE_RETIRE ? PATCH_LEAVING : recovery_state(facts);
	s->forced = record && (record->state == KLP_FORCED_OUT ||
			       (record->flags & KLP_PATCH_FORCED) != 0);
	if (registry_add(v->registry, s) < 0) {
		registry_warn(v->registry, "Pins gen-%llu exceed the limit of patches and are left alone",
			      (unsigned long long)patch_pins(s));
		patch_free(s);
		return 0;
	}
	if (verdict == JUDGE_RETIRE)
		v->gone[v->n_gone++] = s;
	return 0;
}

/* A directory with readable metadata. */
static int recovery_pin(struct recovery *v, struct pin_patch *pin)
{
	struct judge_facts facts = { .pins = JUDGE_PINS_READ };
	_cleanup_(patch_freep) struct patch *s = NULL;
	struct lost_identity identity;
	int r;

	r = patch_from_pin(pin, &s);
	if (r == -EINVAL) {
		pin->problem = -EINVAL;
		return 0;
	}
	if (r < 0)
		return r;
	lost_identity(s, gate_map_id(v->registry->gate), &identity);
	r = lost_fill(s, &identity, &v->found, v->claimed);
	if (r < 0)
		return r;
	r = recovery_facts(v, s, &facts);
	return r < 0 ? r : recovery_place(v, TAKE_PTR(s), &facts);
}

/*
 * Context: all patches are known, because a half-built directory may share a struct_ops instance's
 * link with one of them.
 */
static void recovery_half_built(struct recovery *v)
{
	for (size_t i = 0; i < v->n_half; i++) {
		/* a patch with incomplete recovery may share a link with it */
		if (!v->registry->recovery_incomplete)
			struct_ops_detach_half_built(v->registry, v->half[i]);
		if (retire_pins(v->registry, v->half[i], 0) < 0)
			registry_warn(v->registry, "Half-built pins gen-%llu cannot be removed",
				      (unsigned long long)v->half[i]);
	}
}

/*
 * Determine the generation. It is at least the serial of each patch in force, and a patch that was
 * in force and left has ended a generation. The kernel may have committed that change while klpd
 * was not running, and then the generation has not been raised yet.
 */
static void recovery_generation(struct recovery *v)
{
	_cleanup_free_ struct pin_previous *pending = NULL, *counted = NULL;
	uint64_t before = gate_generation(v->registry->gate), now = before;
	bool left = false;

	if (v->status.transition.number == 0)
		(void)previous_pending(v->registry, &pending);
	for (size_t i = 0; i < v->n_gone; i++) {
		left = left || v->gone[i]->serial <= before;
		/* it was in force until this change, which has not raised the generation yet */
		if (pending && previous_lists(pending, v->gone[i]->serial))
			now = pending->generation;
	}
	/*
	 * previous-N exists for the current generation, so the change is counted and only the
	 * retiring is missing
	 */
	if (left && pin_previous_load(before, &counted) == 0)
		left = false;
	for (size_t i = 0; i < v->registry->n_patches; i++)
		if (v->registry->patches[i]->state == PATCH_IN_FORCE)
			now = MAX(now, v->registry->patches[i]->serial);
	if (left && now == before)
		now++;
	gate_raise_generation(v->registry->gate, now);
}

/*
 * Whether the kernel has a link of klpd's that no pin accounts for. Only then names of functions
 * are needed, and reading them takes time.
 */
static bool recovery_misses_links(const struct recovery *v)
{
	size_t pinned = 0, bodies = 0;

	for (size_t i = 0; i < v->n_pins; i++)
		for (size_t j = 0; v->pins[i].problem == 0 && j < v->pins[i].n_links; j++)
			pinned += v->pins[i].links[j] >= 0;
	for (size_t i = 0; i < v->found.n; i++)
		bodies += v->found.links[i].kind != FOUND_STRUCT_OPS;
	return bodies > pinned;
}

static int recovery_read(struct recovery *v, struct report *report)
{
	int r;

	r = pin_load_all(&v->pins, &v->n_pins, &v->n_foreign);
	/* without a bpffs there are no pins, but the kernel may still hold links */
	if (r == -ENOENT && v->registry->place < 0)
		r = 0;
	if (r < 0)
		return report_errno(report, r, "Cannot read the pins");
	r = found_links(&v->found);
	if (r == 0 && recovery_misses_links(v))
		r = found_name_targets(&v->found);
	if (r < 0)
		return report_errno(report, r, "Cannot look for what is in the kernel");
	v->claimed = calloc(v->found.n + 1, sizeof(*v->claimed));
	v->half = calloc(v->n_pins + 1, sizeof(*v->half));
	if (!v->claimed || !v->half)
		return -ENOMEM;
	if (!v->registry->companion)
		return 0;
	r = companion_status(v->registry->companion, &v->status, &v->records);
	if (r < 0)
		return report_errno(report, r, "Cannot read the companion's status");
	return 0;
}

/* Collect all patches. Changes nothing but what recovery_orphans() closes or unregisters. */
static int recovery_sets(struct recovery *v)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < v->n_pins; i++)
		if (v->pins[i].problem == 0)
			r = recovery_pin(v, &v->pins[i]);
	for (size_t i = 0; r == 0 && i < v->n_pins; i++)
		if (v->pins[i].problem != 0)
			r = recovery_unread(v, &v->pins[i]);
	return r == 0 ? recovery_orphans(v) : r;
}

/*
 * Bring the kernel in line with the new registry. Errors from here on are reported and retried
 * later.
 */
static void recovery_clean(struct recovery *v)
{
	int r;

	if (v->n_foreign > 0)
		registry_warn(v->registry, "%zu names under '%s' are not klpd's and are left alone",
			      v->n_foreign, KLPD_PIN_DIR);
	recovery_generation(v);
	/*
	 * of the old and the new map, each struct_ops instance gets the one of the patch that is in
	 * force or entering
	 */
	(void)struct_ops_settle(v->registry);
	recovery_half_built(v);
	r = retire_patches(v->registry, v->gone, v->n_gone, NULL);
	if (r < 0)
		registry_warn(v->registry,
			      "What is out of force could not be removed (%s), to be tried again",
			      strerrordesc_np(-r));
}

/*
 * Resume the running transition. Returns -ENOMEM, or 0 with the transition in *ret, NULL if there
 * is none.
 */
static int recovery_resume(struct recovery *v, struct transaction **ret)
{
	int r;

	if (v->status.transition.number == 0) {
		previous_recover(v->registry, 0);
		return 0;
	}
	r = transaction_resume(v->registry, &v->status.transition, ret);
	if (r == -ENODATA)
		registry_warn(v->registry, "The companion runs a transition of sets that have no pins");
	else if (r < 0)
		return r;
	else
		previous_recover(v->registry, (*ret)->generation);
	return 0;
}

int recover_run(struct registry *reg, struct transaction **ret, struct report *report)
{
	_cleanup_(recovery_done) struct recovery v = {
		.registry = registry_beside(reg),
		.other_abi = !reg->companion &&
			     reg->companion_report.outcome == OUTCOME_COMPANION_ABI,
	};
	int r;

	*ret = NULL;
	if (!v.registry)
		return -ENOMEM;
	r = recovery_read(&v, report);
	if (r == 0)
		r = recovery_sets(&v);
	if (r != 0)
		return r;
	recovery_clean(&v);
	r = recovery_resume(&v, ret);
	if (r < 0)
		return r;
	registry_become(reg, TAKE_PTR(v.registry));
	if (*ret)
		(*ret)->registry = reg;
	return 0;
}
