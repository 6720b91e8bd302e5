/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lock is on the directory of the pins itself, so it cannot be removed while a klpd runs, as a
 * file in /run can, and it is the same for each mount namespace that sees this bpffs.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#include "kern/claim.h"
#include "kern/pin.h"
#include "shared/paths.h"
#include "util/cleanup.h"
#include "util/errno-util.h"
#include "util/macro.h"

int claim_pins(void)
{
	_cleanup_close_ int fd = -EBADF;
	int r;

	r = pin_init();
	if (r < 0)
		return r;
	fd = open(KLPD_PIN_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno_negative();
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EBUSY : errno_negative();
	return TAKE_FD(fd);
}
