/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to manager*.c: the events of the companion. */
#ifndef KLPD_KLPD_MANAGER_COMPANION_H
#define KLPD_KLPD_MANAGER_COMPANION_H

#include "klpd/manager.h"

/* How long to rest after an OBJECT event, as a multiple of what telling the observer took. */
#define MANAGER_OBJECT_REST	20

/* Listen to the companion if there is one and klpd does not listen yet. 0 or -errno. */
int manager_listen(struct manager *m);
void manager_companion_done(struct manager *m);

#endif
