/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What of klpd's is in the kernel, pinned or not: links of bodies and callbacks, and the metadata of
 * sets, found by id and told apart by what is in them. Pins can be covered, moved or taken away;
 * what runs cannot hide from this.
 */
#ifndef KLPD_KERN_FOUND_H
#define KLPD_KERN_FOUND_H

#include <stddef.h>
#include <stdint.h>

#include "kern/pin.h"
#include "klp/meta.h"
#include "klp/uapi.h"

enum found_kind {
	FOUND_FMOD_RET,		/* a body that asks a gate: id, or slot of map `gates` */
	FOUND_GUARD,		/* bodies and callbacks that the companion runs: record and index */
	FOUND_REPLACE,
	FOUND_CALLBACK,
	FOUND_TABLE,		/* a struct_ops map that says nothing of whose it is, by its name */
};

struct found_link {
	uint32_t link_id;
	enum found_kind kind;
	uint32_t map_id;		/* of all but FOUND_FMOD_RET */
	char record[KLP_UAPI_NAME_LEN];
	uint32_t index;
	uint64_t id;			/* FOUND_FMOD_RET, per task: of the record */
	uint32_t consistency, slot;
	uint32_t gates; /* id of the map with the gates word that it reads; 0: none. A
					 * word of its own, which says nothing, if it is per task */
	uint32_t target;		/* FOUND_FMOD_RET: BTF id of the function in vmlinux */
	char *symbol;			/* its name, owned; NULL until found_name_targets() */
	char name[16];			/* of the program, or of the map; cut by the kernel */
};

struct found {
	struct found_link *links; /* owned, by id, which is the order in which they were made */
	size_t n;
};

struct found_meta {		/* the map `meta` of a set, wherever it is pinned */
	uint32_t map_id;
	struct pin_patch patch;	/* without links and maps; serial is what the header says */
};

/* All links that are klpd's, but for those of foreign shape. -errno: this process has trouble. */
int found_links(struct found *ret);
void found_done(struct found *f);
/* Fill in the symbols of those that have none yet, as far as they can be known. */
int found_name_targets(struct found *f);
/* All metadata that is ours and of a format we know. */
int found_metas(struct found_meta **ret, size_t *ret_n);
void found_metas_free(struct found_meta *metas, size_t n);
/* A new fd (CLOEXEC) of a link or a map, or -errno. */
int found_link_fd(uint32_t link_id);
int found_map_fd(uint32_t map_id);

#endif
