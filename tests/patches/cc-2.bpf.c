// SPDX-License-Identifier: GPL-2.0-only
/* The next version of cc-1: a window of 22. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

#define CWND 22
#include "cc.h"

KLP_PATCH("cc", "2");
KLP_LICENSE("GPL");

KLP_STRUCT_OPS(tcp_congestion_ops, cc, "klp_cc");
CC(cc, "klp_cc");
