/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pin tree: the state of klpd that survives klpd. Builds and removes one directory per patch;
 * pin-read.c loads them. The order is guaranteed:
 *
 *   store    mkdir gen-N, link-0 ..., map-0 ..., meta   a directory without meta is half built
 *   remove   meta, ... map-0, ... link-0, rmdir         half built again from the first step on
 *
 * If klpd is killed at any point, what is left shows in which state it is. bpffs allows no dots in
 * names. The directory belongs to root alone, so paths below it are safe to use by name.
 */
#include <bpf/bpf.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kern/bpffs.h"
#include "kern/caps.h"
#include "kern/link.h"
#include "kern/pin.h"
#include "kern/pin-read.h"
#include "shared/paths.h"
#include "util/cleanup.h"
#include "util/errno-util.h"

/* A number as klpd writes it: decimal, no sign, no leading zero, at most `max`. */
static bool pin_parse_number(const char *text, uint64_t max, uint64_t *ret)
{
	uint64_t n = 0;

	if (*text == '\0' || (text[0] == '0' && text[1] != '\0'))
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		if (n > (max - (uint64_t)(*text - '0')) / 10)
			return false;
		n = n * 10 + (uint64_t)(*text - '0');
	}
	*ret = n;
	return true;
}

bool pin_parse_set_name(const char *name, uint64_t *ret)
{
	uint64_t n;

	/* at most INT64_MAX, so that a serial can always be incremented */
	if (!STR_HAS_PREFIX(name, PIN_SET_PREFIX) ||
	    !pin_parse_number(name + STRLEN(PIN_SET_PREFIX), INT64_MAX, &n) || n == 0)
		return false;
	*ret = n;
	return true;
}

bool pin_parse_previous_name(const char *name, uint64_t *ret)
{
	uint64_t n;

	if (!STR_HAS_PREFIX(name, PIN_PREVIOUS_PREFIX) ||
	    !pin_parse_number(name + STRLEN(PIN_PREVIOUS_PREFIX), INT64_MAX, &n) || n == 0)
		return false;
	*ret = n;
	return true;
}

bool pin_parse_link_name(const char *name, uint64_t *ret)
{
	return STR_HAS_PREFIX(name, PIN_LINK_PREFIX) &&
	       pin_parse_number(name + STRLEN(PIN_LINK_PREFIX), PIN_LINKS_MAX - 1, ret);
}

bool pin_parse_map_name(const char *name, uint64_t *ret)
{
	return STR_HAS_PREFIX(name, PIN_MAP_PREFIX) &&
	       pin_parse_number(name + STRLEN(PIN_MAP_PREFIX), KLP_STRUCT_OPS_MAX - 1, ret);
}

bool pin_parse_kept_name(const char *name, uint64_t *ret)
{
	char serial[3 * sizeof(*ret)];
	const char *end;
	uint64_t n, index;

	if (!STR_HAS_PREFIX(name, PIN_KEPT_PREFIX))
		return false;
	name += STRLEN(PIN_KEPT_PREFIX);
	end = strchr(name, '-');
	if (!end || (size_t)(end - name) >= sizeof(serial))
		return false;
	(void)snprintf(serial, sizeof(serial), "%.*s", (int)(end - name), name);
	if (!pin_parse_number(serial, INT64_MAX, &n) || n == 0 ||
	    !pin_parse_number(end + 1, PIN_LINKS_MAX - 1, &index))
		return false;
	*ret = n;
	return true;
}

void pin_patch_path(uint64_t serial, const char *name, char ret[static PIN_PATH_MAX])
{
	(void)snprintf(ret, PIN_PATH_MAX, KLPD_PIN_DIR "/" PIN_SET_PREFIX "%llu%s%s",
		       (unsigned long long)serial, name ? "/" : "", name ?: "");
}

