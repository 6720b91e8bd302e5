/* SPDX-License-Identifier: GPL-2.0-only */
/* A thread as /proc shows it. */
#ifndef KLPD_KERN_TASK_H
#define KLPD_KERN_TASK_H

#include <stdint.h>

#define TASK_COMM_SIZE	64	/* of workers it is longer than the 15 of others */

/* Its name as printable ASCII. -ESRCH: there is no such thread. */
int task_comm(int32_t pid, char ret[static TASK_COMM_SIZE]);

#endif
