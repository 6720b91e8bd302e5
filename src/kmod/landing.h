/* SPDX-License-Identifier: GPL-2.0-only */
/* Places at which a BPF trampoline may enter an original on CPUs with IBT. See landing.c. */
#ifndef KLP_KMOD_LANDING_H
#define KLP_KMOD_LANDING_H

#include <linux/types.h>

/* Is this a CPU with IBT? If not, there are no landings. */
bool klpm_landing_needed(void);
/**
 * klpm_landing_get() - find or make the landing of a function
 * @original: where the original continues, behind its call of ftrace
 *
 * A landing belongs to its address until klp.ko is unloaded.
 *
 * Context: klpm_mutex held.
 * Return: the address of the landing; 0 if all are taken.
 */
unsigned long klpm_landing_get(unsigned long original);
/* Where the landing continues; the address itself if it is in no landing. Any context. */
unsigned long klpm_landing_leads_to(unsigned long addr);

#endif
