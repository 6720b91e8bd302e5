/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compares a function as the patch's author declared it with the function of the running kernel.
 * This is the only protection against a kernel update that adds an argument, after which a body
 * reads the wrong one: the verifier sees only the kernel's types, never the author's.
 *
 * Both types are walked side by side. What C hides (typedef, const, volatile, restrict) is stripped
 * first. What the calling convention does not see (signedness, enum or int) counts as equal if the
 * size is. Behind a pointer to a structure only its name counts, because CO-RE relocates members
 * that moved. The author's BTF is untrusted input: every walk is bounded, every id may be wrong.
 */
#include <bpf/btf.h>
#include <stdarg.h>
#include <string.h>

#include "kern/bpf-log.h"
#include "kern/prototype.h"
#include "util/macro.h"

#define STRIP_MAX	64	/* qualifiers and typedefs on one type */
#define DEPTH_MAX	8	/* pointers to pointers */
#define TEXT_MAX	1024
#define REGISTERS	6	/* that hold arguments, on x86-64 */
#define STEPS_MAX	256	/* to print one prototype */
#define NEST_MAX	8	/* function types, nested as arguments */

struct proto_text {
	size_t used;
	char text[TEXT_MAX];
};

_printf_(2, 0) static void prototype_print(void *arg, const char *format, va_list args)
{
	struct proto_text *t = arg;
	int n = vsnprintf(t->text + t->used, sizeof(t->text) - t->used, format, args);

	if (n > 0)
		t->used = MIN(t->used + (size_t)n, sizeof(t->text) - 1);
}

static bool prototype_is_record(const struct btf_type *t)
{
	return btf_is_composite(t) || btf_is_fwd(t);
}

static bool prototype_is_printable(const struct btf *btf, uint32_t id, int nest, int *budget);

/* What is printed part by part: arguments, and the members of a structure without a name. */
static bool prototype_parts_are_printable(const struct btf *btf, const struct btf_type *t, int nest,
					  int *budget)
{
	if (nest >= NEST_MAX)
		return false;
	for (uint16_t i = 0; i < btf_vlen(t); i++) {
		uint32_t part = btf_is_func_proto(t) ? btf_params(t)[i].type :
						       btf_members(t)[i].type;

		if (!prototype_is_printable(btf, part, nest + 1, budget))
			return false;
	}
	return true;
}

/*
 * libbpf prints without end if the BTF has a cycle, and reads ids that do not exist. So it is given
 * nothing that takes more than `budget` steps to print, or that nests more than NEST_MAX function
 * types and unnamed structures. libbpf recurses for each of these, and so does this code.
 */
static bool prototype_is_printable(const struct btf *btf, uint32_t id, int nest, int *budget)
{
	while (id != 0) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		bool nameless = t && btf_is_composite(t) && t->name_off == 0;

		if (!t || --*budget < 0)
			return false;
		if ((btf_is_func_proto(t) || nameless) &&
		    !prototype_parts_are_printable(btf, t, nest, budget))
			return false;
		if (btf_is_array(t))
			id = btf_array(t)->type;
		else if (btf_is_ptr(t) || btf_is_mod(t) || btf_is_func_proto(t) ||
			 btf_is_type_tag(t))
			id = t->type;
		else
			return true;
	}
	return true;
}

char *prototype_to_string(const struct btf *btf, uint32_t proto_id, const char *name)
{
	LIBBPF_OPTS(btf_dump_emit_type_decl_opts, opts, .field_name = name);
	struct proto_text t = {};
	int budget = STEPS_MAX, r;
	struct btf_dump *dump;

	if (!prototype_is_printable(btf, proto_id, 0, &budget))
		return NULL;
	bpf_log_begin();
	dump = btf_dump__new(btf, prototype_print, &t, NULL);
	if (!dump)
		return NULL;
	r = btf_dump__emit_type_decl(dump, proto_id, &opts);
	btf_dump__free(dump);
	if (r < 0)
		return NULL;
	/* libbpf prints a structure without a name in full, on several lines */
	for (char *p = t.text; *p; p++) {
		if (*p == '\n' || *p == '\t')
			*p = ' ';
	}
	return strdup(t.text);
}

/* The type behind qualifiers and typedefs; NULL for void. *ok is cleared if it is not known. */
static const struct btf_type *prototype_strip(const struct btf *btf, uint32_t id, bool *ok)
{
	for (int i = 0; i < STRIP_MAX; i++) {
		const struct btf_type *t;

		if (id == 0)
			return NULL;
		t = btf__type_by_id(btf, id);
		if (!t)
			break;
		if (!btf_is_mod(t) && !btf_is_typedef(t) && !btf_is_type_tag(t))
			return t;
		id = t->type;
	}
	*ok = false;
	return NULL;
}

/* Integers of any name: a register passes them as a plain number. */
static bool prototype_is_scalar(const struct btf_type *t)
{
	return btf_is_int(t) || btf_is_any_enum(t);
}

/* The flag of a forward declaration distinguishes struct and union. */
static bool prototype_is_union(const struct btf_type *t)
{
	return btf_is_union(t) || (btf_is_fwd(t) && btf_kflag(t));
}

/* "task_struct" and "task_struct___new" are one structure to CO-RE; the kernel's has no flavour. */
static size_t prototype_essential_length(const char *name)
{
	const char *flavour = strstr(name, "___");

	return flavour && flavour > name ? (size_t)(flavour - name) : strlen(name);
}

