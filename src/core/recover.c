/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rebuilds the world after a start. The kernel is the truth, in this order: the companion's records
 * say which per-task sets are in force or on their way, the gates word says it of immediate sets;
 * the pins say what the sets are. A set that neither has is one that never came into force, or has
 * left: it is retired. What is damaged, foreign or of a newer format is not ours to judge: it is
 * left alone and told. A transition that runs is taken over, to be finished when the companion is
 * done. A set that left by force without our having seen to it is retired like one that was forced
 * under our eyes: its programs stay for good.
 *
 * Without the companion nothing can be said of per-task sets (it cannot be gone while they are
 * pinned, since their programs hold it): they are left alone until it can be asked.
 */
#include "core/before.h"
#include "core/recover.h"
#include "core/retire.h"
#include "core/table.h"
#include "util/macro.h"

struct recovery {
	struct world *world;
	struct pin_set *pins;
	size_t n_pins;
	size_t n_foreign;
	struct klp_ioc_status status;		/* all zero without companion */
	struct klp_uapi_record *records;
	struct set *gone[WORLD_SETS_MAX];	/* to be retired; in the world until then */
	size_t n_gone;
};

static void recovery_done(struct recovery *v)
{
	pin_sets_free(v->pins, v->n_pins);
	free(v->records);
}

static const struct klp_uapi_record *recovery_record(const struct recovery *v, uint64_t id)
{
	for (uint32_t i = 0; i < v->status.nr; i++)
		if (v->records[i].id == id)
			return &v->records[i];
	return NULL;
}

/* 1: it is in force or on its way there or out, *ret says which; 0: it can go; -EPROTO: the
 * companion says what we do not understand. */
static int recovery_judge(const struct recovery *v, struct set *s, enum set_state *ret)
{
	const struct klp_uapi_record *record;

	*ret = SET_LEAVING;
	if (s->consistency == KLP_CONSISTENCY_IMMEDIATE) {
		if (!(gate_read(v->world->gate) & set_gate(s)))
			return 0;
		*ret = SET_IN_FORCE;
		return 1;
	}
	record = recovery_record(v, s->id);
	if (!record)
		return 0;
	s->forced = (record->flags & KLP_RECORD_FORCED) != 0;
	switch (record->state) {
	case KLP_ANNOUNCED:
		return 0;
	case KLP_ENTERING:
		*ret = SET_ENTERING;
		return 1;
	case KLP_IN_FORCE:
		*ret = SET_IN_FORCE;
		return 1;
	case KLP_LEAVING:
		*ret = SET_LEAVING;
		return 1;
	case KLP_FORCED_OUT:
		s->forced = true;
		return 0;
	default:
		return -EPROTO;
	}
}

/* Two sets cannot be one patch, one slot or one record. */
static bool recovery_collides(const struct recovery *v, const struct set *s)
{
	for (size_t i = 0; i < v->world->n_sets; i++) {
		const struct set *o = v->world->sets[i];

		if (set_gate(o) & set_gate(s) || (s->id != 0 && o->id == s->id))
			return true;
	}
	return false;
}

static void recovery_problem(struct recovery *v, const struct pin_set *pin)
{
	unsigned long long n = pin->serial;

	switch (pin->problem) {
	case -ENODATA:
		/* half built: its gate was never open, or is closed for good; see
		 * recovery_half_built() */
		break;
	case -EPROTO:
		v->world->unjudged = true;
		world_warn(v->world, "Pins gen-%llu were made by a newer klpd and are left alone",
			   n);
		break;
	default:
		world_warn(v->world, "Pins gen-%llu are damaged or foreign and are left alone (%s)",
			   n, strerrordesc_np(-pin->problem));
	}
}

/* Once all sets are known: they may have a table's link in common. */
static void recovery_half_built(struct recovery *v)
{
	for (size_t i = 0; i < v->n_pins; i++) {
		if (v->pins[i].problem != -ENODATA)
			continue;
		/* a set that was left alone may have a link in common with it */
		if (!v->world->unjudged)
			table_detach_half_built(v->world, v->pins[i].serial);
		if (retire_pins(v->world, v->pins[i].serial, 0) < 0)
			world_warn(v->world, "Half-built pins gen-%llu cannot be removed",
				   (unsigned long long)v->pins[i].serial);
	}
}

/* It may be in force or not: for as long, nobody knows all that is. */
static void recovery_leave_alone(struct recovery *v, const struct set *s, const char *why)
{
	v->world->unjudged = true;
	world_warn(v->world, "Pins gen-%llu of patch '%s' %s", (unsigned long long)s->serial,
		   s->meta->name, why);
}

static int recovery_pin(struct recovery *v, struct pin_set *pin)
{
	_cleanup_(set_freep) struct set *s = NULL;
	unsigned long long n = pin->serial;
	int keep, r;

	if (pin->problem != 0) {
		recovery_problem(v, pin);
		return 0;
	}
	r = set_from_pin(pin, &s);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		world_warn(v->world, "Pins gen-%llu do not fit together and are left alone", n);
		return 0;
	}
	if (s->consistency == KLP_CONSISTENCY_PER_TASK && !v->world->companion) {
		recovery_leave_alone(v, s, "need the companion to be judged and are left alone "
				     "until then");
		return 0;
	}
	keep = recovery_judge(v, s, &s->state);
	if (keep < 0) {
		recovery_leave_alone(v, s, "are in a state that only a newer klpd knows and are "
				     "left alone");
		return 0;
	}
	if (keep > 0 && recovery_collides(v, s)) {
		world_warn(v->world, "Pins gen-%llu claim another set's gate and are left alone",
			   n);
		return 0;
	}
	r = world_add(v->world, s);
	if (r < 0) {
		world_warn(v->world, "Pins gen-%llu are one set too many and are left alone", n);
		return 0;
	}
	if (!keep) {
		s->state = SET_LEAVING;
		v->gone[v->n_gone++] = s;
	}
	TAKE_PTR(s);
	return 0;
}

