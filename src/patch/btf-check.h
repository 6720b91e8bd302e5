/* SPDX-License-Identifier: GPL-2.0-only */
/* Is this BTF what the format says BTF is? Asked before libbpf walks it. See btf-check.c. */
#ifndef KLPD_PATCH_BTF_CHECK_H
#define KLPD_PATCH_BTF_CHECK_H

#include <stddef.h>
#include <stdint.h>

#define BTF_CHECK_BYTES_MAX	(16U * 1024 * 1024)	/* of all of it */
#define BTF_CHECK_SIZE_MAX	(1U << 28)	/* bytes of one type, and offsets of variables */
#define BTF_CHECK_DEPTH_MAX	64 /* types, one inside the other or behind the other */

struct btf_fault {
	uint32_t type;		/* id of the type it is about, 0: none */
	const char *why;	/* as the rest of a sentence about it; a constant */
};

/*
 * `data` need not be aligned. 0: every id is there, every string ends inside, every kind is known,
 * nothing is larger than BTF_CHECK_SIZE_MAX or contains itself, and no walk along references from
 * one type to the next is longer than BTF_CHECK_DEPTH_MAX before it comes to an end or to a
 * structure that has a name. -EINVAL, and *ret says what is wrong; -ENOMEM.
 */
int btf_check(const void *data, size_t size, struct btf_fault *ret);

#endif
