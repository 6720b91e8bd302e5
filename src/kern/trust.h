/* SPDX-License-Identifier: GPL-2.0-only */
/* Opens a patch file and proves, on the fd, that only root could have written it. */
#ifndef KLPD_KERN_TRUST_H
#define KLPD_KERN_TRUST_H

#include <stddef.h>

#include "shared/report.h"

/*
 * Read the whole file at absolute `path`: a regular file, not reached through a symlink in its last
 * component, owned by root, not writable by group or others, as are all directories above it
 * (sticky registry-writable ones like /tmp are refused too), at most KLP_FILE_MAX bytes.
 * Returns 0 with *ret malloc'ed, OUTCOME_FILE_UNREADABLE, OUTCOME_FILE_UNTRUSTED, or -ENOMEM.
 */
int trust_read_patch(const char *path, void **ret, size_t *ret_size, struct report *report);

#endif
