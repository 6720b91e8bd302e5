/* SPDX-License-Identifier: GPL-2.0-only */
/* Ensures that only one klpd works on this kernel at a time. */
#ifndef KLPD_KERN_CLAIM_H
#define KLPD_KERN_CLAIM_H

/*
 * Make KLPD_PIN_DIR and take the lock that every klpd of this kernel takes. Returns an fd that
 * holds the lock until it is closed. -EBUSY: another process holds the lock. companion_open()
 * detects a klpd that sees neither this tracefs nor this bpffs, because it claims /dev/klp.
 */
int claim_kernel(void);

#endif
