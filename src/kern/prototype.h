/* SPDX-License-Identifier: GPL-2.0-only */
/* Function prototypes in BTF: as C for people, and compared across two BTFs. */
#ifndef KLPD_KERN_PROTOTYPE_H
#define KLPD_KERN_PROTOTYPE_H

#include <stdbool.h>
#include <stdint.h>

struct btf;

/* "int name(struct seq_file *m, void *v)", malloc'ed; NULL if it cannot be made. */
char *prototype_to_string(const struct btf *btf, uint32_t proto_id, const char *name);
/*
 * Would a body written against `author` read the arguments and give the return value of `kernel`
 * rightly? Both ids are FUNC_PROTOs. Names of arguments, qualifiers, typedefs and signedness do not
 * matter; sizes, numbers, kinds and names of structures do. A structure of the author's may carry a
 * ___flavour.
 */
bool prototype_matches(const struct btf *kernel, uint32_t kernel_id, const struct btf *author,
		       uint32_t author_id);

#endif
