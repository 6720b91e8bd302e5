// SPDX-License-Identifier: GPL-2.0-only
/*
 * The second half of recovery: patches without readable pins. A record or an open gate stands for a
 * patch. Its links are found by id, and so is its metadata if that is pinned somewhere klpd does
 * not see. Without metadata the patch is taken over as far as the kernel describes it. A bit of the
 * gates word that no body in the kernel reads is cleared. A bit that a body reads is kept, and its
 * slot is assigned to no patch.
 */
#include "core/recovery.h"
#include "core/retire.h"
#include "util/macro.h"

/* Find the metadata of such a patch, wherever it is pinned. *ret is NULL if there is none. */
static int lost_find_meta(struct recovery *v, const struct lost_identity *identity,
			  struct pin_patch **ret)
{
	int r = v->searched ? 0 : found_metas(&v->metas, &v->n_metas);

	*ret = NULL;
	if (r < 0)
		return r;
	v->searched = true;
	for (size_t i = 0; i < v->n_metas; i++) {
		const struct pin_header *h = &v->metas[i].patch.header;

		if (identity->id != 0 ? h->id == identity->id :
		    h->consistency == KLP_CONSISTENCY_IMMEDIATE && h->slot == identity->slot)
			*ret = &v->metas[i].patch;
	}
	return 0;
}

