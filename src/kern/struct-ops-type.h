/* SPDX-License-Identifier: GPL-2.0-only */
/* Struct_ops types of the kernel, and which of their instances can be replaced while in use. */
#ifndef KLPD_KERN_STRUCT_OPS_TYPE_H
#define KLPD_KERN_STRUCT_OPS_TYPE_H

#include "shared/report.h"

struct btf;

/* OUTCOME_NO_SUCH_STRUCT_OPS: a patch cannot bring instances of this type; detail says why. */
int struct_ops_type_check(const struct btf *kernel, const char *type, struct report *report);

#endif
