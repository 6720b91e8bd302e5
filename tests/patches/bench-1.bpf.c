// SPDX-License-Identifier: GPL-2.0-only
/* For measurements: so many guard bodies, which let the original run. */
#define BENCH_NAME "bench-1"
#define BENCH_BODY KLP_GUARD
#define BENCH_FUNCTIONS BENCH_1
#include "../bench/many.bpf.h"
