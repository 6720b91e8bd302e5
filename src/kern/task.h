/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the name of a thread from /proc. */
#ifndef KLPD_KERN_TASK_H
#define KLPD_KERN_TASK_H

#include <stdint.h>

#define TASK_COMM_SIZE	64	/* names of kernel workers exceed the 15 characters of others */

/* The thread's name as printable ASCII. -ESRCH: there is no such thread. */
int task_comm(int32_t pid, char ret[static TASK_COMM_SIZE]);

#endif
