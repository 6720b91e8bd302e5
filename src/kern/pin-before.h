/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KLPD_PIN_DIR/before-N: the patches that were in force before the change that made generation N.
 * It is a frozen map of one value: struct pin_before_header and one entry per patch. Their programs
 * no longer exist, so an entry keeps the path and the hash of the patch file.
 */
#ifndef KLPD_KERN_PIN_BEFORE_H
#define KLPD_KERN_PIN_BEFORE_H

#include <stddef.h>
#include <stdint.h>

#include "klp/meta.h"

#define PIN_BEFORE_MAGIC	0x314645422d504c4bULL	/* "KLP-BEF1" */
#define PIN_BEFORE_FORMAT	1
#define PIN_BEFORE_MAX		192

struct pin_before_header {
	uint64_t magic;
	uint32_t format;
	uint32_t change;	/* kind of change that made N, in core's numbers */
	uint64_t generation;	/* N */
	uint32_t n;		/* entries that follow, sorted by serial */
	uint32_t reserved;
};

struct pin_before_entry {
	uint64_t serial;	/* of the patch; below N, because it was enabled before */
	uint32_t consistency;	/* KLP_CONSISTENCY_* */
	uint32_t reserved;
	uint8_t sha256[32];	/* of the patch file */
	char name[KLP_NAME_LEN];
	char version[KLP_VERSION_LEN];
	char path[4096];	/* of the patch file */
};

struct pin_before {
	uint64_t generation;
	uint32_t change;
	size_t n;
	struct pin_before_entry entries[];
};

/* -EEXIST: this generation has one already. */
int pin_before_store(const struct pin_before *before);
/* *ret is malloc'ed. -ENODATA: none; -EINVAL: damaged, or not klpd's; -EPROTO: a newer format. */
int pin_before_load(uint64_t generation, struct pin_before **ret);
/* The same from the bytes of the value. Pure. */
int pin_before_parse(const void *value, size_t size, uint64_t generation, struct pin_before **ret);
/*
 * Remove before-N. Idempotent. One that cannot be loaded is not klpd's: it stays, and the error of
 * loading it is returned.
 */
int pin_before_remove(uint64_t generation);
/* The generations of all before-N, ascending; malloc'ed. */
int pin_before_list(uint64_t **ret, size_t *ret_n);

#endif
