// SPDX-License-Identifier: GPL-2.0-only
/* For measurements: 1 fmod_ret body, which lets the original run. */
#define BENCH_NAME "bench-fmod-1"
#define BENCH_BODY KLP_FMOD_RET
#define BENCH_FUNCTIONS BENCH_1
#include "../bench/many.bpf.h"
