/* SPDX-License-Identifier: GPL-2.0-only */
/* Which mount a caller has as its root directory, as /proc/PID/mountinfo tells. */
#include "unit.h"

#include "klpd/caller.c"

static void test_root(void)
{
	CHECK_INT(mount_of_root("1 1 0:2 / / rw - rootfs rootfs rw\n"), 1);
	CHECK_INT(mount_of_root("24 1 8:1 / /proc rw - proc proc rw\n"
				"25 1 8:1 /sub / rw,noatime shared:1 - ext4 /dev/sda rw\n"), 25);
	/* the one on top counts */
	CHECK_INT(mount_of_root("25 1 8:1 / / rw - ext4 a rw\n26 25 0:9 / / rw - tmpfs b rw\n"), 26);
}

/* A chroot into a directory that is no mount: what it has is not the root of anybody else. */
static void test_none(void)
{
	CHECK_INT(mount_of_root(""), 0);
	CHECK_INT(mount_of_root("24 1 8:1 / /proc rw - proc proc rw\n"), 0);
	CHECK_INT(mount_of_root("24 1 8:1 / /\n"), 0);
	CHECK_INT(mount_of_root("x 1 8:1 / / rw - ext4 a rw\n24"), 0);
	CHECK_INT(mount_of_root("\n\n / / \n"), 0);
}

int main(void)
{
	RUN(test_root);
	RUN(test_none);
	return unit_end();
}
