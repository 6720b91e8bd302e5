// SPDX-License-Identifier: GPL-2.0-only
/* The same kernel livepatch again, in a module of its own, so that one can replace the other. */
#include "test_klpd_bench_livepatch.c"
