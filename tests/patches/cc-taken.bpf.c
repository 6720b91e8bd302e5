// SPDX-License-Identifier: GPL-2.0-only
/*
 * A struct_ops instance with a name that a congestion control of the kernel already has:
 * OUTCOME_TAKEN.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

#define CWND 44
#include "cc.h"

KLP_PATCH("cc-taken", "1");
KLP_LICENSE("GPL");

KLP_STRUCT_OPS(tcp_congestion_ops, cc, "cubic");
CC(cc, "cubic");
