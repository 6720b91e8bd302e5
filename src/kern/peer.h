/* SPDX-License-Identifier: GPL-2.0-only */
/* Identifies the process at the other end of a socket, and checks that it is root as /dev/klp
 * defines it. */
#ifndef KLPD_KERN_PEER_H
#define KLPD_KERN_PEER_H

#include <stdbool.h>
#include <sys/types.h>

#include "shared/report.h"

struct peer {
	pid_t pid;	/* of the process that connected; 0: not visible from here */
	uid_t uid;	/* as seen in this process's user namespace */
	int pidfd;	/* owned; -EBADF: the peer has ended, or is not of uid 0 */
	bool mapped;	/* in another user namespace, or unknown because the peer has ended */
};

#define PEER_INIT ((struct peer){ .pidfd = -EBADF })

/* 0, or a negative errno if the socket has no peer. */
int peer_read(int fd, struct peer *ret);
void peer_done(struct peer *p);
/*
 * 0 if klp.ko lets the peer open /dev/klp: uid 0 with CAP_SYS_ADMIN and CAP_BPF, in this user
 * namespace. Otherwise OUTCOME_PERMISSION, set in *report. -ESRCH, without a report: the peer has
 * ended.
 */
int peer_check_root(const struct peer *p, struct report *report);

#endif
