// SPDX-License-Identifier: GPL-2.0-only
/* For measurements: 100 guard bodies, which let the original run. */
#define BENCH_NAME "bench-100"
#define BENCH_BODY KLP_GUARD
#define BENCH_FUNCTIONS BENCH_100
#include "../bench/many.bpf.h"
