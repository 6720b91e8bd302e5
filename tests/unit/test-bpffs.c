// SPDX-License-Identifier: GPL-2.0-only
/* kern/bpffs: which of the mounts in a mountinfo is seen at a path. */
#include <errno.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "kern/bpffs.h"
#include "unit.h"

#define SYSFS	"26 25 0:23 / /sys rw,nosuid shared:3 - sysfs sysfs rw\n"
#define BPFFS	"34 26 0:35 / /sys/fs/bpf rw,relatime shared:7 - bpf bpf rw\n"

static void expect(const char *text, int want, unsigned int minor_wanted)
{
	FILE *f = fmemopen((void *)text, strlen(text), "r");
	uint64_t dev = 0;
	int r = bpffs_find(f, "/sys/fs/bpf", &dev);

	if (r != want || dev != (want == 0 ? makedev(0, minor_wanted) : 0))
		fprintf(stderr, "of:\n%s", text);
	CHECK_INT(r, want);
	CHECK_INT(dev, want == 0 ? makedev(0, minor_wanted) : 0);
	fclose(f);
}

static void test_plain(void)
{
	expect(SYSFS BPFFS, 0, 35);
	expect(SYSFS, -ENOENT, 0);
	expect("34 26 0:35 / /sys/fs/bpf rw - bpf none rw\n", 0, 35);
	/* as systemd has it in a mount namespace */
	expect("98 75 0:32 / /sys rw shared:49 - sysfs sysfs rw\n"
	       "77 98 0:35 / /sys/fs/bpf rw shared:50 master:7 - bpf bpf rw\n", 0, 35);
}

static void test_covered(void)
{
	/* whatever the order, the one that is mounted on the other is seen */
	expect(SYSFS BPFFS "40 34 0:36 / /sys/fs/bpf rw - bpf covers rw\n", 0, 36);
	expect(SYSFS "40 34 0:36 / /sys/fs/bpf rw - bpf covers rw\n" BPFFS, 0, 36);
	expect(SYSFS BPFFS "40 34 0:36 / /sys/fs/bpf rw - tmpfs covers rw\n", -ENOENT, 0);
	/* a directory of a bpffs is not the whole of it */
	expect(SYSFS "34 26 0:35 /klpd /sys/fs/bpf rw - bpf bpf rw\n", -ENOENT, 0);
}

static void test_garbage(void)
{
	expect("\n \n1\n1 2\n1 2 3:4\n1 2 3:4 /\n- bpf\n - bpf \n", -ENOENT, 0);
	expect("34 26 0:35 / /sys/fs/bpfx rw - bpf bpf rw\n", -ENOENT, 0);
	expect("34 26 0:35 / /sys/fs/bpf rw - bpfs bpf rw\n", -ENOENT, 0);
	expect("34 26 0:35 / /sys/fs/bpf rw bpf bpf rw\n", -ENOENT, 0);
}

int main(void)
{
	RUN(test_plain);
	RUN(test_covered);
	RUN(test_garbage);
	return unit_end();
}
