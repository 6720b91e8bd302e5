/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes and queries BPF links by fd. A tracing link exists as long as an fd or a pin holds it. It
 * cannot be updated in place; a struct_ops link can. Owns nothing.
 */
#include <bpf/bpf.h>
#include <string.h>
#include <unistd.h>

#include "kern/bpf-fd.h"
#include "kern/caps.h"
#include "kern/link.h"
#include "util/cleanup.h"
#include "util/errno-util.h"

int link_attach(int prog_fd)
{
	int fd;

	CAPS_SCOPE(CAPS_BPF);

	/* no target: the function that the program was verified for */
	fd = bpf_link_create(prog_fd, 0, BPF_MODIFY_RETURN, NULL);
	return fd < 0 ? errno_negative() : fd;
}

int link_attach_ops(int map_fd)
{
	int fd;

	CAPS_SCOPE(CAPS_BPF);

	fd = bpf_link_create(map_fd, 0, BPF_STRUCT_OPS, NULL);
	return fd < 0 ? errno_negative() : fd;
}

int link_program_fd(uint32_t prog_id)
{
	int fd;

	CAPS_SCOPE(CAPS_BPF);

	fd = bpf_prog_get_fd_by_id(prog_id);
	return fd < 0 ? errno_negative() : fd;
}

int link_update(int link_fd, int map_fd, int old_map_fd)
{
	LIBBPF_OPTS(bpf_link_update_opts, opts, .flags = BPF_F_REPLACE,
		    .old_map_fd = (uint32_t)old_map_fd);

	CAPS_SCOPE(CAPS_BPF);

	return bpf_link_update(link_fd, map_fd, &opts) < 0 ? errno_negative() : 0;
}

int link_detach(int link_fd)
{
	CAPS_SCOPE(CAPS_BPF);

	return bpf_link_detach(link_fd) < 0 ? errno_negative() : 0;
}

int link_map_id(int map_fd, uint32_t *ret)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);

	CAPS_SCOPE(CAPS_BPF);

	if (!bpf_fd_is_map(map_fd))
		return -EINVAL;
	if (bpf_map_get_info_by_fd(map_fd, &info, &size) < 0)
		return errno_negative();
	*ret = info.id;
	return 0;
}

/* Add what only the program knows: its name and how often it was skipped. */
static int link_add_program_info(uint32_t prog_id, struct link_info *info)
{
	_cleanup_close_ int fd = link_program_fd(prog_id);
	struct bpf_prog_info prog = {};
	uint32_t size = sizeof(prog);

	if (fd < 0)
		return fd;
	if (bpf_prog_get_info_by_fd(fd, &prog, &size) < 0)
		return errno_negative();
	info->recursion_misses = prog.recursion_misses;
	(void)snprintf(info->prog_name, sizeof(info->prog_name), "%.*s", (int)sizeof(prog.name),
		       prog.name);
	return 0;
}

int link_get_traced(int link_fd, uint32_t *ret_obj_id, uint32_t *ret_btf_id)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);

	CAPS_SCOPE(CAPS_BPF);

	if (bpf_link_get_info_by_fd(link_fd, &info, &size) < 0)
		return errno_negative();
	if (info.type != BPF_LINK_TYPE_TRACING)
		return -EINVAL;
	*ret_obj_id = info.tracing.target_obj_id;
	*ret_btf_id = info.tracing.target_btf_id;
	return 0;
}

int link_get_info(int link_fd, struct link_info *ret)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);
	struct link_info found = {};
	int r;

	CAPS_SCOPE(CAPS_BPF);

	if (!bpf_fd_is_link(link_fd))
		return -EINVAL;
	if (bpf_link_get_info_by_fd(link_fd, &info, &size) < 0)
		return errno_negative();
	found.link_id = info.id;
	if (info.type == BPF_LINK_TYPE_STRUCT_OPS) {
		found.kind = LINK_OPS;
		found.map_id = info.struct_ops.map_id;
		*ret = found;
		return 0;
	}
	if (info.type != BPF_LINK_TYPE_TRACING || info.tracing.attach_type != BPF_MODIFY_RETURN)
		return -EINVAL;

	found.prog_id = info.prog_id;
	found.target_btf_id = info.tracing.target_btf_id;
	found.target_obj_id = info.tracing.target_obj_id;
	r = link_add_program_info(info.prog_id, &found);
	if (r < 0)
		return r;
	*ret = found;
	return 0;
}
