/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Owned objects are variables with a cleanup attribute. They are freed at the end of the block,
 * however it is left. TAKE_PTR() or TAKE_FD() moves an object out of its variable.
 */
#ifndef KLPD_UTIL_CLEANUP_H
#define KLPD_UTIL_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/fd-util.h"
#include "util/macro.h"

#define _cleanup_(func) __attribute__((cleanup(func)))

/*
 * DEFINE_CLEANUP(struct meta, meta_free) makes meta_freep() for `_cleanup_(meta_freep) struct meta
 * *m = NULL;`. func is never called with NULL.
 */
#define DEFINE_CLEANUP(type, func) \
	static inline _unused_ void func##p(type **p) \
	{ \
		if (*p) \
			func(*p); \
	} \
	struct cleanup_semicolon_

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close(int *fd)
{
	safe_close(*fd);
}

static inline void cleanup_fclose(FILE **f)
{
	if (*f)
		(void)fclose(*f);
}

static inline void cleanup_closedir(DIR **d)
{
	if (*d)
		(void)closedir(*d);
}

#define _cleanup_free_ _cleanup_(cleanup_free)
/* For an int that is initialized to -EBADF. */
#define _cleanup_close_ _cleanup_(cleanup_close)
#define _cleanup_fclose_ _cleanup_(cleanup_fclose)
#define _cleanup_closedir_ _cleanup_(cleanup_closedir)

#endif
