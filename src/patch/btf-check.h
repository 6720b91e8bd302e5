/* SPDX-License-Identifier: GPL-2.0-only */
/* Validates BTF of an untrusted file before libbpf walks it. See btf-check.c. */
#ifndef KLPD_PATCH_BTF_CHECK_H
#define KLPD_PATCH_BTF_CHECK_H

#include <stddef.h>
#include <stdint.h>

#define BTF_CHECK_BYTES_MAX	(16U * 1024 * 1024)	/* size of all BTF */
#define BTF_CHECK_SIZE_MAX	(1U << 28)	/* bytes of one type; offset of a variable */
#define BTF_CHECK_DEPTH_MAX	64 /* types nested in, or referring to, one another */

struct btf_fault {
	uint32_t type;		/* id of the faulty type, 0: none */
	const char *why;	/* the rest of a sentence about it; a constant */
};

/*
 * Check BTF; `data` need not be aligned. Returns 0 if:
 *
 * - every id exists, every string ends inside, every kind is known;
 * - nothing is larger than BTF_CHECK_SIZE_MAX or contains itself;
 * - no walk along references is longer than BTF_CHECK_DEPTH_MAX types before it ends or reaches a
 *   structure with a name.
 *
 * Otherwise -EINVAL with the fault in *ret; or -ENOMEM.
 */
int btf_check(const void *data, size_t size, struct btf_fault *ret);

#endif
