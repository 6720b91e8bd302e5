/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps patches in force that are not pinned, in the file descriptor store of the service manager.
 * Their links survive a restart of klpd there. The next klpd does not need the descriptors, because
 * it finds the links and maps by id.
 */
#ifndef KLPD_KLPD_FD_STORE_H
#define KLPD_KLPD_FD_STORE_H

#include <stdbool.h>

#include "core/registry.h"

/*
 * Replace the contents of the store with the patches that are not pinned. True if all of them are
 * in it, so that no patch ends with this klpd.
 */
bool fd_store_put(const struct registry *reg);
/*
 * At start: close the descriptors that the service manager handed over. The store keeps them until
 * the next fd_store_put().
 */
void fd_store_close(void);

#endif
