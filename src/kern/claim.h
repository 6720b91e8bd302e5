/* SPDX-License-Identifier: GPL-2.0-only */
/* That one klpd works on this kernel at a time. */
#ifndef KLPD_KERN_CLAIM_H
#define KLPD_KERN_CLAIM_H

/*
 * Take the lock that every klpd of this kernel takes, and make KLPD_PIN_DIR: an fd that holds the
 * lock until it is closed. -EBUSY: another process has it. A klpd that sees neither this tracefs nor
 * this bpffs is met at /dev/klp: companion_open().
 */
int claim_kernel(void);

#endif
