// SPDX-License-Identifier: GPL-2.0-only
/* Only a struct_ops instance: congestion control klp_cc with a window of 11. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

#define CWND 11
#include "cc.h"

KLP_PATCH("cc", "1");
KLP_LICENSE("GPL");

KLP_STRUCT_OPS(tcp_congestion_ops, cc, "klp_cc");
CC(cc, "klp_cc");
