/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small macros that every file may use, and functions that no file may use. Include it after the
 * system and library headers, because a poisoned name must not appear in a later declaration.
 */
#ifndef KLPD_UTIL_MACRO_H
#define KLPD_UTIL_MACRO_H

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_SIZE(a) \
	(sizeof(a) / sizeof((a)[0]) + \
	 0 * sizeof(struct { _Static_assert(!__builtin_types_compatible_p(__typeof__(a), \
				__typeof__(&(a)[0])), "not an array"); char c; }))

/* Length of a string literal, known at compile time. */
#define STRLEN(literal) (sizeof("" literal "") - 1)

/* those of sys/param.h evaluate their arguments twice */
#undef MIN
#undef MAX
#define MIN(a, b) ({ __typeof__(a) min_a_ = (a); __typeof__(b) min_b_ = (b); \
		     min_a_ < min_b_ ? min_a_ : min_b_; })
#define MAX(a, b) ({ __typeof__(a) max_a_ = (a); __typeof__(b) max_b_ = (b); \
		     max_a_ > max_b_ ? max_a_ : max_b_; })

/* Move ownership in one visible token: the variable is empty afterwards. */
#define TAKE_PTR(ptr) ({ __typeof__(ptr) *take_p_ = &(ptr); __typeof__(ptr) take_v_ = *take_p_; \
			 *take_p_ = NULL; take_v_; })
#define TAKE_FD(fd) ({ int *take_p_ = &(fd); int take_v_ = *take_p_; \
		       *take_p_ = -EBADF; take_v_; })

#define STREQ(a, b) (strcmp((a), (b)) == 0)
#define STR_HAS_PREFIX(s, literal) (strncmp((s), literal, STRLEN(literal)) == 0)

#define _printf_(string, first) __attribute__((format(printf, string, first)))
#define _unused_ __attribute__((unused))
#define _noreturn_ __attribute__((noreturn))

/* TAKE_FD needs it, and so do most files */
#include <errno.h>

#pragma GCC poison strcpy strcat sprintf vsprintf atoi atol strtok system gets

#endif
