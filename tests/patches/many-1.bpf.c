// SPDX-License-Identifier: GPL-2.0-only
/* The maximum number of functions of a patch (KLP_FUNCS_MAX), each of which returns 1. */
#define MANY_NAME "many-1"
#define MANY_VALUE 1
#include "many.h"