static bool prototype_same_record(const struct btf *kernel, const struct btf_type *k,
				  const struct btf *author, const struct btf_type *a)
{
	const char *k_name = btf__name_by_offset(kernel, k->name_off);
	const char *a_name = btf__name_by_offset(author, a->name_off);
	size_t length;

	if (!k_name || !a_name || prototype_is_union(k) != prototype_is_union(a))
		return false;
	if (STREQ(k_name, a_name))
		return true;
	length = prototype_essential_length(a_name);
	return strlen(k_name) == length && strncmp(k_name, a_name, length) == 0;
}

static bool prototype_same_pointee(const struct btf *kernel, uint32_t k_id,
				   const struct btf *author, uint32_t a_id, int depth)
{
	bool ok = true;
	const struct btf_type *k = prototype_strip(kernel, k_id, &ok);
	const struct btf_type *a = prototype_strip(author, a_id, &ok);

	if (!ok || depth > DEPTH_MAX)
		return false;
	if (!k || !a)
		return !k && !a;
	if (prototype_is_record(k) && prototype_is_record(a))
		return prototype_same_record(kernel, k, author, a);
	if (prototype_is_scalar(k) && prototype_is_scalar(a))
		return k->size == a->size;
	if (btf_is_ptr(k) && btf_is_ptr(a))
		return prototype_same_pointee(kernel, k->type, author, a->type, depth + 1);
	if (btf_is_array(k) && btf_is_array(a))
		return btf_array(k)->nelems == btf_array(a)->nelems &&
		       prototype_same_pointee(kernel, btf_array(k)->type, author,
					      btf_array(a)->type, depth + 1);
	return btf_is_func_proto(k) && btf_is_func_proto(a);
}

/* Compares the types of an argument or of a return value. */
static bool prototype_same_type(const struct btf *kernel, uint32_t k_id, const struct btf *author,
				uint32_t a_id)
{
	bool ok = true;
	const struct btf_type *k = prototype_strip(kernel, k_id, &ok);
	const struct btf_type *a = prototype_strip(author, a_id, &ok);

	if (!ok)
		return false;
	/* void, or "..." as the last argument */
	if (!k || !a)
		return !k && !a;
	if (prototype_is_scalar(k) && prototype_is_scalar(a))
		return k->size == a->size;
	if (btf_is_ptr(k) && btf_is_ptr(a))
		return prototype_same_pointee(kernel, k->type, author, a->type, 0);
	return btf_is_composite(k) && btf_is_composite(a) && k->size == a->size &&
	       prototype_same_record(kernel, k, author, a);
}

bool prototype_matches(const struct btf *kernel, uint32_t kernel_id, const struct btf *author,
		       uint32_t author_id)
{
	const struct btf_type *k = btf__type_by_id(kernel, kernel_id);
	const struct btf_type *a = btf__type_by_id(author, author_id);

	if (!k || !a || !btf_is_func_proto(k) || !btf_is_func_proto(a) ||
	    btf_vlen(k) != btf_vlen(a))
		return false;
	if (!prototype_same_type(kernel, k->type, author, a->type))
		return false;
	for (uint16_t i = 0; i < btf_vlen(k); i++) {
		if (!prototype_same_type(kernel, btf_params(k)[i].type, author,
					 btf_params(a)[i].type))
			return false;
	}
	return true;
}

/* A number or a pointer that one register holds. */
static bool prototype_is_register(const struct btf *btf, uint32_t id)
{
	bool ok = true;
	const struct btf_type *t = prototype_strip(btf, id, &ok);

	return ok && t &&
	       ((prototype_is_scalar(t) && t->size <= sizeof(uint64_t)) || btf_is_ptr(t));
}

static enum prototype_return prototype_returns(const struct btf *btf, uint32_t id)
{
	bool ok = true;
	const struct btf_type *t = prototype_strip(btf, id, &ok);

	if (!ok)
		return RETURN_UNKNOWN;
	if (!t)
		return RETURN_VOID;
	if (btf_is_ptr(t))
		return RETURN_POINTER;
	if (!prototype_is_scalar(t) || t->size > 8)
		return RETURN_LARGE;
	return t->size > 4 ? RETURN_WIDE : RETURN_NARROW;
}

bool prototype_get_shape(const struct btf *btf, uint32_t proto_id, struct prototype_shape *ret)
{
	const struct btf_type *t = btf__type_by_id(btf, proto_id);
	struct prototype_shape shape = {};

	if (!t || !btf_is_func_proto(t))
		return false;
	shape.returns = prototype_returns(btf, t->type);
	for (uint16_t i = 0; i < btf_vlen(t); i++) {
		/* "..." is a last argument without type and name */
		if (btf_params(t)[i].type == 0) {
			shape.variadic = true;
			continue;
		}
		shape.n_args++;
		shape.by_value = shape.by_value ||
				 !prototype_is_register(btf, btf_params(t)[i].type);
	}
	*ret = shape;
	return true;
}

const char *prototype_check_registers(const struct btf *btf, uint32_t proto_id)
{
	const struct btf_type *t = btf__type_by_id(btf, proto_id);
	bool ok = true;

	if (!t || !btf_is_func_proto(t))
		return "has no prototype";
	if (btf_vlen(t) > REGISTERS)
		return "takes more than the 6 arguments that registers hold";
	if (prototype_strip(btf, t->type, &ok) && !prototype_is_register(btf, t->type))
		return "returns more than a number or a pointer";
	for (uint16_t i = 0; i < btf_vlen(t); i++)
		if (!prototype_is_register(btf, btf_params(t)[i].type))
			return "takes a structure by value, or arguments without end";
	return ok ? NULL : "has no prototype";
}
