/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to check.c: loads the bodies into the kernel's verifier. */
#ifndef KLPD_CORE_CHECK_LOAD_H
#define KLPD_CORE_CHECK_LOAD_H

#include "core/check.h"

/* Context: the functions were looked up. Loaded programs are closed again. Returns 0 or -ENOMEM. */
int check_load(struct check *c, struct registry *reg);
/* Add the problem of a phase, if there is one, to c->problems. Returns 0 or -ENOMEM. */
int check_problem(struct check *c, enum phase phase, int result, struct report *report);

#endif
