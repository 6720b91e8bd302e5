/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lock is on the root directory of tracefs: there is one tracefs for the kernel, whatever mount
 * namespace a klpd is in and whichever bpffs it sees, nobody can remove it, and klpd needs it for the
 * names of functions anyhow. A lock on the directory of the pins would keep that mount busy, so that
 * bpffs could not be unmounted. Where tracefs is not mounted the pins are locked all the same; a klpd
 * that finds tracefs looks whether another has done that.
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
/* What tells tracefs from the empty directory that it is to be mounted on. */
#define TRACING_FILE	"set_ftrace_filter"

/* -EBUSY: another process has it. */
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

/* Negative: tracefs is not there, or cannot be looked at. */
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
