// SPDX-License-Identifier: GPL-2.0-only
/*
 * Examines each BPF link and map of the kernel. An fmod_ret body of klpd has the maps of klp.bpf.h:
 * struct klp_self, and the id of its record. A guard or override body and a callback have a
 * struct_ops map; its value begins with the name of the record. A process with CAP_BPF can make
 * such objects; they then claim to be klpd's, and are shown as what they claim.
 *
 * Ids come and go during the search. An object that is gone when it is opened is ignored.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <ctype.h>
#include <string.h>

#include "kern/caps.h"
#include "kern/found.h"
#include "kern/link.h"
#include "kern/pin-read.h"
#include "util/cleanup.h"
#include "util/errno-util.h"

/*
 * Value of a struct_ops map: the kernel's own part, then the structure, on a cache line of its own.
 * The members are the first ones of the companion's struct klp_func_ops and klp_callback_ops.
 */
#define OPS_DATA	64
struct ops_value {
	char before[OPS_DATA];
	char record[KLP_NAME_LEN];
	uint32_t index;
	uint32_t padding;
	uint64_t guard;		/* of a body: the id of its program; 0: it is an override */
};

#define OPS_VALUE_MAX	65536
#define MAPS_MAX	64	/* of one program */

static int found_map_info(uint32_t id, int *ret_fd, struct bpf_map_info *info)
{
	uint32_t size = sizeof(*info);
	_cleanup_close_ int fd = bpf_map_get_fd_by_id(id);

	if (fd < 0)
		return errno_negative();
	memset(info, 0, sizeof(*info));
	if (bpf_map_get_info_by_fd(fd, info, &size) < 0)
		return errno_negative();
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int found_map_fd(uint32_t map_id)
{
	CAPS_SCOPE(CAPS_BPF);

	return RET_NERRNO(bpf_map_get_fd_by_id(map_id));
}

int found_link_fd(uint32_t link_id)
{
	CAPS_SCOPE(CAPS_BPF);

	return RET_NERRNO(bpf_link_get_fd_by_id(link_id));
}

/* The first `size` bytes of the one value of an array. */
static int found_value(int fd, const struct bpf_map_info *info, void *ret, size_t size)
{
	_cleanup_free_ char *value = NULL;
	uint32_t zero = 0;

	if (info->key_size != sizeof(zero) || info->max_entries < 1 || info->value_size < size ||
	    info->value_size > OPS_VALUE_MAX)
		return -EINVAL;
	value = calloc(1, info->value_size);
	if (!value)
		return -ENOMEM;
	if (bpf_map_lookup_elem(fd, &zero, value) < 0)
		return errno_negative();
	memcpy(ret, value, size);
	return 0;
}

/* Read what one of its maps says about an fmod_ret body. *seen: 1, klp_self; 2, the id. */
static int found_program_map(uint32_t map_id, struct found_link *l, unsigned int *seen)
{
	_cleanup_close_ int fd = -EBADF;
	struct bpf_map_info info;
	struct klp_self self;
	int r = found_map_info(map_id, &fd, &info);

	if (r < 0)
		return r;
	if (strncmp(info.name, KLP_GATES_MAP, sizeof(info.name)) == 0) {
		l->gates_map_id = map_id;
	} else if (strncmp(info.name, KLP_SELF_SECTION, sizeof(info.name)) == 0) {
		r = found_value(fd, &info, &self, sizeof(self));
		if (r < 0)
			return r;
		l->slot = self.slot;
		l->consistency = self.consistency;
		*seen |= 1;
	} else if (strncmp(info.name, KLP_ID_SECTION, sizeof(info.name)) == 0) {
		r = found_value(fd, &info, &l->id, sizeof(l->id));
		if (r < 0)
			return r;
		*seen |= 2;
	}
	return 0;
}

/* 1: it is a body of klpd. */
static int found_fmod_ret(uint32_t prog_id, struct found_link *l)
{
	_cleanup_close_ int fd = bpf_prog_get_fd_by_id(prog_id);
	uint32_t ids[MAPS_MAX] = {}, size;
	struct bpf_prog_info info = { .nr_map_ids = MAPS_MAX, .map_ids = (uintptr_t)ids };
	unsigned int seen = 0;

	size = sizeof(info);
	if (fd < 0 || bpf_prog_get_info_by_fd(fd, &info, &size) < 0)
		return errno_negative();
	for (uint32_t i = 0; i < MIN(info.nr_map_ids, (uint32_t)MAPS_MAX); i++) {
		int r = found_program_map(ids[i], l, &seen);

		if (r < 0 && pin_is_our_trouble(r))
			return r;
	}
	(void)snprintf(l->name, sizeof(l->name), "%.*s", (int)sizeof(info.name) - 1, info.name);
	l->kind = FOUND_FMOD_RET;
	return (seen & 1) &&
	       (l->consistency == KLP_CONSISTENCY_IMMEDIATE ?
			l->slot < KLP_GATE_SLOTS && l->gates_map_id != 0 :
			l->consistency == KLP_CONSISTENCY_PER_TASK && (seen & 2) && l->id != 0);
}

/* True for a name such as klpd gives records; names are put into messages. */
static bool found_record_good(const char record[static KLP_NAME_LEN])
{
	size_t n = strnlen(record, KLP_NAME_LEN);

	if (n == 0 || n == KLP_NAME_LEN)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isgraph((unsigned char)record[i]))
			return false;
	return true;
}

