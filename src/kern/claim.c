/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lock is on the root directory of tracefs: a kernel has one tracefs, whatever mount namespace
 * a klpd is in and whichever bpffs it sees. The directory cannot be removed, and klpd needs tracefs
 * anyhow for the names of functions. A lock on the pin directory would keep that mount busy, so
 * that bpffs could not be unmounted.
 *
 * If tracefs is not mounted, the lock is on the pin directory instead. A klpd that finds tracefs
 * therefore also checks that no other process holds the lock on the pin directory.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "kern/claim.h"
#include "kern/pin.h"
#include "shared/paths.h"
#include "util/cleanup.h"
#include "util/errno-util.h"
#include "util/macro.h"

static const char *const tracing_dirs[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
/* Distinguishes tracefs from the empty directory of its mount point. */
#define TRACING_FILE	"set_ftrace_filter"

/* -EBUSY: another process holds the lock. */
static int claim_directory(int fd)
{
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EBUSY : errno_negative();
	return 0;
}

static int claim_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? errno_negative() : fd;
}

/* Negative: tracefs is not there, or is not accessible. */
static int claim_open_tracing(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(tracing_dirs); i++) {
		_cleanup_close_ int fd = claim_open(tracing_dirs[i]);

		if (fd >= 0 && faccessat(fd, TRACING_FILE, F_OK, 0) == 0)
			return TAKE_FD(fd);
	}
	return -ENOENT;
}

int claim_kernel(void)
{
	_cleanup_close_ int pins = -EBADF, tracing = -EBADF;
	int r;

	r = pin_init();
	if (r < 0)
		return r;
	pins = claim_open(KLPD_PIN_DIR);
	if (pins < 0)
		return pins;
	r = claim_directory(pins);
	if (r < 0)
		return r;
	tracing = claim_open_tracing();
	if (tracing < 0)
		return TAKE_FD(pins);
	r = claim_directory(tracing);
	return r < 0 ? r : TAKE_FD(tracing);
}
