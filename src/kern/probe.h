/* SPDX-License-Identifier: GPL-2.0-only */
/* What this kernel permits, found out by trying: programs are loaded, never attached. */
#ifndef KLPD_KERN_PROBE_H
#define KLPD_KERN_PROBE_H

#include <stdint.h>

enum probe_answer {
	PROBE_PERMITTED,	/* the kernel lets fmod_ret attach as it is */
	PROBE_CLOSED,		/* it would, were the function open for modification */
	PROBE_IMPOSSIBLE,	/* it never will */
};

/*
 * Whether fmod_ret may attach to FUNC `btf_id` of vmlinux right now. *ret_reason is set for
 * PROBE_IMPOSSIBLE: the kernel's words, malloc'ed, or NULL if it had none. Negative errno if it
 * could not be found out.
 */
int probe_fmod_ret(uint32_t btf_id, enum probe_answer *ret, char **ret_reason);

#endif
