/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Points at which tests make a change fail or klpd die, and at which klpd says that it lives. Inert
 * else unless the environment of klpd has
 * KLPD_FAULT="PHASE:N:WHAT": in phase PHASE ("plan", "load", ...), at point N of it, WHAT ("fail":
 * the step fails with EIO; "kill": klpd kills itself with SIGKILL), or KLPD_FAULT="/PATH": the first line
 * of that file says so, and is read again at each point. Only the process that starts klpd can set it.
 */
#ifndef KLPD_CORE_FAULT_H
#define KLPD_CORE_FAULT_H

#include "shared/outcome.h"

/* Point 0 is the start of a phase; point n follows its n-th object, counted over all sets that the
 * change moves. A repair has those of phase PIN from REPAIR_POINT on. 0, or -EIO. */
int fault_point(enum phase phase, unsigned int point);

#endif
