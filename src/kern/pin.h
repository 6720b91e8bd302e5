/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bpffs tree: KLPD_PIN_DIR/gates, KLPD_PIN_DIR/gen-N/{meta,link-0,link-1,...,map-0,...}, and
 * programs kept for good as KLPD_PIN_DIR/forced-N-INDEX. Knows names and layout, and nothing of
 * patches. What is read back is input, not memory. What was in force before is in pin-before.h.
 *
 * `meta` is a frozen one-entry array map that holds struct pin_header and the patch's metadata
 * section. It is pinned last: a directory without it is half built.
 */
#ifndef KLPD_KERN_PIN_H
#define KLPD_KERN_PIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "klp/meta.h"

/* Links of a set: one for each function, then one for each callback, then one for each table. That
 * of a table may be pinned by two sets, while one takes the place of the other. */
#define PIN_LINKS_MAX	(KLP_FUNCS_MAX + KLP_CALLBACKS_MAX + KLP_TABLES_MAX)

#define PIN_MAGIC	0x314e49502d504c4bULL	/* "KLP-PIN1" */
#define PIN_FORMAT	1

struct pin_header {
	uint64_t magic;
	uint32_t format;
	uint32_t consistency;	/* KLP_CONSISTENCY_* */
	uint64_t serial;	/* N of gen-N */
	uint64_t id;		/* companion's, 0 if immediate */
	uint32_t slot;		/* of the gates word, if immediate */
	uint32_t n_links;
	uint64_t enabled_usec;	/* CLOCK_REALTIME */
	uint8_t sha256[32];	/* of the patch file */
	char path[4096];	/* where the file was */
	uint32_t meta_size;
	uint32_t n_maps;	/* of tables */
};

struct pin_patch {		/* one gen-N directory as found */
	uint64_t serial;	/* N; that of the header is another if the directory was moved */
	int problem;		/* 0, or why it cannot be used: -ENODATA no metadata, as of one that
				 * is half built, -EINVAL damaged or foreign, -EPROTO a newer format */
	struct pin_header header;
	void *meta;		/* header.meta_size bytes */
	int *links;		/* fds, header.n_links; -EBADF: missing */
	size_t n_links;
	int maps[KLP_TABLES_MAX]; /* fds, header.n_maps; struct_ops maps, in the order of tables;
					 * -EBADF: missing */
	size_t n_maps;
};

/* Make KLPD_PIN_DIR (mode 0700); -EINVAL if KLPD_BPFFS is no bpffs. */
int pin_init(void);
/* Largest N in use, by sets, kept programs and what was before, plus one; at least 1. */
int pin_next_serial(uint64_t *ret);
/* Make gen-N and pin; links first, meta last. On failure what was pinned is taken away again. */
int pin_store(const struct pin_header *header, const void *meta, const int *links, const int *maps);
/* The map that holds header and metadata, not pinned: a new fd (CLOEXEC) or -errno. */
int pin_make_meta(const struct pin_header *header, const void *meta);
/* Detach the struct_ops links of gen-N that are not among these, by id: for one that is half built.
 * Those of a table are out of the kernel's lists then, which unpinning alone brings about some time
 * later. */
void pin_detach_ops(uint64_t serial, const uint32_t *keep, size_t n_keep);
/*
 * Pin what of a set is missing in gen-N, metadata first; links and maps that are -EBADF are left
 * out. Idempotent. -EEXIST: there is something else of that name.
 */
int pin_complete(uint64_t serial, const struct pin_header *header, const void *meta,
		 const int *links, const int *maps);
/* All of gen-N is there: 1; 0. Looks at names alone. */
int pin_is_complete(uint64_t serial, const int *links, size_t n_links, size_t n_maps);
/* The directory gen-FROM becomes gen-TO. -EEXIST. */
int pin_rename(uint64_t from, uint64_t to);
/* Take gen-N away: meta first, then maps and links in reverse, then the directory. Idempotent; goes
 * on past errors and returns the first. */
int pin_remove(uint64_t serial);
/*
 * Keep a program for good as forced-N-INDEX: after a forced transition a task may still stand in
 * it, so it must never be freed. Idempotent.
 */
int pin_keep_program(uint64_t serial, size_t index, int prog_fd);
/* All of forced-N-0 to forced-N-(n-1) are there. */
bool pin_has_kept(uint64_t serial, size_t n);
/* All gen-N directories, by serial; names that are not ours are counted in *ret_foreign. */
int pin_load_all(struct pin_patch **ret, size_t *ret_n, size_t *ret_foreign);
/* Ids of all links that are pinned in gen-N; malloc'ed. */
int pin_link_ids(uint64_t serial, uint32_t **ret, size_t *ret_n);
void pin_sets_free(struct pin_patch *patches, size_t n);

#endif
