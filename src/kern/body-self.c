// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gives bodies what they need to know about their patch. klp.bpf.h makes room for it in each patch
 * file:
 *
 * 1. slot and consistency, as constants;
 * 2. the gates word of patches with immediate consistency, as a map that replaces the file's own;
 * 3. the id of the companion's record, which is written later.
 *
 * A body without these values would ask no gate, so a file without the room is refused.
 */
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <string.h>

#include "kern/body-self.h"
#include "util/macro.h"

/* Writes to the file's copy of the constants, which loading freezes. */
static int self_tell_slot(struct bpf_object *bpf, const struct klp_self *self,
			  struct report *report)
{
	struct bpf_map *map = bpf_object__find_map_by_name(bpf, KLP_SELF_SECTION);
	size_t size = 0;
	void *value = map ? bpf_map__initial_value(map, &size) : NULL;

	if (!value || size != sizeof(*self))
		return report_set(report, OUTCOME_META_INVALID,
				  "section '" KLP_SELF_SECTION "' is missing or not of the size of "
				  "this format: no gate would be asked");
	memcpy(value, self, sizeof(*self));
	return 0;
}

/* Where the id will be written, or NULL. After loading this is the memory of the kernel's map. */
static uint64_t *self_id(const struct bpf_object *bpf)
{
	struct bpf_map *map = bpf_object__find_map_by_name(bpf, KLP_ID_SECTION);
	size_t size = 0;
	void *value = map ? bpf_map__initial_value(map, &size) : NULL;

	return size == sizeof(uint64_t) ? value : NULL;
}

static int self_check_id(const struct bpf_object *bpf, const struct klp_self *self,
			   struct report *report)
{
	const uint64_t *id = self_id(bpf);

	if (self->consistency != KLP_CONSISTENCY_PER_TASK || (id && *id == 0))
		return 0;
	return report_set(report, OUTCOME_META_INVALID,
			  "section '" KLP_ID_SECTION "' is missing or not as in this format: no gate "
			  "would be asked");
}

static int self_use_gates(struct bpf_object *bpf, const struct klp_self *self, int gates_fd,
			    struct report *report)
{
	struct bpf_map *map = bpf_object__find_map_by_name(bpf, KLP_GATES_MAP);
	int r;

	if (self->consistency != KLP_CONSISTENCY_IMMEDIATE || gates_fd < 0)
		return 0;
	/* The code was compiled for the declared map, so that one must have this shape. */
	if (!map || bpf_map__type(map) != BPF_MAP_TYPE_ARRAY ||
	    bpf_map__key_size(map) != sizeof(uint32_t) ||
	    bpf_map__value_size(map) != sizeof(uint64_t) ||
	    bpf_map__max_entries(map) != KLP_GATES_WORDS)
		return report_set(report, OUTCOME_META_INVALID,
				  "map '" KLP_GATES_MAP "' is missing or not of the shape of this "
				  "format: no gate would be asked");
	r = bpf_map__reuse_fd(map, gates_fd);
	return r < 0 ? report_errno(report, r, "cannot use the gates word") : 0;
}

int body_self_tell(struct bpf_object *bpf, const struct klp_self *self, int gates_fd,
		   struct report *report)
{
	int r = self_tell_slot(bpf, self, report);

	if (r == 0)
		r = self_check_id(bpf, self, report);
	return r == 0 ? self_use_gates(bpf, self, gates_fd, report) : r;
}

int body_self_id_fd(const struct bpf_object *bpf)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(bpf, KLP_ID_SECTION);

	return self_id(bpf) ? bpf_map__fd(map) : -ENOENT;
}
