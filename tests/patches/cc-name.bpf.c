// SPDX-License-Identifier: GPL-2.0-only
/* The metadata and the struct_ops instance give different names: OUTCOME_META_INVALID. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

#define CWND 55
#include "cc.h"

KLP_PATCH("cc-name", "1");
KLP_LICENSE("GPL");

KLP_STRUCT_OPS(tcp_congestion_ops, cc, "klp_cc");
CC(cc, "klp_other");
