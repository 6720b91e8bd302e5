// SPDX-License-Identifier: GPL-2.0-only
/*
 * Examines each BTF object of the kernel. BTF of programs may have any name, so only the kernel's
 * own counts.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <string.h>

#include "kern/caps.h"
#include "kern/kernel-btf.h"
#include "klp/meta.h"
#include "util/cleanup.h"
#include "util/macro.h"

int kernel_btf_open(const char *name, uint32_t *ret_id, uint32_t *ret_size)
{
	uint32_t id = 0;

	while (bpf_btf_get_next_id(id, &id) == 0) {
		_cleanup_close_ int fd = bpf_btf_get_fd_by_id(id);
		char found[KLP_OBJECT_LEN] = "";
		struct bpf_btf_info info = { .name = (uintptr_t)found, .name_len = sizeof(found) };
		uint32_t size = sizeof(info);

		if (fd < 0 || bpf_btf_get_info_by_fd(fd, &info, &size) < 0 || !info.kernel_btf ||
		    !STREQ(found, name))
			continue;
		if (ret_id)
			*ret_id = id;
		if (ret_size)
			*ret_size = info.btf_size;
		return TAKE_FD(fd);
	}
	return -ENOENT;
}

/* Reads by id if possible, which takes one call. sysfs returns its megabytes 4 KiB at a time. */
struct btf *kernel_btf_read(void)
{
	_cleanup_close_ int fd = -EBADF;
	struct btf *btf = NULL;
	uint32_t id;

	CAPS_SCOPE(CAPS_BPF);
	fd = kernel_btf_open("vmlinux", &id, NULL);
	if (fd >= 0)
		btf = btf__load_from_kernel_by_id(id);
	return btf ?: btf__parse_raw(KERNEL_BTF_FILE);
}
