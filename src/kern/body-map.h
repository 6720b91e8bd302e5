/* SPDX-License-Identifier: GPL-2.0-only */
/* The struct_ops map through which the companion receives one guard or override body. See
 * body-map.c. */
#ifndef KLPD_KERN_BODY_MAP_H
#define KLPD_KERN_BODY_MAP_H

#include <stdint.h>

struct body_map;
struct func_ops_type;

/*
 * Only allocates; nothing reaches the kernel. `member` is "guard" or "override" and is borrowed.
 * -ENOMEM, or -EINVAL: the name of the record is too long.
 */
int body_map_new(const char *member, const char *record, uint32_t index, struct body_map **ret);
/* Closes the map, which stays in the kernel as long as a link holds it. */
struct body_map *body_map_free(struct body_map *b);
/*
 * Create the map; its program must be loaded. `symbol` only names the map for humans. Returns
 * errors as func_ops_type_make_map().
 */
int body_map_make(struct body_map *b, const struct func_ops_type *type, const char *symbol,
		  int file_btf_fd, int program_fd);
/* Borrowed; valid after body_map_make(). */
int body_map_fd(const struct body_map *b);

#endif
