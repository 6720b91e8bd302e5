/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Owned things are variables with a cleanup attribute: they are let go of at the end of the block,
 * whichever way it is left. What moves on is taken out with TAKE_PTR() or TAKE_FD().
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
 * DEFINE_CLEANUP(struct meta, meta_free) makes meta_freep() for
 * `_cleanup_(meta_freep) struct meta *m = NULL;`. func takes a pointer that is not NULL.
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
/* Of an int that starts at -EBADF. */
#define _cleanup_close_ _cleanup_(cleanup_close)
#define _cleanup_fclose_ _cleanup_(cleanup_fclose)
#define _cleanup_closedir_ _cleanup_(cleanup_closedir)

#endif
