// SPDX-License-Identifier: GPL-2.0-only
/*
 * The struct_ops maps of a patch file, for callbacks and struct_ops instances: the type of a map
 * according to the file, the values that the companion needs, and the map's link. The type of a
 * callback begins, as that of bodies does, with the name of a record and an index in it. Struct_ops
 * instances of the kernel's own types are left as the author wrote them. Maps of bodies are not in
 * the file; see func-ops-type.c.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <string.h>

#include "kern/object-ops.h"
#include "kern/sandbox.h"
#include "klp/meta.h"
#include "util/cleanup.h"
#include "util/errno-util.h"
#include "util/macro.h"

/* The type of this map according to the file; NULL unless it is a structure. */
static const struct btf_type *ops_type(const struct bpf_object *bpf, const char *name)
{
	const struct btf *btf = bpf_object__btf(bpf);
	int id = btf ? btf__find_by_name_kind(btf, name, BTF_KIND_VAR) : -ENOENT;
	const struct btf_type *t = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;

	id = t ? btf__resolve_type(btf, t->type) : -ENOENT;
	t = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;
	return t && btf_is_struct(t) ? t : NULL;
}

/* True if the map is of this type. libbpf would attach a map of any other type as well. */
static bool ops_is_type(const struct bpf_object *bpf, const char *name, const char *type)
{
	const struct btf_type *t = ops_type(bpf, name);

	return t && STREQ(btf__name_by_offset(bpf_object__btf(bpf), t->name_off), type);
}

/* The beginning of struct klp_callback_ops of klp/klp.bpf.h. */
struct ops_data {
	char record[KLP_NAME_LEN];
	uint32_t index;
};

static int ops_tell(struct bpf_map *map, const char *record, uint32_t index)
{
	struct ops_data data = { .index = index };
	size_t size = 0;
	void *value = bpf_map__initial_value(map, &size);

	if (!value || size < sizeof(data) || strlen(record) >= sizeof(data.record))
		return -EINVAL;
	memcpy(data.record, record, strlen(record));
	memcpy(value, &data, sizeof(data));
	return 0;
}

int object_ops_select_callback(struct bpf_object *bpf, const char *name, const char *record,
			       uint32_t index, struct bpf_map **ret, struct report *report)
{
	struct bpf_map *map = bpf_object__find_map_by_name(bpf, name);
	int r;

	if (!map || bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS ||
	    !ops_is_type(bpf, name, KLP_CALLBACK_OPS_TYPE) ||
	    !(bpf_map__map_flags(map) & BPF_F_LINK) || ops_tell(map, record, index) < 0)
		return report_set(report, OUTCOME_META_INVALID, "the file has no '%s' of type %s",
				  name, KLP_CALLBACK_OPS_TYPE);
	r = bpf_map__set_autocreate(map, true);
	if (r < 0)
		return report_errno(report, r, "cannot prepare '%s'", name);
	*ret = map;
	return 0;
}

/*
 * The verifier compares a guard's program with the companion's struct klp_call by offset alone. A
 * program built for another layout would silently receive other arguments than it asks for.
 */
static const struct {
	const char *name;
	uint32_t offset;	/* in bytes; each member is a __u64 */
} ops_call[] = {
	{ "arg5", 0 }, { "arg4", 8 }, { "ret", 16 }, { "arg3", 24 },
	{ "arg2", 32 }, { "arg1", 40 }, { "arg0", 48 },
};

static bool ops_call_is_ours(const struct btf *btf)
{
	int id = btf ? btf__find_by_name_kind(btf, "klp_call", BTF_KIND_STRUCT) : -ENOENT;
	const struct btf_type *t = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;

	if (!t || t->size != ARRAY_SIZE(ops_call) * sizeof(uint64_t) ||
	    btf_vlen(t) != ARRAY_SIZE(ops_call))
		return false;
	for (uint32_t i = 0; i < ARRAY_SIZE(ops_call); i++) {
		const char *name = btf__name_by_offset(btf, btf_members(t)[i].name_off);

		if (!name || !STREQ(name, ops_call[i].name) ||
		    btf_member_bit_offset(t, i) != 8 * ops_call[i].offset ||
		    btf__resolve_size(btf, btf_members(t)[i].type) != sizeof(uint64_t))
			return false;
	}
	return true;
}

int object_ops_check_call(const struct bpf_object *bpf, struct report *report)
{
	if (ops_call_is_ours(bpf_object__btf(bpf)))
		return 0;
	return report_set(report, OUTCOME_META_INVALID,
			  "the file was built with an older klp.bpf.h (its struct klp_call is not "
			  "that of this version): build it again");
}

/*
 * The text of the struct_ops instance's member `name`, a NUL-terminated character array; NULL:
 * none.
 */
static const char *struct_ops_name(const struct bpf_object *bpf, const struct bpf_map *map)
{
	const struct btf *btf = bpf_object__btf(bpf);
	const struct btf_type *t = ops_type(bpf, bpf_map__name(map)), *array;
	const struct btf_member *m = t ? btf_members(t) : NULL;
	size_t size = 0, at, n;
	const char *value = bpf_map__initial_value(map, &size);

	for (uint16_t i = 0; value && m && i < btf_vlen(t); i++) {
		if (!STREQ(btf__name_by_offset(btf, m[i].name_off), "name"))
			continue;
		array = btf__type_by_id(btf, m[i].type);
		if (!array || !btf_is_array(array) ||
		    btf__resolve_size(btf, btf_array(array)->type) != 1)
			return NULL;
		at = btf_member_bit_offset(t, i) / 8;
		n = btf_array(array)->nelems;
		if (at > size || n > size - at || !memchr(value + at, '\0', n))
			return NULL;
		return value + at;
	}
	return NULL;
}

int object_ops_select_struct_ops(struct bpf_object *bpf, const char *name, const char *type,
				 const char *instance, struct bpf_map **ret, struct report *report)
{
	struct bpf_map *map = bpf_object__find_map_by_name(bpf, name);
	const char *written;
	int r;

	if (!map || bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS ||
	    !ops_is_type(bpf, name, type) || !(bpf_map__map_flags(map) & BPF_F_LINK))
		return report_set(report, OUTCOME_META_INVALID, "the file has no '%s' of type %s in "
				  "section .struct_ops.link", name, type);
	written = struct_ops_name(bpf, map);
	if (!written || !STREQ(written, instance))
		return report_set(report, OUTCOME_META_INVALID,
				  "the metadata says that struct_ops instance '%s' is "
				  "named '%s', and its member name does not",
				  name, instance);
	r = bpf_map__set_autocreate(map, true);
	if (r < 0)
		return report_errno(report, r, "cannot prepare '%s'", name);
	*ret = map;
	return 0;
}

/*
 * Only libbpf knows the value in the form that the kernel wants, and writes it to the map on the
 * way to a link. The link must not be made: the system call filter (sandbox.c) refuses it, with an
 * errno of its own.
 */
int object_ops_ready(struct bpf_map *map)
{
	struct bpf_link *link = bpf_map__attach_struct_ops(map);

	if (!link)
		return errno == SANDBOX_NO_LINK ? 0 : errno_negative();
	(void)bpf_link__destroy(link);
	return -EPROTO;
}
