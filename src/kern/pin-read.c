/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads pinned patches back. The place of a pin proves nothing: the kernel is asked what each pin
 * is, and each size and count is checked before it is used. A patch with foreign metadata is
 * returned with its problem and without content. Missing links and maps are left out, because the
 * rest of the patch may be in force. A failure of this process (memory, descriptors) is never taken
 * for damage of a patch: the whole read fails instead.
 */
#include <bpf/bpf.h>
#include <dirent.h>
#include <string.h>

#include "kern/bpf-fd.h"
#include "kern/caps.h"
#include "kern/link.h"
#include "kern/pin-read.h"
#include "klp/meta.h"
#include "util/cleanup.h"
#include "util/errno-util.h"

_Static_assert(sizeof(struct pin_header) == 4184, "a new size is a new PIN_FORMAT");

/* Newer formats may be larger; this bounds what is read to recognise them as newer. */
#define VALUE_MAX	(1024 * 1024)

int pin_check_header(const struct pin_header *header, uint64_t serial, size_t value_size)
{
	if (header->magic != PIN_MAGIC || header->format == 0)
		return -EINVAL;
	if (header->format > PIN_FORMAT)
		return -EPROTO;
	if (header->serial != serial || serial == 0 || serial > INT64_MAX ||
	    header->n_maps > KLP_STRUCT_OPS_MAX)
		return -EINVAL;
	if (header->meta_size == 0 || header->meta_size > KLP_META_MAX ||
	    value_size != sizeof(*header) + header->meta_size)
		return -EINVAL;
	if (header->n_links == 0 || header->n_links > PIN_LINKS_MAX ||
	    header->n_maps > header->n_links)
		return -EINVAL;
	if (!memchr(header->path, '\0', sizeof(header->path)))
		return -EINVAL;
	switch (header->consistency) {
	case KLP_CONSISTENCY_IMMEDIATE:
		return header->id == 0 && header->slot < KLP_GATE_SLOTS ? 0 : -EINVAL;
	case KLP_CONSISTENCY_PER_TASK:
		return header->id != 0 && header->slot == 0 ? 0 : -EINVAL;
	default:
		return -EINVAL;
	}
}

bool pin_is_our_trouble(int error)
{
	return error == -ENOMEM || error == -EMFILE || error == -ENFILE || error == -EPERM ||
	       error == -EINTR;
}

/* The fd of a pin; -ENOENT; -EINVAL if it is no BPF object; or an error of pin_is_our_trouble(). */
static int pin_get(const char *path)
{
	int fd = bpf_obj_get(path);
	int r = fd < 0 ? errno_negative() : 0;

	if (fd >= 0)
		return fd;
	return r == -ENOENT || pin_is_our_trouble(r) ? r : -EINVAL;
}

static int pin_read_value(int fd, size_t min, char **ret, size_t *ret_size)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info), zero = 0;
	_cleanup_free_ char *value = NULL;

	if (!bpf_fd_is_map(fd))
		return -EINVAL;
	if (bpf_map_get_info_by_fd(fd, &info, &size) < 0)
		return errno_negative();
	if (info.type != BPF_MAP_TYPE_ARRAY || info.key_size != sizeof(zero) ||
	    info.max_entries != 1 || info.value_size < min ||
	    info.value_size > VALUE_MAX)
		return -EINVAL;
	/*
	 * From here on the value cannot change. klpd freezes its maps before it pins them, so
	 * freezing again returns EPERM. EBUSY means that a process has the map mapped for writing.
	 */
	if (bpf_map_freeze(fd) < 0 && errno != EPERM)
		return -EINVAL;
	value = calloc(1, MAX((size_t)info.value_size, sizeof(struct pin_header)));
	if (!value)
		return -ENOMEM;
	if (bpf_map_lookup_elem(fd, &zero, value) < 0) {
		int r = errno_negative();

		return pin_is_our_trouble(r) ? r : -EINVAL;
	}
	*ret = TAKE_PTR(value);
	*ret_size = info.value_size;
	return 0;
}

int pin_read_map(const char *path, size_t min, char **ret, size_t *ret_size)
{
	_cleanup_close_ int fd = pin_get(path);

	return fd < 0 ? fd : pin_read_value(fd, min, ret, ret_size);
}

int pin_read_meta(int fd, struct pin_patch *patch)
{
	_cleanup_free_ char *value = NULL;
	size_t size;
	int r;

	/* enough of a newer format to recognise it */
	r = pin_read_value(fd, offsetof(struct pin_header, serial), &value, &size);
	if (r < 0)
		return r;
	memcpy(&patch->header, value, sizeof(patch->header));
	/* checked with its own serial: a directory can be moved, see struct pin_patch */
	r = pin_check_header(&patch->header, patch->header.serial, size);
	if (r < 0)
		return r;
	patch->meta = malloc(patch->header.meta_size);
	if (!patch->meta)
		return -ENOMEM;
	memcpy(patch->meta, value + sizeof(patch->header), patch->header.meta_size);
	return 0;
}

static int pin_load_meta(struct pin_patch *patch)
{
	_cleanup_close_ int fd = -EBADF;
	char path[PIN_PATH_MAX];

	pin_patch_path(patch->serial, PIN_META_NAME, path);
	fd = pin_get(path);
	if (fd < 0)
		return fd == -ENOENT ? -ENODATA : fd;
	return pin_read_meta(fd, patch);
}

