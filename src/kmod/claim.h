/* SPDX-License-Identifier: GPL-2.0-only */
/* Who may change what is in force. All calls with klp_mutex held. See claim.c. */
#ifndef KLP_KMOD_CLAIM_H
#define KLP_KMOD_CLAIM_H

#include <linux/types.h>

/* False: another row of steps has it. */
bool claim_try(void);
bool claim_is_taken(void);
void claim_give(void);
/* For a fifth of a second; klp_mutex is released meanwhile. -EBUSY: it is still taken; -EINTR: the
 * caller was killed. */
int claim_take(void);
/* Until it is given back, or a second has passed; likewise. -EINTR only if killable. */
int claim_wait(bool killable);

#endif
