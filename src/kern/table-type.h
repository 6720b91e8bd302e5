/* SPDX-License-Identifier: GPL-2.0-only */
/* Types of the kernel's tables (struct_ops), and which of them can be swapped while they are in
 * use. */
#ifndef KLPD_KERN_TABLE_TYPE_H
#define KLPD_KERN_TABLE_TYPE_H

#include "shared/report.h"

struct btf;

/* OUTCOME_NO_SUCH_TABLE: tables of this type cannot be brought by a patch, and the detail says
 * why. */
int table_type_check(const struct btf *kernel, const char *type, struct report *report);

#endif
