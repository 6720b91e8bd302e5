/* SPDX-License-Identifier: GPL-2.0-only */
/* Checks whether this klpd can manage what is in force, before it replaces the klpd that runs. */
#ifndef KLPD_KLPD_UPGRADE_H
#define KLPD_KLPD_UPGRADE_H

/*
 * Print the answer: on stdout if it can, else on stderr. Returns the exit status:
 * - 0: it can.
 * - EXIT_STATUS_COMPANION: patches are in force through a klp.ko with an ABI that it does not
 *   speak.
 * - EXIT_STATUS_REFUSED: a newer klpd has pinned some of the patches.
 * - EXIT_STATUS_SYSTEM: it cannot be determined.
 */
int upgrade_check(void);

#endif