/* 1: a body or a callback, or a map that may be a struct_ops instance of klpd's. */
static int found_ops(uint32_t map_id, struct found_link *l)
{
	_cleanup_close_ int fd = -EBADF;
	struct ops_value value;
	struct bpf_map_info info;
	int r = found_map_info(map_id, &fd, &info);

	if (r < 0)
		return r;
	l->map_id = map_id;
	l->kind = FOUND_STRUCT_OPS;
	(void)snprintf(l->name, sizeof(l->name), "%.*s", (int)sizeof(info.name) - 1, info.name);
	if (!STR_HAS_PREFIX(l->name, KLP_CALLBACK_OPS_PREFIX))
		return 1;
	r = found_value(fd, &info, &value, sizeof(value));
	if (r == -ENOMEM)
		return r;
	if (r < 0 || !found_record_good(value.record))
		return 0;
	memcpy(l->record, value.record, sizeof(l->record));
	l->index = value.index;
	/* KLP_OPS_PREFIX begins with KLP_CALLBACK_OPS_PREFIX */
	if (!STR_HAS_PREFIX(l->name, KLP_OPS_PREFIX))
		l->kind = FOUND_CALLBACK;
	else
		l->kind = value.guard ? FOUND_GUARD : FOUND_OVERRIDE;
	return 1;
}

/* 1: the link is klpd's; 0: it is not, or is gone; -errno: a failure of this process. */
static int found_link(uint32_t id, struct found_link *ret)
{
	_cleanup_close_ int fd = bpf_link_get_fd_by_id(id);
	struct link_info info;
	int r;

	*ret = (struct found_link){ .link_id = id };
	r = fd < 0 ? errno_negative() : link_get_info(fd, &info);
	if (r == 0 && info.kind == LINK_FMOD_RET) {
		ret->target = info.target_btf_id;
		r = found_fmod_ret(info.prog_id, ret);
	} else if (r == 0) {
		r = info.map_id ? found_ops(info.map_id, ret) : 0;
	}
	return r < 0 && !pin_is_our_trouble(r) ? 0 : r;
}

/* 1: *id is the next id after it; 0: it was the last one; -errno: the kernel does not tell. */
static int found_next(int (*next)(uint32_t start, uint32_t *ret), uint32_t *id)
{
	if (next(*id, id) == 0)
		return 1;
	return errno == ENOENT ? 0 : errno_negative();
}

int found_links(struct found *ret)
{
	struct found f = { .n = 0 };
	uint32_t id = 0;
	size_t room = 0;
	int r = 0;

	CAPS_SCOPE(CAPS_BPF);

	while (r >= 0) {
		struct found_link l;

		r = found_next(bpf_link_get_next_id, &id);
		if (r == 0)
			break;
		if (r > 0)
			r = found_link(id, &l);
		if (r <= 0)
			continue;
		if (f.n == room) {
			struct found_link *more = reallocarray(f.links, room + 64, sizeof(*more));

			if (!more) {
				r = -ENOMEM;
				break;
			}
			f.links = more;
			room += 64;
		}
		f.links[f.n++] = l;
	}
	if (r < 0) {
		found_done(&f);
		return r;
	}
	*ret = f;
	return 0;
}

void found_done(struct found *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->links[i].symbol);
	free(f->links);
	*f = (struct found){ .n = 0 };
}

int found_name_targets(struct found *f)
{
	struct btf *btf = NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && i < f->n; i++) {
		struct found_link *l = &f->links[i];
		const struct btf_type *t;
		const char *name;

		if (l->kind != FOUND_FMOD_RET || l->symbol)
			continue;
		btf = btf ?: btf__load_vmlinux_btf();
		if (!btf)
			return errno_negative();
		t = btf__type_by_id(btf, l->target);
		name = t && btf_is_func(t) ? btf__name_by_offset(btf, t->name_off) : NULL;
		if (!name || !*name || strlen(name) >= KLP_SYMBOL_LEN)
			continue;
		l->symbol = strdup(name);
		r = l->symbol ? 0 : -ENOMEM;
	}
	btf__free(btf);
	return r;
}

/* 1: the map is the metadata of a patch. */
static int found_meta(uint32_t id, struct found_meta *ret)
{
	_cleanup_close_ int fd = -EBADF;
	struct bpf_map_info info;
	int r = found_map_info(id, &fd, &info);

	if (r < 0 || strncmp(info.name, PIN_META_MAP, sizeof(info.name)) != 0)
		return r < 0 && pin_is_our_trouble(r) ? r : 0;
	*ret = (struct found_meta){ .map_id = id };
	r = pin_read_meta(fd, &ret->patch);
	if (r < 0)
		return pin_is_our_trouble(r) ? r : 0;
	ret->patch.serial = ret->patch.header.serial;
	return 1;
}

int found_metas(struct found_meta **ret, size_t *ret_n)
{
	struct found_meta *metas = NULL, *more, m;
	uint32_t id = 0;
	size_t n = 0;
	int r = 0;

	CAPS_SCOPE(CAPS_BPF);

	while (r >= 0) {
		r = found_next(bpf_map_get_next_id, &id);
		if (r == 0)
			break;
		if (r > 0)
			r = found_meta(id, &m);
		if (r <= 0)
			continue;
		more = reallocarray(metas, n + 1, sizeof(*more));
		if (!more) {
			free(m.patch.meta);
			r = -ENOMEM;
			break;
		}
		metas = more;
		metas[n++] = m;
	}
	if (r < 0) {
		found_metas_free(metas, n);
		return r;
	}
	*ret = metas;
	*ret_n = n;
	return 0;
}

void found_metas_free(struct found_meta *metas, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(metas[i].patch.meta);
	free(metas);
}