void pin_entry_path(uint64_t serial, const char *prefix, uint64_t index,
		    char ret[static PIN_PATH_MAX])
{
	char name[STRLEN(PIN_LINK_PREFIX) + 3 * sizeof(index) + 1];

	(void)snprintf(name, sizeof(name), "%s%llu", prefix, (unsigned long long)index);
	pin_patch_path(serial, name, ret);
}

int pin_init(void)
{
	_cleanup_close_ int fd = -EBADF;
	struct stat st;
	int r;

	CAPS_SCOPE(CAPS_BPF);

	r = bpffs_check(KLPD_BPFFS);
	if (r < 0)
		return r;
	if (mkdir(KLPD_PIN_DIR, 0700) < 0 && errno != EEXIST)
		return errno_negative();
	fd = open(KLPD_PIN_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno_negative();
	r = bpffs_check(KLPD_PIN_DIR);
	if (r < 0)
		return r;
	if (fstat(fd, &st) < 0)
		return errno_negative();
	/* Another owner could replace the contents of the directory at any time. */
	if (st.st_uid != 0)
		return -EPERM;
	if ((st.st_mode & 07777) != 0700 && fchmod(fd, 0700) < 0)
		return errno_negative();
	return 0;
}

int pin_next_serial(uint64_t *ret)
{
	_cleanup_closedir_ DIR *dir = opendir(KLPD_PIN_DIR);
	uint64_t largest = 0, serial;
	struct dirent *entry;

	if (!dir)
		return errno_negative();
	while (errno = 0, (entry = readdir(dir))) {
		if (pin_parse_set_name(entry->d_name, &serial) ||
		    pin_parse_kept_name(entry->d_name, &serial) ||
		    pin_parse_previous_name(entry->d_name, &serial))
			largest = MAX(largest, serial);
	}
	if (errno != 0)
		return errno_negative();
	if (largest == INT64_MAX)
		return -EOVERFLOW;
	*ret = largest + 1;
	return 0;
}

int pin_create_map(const char *name, const void *value, size_t size)
{
	_cleanup_close_ int fd = -EBADF;
	uint32_t zero = 0;

	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, name, sizeof(zero), (uint32_t)size, 1, NULL);
	if (fd < 0)
		return errno_negative();
	if (bpf_map_update_elem(fd, &zero, value, BPF_ANY) < 0 || bpf_map_freeze(fd) < 0)
		return errno_negative();
	return TAKE_FD(fd);
}

int pin_make_meta(const struct pin_header *header, const void *meta)
{
	size_t size = sizeof(*header) + header->meta_size;
	_cleanup_free_ char *value = malloc(size);

	CAPS_SCOPE(CAPS_BPF);

	if (!value)
		return -ENOMEM;
	memcpy(value, header, sizeof(*header));
	memcpy(value + sizeof(*header), meta, header->meta_size);
	return pin_create_map(PIN_META_MAP, value, size);
}

/* Pin everything into the existing directory. */
static int pin_fill(const struct pin_header *header, int meta_fd, const int *links, const int *maps)
{
	char path[PIN_PATH_MAX];

	for (uint32_t i = 0; i < header->n_links; i++) {
		pin_entry_path(header->serial, PIN_LINK_PREFIX, i, path);
		if (bpf_obj_pin(links[i], path) < 0)
			return errno_negative();
	}
	for (uint32_t i = 0; i < header->n_maps; i++) {
		pin_entry_path(header->serial, PIN_MAP_PREFIX, i, path);
		if (bpf_obj_pin(maps[i], path) < 0)
			return errno_negative();
	}
	pin_patch_path(header->serial, PIN_META_NAME, path);
	return bpf_obj_pin(meta_fd, path) < 0 ? errno_negative() : 0;
}

