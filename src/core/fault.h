/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Points at which tests make a change fail or kill klpd, and at which klpd feeds its watchdog.
 * Apart from the watchdog they do nothing unless KLPD_FAULT is in klpd's environment; only the
 * process that starts klpd can set it.
 *
 * - KLPD_FAULT="PHASE:N:WHAT" acts in phase PHASE ("plan", "load", ...) at its point N. WHAT is
 *   "fail": the step fails with EIO; or "kill": klpd kills itself with SIGKILL.
 *   Further ones may follow, separated by commas.
 * - KLPD_FAULT="/PATH": the first line of that file holds this text and is read again at each
 *   point.
 */
#ifndef KLPD_CORE_FAULT_H
#define KLPD_CORE_FAULT_H

#include "shared/outcome.h"

/*
 * Point 0 is the start of a phase. Point n follows its n-th object, counted over all patches of the
 * change. The points of a repair are those of phase PIN from REPAIR_POINT on. Returns 0 or -EIO.
 */
#define FAULT_UNDO	1000	/* in the undo of a phase */

int fault_point(enum phase phase, unsigned int point);

#endif
