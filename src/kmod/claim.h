/* SPDX-License-Identifier: GPL-2.0-only */
/* Who may change what is in force. All calls with klpm_mutex held. See claim.c. */
#ifndef KLP_KMOD_CLAIM_H
#define KLP_KMOD_CLAIM_H

#include <linux/types.h>

/* False: another row of steps has it. */
bool klpm_claim_try(void);
bool klpm_claim_is_taken(void);
void klpm_claim_give(void);
/* For a fifth of a second; klpm_mutex is released meanwhile. -EBUSY: it is still taken; -EINTR: the
 * caller was killed. */
int klpm_claim_take(void);
/* Until it is given back, or a second has passed; likewise. -EINTR only if killable. */
int klpm_claim_wait(bool killable);

#endif