/* Build a patch as from its pins, but with the links found in the kernel. */
static int lost_from_meta(struct recovery *v, const struct pin_patch *meta,
			  const struct lost_identity *identity, struct patch **ret)
{
	struct pin_patch pin = *meta;
	_cleanup_free_ int *links = calloc(meta->header.n_links, sizeof(*links));
	struct patch *s;
	int r;

	if (!links)
		return -ENOMEM;
	for (uint32_t i = 0; i < meta->header.n_links; i++)
		links[i] = -EBADF;
	for (uint32_t i = 0; i < meta->header.n_maps; i++)
		pin.maps[i] = -EBADF;
	pin.links = links;
	pin.n_links = meta->header.n_links;
	pin.n_maps = meta->header.n_maps;
	r = patch_from_pin(&pin, &s);
	if (r < 0)
		return r == -EINVAL ? -ENODATA : r;
	r = lost_fill(s, identity, &v->found, v->claimed);
	if (r < 0) {
		patch_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

struct lost_place {		/* where it was found */
	char name[KLP_NAME_LEN];	/* name to use if none is known */
	uint64_t serial;
	uint64_t pinned;	/* N of gen-N; 0: none */
	enum judge_pins pins;
	size_t n_funcs;		/* that it is known to have */
};

static int lost_set(struct recovery *v, const struct lost_identity *identity,
		    const struct lost_place *place)
{
	struct judge_facts facts = { .pins = place->pins };
	struct pin_patch *meta = NULL;
	struct patch *s = NULL;
	int r = -ENODATA;

	if (place->pins != JUDGE_PINS_NEWER) {
		r = lost_find_meta(v, identity, &meta);
		if (r == 0)
			r = meta ? lost_from_meta(v, meta, identity, &s) : -ENODATA;
	}
	if (r == -ENODATA) {
		r = lost_make(place->name, place->serial, identity, &v->found, v->claimed, &s);
		if (r == 0 && place->n_funcs > s->n_links)
			s->n_lost = (unsigned int)(place->n_funcs - s->n_links);
	} else if (r == 0) {
		facts.pins = JUDGE_PINS_READ;
	}
	if (r < 0)
		return r;
	s->pinned = place->pinned;
	s->unpinned = true;
	r = recovery_facts(v, s, &facts);
	if (r < 0) {
		patch_free(s);
		return r;
	}
	return recovery_place(v, s, &facts);
}

/* A found link that is pinned there and tells which patch it belongs to; NULL: none. */
static const struct found_link *unread_link(const struct recovery *v, const uint32_t *ids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < v->found.n; j++)
			if (v->found.links[j].link_id == ids[i] && !v->claimed[j] &&
			    v->found.links[j].kind != FOUND_STRUCT_OPS)
				return &v->found.links[j];
	return NULL;
}

/* The record of a directory: by a link in it, or else by the number of the directory. */
static const struct klp_uapi_patch *unread_record(const struct recovery *v, uint64_t serial,
						  const struct found_link *l)
{
	char name[KLP_NAME_LEN];
	uint64_t n;

	for (uint32_t i = 0; i < v->status.nr; i++) {
		const struct klp_uapi_patch *r = &v->records[i];

		if (r->state == KLP_REGISTERED || registry_find_id(v->registry, r->id))
			continue;
		if (l && l->kind == FOUND_FMOD_RET ? l->id == r->id :
						     l && STREQ(l->record, r->name))
			return r;
		if (!l && lost_parse_record(r->name, name, &n) && n == serial)
			return r;
	}
	return NULL;
}

static enum judge_pins unread_pins(const struct pin_patch *pin)
{
	return pin->problem == -ENODATA ? JUDGE_PINS_NO_META :
	       pin->problem == -EPROTO ? JUDGE_PINS_NEWER : JUDGE_PINS_BAD;
}

/* A directory without metadata, record and open gate: half built or foreign. */
static int unread_nothing(struct recovery *v, const struct lost_identity *identity,
			  const struct lost_place *place, struct judge_facts *facts)
{
	struct patch *s;
	int r;

	if (judge(facts) == JUDGE_REMOVE) {
		v->half[v->n_half++] = place->pinned;
		return 0;
	}
	r = lost_make(place->name, place->serial, identity, &v->found, v->claimed, &s);
	if (r < 0)
		return r;
	s->pinned = place->pinned;
	return recovery_place(v, s, facts);
}

/*
 * Determine the patch of the directory, by a link in it or by its number, and whether a record or
 * gate stands for it.
 */
static void unread_identify(const struct recovery *v, uint64_t serial, const struct found_link *l,
			    struct lost_identity *identity, struct lost_place *place,
			    struct judge_facts *facts)
{
	const struct klp_uapi_patch *record = unread_record(v, serial, l);

	facts->attached = l != NULL;
	if (record) {
		(void)lost_parse_record(record->name, place->name, &place->serial);
		memcpy(identity->record, record->name, sizeof(identity->record));
		identity->id = record->id;
		place->n_funcs = record->nr_funcs;
		facts->consistency = KLP_CONSISTENCY_PER_TASK;
		facts->record = record->state;
		facts->kept = pin_has_kept(place->serial, record->nr_funcs);
	} else if (l && l->kind == FOUND_FMOD_RET && l->consistency == KLP_CONSISTENCY_IMMEDIATE) {
		facts->consistency = KLP_CONSISTENCY_IMMEDIATE;
		facts->elsewhere = l->gates_map_id != identity->gates_map_id;
		facts->gate = !facts->elsewhere &&
			      (gate_read(v->registry->gate) & 1ULL << l->slot) != 0;
		*identity = (struct lost_identity){ .slot = l->slot, .gates_map_id = l->gates_map_id };
	} else if (l) {
		facts->consistency = KLP_CONSISTENCY_PER_TASK;
		memcpy(identity->record, l->record, sizeof(identity->record));
		if (l->kind == FOUND_FMOD_RET)
			identity->id = l->id;
	}
}

int recovery_unread(struct recovery *v, const struct pin_patch *pin)
{
	struct lost_place place = { .serial = pin->serial, .pinned = pin->serial,
				    .pins = unread_pins(pin) };
	/* matches no record and no gate until more is known */
	struct lost_identity identity = { .gates_map_id = gate_map_id(v->registry->gate),
					  .id = UINT64_MAX };
	struct judge_facts facts = { .pins = place.pins,
				     .companion = v->registry->companion != NULL };
	_cleanup_free_ uint32_t *ids = NULL;
	size_t n;
	int r;

	r = pin_link_ids(pin->serial, &ids, &n);
	if (r < 0)
		return r;
	(void)snprintf(place.name, sizeof(place.name), "gen-%llu", (unsigned long long)pin->serial);
	unread_identify(v, pin->serial, unread_link(v, ids, n), &identity, &place, &facts);
	if (facts.gate || (facts.record != 0 && facts.record != KLP_FORCED_OUT))
		return lost_set(v, &identity, &place);
	return unread_nothing(v, &identity, &place, &facts);
}

static bool orphan_is_incomplete(const struct recovery *v, uint64_t id)
{
	for (size_t i = 0; i < v->registry->n_incomplete; i++)
		if (v->registry->incomplete_patches[i].patch->id == id)
			return true;
	return false;
}

/*
 * A record without a patch. It is unregistered if it left by force and its programs are pinned for
 * good.
 */
static int orphan_record(struct recovery *v, const struct klp_uapi_patch *record)
{
	struct lost_identity identity = { .id = record->id };
	struct lost_place place = { .pins = JUDGE_PINS_NONE, .n_funcs = record->nr_funcs };
	bool ours;

	memcpy(identity.record, record->name, sizeof(identity.record));
	ours = lost_parse_record(record->name, place.name, &place.serial);
	if (!ours) {
		(void)snprintf(place.name, sizeof(place.name), "record-%llu",
			       (unsigned long long)record->id);
		place.serial = 0;
	}
	if (record->state == KLP_FORCED_OUT && ours && record->nr_funcs > 0 &&
	    pin_has_kept(place.serial, record->nr_funcs) &&
	    retire_record(v->registry, record->id) == 0)
		return 0;
	return lost_set(v, &identity, &place);
}

/* A set bit of the gates word without a patch. If a body reads the bit, a patch is built for it. */
static int orphan_gate(struct recovery *v, uint32_t slot)
{
	struct lost_identity identity = { .slot = slot,
					  .gates_map_id = gate_map_id(v->registry->gate) };
	struct lost_place place = { .pins = JUDGE_PINS_NONE };
	uint64_t word = gate_read(v->registry->gate);

	for (size_t i = 0; i < v->found.n; i++) {
		if (v->claimed[i] || !lost_is(&v->found.links[i], &identity))
			continue;
		(void)snprintf(place.name, sizeof(place.name), "slot-%u", slot);
		return lost_set(v, &identity, &place);
	}
	if (gate_switch(v->registry->gate, word, word & ~(1ULL << slot)) < 0)
		registry_warn(v->registry, "Gates that belong to no set cannot be closed");
	return 0;
}

static uint64_t orphan_known(const struct registry *reg)
{
	uint64_t known = 0;

	for (size_t i = 0; i < reg->n_patches; i++)
		known |= patch_gates_mask(reg->patches[i]);
	return known;
}

/* Slots that bodies in the kernel read through klpd's gates word. */
static uint64_t orphan_slots(const struct recovery *v)
{
	uint64_t slots = 0;

	for (size_t i = 0; i < v->found.n; i++) {
		const struct found_link *l = &v->found.links[i];

		if (l->kind == FOUND_FMOD_RET && l->consistency == KLP_CONSISTENCY_IMMEDIATE &&
		    l->gates_map_id == gate_map_id(v->registry->gate))
			slots |= 1ULL << l->slot;
	}
	return slots;
}

int recovery_orphans(struct recovery *v)
{
	struct registry *reg = v->registry;
	uint64_t left = 0;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < v->status.nr; i++)
		if (v->records[i].state != KLP_REGISTERED &&
		    !registry_find_id(reg, v->records[i].id) &&
		    !orphan_is_incomplete(v, v->records[i].id))
			r = orphan_record(v, &v->records[i]);
	for (size_t i = 0; i < reg->n_incomplete; i++)
		left |= patch_gates_mask(reg->incomplete_patches[i].patch);
	for (uint32_t slot = 0; r == 0 && slot < KLP_GATE_SLOTS; slot++)
		if (gate_read(reg->gate) & ~orphan_known(reg) & ~left & 1ULL << slot)
			r = orphan_gate(v, slot);
	/* patches about to be retired release their slots, so those are not taken */
	reg->taken = (orphan_slots(v) | gate_read(reg->gate)) & ~orphan_known(reg);
	return r;
}
