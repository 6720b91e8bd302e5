/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KLPD_PIN_DIR/previous-N: the patches that were in force before the change that made generation N.
 * It is a frozen map of one value: struct pin_previous_header and one entry per patch. Their programs
 * no longer exist, so an entry keeps the path and the hash of the patch file.
 */
#ifndef KLPD_KERN_PIN_PREVIOUS_H
#define KLPD_KERN_PIN_PREVIOUS_H

#include <stddef.h>
#include <stdint.h>

#include "klp/meta.h"

#define PIN_PREVIOUS_MAGIC	0x314645422d504c4bULL	/* "KLP-BEF1" */
#define PIN_PREVIOUS_FORMAT	1
#define PIN_PREVIOUS_MAX		192

struct pin_previous_header {
	uint64_t magic;
	uint32_t format;
	uint32_t change;	/* kind of change that made N, in core's numbers */
	uint64_t generation;	/* N */
	uint32_t n;		/* entries that follow, sorted by serial */
	uint32_t reserved;
};

struct pin_previous_entry {
	uint64_t serial;	/* of the patch; below N, because it was enabled before */
	uint32_t consistency;	/* KLP_CONSISTENCY_* */
	uint32_t reserved;
	uint8_t sha256[32];	/* of the patch file */
	char name[KLP_NAME_LEN];
	char version[KLP_VERSION_LEN];
	char path[4096];	/* of the patch file */
};

struct pin_previous {
	uint64_t generation;
	uint32_t change;
	size_t n;
	struct pin_previous_entry entries[];
};

/* -EEXIST: this generation has one already. */
int pin_previous_store(const struct pin_previous *previous);
/* *ret is malloc'ed. -ENODATA: none; -EINVAL: damaged, or not klpd's; -EPROTO: a newer format. */
int pin_previous_load(uint64_t generation, struct pin_previous **ret);
/* The same from the bytes of the value. Pure. */
int pin_previous_parse(const void *value, size_t size, uint64_t generation,
		       struct pin_previous **ret);
/*
 * Remove previous-N. Idempotent. One that cannot be loaded is not klpd's: it stays, and the error of
 * loading it is returned.
 */
int pin_previous_remove(uint64_t generation);
/* The generations of all previous-N, ascending; malloc'ed. */
int pin_previous_list(uint64_t **ret, size_t *ret_n);

#endif
