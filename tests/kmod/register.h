/* SPDX-License-Identifier: GPL-2.0-only */
/* Members of a struct klp_ioc_register that are the same for every patch of vmlinux only. */
#ifndef KLPD_TESTS_REGISTER_H
#define KLPD_TESTS_REGISTER_H

#include <stdint.h>

#include "klp/uapi.h"

#define VMLINUX_ONLY \
	.objects = (uintptr_t)&(struct klp_uapi_object){ .name = "vmlinux" }, .nr_objects = 1

#endif
