/* SPDX-License-Identifier: GPL-2.0-only */
/* Struct_ops types of the kernel, and which of their tables can be replaced while in use. */
#ifndef KLPD_KERN_TABLE_TYPE_H
#define KLPD_KERN_TABLE_TYPE_H

#include "shared/report.h"

struct btf;

/* OUTCOME_NO_SUCH_TABLE: a patch cannot bring tables of this type; detail says why. */
int table_type_check(const struct btf *kernel, const char *type, struct report *report);

#endif
