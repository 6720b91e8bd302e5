// SPDX-License-Identifier: GPL-2.0-only
/* An idle CPU never leaves do_idle(): OUTCOME_OUT_OF_REACH. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("idle", "1.0");
KLP_LICENSE("GPL");

KLP_OVERRIDE(void, do_idle)
{
}
