/* SPDX-License-Identifier: GPL-2.0-only */
/* Internal to the files that read pins: names in the pin tree, and checks of what is pinned. */
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
#define PIN_PREVIOUS_PREFIX	"previous-"
#define PIN_META_MAP	"klp_meta"
#define PIN_PREVIOUS_MAP	"klp_before"
#define PIN_PATH_MAX	(sizeof(KLPD_PIN_DIR) + 64)

/* "gen-N" with N in 1..INT64_MAX, spelt exactly as klpd spells it. */
bool pin_parse_set_name(const char *name, uint64_t *ret);
/* "link-K" with K below PIN_LINKS_MAX. */
bool pin_parse_link_name(const char *name, uint64_t *ret);
/* "map-K" with K below KLP_STRUCT_OPS_MAX. */
bool pin_parse_map_name(const char *name, uint64_t *ret);
/* "forced-N-INDEX"; *ret is N. */
bool pin_parse_kept_name(const char *name, uint64_t *ret);
/* "previous-N". */
bool pin_parse_previous_name(const char *name, uint64_t *ret);
/* Path of gen-N, or of `name` in it. */
void pin_patch_path(uint64_t serial, const char *name, char ret[static PIN_PATH_MAX]);
/* Path of the entry `prefix` and `index` in gen-N. */
void pin_entry_path(uint64_t serial, const char *prefix, uint64_t index,
		    char ret[static PIN_PATH_MAX]);
/*
 * 0, or -EINVAL or -EPROTO as in struct pin_patch.problem. `value_size` is the value size of the
 * map.
 */
int pin_check_header(const struct pin_header *header, uint64_t serial, size_t value_size);

/* Create a frozen array map of one entry with this value. Returns its fd. */
int pin_create_map(const char *name, const void *value, size_t size);
/*
 * Read the value of such a map, which must have at least `min` bytes. *ret_size is the map's value
 * size. -EINVAL: it is no such map.
 */
int pin_read_map(const char *path, size_t min, char **ret, size_t *ret_size);
/*
 * Read the header and the metadata of a patch from such a map into *patch; nothing else in *patch
 * is used. -EINVAL or -EPROTO as in struct pin_patch.problem, or an error of pin_is_our_trouble().
 */
int pin_read_meta(int fd, struct pin_patch *patch);
/* True for errors that concern this process and not what is pinned. */
bool pin_is_our_trouble(int error);

#endif
