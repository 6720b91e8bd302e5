/* SPDX-License-Identifier: GPL-2.0-only */
/* By what the companion gets a guard or replace body: a struct_ops map that klpd makes. See
 * body-map.c. */
#ifndef KLPD_KERN_BODY_MAP_H
#define KLPD_KERN_BODY_MAP_H

#include <stdint.h>

struct body_map;
struct ops_type;

/* Nothing reaches the kernel yet. `member`, "guard" or "replace", is borrowed. -ENOMEM, -EINVAL. */
int body_map_new(const char *member, const char *record, uint32_t index, struct body_map **ret);
/* Closes the map; it stays as long as a link holds it. */
struct body_map *body_map_free(struct body_map *b);
/* Once its program is loaded. `symbol` is for people; errors as ops_type_make_map(). */
int body_map_make(struct body_map *b, const struct ops_type *type, const char *symbol,
		  int file_btf_fd, int program_fd);
/* Once made: borrowed. */
int body_map_fd(const struct body_map *b);

#endif
