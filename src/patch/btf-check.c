// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks the BTF of an untrusted file as one piece of data. Pure.
 *
 * libbpf checks that ids exist and then follows them, by loops without a bound and by recursion. A
 * const that refers to itself is an endless loop, and a long chain of function types exhausts the
 * stack. libbpf also adds sizes and offsets in 32 bits. So the BTF it is given has no cycle except
 * through a member of a named structure behind a pointer, as in C; no long chain; and no number
 * that can overflow.
 *
 * There are two walks, both without recursion:
 *
 * - "behind" follows every reference, up to a structure with a name;
 * - "inside" follows what a type contains, through members and elements, up to a pointer.
 */
#include <errno.h>
#include <linux/btf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "patch/btf-check.h"
#include "util/cleanup.h"
#include "util/macro.h"

#define INT_BYTES_MAX	16
/* newer headers may be longer; the additional fields do not change these */
#define HEADER_SIZE	(offsetof(struct btf_header, str_len) + sizeof(uint32_t))

struct checked {
	const struct btf_type **types;	/* by id; [0] is void */
	uint32_t *sizes;		/* bytes; filled in by the walk "inside" */
	uint32_t n;			/* number of ids, including void */
	const char *strings;
	uint32_t strings_size;
};

static int fault(struct btf_fault *ret, uint32_t type, const char *why)
{
	*ret = (struct btf_fault){ type, why };
	return -EINVAL;
}

static uint32_t kind_of(const struct btf_type *t)
{
	return BTF_INFO_KIND(t->info);
}

static uint32_t vlen_of(const struct btf_type *t)
{
	return BTF_INFO_VLEN(t->info);
}

/* Number of bytes that follow struct btf_type; -1: unknown kind. */
static int64_t tail_size(const struct btf_type *t)
{
	switch (kind_of(t)) {
	case BTF_KIND_FWD:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_PTR:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	case BTF_KIND_INT:
		return sizeof(uint32_t);
	case BTF_KIND_ENUM:
		return (int64_t)vlen_of(t) * (int64_t)sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return (int64_t)vlen_of(t) * (int64_t)sizeof(struct btf_enum64);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return (int64_t)vlen_of(t) * (int64_t)sizeof(struct btf_member);
	case BTF_KIND_FUNC_PROTO:
		return (int64_t)vlen_of(t) * (int64_t)sizeof(struct btf_param);
	case BTF_KIND_VAR:
		return sizeof(struct btf_var);
	case BTF_KIND_DATASEC:
		return (int64_t)vlen_of(t) * (int64_t)sizeof(struct btf_var_secinfo);
	case BTF_KIND_DECL_TAG:
		return sizeof(struct btf_decl_tag);
	default:
		return -1;
	}
}

static bool is_modifier(uint32_t kind)
{
	return kind == BTF_KIND_CONST || kind == BTF_KIND_VOLATILE || kind == BTF_KIND_RESTRICT ||
	       kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_TYPE_TAG;
}

static bool is_record(uint32_t kind)
{
	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION;
}

/* Kinds that are no type for a member, variable or argument: variable, section, tag, function. */
static bool is_no_type(uint32_t kind)
{
	return kind == BTF_KIND_VAR || kind == BTF_KIND_DATASEC || kind == BTF_KIND_DECL_TAG ||
	       kind == BTF_KIND_FUNC;
}

/* The number of types that this one refers to; reference() returns the i-th. */
static uint32_t n_references(const struct btf_type *t)
{
	uint32_t kind = kind_of(t);

	if (is_modifier(kind) || kind == BTF_KIND_PTR || kind == BTF_KIND_FUNC ||
	    kind == BTF_KIND_VAR || kind == BTF_KIND_DECL_TAG)
		return 1;
	if (kind == BTF_KIND_ARRAY)
		return 2;
	if (kind == BTF_KIND_FUNC_PROTO)
		return vlen_of(t) + 1;
	return is_record(kind) || kind == BTF_KIND_DATASEC ? vlen_of(t) : 0;
}

