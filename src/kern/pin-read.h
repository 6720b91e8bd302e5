/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of pin.c and pin-read.c: names in the tree of pins, and what a set must look like. */
#ifndef KLPD_KERN_PIN_READ_H
#define KLPD_KERN_PIN_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kern/pin.h"
#include "shared/paths.h"

#define PIN_SET_PREFIX	"gen-"
#define PIN_LINK_PREFIX	"link-"
#define PIN_MAP_PREFIX	"map-"
#define PIN_META_NAME	"meta"
#define PIN_GATES_NAME	"gates"
#define PIN_KEPT_PREFIX	"forced-"
#define PIN_BEFORE_PREFIX	"before-"
#define PIN_META_MAP	"klp_meta"
#define PIN_BEFORE_MAP	"klp_before"
#define PIN_PATH_MAX	(sizeof(KLPD_PIN_DIR) + 64)

/* "gen-N", N in 1..INT64_MAX, spelt as we spell it. */
bool pin_parse_set_name(const char *name, uint64_t *ret);
/* "link-K", K below PIN_LINKS_MAX. */
bool pin_parse_link_name(const char *name, uint64_t *ret);
/* "map-K", K below KLP_TABLES_MAX. */
bool pin_parse_map_name(const char *name, uint64_t *ret);
/* "forced-N-INDEX": N. */
bool pin_parse_kept_name(const char *name, uint64_t *ret);
/* "before-N". */
bool pin_parse_before_name(const char *name, uint64_t *ret);
/* Path of gen-N, or of `name` in it. */
void pin_patch_path(uint64_t serial, const char *name, char ret[static PIN_PATH_MAX]);
/* Path of `prefix` and `index` in gen-N. */
void pin_entry_path(uint64_t serial, const char *prefix, uint64_t index,
		    char ret[static PIN_PATH_MAX]);
/* 0, or -EINVAL or -EPROTO as in struct pin_patch.problem; value_size is that of the map. */
int pin_check_header(const struct pin_header *header, uint64_t serial, size_t value_size);

/* A frozen array map of one entry with this value; its fd. */
int pin_create_map(const char *name, const void *value, size_t size);
/* The value of such a map, at least `min` bytes of it; its size is the map's. -EINVAL: no such
 * map. */
int pin_read_map(const char *path, size_t min, char **ret, size_t *ret_size);
/* Header and metadata of a set out of such a map into *set, of which nothing else is looked at.
 * -EINVAL, -EPROTO as in struct pin_patch.problem, or our own trouble. */
int pin_read_meta(int fd, struct pin_patch *patch);
/* Errors that speak of this process and not of what is pinned. */
bool pin_is_our_trouble(int error);

#endif
