// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stores and loads before-N. Owns the format: what is read back is untrusted input, and is accepted
 * only if all of it is as klpd writes it. It does not authorise a load: code that reads a patch
 * file again checks that it is the same file, and trusts it no more than any other.
 */
#include <bpf/bpf.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "kern/caps.h"
#include "kern/pin-before.h"
#include "kern/pin-read.h"
#include "util/cleanup.h"
#include "util/errno-util.h"

_Static_assert(sizeof(struct pin_before_header) == 32, "a new size is a new PIN_BEFORE_FORMAT");
_Static_assert(sizeof(struct pin_before_entry) == 4240, "a new size is a new PIN_BEFORE_FORMAT");

static size_t before_size(size_t n)
{
	return sizeof(struct pin_before_header) + n * sizeof(struct pin_before_entry);
}

static void before_path(uint64_t generation, char ret[static PIN_PATH_MAX])
{
	(void)snprintf(ret, PIN_PATH_MAX, KLPD_PIN_DIR "/" PIN_BEFORE_PREFIX "%llu",
		       (unsigned long long)generation);
}

int pin_before_store(const struct pin_before *before)
{
	size_t size = before_size(before->n);
	_cleanup_free_ char *value = calloc(1, size);
	_cleanup_close_ int fd = -EBADF;
	char path[PIN_PATH_MAX];

	CAPS_SCOPE(CAPS_BPF);

	if (!value)
		return -ENOMEM;
	if (before->n > PIN_BEFORE_MAX)
		return -E2BIG;
	*(struct pin_before_header *)value = (struct pin_before_header){
		.magic = PIN_BEFORE_MAGIC,
		.format = PIN_BEFORE_FORMAT,
		.change = before->change,
		.generation = before->generation,
		.n = (uint32_t)before->n,
	};
	memcpy(value + sizeof(struct pin_before_header), before->entries,
	       before->n * sizeof(before->entries[0]));
	fd = pin_create_map(PIN_BEFORE_MAP, value, size);
	if (fd < 0)
		return fd;
	before_path(before->generation, path);
	return bpf_obj_pin(fd, path) < 0 ? errno_negative() : 0;
}

/* True for text that may appear in messages and on terminals. */
static bool before_text_valid(const char *text, size_t size)
{
	size_t n = strnlen(text, size);

	if (n == 0 || n == size)
		return false;
	for (size_t i = 0; i < n; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return true;
}

static bool before_entry_valid(const struct pin_before_entry *e, uint64_t above, uint64_t below)
{
	return e->serial > above && e->serial < below && e->reserved == 0 &&
	       (e->consistency == KLP_CONSISTENCY_IMMEDIATE ||
		e->consistency == KLP_CONSISTENCY_PER_TASK) &&
	       before_text_valid(e->name, sizeof(e->name)) &&
	       before_text_valid(e->version, sizeof(e->version)) &&
	       e->path[0] == '/' && memchr(e->path, '\0', sizeof(e->path));
}

int pin_before_parse(const void *value, size_t size, uint64_t generation, struct pin_before **ret)
{
	_cleanup_free_ struct pin_before *before = NULL;
	struct pin_before_header h;
	uint64_t above = 0;

	if (size < sizeof(h))
		return -EINVAL;
	memcpy(&h, value, sizeof(h));
	if (h.magic != PIN_BEFORE_MAGIC || h.format == 0)
		return -EINVAL;
	if (h.format > PIN_BEFORE_FORMAT)
		return -EPROTO;
	if (h.generation != generation || generation == 0 || generation > INT64_MAX ||
	    h.reserved != 0 || h.n > PIN_BEFORE_MAX || size != before_size(h.n))
		return -EINVAL;
	before = malloc(sizeof(*before) + h.n * sizeof(before->entries[0]));
	if (!before)
		return -ENOMEM;
	before->generation = generation;
	before->change = h.change;
	before->n = h.n;
	memcpy(before->entries, (const char *)value + sizeof(h), h.n * sizeof(before->entries[0]));
	for (size_t i = 0; i < before->n; i++) {
		if (!before_entry_valid(&before->entries[i], above, generation))
			return -EINVAL;
		above = before->entries[i].serial;
	}
	*ret = TAKE_PTR(before);
	return 0;
}

int pin_before_load(uint64_t generation, struct pin_before **ret)
{
	_cleanup_free_ char *value = NULL;
	char path[PIN_PATH_MAX];
	size_t size;
	int r;

	CAPS_SCOPE(CAPS_BPF);

	before_path(generation, path);
	r = pin_read_map(path, sizeof(struct pin_before_header), &value, &size);
	if (r < 0)
		return r == -ENOENT ? -ENODATA : r;
	return pin_before_parse(value, size, generation, ret);
}

int pin_before_remove(uint64_t generation)
{
	_cleanup_free_ struct pin_before *before = NULL;
	char path[PIN_PATH_MAX];
	int r;

	CAPS_SCOPE(CAPS_BPF);

	r = pin_before_load(generation, &before);
	if (r < 0)
		return r == -ENODATA ? 0 : r;
	before_path(generation, path);
	return unlink(path) < 0 && errno != ENOENT ? errno_negative() : 0;
}

static int before_compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

int pin_before_list(uint64_t **ret, size_t *ret_n)
{
	_cleanup_closedir_ DIR *dir = opendir(KLPD_PIN_DIR);
	_cleanup_free_ uint64_t *found = NULL;
	struct dirent *entry;
	uint64_t number;
	size_t n = 0;

	if (!dir)
		return errno_negative();
	while (errno = 0, (entry = readdir(dir))) {
		uint64_t *more;

		if (!pin_parse_before_name(entry->d_name, &number))
			continue;
		more = reallocarray(found, n + 1, sizeof(*more));
		if (!more)
			return -ENOMEM;
		found = more;
		found[n++] = number;
	}
	if (errno != 0)
		return errno_negative();
	if (n > 0)
		qsort(found, n, sizeof(*found), before_compare);
	*ret = TAKE_PTR(found);
	*ret_n = n;
	return 0;
}
