/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rebuilds the registry after a start. The kernel is the truth, in this order: the companion's records
 * say which per-task sets are in force or on their way, the gates word says it of immediate sets;
 * the pins say what the sets are; and where pins are missing, moved or covered, links and metadata
 * that are found by id say it (recover-lost.c). What is done with each is judge.c's to say. A
 * transition that runs is taken over, to be finished when the companion is done. A set that left by
 * force without our having seen to it is retired like one that was forced under our eyes: its
 * programs stay for good.
 *
 * The new registry is built beside the one there is, which stays as it is until all was read: a
 * klpd that cannot read (no memory, no descriptors) goes on with the picture that there was.
 */
#include "core/before.h"
#include "core/recover.h"
#include "core/recovery.h"
#include "core/retire.h"
#include "core/table.h"
#include "core/unjudged.h"
#include "kern/link.h"
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

/* Two sets cannot be one patch, one slot or one record. */
static bool recovery_collides(const struct recovery *v, const struct patch *s)
{
	for (size_t i = 0; i < v->registry->n_patches; i++) {
		const struct patch *o = v->registry->patches[i];

		if (patch_gate(o) & patch_gate(s) || (s->id != 0 && o->id == s->id))
			return true;
	}
	return false;
}

/* What we see of its gate says nothing: its bodies ask another word. */
static bool recovery_reads_elsewhere(const struct recovery *v, const struct patch *s)
{
	uint32_t gates = gate_map_id(v->registry->gate);

	for (size_t i = 0; s->id == 0 && i < s->meta->n_funcs; i++) {
		struct link_info info;

		if (s->links[i] < 0 || link_get_info(s->links[i], &info) < 0)
			continue;
		for (size_t j = 0; j < v->found.n; j++)
			if (v->found.links[j].link_id == info.link_id &&
			    v->found.links[j].kind == FOUND_FMOD_RET &&
			    v->found.links[j].gates != gates)
				return true;
	}
	return false;
}

void recovery_facts(const struct recovery *v, const struct patch *s, struct judge_facts *facts)
{
	const struct klp_uapi_patch *record = s->id != 0 ? recovery_record(v, s->id) : NULL;

	facts->consistency = s->consistency;
	facts->companion = v->registry->companion != NULL;
	facts->record = record ? record->state : 0;
	facts->gate = (gate_read(v->registry->gate) & patch_gate(s)) != 0;
	facts->attached = patch_missing(s) < s->n_links + s->n_lost;
	facts->collides = recovery_collides(v, s);
	facts->elsewhere = recovery_reads_elsewhere(v, s);
	facts->kept = record && record->nr_funcs > 0 && pin_has_kept(s->serial, record->nr_funcs);
}

static enum patch_state recovery_state(const struct judge_facts *facts)
{
	if (facts->gate || facts->record == KLP_IN_FORCE)
		return PATCH_IN_FORCE;
	return facts->record == KLP_ENTERING ? PATCH_ENTERING : PATCH_LEAVING;
}

/* Why it is left alone: what follows "Pins gen-N of patch 'NAME' ". */
static const char *recovery_why(const struct recovery *v, const struct judge_facts *facts)
{
	if (facts->pins == JUDGE_PINS_NEWER)
		return "were made by a newer klpd and are left alone";
	if (facts->record > KLP_FORCED_OUT)
		return "are in a state that only a newer klpd knows and are left alone";
	if (facts->elsewhere)
		return "ask a gates word that is not the one which is pinned, and are left alone";
	if (facts->collides)
		return "claim another set's gate and are left alone";
	if (facts->record == KLP_FORCED_OUT)
		return "left by force, but its programs are not pinned for good";
	if (facts->pins == JUDGE_PINS_BAD)
		return "are damaged or foreign and are left alone";
	if (v->other_abi)
		return "are of a klp.ko whose ABI klpd does not speak, so klpd can neither judge nor move "
		       "them: " COMPANION_OTHER_HELP;
	return "need the companion to be judged and are left alone until then";
}

static int recovery_leave_alone(struct recovery *v, struct patch *s,
				const struct judge_facts *facts)
{
	char *why = strdup(recovery_why(v, facts));
	struct unjudged *u;

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
	s->state = PATCH_UNJUDGED;
	/* it may be in force or not: for as long, what all is in force cannot be known */
	if (unjudged_matters(u) || facts->pins == JUDGE_PINS_NEWER)
		v->registry->unjudged = true;
	return 0;
}

