/* SPDX-License-Identifier: GPL-2.0-only */
/* Errors are read from errno at once and passed on as negative numbers. */
#ifndef KLPD_UTIL_ERRNO_UTIL_H
#define KLPD_UTIL_ERRNO_UTIL_H

#include <errno.h>

/* Negative errno of the call that just failed; never 0, so that it cannot be taken for success. */
static inline int errno_negative(void)
{
	int e = errno;

	return e > 0 ? -e : -EIO;
}

/* r = RET_NERRNO(unlink(path)): the result if it is not negative, otherwise -errno. */
#define RET_NERRNO(call) ({ __typeof__(call) ret_nerrno_ = (call); \
			    ret_nerrno_ < 0 ? errno_negative() : (int)ret_nerrno_; })

/* Undo steps continue after an error and keep the first one: RET_GATHER(ret, undo_one()); */
#define RET_GATHER(ret, call) ({ int ret_gather_ = (call); \
				 if (ret_gather_ < 0 && (ret) >= 0) \
					 (ret) = ret_gather_; \
				 (ret); })

/* Preserve errno across code that may change it. */
static inline void errno_restore(const int *saved)
{
	errno = *saved;
}
#define PROTECT_ERRNO \
	__attribute__((cleanup(errno_restore), unused)) const int protect_errno_ = errno

#endif
