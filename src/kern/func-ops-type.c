// SPDX-License-Identifier: GPL-2.0-only
/*
 * The companion's struct_ops type klp_func_ops. libbpf could make maps of it as well, but for each
 * map it reads the names of all types of the kernel twice. For a patch of a hundred functions this
 * took longer than the rest of enabling it. Here the types are searched once per patch, and only
 * those of the companion.
 *
 * The kernel takes type ids together with the BTF that they belong to; both come from the same fd
 * here. If another companion is loaded a moment later, loading fails.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kern/kernel-btf.h"
#include "kern/func-ops-type.h"
#include "klp/meta.h"
#include "klp/uapi.h"
#include "util/cleanup.h"
#include "util/errno-util.h"
#include "util/macro.h"

#define OPS_MODULE	"klp"
#define OPS_VALUE_TYPE	"bpf_struct_ops_" KLP_OPS_TYPE
#define OPS_BTF_MAX	(16U * 1024 * 1024)	/* bytes; a module's BTF has some thousands */

static const char *const ops_bodies[] = { "guard", "override" };

DEFINE_CLEANUP(struct func_ops_type, func_ops_type_free);

struct func_ops_type *func_ops_type_free(struct func_ops_type *t)
{
	if (!t)
		return NULL;
	safe_close(t->btf_fd);
	free(t);
	return NULL;
}

static int ops_read_btf(int fd, uint32_t size, struct btf *vmlinux, struct btf **ret)
{
	_cleanup_free_ void *data = size <= OPS_BTF_MAX ? malloc(size) : NULL;
	struct bpf_btf_info info = { .btf = (uintptr_t)data, .btf_size = size };
	uint32_t info_size = sizeof(info);

	if (!data)
		return size <= OPS_BTF_MAX ? -ENOMEM : -EFBIG;
	if (bpf_btf_get_info_by_fd(fd, &info, &info_size) < 0)
		return errno_negative();
	*ret = btf__new_split(data, size, vmlinux);
	return *ret ? 0 : errno_negative();
}

/* Searches only the types that the module added. */
static const struct btf_type *ops_find_struct(const struct btf *btf, const struct btf *vmlinux,
					      const char *name, uint32_t *ret_id)
{
	for (uint32_t id = btf__type_cnt(vmlinux); id < btf__type_cnt(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);

		if (t && btf_is_struct(t) && STREQ(btf__name_by_offset(btf, t->name_off), name)) {
			*ret_id = id;
			return t;
		}
	}
	return NULL;
}

/* Index of the member, and the byte at which it begins; -ENOENT. */
static int ops_find_member(const struct btf *btf, const struct btf_type *t, const char *name,
			   uint32_t *ret_offset)
{
	for (uint16_t i = 0; i < btf_vlen(t); i++) {
		if (!STREQ(btf__name_by_offset(btf, btf_members(t)[i].name_off), name))
			continue;
		*ret_offset = btf_member_bit_offset(t, i) / 8;
		return i;
	}
	return -ENOENT;
}

/* Find where everything is in a value of the map. True: it is all there. */
static bool ops_find_members(struct func_ops_type *t, const struct btf *btf,
			     const struct btf_type *ops, const struct btf_type *value)
{
	uint32_t data = 0;

	if (ops_find_member(btf, value, "data", &data) < 0 || data > value->size ||
	    ops->size > value->size - data ||
	    ops_find_member(btf, ops, "record", &t->record) < 0 ||
	    ops_find_member(btf, ops, "func", &t->func) < 0 ||
	    t->record + KLP_NAME_LEN > ops->size || t->func + sizeof(uint32_t) > ops->size)
		return false;
	t->record += data;
	t->func += data;
	for (size_t i = 0; i < ARRAY_SIZE(ops_bodies); i++) {
		int index = ops_find_member(btf, ops, ops_bodies[i], &t->bodies[i].offset);

		if (index < 0 || t->bodies[i].offset + sizeof(uint64_t) > ops->size)
			return false;
		t->bodies[i].index = (uint32_t)index;
		t->bodies[i].offset += data;
	}
	t->value_size = value->size;
	return true;
}

