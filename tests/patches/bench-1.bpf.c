// SPDX-License-Identifier: GPL-2.0-only
/* For measurements: 1 guard body, which lets the original run. */
#define BENCH_NAME "bench-1"
#define BENCH_BODY KLP_GUARD
#define BENCH_FUNCTIONS BENCH_1
#include "../bench/many.bpf.h"
