/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds out what this kernel permits by trying it: programs are loaded, never attached. */
#ifndef KLPD_KERN_PROBE_H
#define KLPD_KERN_PROBE_H

#include <stdint.h>

enum probe_answer {
	PROBE_PERMITTED,	/* fmod_ret can attach to the function as it is */
	PROBE_NOT_ENABLED,	/* it could, if the function were enabled for fmod_ret */
	PROBE_IMPOSSIBLE,	/* it never can */
};

/*
 * Try whether fmod_ret can attach to FUNC `btf_id` of vmlinux now. For PROBE_IMPOSSIBLE *ret_reason
 * is the kernel's message, malloc'ed, or NULL if there is none. Negative errno: the attempt gave no
 * answer.
 */
int probe_fmod_ret(uint32_t btf_id, enum probe_answer *ret, char **ret_reason);

#endif