static int func_ops_type_read(struct func_ops_type *t, uint32_t btf_size, struct btf *vmlinux)
{
	const struct btf_type *ops, *value;
	struct btf *btf = NULL;
	int r;

	r = ops_read_btf(t->btf_fd, btf_size, vmlinux, &btf);
	if (r < 0)
		return r;
	ops = ops_find_struct(btf, vmlinux, KLP_OPS_TYPE, &t->type);
	value = ops_find_struct(btf, vmlinux, OPS_VALUE_TYPE, &t->value_type);
	if (!ops || !value || !ops_find_members(t, btf, ops, value))
		r = -ENOENT;
	btf__free(btf);
	return r;
}

int func_ops_type_new(struct btf *vmlinux, struct func_ops_type **ret, struct report *report)
{
	_cleanup_(func_ops_type_freep) struct func_ops_type *t = calloc(1, sizeof(*t));
	uint32_t size = 0;
	int r;

	if (!t)
		return -ENOMEM;
	t->btf_fd = kernel_btf_open(OPS_MODULE, NULL, &size);
	r = t->btf_fd < 0 ? t->btf_fd : func_ops_type_read(t, size, vmlinux);
	if (r == -ENOENT)
		return report_set(report, OUTCOME_NO_COMPANION,
				  "the kernel has no type '" KLP_OPS_TYPE "' of module '" OPS_MODULE
				  "', by which it would be given guard and override bodies");
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return report_errno(report, r, "cannot read the types of module '" OPS_MODULE "'");
	*ret = TAKE_PTR(t);
	return 0;
}

/* Older files name their sections after the member's former name, "replace". */
static int ops_body_index(const char *member)
{
	if (STREQ(member, "replace"))
		member = "override";
	for (size_t i = 0; i < ARRAY_SIZE(ops_bodies); i++)
		if (STREQ(ops_bodies[i], member))
			return (int)i;
	return -ENOENT;
}

int func_ops_type_prepare(const struct func_ops_type *t, struct bpf_program *program,
			  struct bpf_prog_load_opts *opts)
{
	const char *section = bpf_program__section_name(program);
	const char *member = strchr(section, '/');
	int i = member ? ops_body_index(member + 1) : -ENOENT;

	if (i < 0)
		return -EINVAL;
	if (STR_HAS_PREFIX(section, "struct_ops.s/"))
		opts->prog_flags |= BPF_F_SLEEPABLE;
	opts->attach_btf_obj_fd = (uint32_t)t->btf_fd;
	opts->attach_btf_id = t->type;
	opts->expected_attach_type = (enum bpf_attach_type)t->bodies[i].index;
	return bpf_program__set_type(program, BPF_PROG_TYPE_STRUCT_OPS);
}

int func_ops_type_make_map(const struct func_ops_type *t, const char *name, int file_btf_fd,
			   const struct func_ops_body *body)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts,
		.btf_fd = (uint32_t)file_btf_fd,
		.map_flags = BPF_F_LINK | BPF_F_VTYPE_BTF_OBJ_FD,
		.btf_vmlinux_value_type_id = t->value_type,
		.value_type_btf_obj_fd = t->btf_fd);
	_cleanup_free_ char *value = calloc(1, t->value_size);
	uint64_t program = (uint64_t)body->program_fd;
	int i = ops_body_index(body->member);
	_cleanup_close_ int fd = -EBADF;
	const uint32_t zero = 0;

	if (!value)
		return -ENOMEM;
	if (i < 0 || body->program_fd < 0 || strlen(body->record) >= KLP_NAME_LEN)
		return -EINVAL;
	memcpy(value + t->record, body->record, strlen(body->record));
	memcpy(value + t->func, &body->index, sizeof(body->index));
	memcpy(value + t->bodies[i].offset, &program, sizeof(program));
	fd = bpf_map_create(BPF_MAP_TYPE_STRUCT_OPS, name, sizeof(zero), t->value_size, 1, &opts);
	if (fd < 0)
		return errno_negative();
	if (bpf_map_update_elem(fd, &zero, value, BPF_ANY) < 0)
		return errno_negative();
	return TAKE_FD(fd);
}