static uint32_t reference(const struct btf_type *t, uint32_t i)
{
	const void *tail = t + 1;

	switch (kind_of(t)) {
	case BTF_KIND_ARRAY:
		return i == 0 ? ((const struct btf_array *)tail)->type :
				((const struct btf_array *)tail)->index_type;
	case BTF_KIND_FUNC_PROTO:
		return i == 0 ? t->type : ((const struct btf_param *)tail)[i - 1].type;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return ((const struct btf_member *)tail)[i].type;
	case BTF_KIND_DATASEC:
		return ((const struct btf_var_secinfo *)tail)[i].type;
	default:
		return t->type;
	}
}

/*
 * Whether the names of the type and of its members, constants or arguments are inside the strings.
 */
static bool names_inside(const struct checked *c, const struct btf_type *t)
{
	const void *tail = t + 1;

	if (t->name_off >= c->strings_size)
		return false;
	for (uint32_t i = 0; i < vlen_of(t); i++) {
		uint32_t name = 0;

		switch (kind_of(t)) {
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
			name = ((const struct btf_member *)tail)[i].name_off;
			break;
		case BTF_KIND_ENUM:
			name = ((const struct btf_enum *)tail)[i].name_off;
			break;
		case BTF_KIND_ENUM64:
			name = ((const struct btf_enum64 *)tail)[i].name_off;
			break;
		case BTF_KIND_FUNC_PROTO:
			name = ((const struct btf_param *)tail)[i].name_off;
			break;
		default:
			return true;
		}
		if (name >= c->strings_size)
			return false;
	}
	return true;
}

/* Whether a type of kind `from` may refer to one of kind `to`; `to` is 0 for void. */
static bool may_refer(uint32_t from, uint32_t to)
{
	switch (from) {
	case BTF_KIND_FUNC:
		return to == BTF_KIND_FUNC_PROTO;
	case BTF_KIND_DATASEC:
		return to == BTF_KIND_VAR || to == BTF_KIND_FUNC;
	case BTF_KIND_DECL_TAG:
		return to == BTF_KIND_VAR || to == BTF_KIND_FUNC || to == BTF_KIND_TYPEDEF ||
		       is_record(to);
	case BTF_KIND_ARRAY:
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return to != BTF_KIND_UNKN && to != BTF_KIND_FUNC_PROTO && !is_no_type(to);
	case BTF_KIND_VAR:
	case BTF_KIND_FUNC_PROTO:
		return !is_no_type(to) && to != BTF_KIND_FUNC_PROTO;
	default:
		return !is_no_type(to);
	}
}

/* Check the numbers of a single type. */
static const char *number_fault(const struct btf_type *t)
{
	const struct btf_var_secinfo *vars = (const void *)(t + 1);
	uint32_t encoding;

	switch (kind_of(t)) {
	case BTF_KIND_INT:
		memcpy(&encoding, t + 1, sizeof(encoding));
		if (t->size == 0 || t->size > INT_BYTES_MAX || (t->size & (t->size - 1)) ||
		    BTF_INT_BITS(encoding) + BTF_INT_OFFSET(encoding) > 8 * t->size)
			return "is an integer of a size that there is not";
		return NULL;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return t->size == 1 || t->size == 2 || t->size == 4 || t->size == 8 ? NULL :
		       "is an enumeration of a size that there is not";
	case BTF_KIND_FLOAT:
		return t->size > 0 && t->size <= INT_BYTES_MAX ? NULL :
		       "is a floating point number of a size that there is not";
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return t->size <= BTF_CHECK_SIZE_MAX ? NULL : "is too large";
	case BTF_KIND_DATASEC:
		if (t->size > BTF_CHECK_SIZE_MAX)
			return "is too large";
		/* in an unlinked file offsets and sizes may be 0, libbpf fills them in */
		for (uint32_t i = 0; i < vlen_of(t); i++)
			if (vars[i].size > BTF_CHECK_SIZE_MAX ||
			    vars[i].offset > BTF_CHECK_SIZE_MAX)
				return "has a variable that is not inside";
		return NULL;
	default:
		return NULL;
	}
}

static int check_header(const void *data, size_t size, struct btf_header *ret,
			struct btf_fault *why)
{
	struct btf_header h = {};

