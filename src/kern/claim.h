/* SPDX-License-Identifier: GPL-2.0-only */
/* That one klpd works on this kernel at a time: a lock on the pins, which the others would share. */
#ifndef KLPD_KERN_CLAIM_H
#define KLPD_KERN_CLAIM_H

/*
 * Lock KLPD_PIN_DIR, made if it is not there: an fd that holds the lock until it is closed. -EBUSY:
 * another process has it. A klpd with other pins for the same kernel, in a mount namespace of its
 * own, is met at /dev/klp: companion_open().
 */
int claim_pins(void);

#endif
