/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether this klpd can manage what is in force, asked before it is the one that runs. */
#ifndef KLPD_KLPD_UPGRADE_H
#define KLPD_KLPD_UPGRADE_H

/* Says it on stdout, or on stderr if not. The exit status: 0 it can, EXIT_STATUS_COMPANION it does not
 * speak the ABI of the klp.ko that patches are in force by, EXIT_STATUS_REFUSED a newer klpd has pinned
 * some of them, EXIT_STATUS_SYSTEM it cannot be known. */
int upgrade_check(void);

#endif
