/* SPDX-License-Identifier: GPL-2.0-only */
/* Opens a patch file and checks, on the fd, that only root could have written it. */
#ifndef KLPD_KERN_TRUST_H
#define KLPD_KERN_TRUST_H

#include <stddef.h>

#include "shared/report.h"

/*
 * Read the whole file at absolute `path`. It must be a regular file of at most KLP_FILE_MAX bytes,
 * not reached through a symlink in its last component. The file and all directories above it must
 * be owned by root and not writable by group or others; sticky world-writable directories such as
 * /tmp are refused too. Returns 0 with *ret malloc'ed, OUTCOME_FILE_UNREADABLE,
 * OUTCOME_FILE_UNTRUSTED or -ENOMEM.
 */
int trust_read_patch(const char *path, void **ret, size_t *ret_size, struct report *report);

#endif
