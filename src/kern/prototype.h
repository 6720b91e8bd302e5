/* SPDX-License-Identifier: GPL-2.0-only */
/* Function prototypes in BTF: as C for people, and compared across two BTFs. */
#ifndef KLPD_KERN_PROTOTYPE_H
#define KLPD_KERN_PROTOTYPE_H

#include <stdbool.h>
#include <stdint.h>

struct btf;

enum prototype_return {
	RETURN_UNKNOWN,
	RETURN_VOID,
	RETURN_NARROW,		/* a number of at most 32 bits */
	RETURN_WIDE,		/* a number of more, up to 64 */
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
 * "int name(struct seq_file *m, void *v)", malloc'ed; NULL if it cannot be made. libbpf reads all of
 * this BTF for it: that of a file must have passed btf_check().
 */
char *prototype_to_string(const struct btf *btf, uint32_t proto_id, const char *name);
/*
 * Would a body written against `author` read the arguments and give the return value of `kernel`
 * rightly? Both ids are FUNC_PROTOs. Names of arguments, qualifiers, typedefs and signedness do not
 * matter; sizes, numbers, kinds and names of structures do. A structure of the author's may carry a
 * ___flavour.
 */
bool prototype_matches(const struct btf *kernel, uint32_t kernel_id, const struct btf *author,
		       uint32_t author_id);
/* False: the id is no FUNC_PROTO, and nothing is said. */
bool prototype_get_shape(const struct btf *btf, uint32_t proto_id, struct prototype_shape *ret);
/*
 * Why a body that is given registers cannot take the arguments of this FUNC_PROTO, or return what
 * it returns, as the rest of a sentence about it ("takes 7 arguments, ..."); NULL: it can.
 */
const char *prototype_check_registers(const struct btf *btf, uint32_t proto_id);

#endif
