/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is in force and not pinned, in the file descriptor store of the service manager: it holds links
 * over a restart of klpd. The next klpd needs none of these descriptors, since it finds what they
 * hold by id.
 */
#ifndef KLPD_KLPD_FD_STORE_H
#define KLPD_KLPD_FD_STORE_H

#include <stdbool.h>

#include "core/registry.h"

/* Put what is not pinned into the store, in place of what is there. True: all of it is there, so
 * that nothing ends with this klpd. */
bool fd_store_put(const struct registry *reg);
/* At start: close what the service manager handed over. It still has it, until the next
 * fd_store_put(). */
void fd_store_close(void);

#endif
