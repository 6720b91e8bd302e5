// SPDX-License-Identifier: GPL-2.0-only
/*
 * A function that is in BTF and in kallsyms but was built without an ftrace call site:
 * OUTCOME_NOT_TRACEABLE.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("notrace", "1.0");
KLP_LICENSE("GPL");

KLP_FMOD_RET(unsigned int, __bitmap_weight, const unsigned long *bitmap, unsigned int nbits)
{
	return klp_continue();
}