int pin_store(const struct pin_header *header, const void *meta, const int *links, const int *maps)
{
	_cleanup_close_ int meta_fd = -EBADF;
	char path[PIN_PATH_MAX];
	int r;

	CAPS_SCOPE(CAPS_BPF);

	r = pin_check_header(header, header->serial, sizeof(*header) + header->meta_size);
	if (r < 0)
		return r;
	meta_fd = pin_make_meta(header, meta);
	if (meta_fd < 0)
		return meta_fd;
	pin_patch_path(header->serial, NULL, path);
	if (mkdir(path, 0700) < 0)
		return errno_negative();
	r = pin_fill(header, meta_fd, links, maps);
	if (r < 0)
		(void)pin_remove(header->serial);
	return r;
}

/* Pin an object, unless the pin exists. */
static int pin_again(int fd, const char *path)
{
	if (bpf_obj_pin(fd, path) == 0 || errno == EEXIST)
		return 0;
	return errno_negative();
}

/* Metadata first, unlike pin_store(): if klpd is killed in between, the rest can be attributed. */
int pin_complete(uint64_t serial, const struct pin_header *header, const void *meta,
		 const int *links, const int *maps)
{
	_cleanup_close_ int meta_fd = -EBADF;
	char path[PIN_PATH_MAX];
	struct stat st;
	int ret;

	CAPS_SCOPE(CAPS_BPF);

	ret = pin_check_header(header, header->serial, sizeof(*header) + header->meta_size);
	if (ret < 0)
		return ret;
	meta_fd = pin_make_meta(header, meta);
	if (meta_fd < 0)
		return meta_fd;
	pin_patch_path(serial, NULL, path);
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return errno_negative();
	if (lstat(path, &st) < 0)
		return errno_negative();
	/* do not follow a symbolic link */
	if (!S_ISDIR(st.st_mode))
		return -EEXIST;
	pin_patch_path(serial, PIN_META_NAME, path);
	RET_GATHER(ret, pin_again(meta_fd, path));
	for (uint32_t i = 0; i < header->n_links; i++) {
		pin_entry_path(serial, PIN_LINK_PREFIX, i, path);
		RET_GATHER(ret, links[i] < 0 ? 0 : pin_again(links[i], path));
	}
	for (uint32_t i = 0; i < header->n_maps; i++) {
		pin_entry_path(serial, PIN_MAP_PREFIX, i, path);
		RET_GATHER(ret, maps[i] < 0 ? 0 : pin_again(maps[i], path));
	}
	return ret;
}

int pin_rename(uint64_t from, uint64_t to)
{
	char old[PIN_PATH_MAX], new[PIN_PATH_MAX];

	CAPS_SCOPE(CAPS_BPF);

	pin_patch_path(from, NULL, old);
	pin_patch_path(to, NULL, new);
	return RET_NERRNO(renameat2(AT_FDCWD, old, AT_FDCWD, new, RENAME_NOREPLACE));
}

/* Which links and maps a patch's directory has: found[i] for link-i, maps[i] for map-i. */
static int pin_scan_entries(const char *path, bool found[static PIN_LINKS_MAX],
			    bool maps[static KLP_STRUCT_OPS_MAX])
{
	_cleanup_closedir_ DIR *dir = opendir(path);
	struct dirent *entry;
	uint64_t index;

	if (!dir)
		return errno_negative();
	while (errno = 0, (entry = readdir(dir))) {
		if (pin_parse_link_name(entry->d_name, &index))
			found[index] = true;
		else if (pin_parse_map_name(entry->d_name, &index))
			maps[index] = true;
	}
	return errno != 0 ? errno_negative() : 0;
}

int pin_is_complete(uint64_t serial, const int *links, size_t n_links, size_t n_maps)
{
	bool found[PIN_LINKS_MAX] = {}, maps[KLP_STRUCT_OPS_MAX] = {};
	char path[PIN_PATH_MAX];
	struct stat st;

	CAPS_SCOPE(CAPS_BPF);

	pin_patch_path(serial, PIN_META_NAME, path);
	if (lstat(path, &st) < 0)
		return 0;
	pin_patch_path(serial, NULL, path);
	if (pin_scan_entries(path, found, maps) < 0)
		return 0;
	for (size_t i = 0; i < n_links; i++)
		if (links[i] >= 0 && !found[i])
			return 0;
	for (size_t i = 0; i < n_maps; i++)
		if (!maps[i])
			return 0;
	return 1;
}

