/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds what klpd has in the kernel, pinned or not: links of bodies and callbacks, and the metadata
 * of patches. Enumerates all ids and classifies objects by their content. Pins can be covered,
 * moved or removed; what runs cannot hide from this search.
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
	FOUND_GUARD,		/* bodies and callbacks run by the companion: record and index */
	FOUND_OVERRIDE,
	FOUND_CALLBACK,
	FOUND_STRUCT_OPS,		/* a struct_ops map; its name does not identify its owner */
};

struct found_link {
	uint32_t link_id;
	enum found_kind kind;
	uint32_t map_id;		/* all but FOUND_FMOD_RET */
	char record[KLP_NAME_LEN];
	uint32_t index;
	uint64_t id;			/* FOUND_FMOD_RET, per-task: id of the record */
	uint32_t consistency, slot;
	/*
	 * Id of the map with the gates word that the body reads; 0: none. With per-task consistency
	 * it is the file's own word, which has no meaning.
	 */
	uint32_t gates_map_id;
	uint32_t target;		/* FOUND_FMOD_RET: BTF id of the function in vmlinux */
	char *symbol; /* name of the target, owned; NULL until found_name_targets() */
	char name[16];			/* of the program or of the map; truncated by the kernel */
};

struct found {
	struct found_link *links; /* owned, sorted by id, which is the order of creation */
	size_t n;
};

struct found_meta {		/* the map `meta` of a patch, wherever it is pinned */
	uint32_t map_id;
	struct pin_patch patch;	/* without links and maps; serial is that of the header */
};

/*
 * Find all links that are klpd's, except those of unknown shape. -errno: a failure of this process,
 * as of pin_is_our_trouble(), or the kernel does not list them all.
 */
int found_links(struct found *ret);
void found_done(struct found *f);
/* Set the symbols of the links that have none yet, as far as they can be found. */
int found_name_targets(struct found *f);
/* Find all metadata that is klpd's and of a known format. */
int found_metas(struct found_meta **ret, size_t *ret_n);
void found_metas_free(struct found_meta *metas, size_t n);
/* A new fd (CLOEXEC) of a link or of a map, or -errno. */
int found_link_fd(uint32_t link_id);
int found_map_fd(uint32_t map_id);

#endif