	if (size < HEADER_SIZE || size > BTF_CHECK_BYTES_MAX)
		return fault(why, 0, "is shorter than its header, or too large");
	memcpy(&h, data, HEADER_SIZE);
	if (h.magic != BTF_MAGIC || h.version != BTF_VERSION || h.flags != 0)
		return fault(why, 0, "is not of version 1 for this machine");
	if (h.hdr_len < HEADER_SIZE || h.hdr_len > size || h.hdr_len % 4 || h.type_off % 4)
		return fault(why, 0, "has a header of another length");
	size -= h.hdr_len;
	if (h.type_off > size || h.type_len > size - h.type_off || h.str_off > size ||
	    h.str_len > size - h.str_off || h.str_off < h.type_off + h.type_len)
		return fault(why, 0, "has types or strings that are not inside");
	if (h.str_len == 0)
		return fault(why, 0, "has no strings");
	*ret = h;
	return 0;
}

/* Find where each type begins. `types` is aligned. */
static int check_types(struct checked *c, const char *types, uint32_t size, struct btf_fault *why)
{
	uint32_t at = 0;

	/* no type is smaller than struct btf_type */
	c->types = calloc(size / sizeof(struct btf_type) + 1, sizeof(*c->types));
	if (!c->types)
		return -ENOMEM;
	for (c->n = 1; at < size; c->n++) {
		const struct btf_type *t = (const void *)(types + at);
		int64_t tail;

		if (size - at < sizeof(*t))
			return fault(why, c->n, "is cut off");
		tail = tail_size(t);
		if (tail < 0)
			return fault(why, c->n, "is of a kind that is not known");
		if (tail > (int64_t)(size - at - sizeof(*t)))
			return fault(why, c->n, "is cut off");
		c->types[c->n] = t;
		at += (uint32_t)sizeof(*t) + (uint32_t)tail;
	}
	return 0;
}

static int check_each(const struct checked *c, struct btf_fault *why)
{
	for (uint32_t id = 1; id < c->n; id++) {
		const struct btf_type *t = c->types[id];
		const char *number = number_fault(t);

		if (!names_inside(c, t))
			return fault(why, id, "has a name that is not inside");
		if (number)
			return fault(why, id, number);
		for (uint32_t i = 0; i < n_references(t); i++) {
			uint32_t to = reference(t, i);

			if (to >= c->n)
				return fault(why, id, "refers to a type that is not there");
			if (!may_refer(kind_of(t), to ? kind_of(c->types[to]) : BTF_KIND_UNKN))
				return fault(why, id, "refers to a type of the wrong kind");
		}
	}
	return 0;
}

/*
 * Whether the walk continues from this type. "Behind" continues through a structure without a name,
 * because its members cannot refer to it by name, and libbpf spells it out wherever it is used.
 */
static bool goes_on(const struct checked *c, bool inside, const struct btf_type *t)
{
	uint32_t kind = kind_of(t);

	if (inside)
		return kind != BTF_KIND_PTR && kind != BTF_KIND_FUNC_PROTO;
	return !is_record(kind) || c->strings[t->name_off] == '\0';
}

/* Bytes of a type after its contents have been sized; UINT32_MAX: too many. */
static uint32_t size_of(const struct checked *c, const struct btf_type *t)
{
	const struct btf_array *array = (const void *)(t + 1);
	uint64_t size;

	switch (kind_of(t)) {
	case BTF_KIND_PTR:
		return sizeof(uint64_t);
	case BTF_KIND_ARRAY:
		size = (uint64_t)array->nelems * c->sizes[array->type];
		return size <= BTF_CHECK_SIZE_MAX ? (uint32_t)size : UINT32_MAX;
	case BTF_KIND_FUNC:
	case BTF_KIND_FUNC_PROTO:
	case BTF_KIND_FWD:
	case BTF_KIND_DECL_TAG:
		return 0;
	case BTF_KIND_VAR:
		return c->sizes[t->type];
	default:
		return is_modifier(kind_of(t)) ? c->sizes[t->type] : t->size;
	}
}