/* Somebody read its pins, if only to leave them alone. */
static bool recovery_has_pins(const struct recovery *v, uint64_t id)
{
	for (size_t i = 0; i < v->n_pins; i++)
		if (v->pins[i].problem == 0 && v->pins[i].header.id == id)
			return true;
	return false;
}

/* Names of records are ours: "PATCH.SERIAL". 0 if this one is not. */
static uint64_t recovery_serial(const struct klp_uapi_record *record)
{
	const char *dot = strrchr(record->name, '.');
	unsigned long long serial;
	char *end;

	if (!dot || dot[1] < '1' || dot[1] > '9')
		return 0;
	errno = 0;
	serial = strtoull(dot + 1, &end, 10);
	return *end || errno != 0 ? 0 : serial;
}

/* A record without a set: forgotten if its programs are known to stay, told otherwise. */
static void recovery_orphan(struct recovery *v, const struct klp_uapi_record *record)
{
	uint64_t serial = recovery_serial(record);

	if (record->state == KLP_FORCED_OUT && serial > 0 && record->nr_funcs > 0 &&
	    pin_has_kept(serial, record->nr_funcs) && retire_record(v->world, record->id) == 0)
		return;
	world_warn(v->world, record->state == KLP_FORCED_OUT ?
		   "The companion holds record %llu ('%s') that left by force, but its programs are not "
		   "pinned" : "The companion holds record %llu ('%s') that has no pins",
		   (unsigned long long)record->id, record->name);
}

/* Gates and records that no set stands for. */
static void recovery_orphans(struct recovery *v)
{
	uint64_t word = gate_read(v->world->gate), known = 0;

	for (size_t i = 0; i < v->world->n_sets; i++)
		known |= set_gate(v->world->sets[i]);
	if (word & ~known && gate_switch(v->world->gate, word, word & known) < 0)
		world_warn(v->world, "Gates that belong to no set cannot be closed");

	for (uint32_t i = 0; i < v->status.nr; i++)
		if (v->records[i].state != KLP_ANNOUNCED && !recovery_has_pins(v, v->records[i].id))
			recovery_orphan(v, &v->records[i]);
}

/*
 * A set in force has its own number; one that left after it came into force ended a generation. The
 * change may have been committed by the kernel without klpd, and then nobody has counted it.
 */
static void recovery_generation(struct recovery *v)
{
	_cleanup_free_ struct pin_before *pending = NULL, *counted = NULL;
	uint64_t before = gate_generation(v->world->gate), now = before;
	bool left = false;

	if (v->status.transition.number == 0)
		(void)before_pending(v->world, &pending);
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
	for (size_t i = 0; i < v->world->n_sets; i++)
		if (v->world->sets[i]->state == SET_IN_FORCE)
			now = MAX(now, v->world->sets[i]->serial);
	if (left && now == before)
		now++;
	gate_raise_generation(v->world->gate, now);
}

static int recovery_read(struct recovery *v, struct report *report)
{
	int r;

	r = pin_load_all(&v->pins, &v->n_pins, &v->n_foreign);
	if (r < 0)
		return report_errno(report, r, "Cannot read the pins");
	if (!v->world->companion)
		return 0;
	r = companion_status(v->world->companion, &v->status, &v->records);
	if (r < 0)
		return report_errno(report, r, "Cannot read the companion's status");
	return 0;
}

int recover_run(struct world *w, struct transaction **ret, struct report *report)
{
	_cleanup_(recovery_done) struct recovery v = { .world = w };
	int r;

	*ret = NULL;
	world_clear(w);
	r = recovery_read(&v, report);
	if (r != 0)
		return r;
	if (v.n_foreign > 0)
		world_warn(w, "%zu names under '%s' are not klpd's and are left alone", v.n_foreign,
			   KLPD_PIN_DIR);
	for (size_t i = 0; i < v.n_pins; i++) {
		r = recovery_pin(&v, &v.pins[i]);
		if (r < 0) {
			world_clear(w);
			return r;
		}
	}
	recovery_generation(&v);
	recovery_orphans(&v);
	/* of the old and the new table the one that the kernel's side of the change is for */
	(void)table_settle(w);
	recovery_half_built(&v);
	r = retire_sets(w, v.gone, v.n_gone, NULL);
	if (r < 0)
		world_warn(w, "What is out of force could not be removed (%s), to be tried again",
			   strerrordesc_np(-r));

	if (v.status.transition.number == 0) {
		before_recover(w, 0);
		return 0;
	}
	r = transaction_resume(w, &v.status.transition, ret);
	if (r == -ENODATA)
		world_warn(w, "The companion runs a transition of sets that have no pins");
	else if (r < 0)
		return r;
	else
		before_recover(w, (*ret)->generation);
	return 0;
}
