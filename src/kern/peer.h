/* SPDX-License-Identifier: GPL-2.0-only */
/* Who is at the other end of a socket, and whether that is root in the sense of /dev/klp. */
#ifndef KLPD_KERN_PEER_H
#define KLPD_KERN_PEER_H

#include <stdbool.h>
#include <sys/types.h>

#include "shared/report.h"

struct peer {
	pid_t pid;	/* of the process that connected; 0: it cannot be seen from here */
	uid_t uid;	/* as this process's user namespace has it */
	int pidfd;	/* owned; -EBADF: it has ended, or is not of uid 0 */
	bool mapped;	/* it is in another user namespace, or has ended and cannot be asked */
};

#define PEER_INIT ((struct peer){ .pidfd = -EBADF })

/* 0, or a negative errno if the socket has no peer. */
int peer_read(int fd, struct peer *ret);
void peer_done(struct peer *p);
/*
 * 0 if the peer is what klp.ko lets open /dev/klp: uid 0 with CAP_SYS_ADMIN and CAP_BPF, in this
 * user namespace. Else OUTCOME_PERMISSION, told in *report. -ESRCH, not told: it has ended.
 */
int peer_check_root(const struct peer *p, struct report *report);

#endif
