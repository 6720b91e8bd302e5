// SPDX-License-Identifier: GPL-2.0-only
/* For measurements: 10 fmod_ret bodies, which let the original run. */
#define BENCH_NAME "bench-fmod-10"
#define BENCH_BODY KLP_FMOD_RET
#define BENCH_FUNCTIONS BENCH_10
#include "../bench/many.bpf.h"
