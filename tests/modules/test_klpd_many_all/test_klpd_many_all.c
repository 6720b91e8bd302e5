// SPDX-License-Identifier: GPL-2.0-only
/* 64 sets of 256 functions, for 64 patches of the largest size; only `make scale` builds it. */
#define MANY_ALL
#include "test_klpd_many.c"