/* link-0 to link-(n-1). A pin that is no link of a kind that klpd makes becomes -EBADF. */
static int pin_load_links(struct pin_patch *patch)
{
	patch->links = calloc(patch->header.n_links, sizeof(*patch->links));
	if (!patch->links)
		return -ENOMEM;
	for (uint32_t i = 0; i < patch->header.n_links; i++) {
		char path[PIN_PATH_MAX];
		struct link_info info;
		int r;

		pin_entry_path(patch->serial, PIN_LINK_PREFIX, i, path);
		patch->links[patch->n_links++] = r = pin_get(path);
		if (r >= 0)
			r = link_get_info(r, &info);
		if (r < 0 && pin_is_our_trouble(r))
			return r;
		if (r < 0)
			patch->links[i] = safe_close(patch->links[i]);
	}
	return 0;
}

/* map-0 to map-(n-1). A pin that is no map becomes -EBADF. */
static int pin_load_maps(struct pin_patch *patch)
{
	for (uint32_t i = 0; i < patch->header.n_maps; i++) {
		char path[PIN_PATH_MAX];
		uint32_t id;
		int r;

		pin_entry_path(patch->serial, PIN_MAP_PREFIX, i, path);
		patch->maps[patch->n_maps++] = r = pin_get(path);
		if (r >= 0)
			r = link_map_id(r, &id);
		if (r < 0 && pin_is_our_trouble(r))
			return r;
		if (r < 0)
			patch->maps[i] = safe_close(patch->maps[i]);
	}
	return 0;
}

static void pin_patch_done(struct pin_patch *patch)
{
	for (size_t i = 0; i < patch->n_maps; i++)
		safe_close(patch->maps[i]);
	for (size_t i = 0; i < patch->n_links; i++)
		safe_close(patch->links[i]);
	free(patch->links);
	free(patch->meta);
	patch->links = NULL;
	patch->meta = NULL;
	patch->n_links = 0;
	patch->n_maps = 0;
}

/* 0 with patch->problem set, or an error of pin_is_our_trouble(). */
static int pin_load_set(struct pin_patch *patch)
{
	int r = pin_load_meta(patch);

	if (r == 0)
		r = pin_load_links(patch);
	if (r == 0)
		r = pin_load_maps(patch);
	if (r < 0)
		pin_patch_done(patch);
	if (pin_is_our_trouble(r))
		return r;
	patch->problem = r;
	return 0;
}

static int pin_compare_sets(const void *a, const void *b)
{
	const struct pin_patch *x = a, *y = b;

	return x->serial < y->serial ? -1 : x->serial > y->serial;
}

/* The serials of all patches, and the number of names that klpd never makes. */
static int pin_scan(struct pin_patch **ret, size_t *ret_n, size_t *ret_foreign)
{
	_cleanup_closedir_ DIR *dir = opendir(KLPD_PIN_DIR);
	_cleanup_free_ struct pin_patch *patches = NULL;
	size_t n = 0, foreign = 0;
	struct dirent *entry;
	uint64_t serial;

	if (!dir)
		return errno_negative();
	while (errno = 0, (entry = readdir(dir))) {
		struct pin_patch *more;

		if (STREQ(entry->d_name, ".") || STREQ(entry->d_name, "..") ||
		    STREQ(entry->d_name, PIN_GATES_NAME) ||
		    strncmp(entry->d_name, PIN_KEPT_PREFIX, strlen(PIN_KEPT_PREFIX)) == 0 ||
		    pin_parse_previous_name(entry->d_name, &serial))
			continue;
		if (entry->d_type != DT_DIR || !pin_parse_set_name(entry->d_name, &serial)) {
			foreign++;
			continue;
		}
		more = reallocarray(patches, n + 1, sizeof(*more));
		if (!more)
			return -ENOMEM;
		patches = more;
		patches[n++] = (struct pin_patch){ .serial = serial };
	}
	if (errno != 0)
		return errno_negative();
	if (n > 0)
		qsort(patches, n, sizeof(*patches), pin_compare_sets);
	*ret = TAKE_PTR(patches);
	*ret_n = n;
	*ret_foreign = foreign;
	return 0;
}

int pin_load_all(struct pin_patch **ret, size_t *ret_n, size_t *ret_foreign)
{
	struct pin_patch *patches;
	size_t n, foreign;
	int r;

	CAPS_SCOPE(CAPS_BPF);

	r = pin_scan(&patches, &n, &foreign);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		r = pin_load_set(&patches[i]);
		if (r < 0) {
			pin_sets_free(patches, n);
			return r;
		}
	}
	*ret = patches;
	*ret_n = n;
	*ret_foreign = foreign;
	return 0;
}

int pin_link_ids(uint64_t serial, uint32_t **ret, size_t *ret_n)
{
	_cleanup_free_ uint32_t *ids = NULL;
	size_t n = 0;

	CAPS_SCOPE(CAPS_BPF);

	ids = calloc(PIN_LINKS_MAX, sizeof(*ids));
	if (!ids)
		return -ENOMEM;
	for (uint64_t i = 0; i < PIN_LINKS_MAX; i++) {
		_cleanup_close_ int fd = -EBADF;
		char path[PIN_PATH_MAX];
		struct link_info info;

		pin_entry_path(serial, PIN_LINK_PREFIX, i, path);
		fd = pin_get(path);
		if (fd < 0 && pin_is_our_trouble(fd))
			return fd;
		if (fd >= 0 && link_get_info(fd, &info) == 0)
			ids[n++] = info.link_id;
	}
	*ret = TAKE_PTR(ids);
	*ret_n = n;
	return 0;
}

void pin_sets_free(struct pin_patch *patches, size_t n)
{
	for (size_t i = 0; i < n; i++)
		pin_patch_done(&patches[i]);
	free(patches);
}
