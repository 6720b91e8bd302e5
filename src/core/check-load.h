/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of check.c: what the kernel's verifier says of the bodies. */
#ifndef KLPD_CORE_CHECK_LOAD_H
#define KLPD_CORE_CHECK_LOAD_H

#include "core/check.h"

/* Once the functions were looked at. What is loaded is closed again. 0 or -ENOMEM. */
int check_load(struct check *c, struct registry *reg);
/* Take over what went wrong in a phase, if anything did. 0 or -ENOMEM. */
int check_problem(struct check *c, enum phase phase, int result, struct report *report);

#endif