/* A pin that does not exist counts as removed. */
static int pin_unlink(const char *path)
{
	return unlink(path) < 0 && errno != ENOENT ? errno_negative() : 0;
}

/* Unlink the entries that were found, in reverse order. */
static int pin_unlink_entries(uint64_t serial, const char *prefix, const bool *found, uint64_t n)
{
	char path[PIN_PATH_MAX];
	int ret = 0;

	while (n-- > 0) {
		if (!found[n])
			continue;
		pin_entry_path(serial, prefix, n, path);
		RET_GATHER(ret, pin_unlink(path));
	}
	return ret;
}

int pin_remove(uint64_t serial)
{
	bool found[PIN_LINKS_MAX] = {}, maps[KLP_STRUCT_OPS_MAX] = {};
	char path[PIN_PATH_MAX];
	struct stat st;
	int ret = 0;

	CAPS_SCOPE(CAPS_BPF);

	pin_patch_path(serial, NULL, path);
	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : errno_negative();
	/* do not follow a symlink: it leads to a directory that is not klpd's */
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	RET_GATHER(ret, pin_scan_entries(path, found, maps));
	pin_patch_path(serial, PIN_META_NAME, path);
	RET_GATHER(ret, pin_unlink(path));
	RET_GATHER(ret, pin_unlink_entries(serial, PIN_MAP_PREFIX, maps, KLP_STRUCT_OPS_MAX));
	RET_GATHER(ret, pin_unlink_entries(serial, PIN_LINK_PREFIX, found, PIN_LINKS_MAX));
	pin_patch_path(serial, NULL, path);
	if (rmdir(path) < 0 && errno != ENOENT)
		RET_GATHER(ret, errno_negative());
	return ret;
}

void pin_detach_ops(uint64_t serial, const uint32_t *keep, size_t n_keep)
{
	char path[PIN_PATH_MAX];

	CAPS_SCOPE(CAPS_BPF);

	/* links are pinned in this order and unpinned in reverse, so the first gap is the end */
	for (uint64_t i = 0; i < PIN_LINKS_MAX; i++) {
		_cleanup_close_ int fd = -EBADF;
		struct link_info info;
		bool kept = false;

		pin_entry_path(serial, PIN_LINK_PREFIX, i, path);
		fd = bpf_obj_get(path);
		if (fd < 0)
			return;
		if (link_get_info(fd, &info) < 0 || info.kind != LINK_OPS)
			continue;
		for (size_t j = 0; j < n_keep; j++)
			kept = kept || keep[j] == info.link_id;
		if (!kept)
			(void)link_detach(fd);
	}
}

static void pin_kept_path(uint64_t serial, size_t index, char ret[static PIN_PATH_MAX])
{
	(void)snprintf(ret, PIN_PATH_MAX, KLPD_PIN_DIR "/" PIN_KEPT_PREFIX "%llu-%zu",
		       (unsigned long long)serial, index);
}

int pin_keep_program(uint64_t serial, size_t index, int prog_fd)
{
	char path[PIN_PATH_MAX];

	CAPS_SCOPE(CAPS_BPF);

	pin_kept_path(serial, index, path);
	if (bpf_obj_pin(prog_fd, path) == 0 || errno == EEXIST)
		return 0;
	return errno_negative();
}

bool pin_has_kept(uint64_t serial, size_t n)
{
	char path[PIN_PATH_MAX];
	struct stat st;

	for (size_t i = 0; i < n; i++) {
		pin_kept_path(serial, i, path);
		if (lstat(path, &st) < 0)
			return false;
	}
	return true;
}
