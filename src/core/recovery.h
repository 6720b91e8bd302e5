/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of recover.c and recover-lost.c: one run of recovery. */
#ifndef KLPD_CORE_RECOVERY_H
#define KLPD_CORE_RECOVERY_H

#include "core/judge.h"
#include "core/lost.h"
#include "core/registry.h"

struct recovery {
	struct registry *registry; /* the one that is built, beside the one there is */
	struct pin_patch *pins;
	size_t n_pins;
	size_t n_foreign;
	bool other_abi;				/* a companion is there that we cannot talk to */
	struct klp_ioc_status status;		/* all zero without companion */
	struct klp_uapi_patch *records;
	struct found found;
	bool *claimed;				/* of found.links: it has a set */
	struct found_meta *metas;		/* looked for once something is lost */
	size_t n_metas;
	bool searched;
	struct patch *gone[REGISTRY_PATCHES_MAX]; /* to be retired; in the registry until then */
	size_t n_gone;
	uint64_t *half; /* numbers of directories that were never finished */
	size_t n_half;
};

const struct klp_uapi_patch *recovery_record(const struct recovery *v, uint64_t id);
/* Gate, record and whether another set has them already. */
void recovery_facts(const struct recovery *v, const struct patch *s, struct judge_facts *facts);
/* Into the registry, or among those that are left alone: takes the set over. */
int recovery_place(struct recovery *v, struct patch *s, const struct judge_facts *facts);
/* Directories whose metadata cannot be read. */
int recovery_unread(struct recovery *v, const struct pin_patch *pin);
/* Records and gates that no set stands for. */
int recovery_orphans(struct recovery *v);

#endif
