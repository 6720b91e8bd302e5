/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bpffs tree: KLPD_PIN_DIR/gates, KLPD_PIN_DIR/gen-N/{meta,link-0,link-1,...,map-0,...}, and
 * programs kept forever as KLPD_PIN_DIR/forced-N-INDEX. This code knows names and layout, and
 * nothing about patches. What is read back is untrusted input. pin-previous.h has previous-N.
 *
 * `meta` is a frozen one-entry array map that holds struct pin_header and the patch's metadata
 * section. It is pinned last, so a directory without it is half built.
 */
#ifndef KLPD_KERN_PIN_H
#define KLPD_KERN_PIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "klp/meta.h"

/*
 * Links of a patch: one for each function, then one for each callback, then one for each struct_ops
 * instance. Two patches may pin the same struct_ops instance link while one replaces the other.
 */
#define PIN_LINKS_MAX	(KLP_FUNCS_MAX + KLP_CALLBACKS_MAX + KLP_STRUCT_OPS_MAX)

#define PIN_MAGIC	0x314e49502d504c4bULL	/* "KLP-PIN1" */
#define PIN_FORMAT	1

struct pin_header {
	uint64_t magic;
	uint32_t format;
	uint32_t consistency;	/* KLP_CONSISTENCY_* */
	uint64_t serial;	/* N of gen-N */
	uint64_t id;		/* of the companion's record, 0 if immediate */
	uint32_t slot;		/* in the gates word, if immediate */
	uint32_t n_links;
	uint64_t enabled_usec;	/* CLOCK_REALTIME */
	uint8_t sha256[32];	/* of the patch file */
	char path[4096];	/* of the patch file */
	uint32_t meta_size;
	uint32_t n_maps;	/* of struct_ops instances */
};

struct pin_patch {		/* one gen-N directory as found */
	uint64_t serial;	/* N; the header has another one if the directory was moved */
	/*
	 * 0, or why the patch cannot be used. -ENODATA: there is no metadata, as when the directory
	 * is half built; -EINVAL: damaged, or not klpd's; -EPROTO: a newer format.
	 */
	int problem;
	struct pin_header header;
	void *meta;		/* header.meta_size bytes */
	int *links;		/* header.n_links fds; -EBADF: missing */
	size_t n_links;
	/* header.n_maps fds of the struct_ops instances, in order; -EBADF: missing */
	int maps[KLP_STRUCT_OPS_MAX];
	size_t n_maps;
};

/* Make KLPD_PIN_DIR (mode 0700). -EINVAL: KLPD_BPFFS is no bpffs. */
int pin_init(void);
/* One more than the largest N in use by patches, kept programs and previous-N; at least 1. */
int pin_next_serial(uint64_t *ret);
/* Make gen-N and pin: links first, meta last. On failure it removes what it has pinned. */
int pin_store(const struct pin_header *header, const void *meta, const int *links, const int *maps);
/* Create the map that holds header and metadata, without a pin. A new fd (CLOEXEC) or -errno. */
int pin_make_meta(const struct pin_header *header, const void *meta);
/*
 * Detach the struct_ops links of a half-built gen-N, except those with ids in `keep`. A
 * struct_ops instance's link is then out of the kernel's lists at once; unpinning alone achieves
 * that only some time later.
 */
void pin_detach_ops(uint64_t serial, const uint32_t *keep, size_t n_keep);
/*
 * Pin what is missing of a patch in gen-N, metadata first. Links and maps that are -EBADF are left
 * out. Idempotent. -EEXIST: something else has that name.
 */
int pin_complete(uint64_t serial, const struct pin_header *header, const void *meta,
		 const int *links, const int *maps);
/* 1: gen-N is complete; 0: it is not. Looks at names only. */
int pin_is_complete(uint64_t serial, const int *links, size_t n_links, size_t n_maps);
/* Rename directory gen-FROM to gen-TO. -EEXIST: gen-TO exists. */
int pin_rename(uint64_t from, uint64_t to);
/*
 * Remove gen-N: meta first, then maps and links in reverse, then the directory. Idempotent;
 * continues after an error and returns the first.
 */
int pin_remove(uint64_t serial);
/*
 * Keep a program forever, pinned as forced-N-INDEX. After a forced transition a task may still be
 * inside the program, so it must never be freed. Idempotent.
 */
int pin_keep_program(uint64_t serial, size_t index, int prog_fd);
/* True if all of forced-N-0 to forced-N-(n-1) exist. */
bool pin_has_kept(uint64_t serial, size_t n);
/* Load all gen-N directories, sorted by serial. *ret_foreign counts names that are not klpd's. */
int pin_load_all(struct pin_patch **ret, size_t *ret_n, size_t *ret_foreign);
/* The ids of all links that are pinned in gen-N; malloc'ed. */
int pin_link_ids(uint64_t serial, uint32_t **ret, size_t *ret_n);
void pin_sets_free(struct pin_patch *patches, size_t n);

#endif
