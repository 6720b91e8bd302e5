/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KLPD_PIN_DIR/before-N: what was in force before the change that made generation N, as a frozen
 * map of one entry: struct pin_before_header and an entry for each set. Its programs are gone by
 * then; what is kept is where its file was and what was in it.
 */
#ifndef KLPD_KERN_PIN_BEFORE_H
#define KLPD_KERN_PIN_BEFORE_H

#include <stddef.h>
#include <stdint.h>

#include "klp/meta.h"

#define PIN_BEFORE_MAGIC	0x314645422d504c4bULL	/* "KLP-BEF1" */
#define PIN_BEFORE_FORMAT	1
#define PIN_BEFORE_MAX		128

struct pin_before_header {
	uint64_t magic;
	uint32_t format;
	uint32_t change;	/* what kind of change made N: core's numbers */
	uint64_t generation;	/* N */
	uint32_t n;		/* entries that follow, by serial */
	uint32_t reserved;
};

struct pin_before_entry {
	uint64_t serial;	/* of the set; below N, it came into force before */
	uint32_t consistency;	/* KLP_CONSISTENCY_* */
	uint32_t reserved;
	uint8_t sha256[32];	/* of the patch file */
	char name[KLP_NAME_LEN];
	char version[KLP_VERSION_LEN];
	char path[4096];	/* where the file was */
};

struct pin_before {
	uint64_t generation;
	uint32_t change;
	size_t n;
	struct pin_before_entry entries[];
};

/* -EEXIST if there is one. */
int pin_before_store(const struct pin_before *before);
/* malloc'ed. -ENODATA: none; -EINVAL: damaged or foreign; -EPROTO: a newer format. */
int pin_before_load(uint64_t generation, struct pin_before **ret);
/* The same from the bytes. Pure. */
int pin_before_parse(const void *value, size_t size, uint64_t generation, struct pin_before **ret);
/* Idempotent; one that cannot be loaded is not ours, and left alone: the error of loading it. */
int pin_before_remove(uint64_t generation);
/* Numbers of all there are, in order; malloc'ed. */
int pin_before_list(uint64_t **ret, size_t *ret_n);

#endif
