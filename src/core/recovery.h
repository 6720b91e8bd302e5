/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to recover.c and recover-lost.c: one run of recovery. */
#ifndef KLPD_CORE_RECOVERY_H
#define KLPD_CORE_RECOVERY_H

#include "core/judge.h"
#include "core/lost.h"
#include "core/registry.h"

struct recovery {
	struct registry *registry; /* the new one, built beside the current one */
	struct pin_patch *pins;
	size_t n_pins;
	size_t n_foreign;
	bool other_abi;				/* klp.ko has an ABI that klpd does not speak */
	struct klp_ioc_status status;		/* all zero without companion */
	struct klp_uapi_patch *records;
	struct found found;
	bool *claimed;				/* per found.links entry: it belongs to a patch */
	struct found_meta *metas;		/* read only if metadata is missing */
	size_t n_metas;
	bool searched;
	struct patch *gone[REGISTRY_PATCHES_MAX]; /* to be retired; in the registry until then */
	size_t n_gone;
	uint64_t *half; /* N of directories gen-N that were never completed */
	size_t n_half;
};

const struct klp_uapi_patch *recovery_record(const struct recovery *v, uint64_t id);
/*
 * Collect the facts about a patch: its gate, its record, whether another patch has them already.
 * -errno: a fact cannot be read, so the patch cannot be judged.
 */
int recovery_facts(const struct recovery *v, const struct patch *s, struct judge_facts *facts);
/* Judge the patch and add it to the registry or to its incomplete patches. Takes ownership of it. */
int recovery_place(struct recovery *v, struct patch *s, const struct judge_facts *facts);
/* Handle a directory without readable metadata. */
int recovery_unread(struct recovery *v, const struct pin_patch *pin);
/* Handle records and open gates without a patch. */
int recovery_orphans(struct recovery *v);

#endif
