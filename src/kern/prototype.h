/* SPDX-License-Identifier: GPL-2.0-only */
/* Function prototypes in BTF: printed as C, and compared across two BTFs. */
#ifndef KLPD_KERN_PROTOTYPE_H
#define KLPD_KERN_PROTOTYPE_H

#include <stdbool.h>
#include <stdint.h>

struct btf;

enum prototype_return {
	RETURN_UNKNOWN,
	RETURN_VOID,
	RETURN_NARROW,		/* a number of at most 32 bits */
	RETURN_WIDE,		/* a number of more than 32 and at most 64 bits */
	RETURN_POINTER,
	RETURN_LARGE,		/* a structure, or more than 64 bits */
	_RETURN_MAX
};

struct prototype_shape {	/* what decides which kinds of body a function can have */
	uint32_t n_args;
	bool variadic;
	bool by_value;		/* an argument is a structure, or has more than 64 bits */
	enum prototype_return returns;
};

/*
 * "int name(struct seq_file *m, void *v)", malloc'ed; NULL if it cannot be made. libbpf reads the
 * whole BTF for this, so the BTF of a file must have passed btf_check().
 */
char *prototype_to_string(const struct btf *btf, uint32_t proto_id, const char *name);
/*
 * True if a body written against `author` reads the arguments and gives the return value of
 * `kernel` correctly. Both ids are FUNC_PROTOs. Names of arguments, qualifiers, typedefs and
 * signedness do not matter; sizes, counts, kinds and names of structures do. A structure of the
 * author's may carry a ___flavour.
 */
bool prototype_matches(const struct btf *kernel, uint32_t kernel_id, const struct btf *author,
		       uint32_t author_id);
/* False: the id is no FUNC_PROTO; *ret is not set. */
bool prototype_get_shape(const struct btf *btf, uint32_t proto_id, struct prototype_shape *ret);
/*
 * Why a body with arguments in registers cannot take the arguments of this FUNC_PROTO or
 * return its value, as a phrase that follows the function's name ("takes 7 arguments, ..."). NULL:
 * it can.
 */
const char *prototype_check_registers(const struct btf *btf, uint32_t proto_id);

#endif