int recovery_place(struct recovery *v, struct patch *s, const struct judge_facts *facts)
{
	const struct klp_uapi_patch *record = s->id != 0 ? recovery_record(v, s->id) : NULL;
	enum judge_verdict verdict = judge(facts);

	if (verdict == JUDGE_LEAVE)
		return recovery_leave_alone(v, s, facts);
	if (verdict == JUDGE_REMOVE) {
		registry_warn(v->registry, "The record of '%s' cannot be withdrawn", s->meta->name);
		patch_free(s);
		return 0;
	}
	s->state = verdict == JUDGE_RETIRE ? PATCH_LEAVING : recovery_state(facts);
	s->forced = record && (record->state == KLP_FORCED_OUT ||
			       (record->flags & KLP_PATCH_FORCED) != 0);
	if (registry_add(v->registry, s) < 0) {
		registry_warn(v->registry, "Pins gen-%llu are one set too many and are left alone",
			      (unsigned long long)patch_pins(s));
		patch_free(s);
		return 0;
	}
	if (verdict == JUDGE_RETIRE)
		v->gone[v->n_gone++] = s;
	return 0;
}

/* One whose metadata was read. */
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
	recovery_facts(v, s, &facts);
	return recovery_place(v, TAKE_PTR(s), &facts);
}

/* Once all sets are known: they may have a table's link in common. */
static void recovery_half_built(struct recovery *v)
{
	for (size_t i = 0; i < v->n_half; i++) {
		/* a set that was left alone may have a link in common with it */
		if (!v->registry->unjudged)
			table_detach_half_built(v->registry, v->half[i]);
		if (retire_pins(v->registry, v->half[i], 0) < 0)
			registry_warn(v->registry, "Half-built pins gen-%llu cannot be removed",
				      (unsigned long long)v->half[i]);
	}
}

/*
 * A set in force has its own number; one that left after it came into force ended a generation. The
 * change may have been committed by the kernel without klpd, and then nobody has counted it.
 */
static void recovery_generation(struct recovery *v)
{
	_cleanup_free_ struct pin_before *pending = NULL, *counted = NULL;
	uint64_t before = gate_generation(v->registry->gate), now = before;
	bool left = false;

	if (v->status.transition.number == 0)
		(void)before_pending(v->registry, &pending);
	for (size_t i = 0; i < v->n_gone; i++) {
		left = left || v->gone[i]->serial <= before;
		/* it was in force until this change, which nobody has counted */
		if (pending && before_lists(pending, v->gone[i]->serial))
			now = pending->generation;
	}
	/* what was before a change is kept when it is counted: this one was, and only not
	 * retired */
	if (left && pin_before_load(before, &counted) == 0)
		left = false;
	for (size_t i = 0; i < v->registry->n_patches; i++)
		if (v->registry->patches[i]->state == PATCH_IN_FORCE)
			now = MAX(now, v->registry->patches[i]->serial);
	if (left && now == before)
		now++;
	gate_raise_generation(v->registry->gate, now);
}

/* Something of ours is in the kernel that no pin accounts for: only then are names of functions
 * needed, which take a while. */
static bool recovery_misses_links(const struct recovery *v)
{
	size_t pinned = 0, bodies = 0;

	for (size_t i = 0; i < v->n_pins; i++)
		for (size_t j = 0; v->pins[i].problem == 0 && j < v->pins[i].n_links; j++)
			pinned += v->pins[i].links[j] >= 0;
	for (size_t i = 0; i < v->found.n; i++)
		bodies += v->found.links[i].kind != FOUND_TABLE;
	return bodies > pinned;
}

static int recovery_read(struct recovery *v, struct report *report)
{
	int r;

	r = pin_load_all(&v->pins, &v->n_pins, &v->n_foreign);
	/* without a bpffs there are no pins, and still what is in the kernel */
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

/* What sets there are; nothing is changed yet. */
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

/* The kernel is made to fit: what goes wrong from here on is told and tried again. */
static void recovery_clean(struct recovery *v)
{
	int r;

	if (v->n_foreign > 0)
		registry_warn(v->registry, "%zu names under '%s' are not klpd's and are left alone",
			      v->n_foreign, KLPD_PIN_DIR);
	recovery_generation(v);
	/* of the old and the new table the one that the kernel's side of the change is for */
	(void)table_settle(v->registry);
	recovery_half_built(v);
	r = retire_patches(v->registry, v->gone, v->n_gone, NULL);
	if (r < 0)
		registry_warn(v->registry,
			      "What is out of force could not be removed (%s), to be tried again",
			      strerrordesc_np(-r));
}

/* -ENOMEM, or 0 and in *ret the change that goes on, NULL if none does. */
static int recovery_resume(struct recovery *v, struct transaction **ret)
{
	int r;

	if (v->status.transition.number == 0) {
		before_recover(v->registry, 0);
		return 0;
	}
	r = transaction_resume(v->registry, &v->status.transition, ret);
	if (r == -ENODATA)
		registry_warn(v->registry, "The companion runs a transition of sets that have no pins");
	else if (r < 0)
		return r;
	else
		before_recover(v->registry, (*ret)->generation);
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
