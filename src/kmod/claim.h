/* SPDX-License-Identifier: GPL-2.0-only */
/* The right to change what is in force. All calls with klpm_mutex held. See claim.c. */
#ifndef KLP_KMOD_CLAIM_H
#define KLP_KMOD_CLAIM_H

#include <linux/types.h>

/* Take the claim if it is free. Return: false if another sequence holds it. */
bool klpm_claim_try(void);
bool klpm_claim_is_taken(void);
/* Release the claim: wakes waiters, and queues a pass of the transition that was put off. */
void klpm_claim_give(void);

/**
 * klpm_claim_take() - Take the claim, waiting for at most a fifth of a second
 *
 * Context: Process context, klpm_mutex held; released and taken again while waiting.
 * Return: 0; -EBUSY if the claim is still taken; -EINTR if the calling task was killed.
 */
int klpm_claim_take(void);

/**
 * klpm_claim_wait() - Wait until the claim is given back, for at most a second
 * @killable: stop waiting if the calling task is killed
 *
 * Does not take the claim.
 *
 * Context: Process context, klpm_mutex held; released and taken again meanwhile.
 * Return: 0; -EINTR if the calling task was killed, only if @killable.
 */
int klpm_claim_wait(bool killable);

#endif