static bool members_fit(const struct checked *c, const struct btf_type *t)
{
	const struct btf_member *members = (const void *)(t + 1);

	for (uint32_t i = 0; is_record(kind_of(t)) && i < vlen_of(t); i++) {
		bool flag = BTF_INFO_KFLAG(t->info);
		uint64_t at = flag ? BTF_MEMBER_BIT_OFFSET(members[i].offset) : members[i].offset;
		uint64_t bits = flag ? BTF_MEMBER_BITFIELD_SIZE(members[i].offset) : 0;

		if (at + (bits ? bits : 8ULL * c->sizes[members[i].type]) > 8ULL * t->size)
			return false;
	}
	return true;
}

struct step {
	uint32_t id, next;	/* the reference to follow next */
};

/* SEEN_NOT is 0; WALKING: on the path. */
enum { SEEN_NOT, WALKING, DONE };

/*
 * Walk everything that can be reached from `start`. height: the longest chain that begins at a
 * type.
 */
static int walk(struct checked *c, uint32_t start, bool inside, uint8_t *state, uint8_t *height,
		struct btf_fault *why)
{
	struct step path[BTF_CHECK_DEPTH_MAX];
	size_t n = 0;

	path[n++] = (struct step){ start, 0 };
	state[start] = WALKING;
	while (n > 0) {
		struct step *s = &path[n - 1];
		const struct btf_type *t = c->types[s->id];
		uint32_t to;

		if (goes_on(c, inside, t) && s->next < n_references(t)) {
			to = reference(t, s->next++);
			if (to == 0 || state[to] == DONE)
				continue;
			if (state[to] == WALKING)
				return fault(why, to, "refers to itself");
			if (n == ARRAY_SIZE(path))
				return fault(why, start, "is a row of too many types");
			state[to] = WALKING;
			path[n++] = (struct step){ to, 0 };
			continue;
		}
		height[s->id] = 1;
		for (uint32_t i = 0; goes_on(c, inside, t) && i < n_references(t); i++) {
			to = reference(t, i);
			if (to != 0 && height[to] >= height[s->id])
				height[s->id] = (uint8_t)(height[to] + 1);
		}
		if (height[s->id] > BTF_CHECK_DEPTH_MAX)
			return fault(why, s->id, "is a row of too many types");
		if (inside) {
			c->sizes[s->id] = size_of(c, t);
			if (c->sizes[s->id] == UINT32_MAX)
				return fault(why, s->id, "is too large");
			if (!members_fit(c, t))
				return fault(why, s->id, "has a member that is not inside");
		}
		state[s->id] = DONE;
		n--;
	}
	return 0;
}

static int check_walks(struct checked *c, bool inside, struct btf_fault *why)
{
	_cleanup_free_ uint8_t *state = calloc(c->n, 1), *height = calloc(c->n, 1);
	int r = state && height ? 0 : -ENOMEM;

	for (uint32_t id = 1; r == 0 && id < c->n; id++)
		if (state[id] == SEEN_NOT)
			r = walk(c, id, inside, state, height, why);
	return r;
}

int btf_check(const void *data, size_t size, struct btf_fault *ret)
{
	_cleanup_free_ const struct btf_type **types = NULL;
	_cleanup_free_ uint32_t *sizes = NULL;
	_cleanup_free_ char *copy = NULL;
	struct checked c = {};
	struct btf_header h;
	int r;

	r = check_header(data, size, &h, ret);
	if (r < 0)
		return r;
	/* a section may begin at any offset of its file, so copy it to aligned memory */
	copy = malloc(size);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, data, size);
	c.strings = copy + h.hdr_len + h.str_off;
	c.strings_size = h.str_len;
	if (c.strings[0] != '\0' || c.strings[h.str_len - 1] != '\0')
		return fault(ret, 0, "has strings that do not end");
	r = check_types(&c, copy + h.hdr_len + h.type_off, h.type_len, ret);
	types = c.types;
	if (r < 0)
		return r;
	c.sizes = sizes = calloc(c.n, sizeof(*sizes));
	if (!sizes)
		return -ENOMEM;
	r = check_each(&c, ret);
	if (r == 0)
		r = check_walks(&c, false, ret);
	return r == 0 ? check_walks(&c, true, ret) : r;
}
