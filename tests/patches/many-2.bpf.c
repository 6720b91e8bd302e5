// SPDX-License-Identifier: GPL-2.0-only
/*
 * The successor of many-1: the maximum number of functions of a patch (KLP_FUNCS_MAX), each of
 * which returns 2.
 */
#define MANY_NAME "many-2"
#define MANY_VALUE 2
#include "many.h"
