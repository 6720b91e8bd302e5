// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stores and loads previous-N. Owns the format: what is read back is untrusted input, and is accepted
 * only if all of it is as klpd writes it. It does not authorise a load: code that reads a patch
 * file again checks that it is the same file, and trusts it no more than any other.
 */
#include <bpf/bpf.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "kern/caps.h"
#include "kern/pin-previous.h"
#include "kern/pin-read.h"
#include "util/cleanup.h"
#include "util/errno-util.h"

_Static_assert(sizeof(struct pin_previous_header) == 32, "a new size is a new PIN_PREVIOUS_FORMAT");
_Static_assert(sizeof(struct pin_previous_entry) == 4240, "a new size is a new PIN_PREVIOUS_FORMAT");

static size_t previous_size(size_t n)
{
	return sizeof(struct pin_previous_header) + n * sizeof(struct pin_previous_entry);
}

static void previous_path(uint64_t generation, char ret[static PIN_PATH_MAX])
{
	(void)snprintf(ret, PIN_PATH_MAX, KLPD_PIN_DIR "/" PIN_PREVIOUS_PREFIX "%llu",
		       (unsigned long long)generation);
}

int pin_previous_store(const struct pin_previous *previous)
{
	size_t size = previous_size(previous->n);
	_cleanup_free_ char *value = calloc(1, size);
	_cleanup_close_ int fd = -EBADF;
	char path[PIN_PATH_MAX];

	CAPS_SCOPE(CAPS_BPF);

	if (!value)
		return -ENOMEM;
	if (previous->n > PIN_PREVIOUS_MAX)
		return -E2BIG;
	*(struct pin_previous_header *)value = (struct pin_previous_header){
		.magic = PIN_PREVIOUS_MAGIC,
		.format = PIN_PREVIOUS_FORMAT,
		.change = previous->change,
		.generation = previous->generation,
		.n = (uint32_t)previous->n,
	};
	memcpy(value + sizeof(struct pin_previous_header), previous->entries,
	       previous->n * sizeof(previous->entries[0]));
	fd = pin_create_map(PIN_PREVIOUS_MAP, value, size);
	if (fd < 0)
		return fd;
	previous_path(previous->generation, path);
	return bpf_obj_pin(fd, path) < 0 ? errno_negative() : 0;
}

/* True for text that may appear in messages and on terminals. */
static bool previous_text_valid(const char *text, size_t size)
{
	size_t n = strnlen(text, size);

	if (n == 0 || n == size)
		return false;
	for (size_t i = 0; i < n; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return true;
}

static bool previous_entry_valid(const struct pin_previous_entry *e, uint64_t above, uint64_t below)
{
	return e->serial > above && e->serial < below && e->reserved == 0 &&
	       (e->consistency == KLP_CONSISTENCY_IMMEDIATE ||
		e->consistency == KLP_CONSISTENCY_PER_TASK) &&
	       previous_text_valid(e->name, sizeof(e->name)) &&
	       previous_text_valid(e->version, sizeof(e->version)) && e->path[0] == '/' &&
	       memchr(e->path, '\0', sizeof(e->path));
}

int pin_previous_parse(const void *value, size_t size, uint64_t generation,
		       struct pin_previous **ret)
{
	_cleanup_free_ struct pin_previous *previous = NULL;
	struct pin_previous_header h;
	uint64_t above = 0;

	if (size < sizeof(h))
		return -EINVAL;
	memcpy(&h, value, sizeof(h));
	if (h.magic != PIN_PREVIOUS_MAGIC || h.format == 0)
		return -EINVAL;
	if (h.format > PIN_PREVIOUS_FORMAT)
		return -EPROTO;
	if (h.generation != generation || generation == 0 || generation > INT64_MAX ||
	    h.reserved != 0 || h.n > PIN_PREVIOUS_MAX || size != previous_size(h.n))
		return -EINVAL;
	previous = malloc(sizeof(*previous) + h.n * sizeof(previous->entries[0]));
	if (!previous)
		return -ENOMEM;
	previous->generation = generation;
	previous->change = h.change;
	previous->n = h.n;
	memcpy(previous->entries, (const char *)value + sizeof(h),
	       h.n * sizeof(previous->entries[0]));
	for (size_t i = 0; i < previous->n; i++) {
		if (!previous_entry_valid(&previous->entries[i], above, generation))
			return -EINVAL;
		above = previous->entries[i].serial;
	}
	*ret = TAKE_PTR(previous);
	return 0;
}

int pin_previous_load(uint64_t generation, struct pin_previous **ret)
{
	_cleanup_free_ char *value = NULL;
	char path[PIN_PATH_MAX];
	size_t size;
	int r;

	CAPS_SCOPE(CAPS_BPF);

	previous_path(generation, path);
	r = pin_read_map(path, sizeof(struct pin_previous_header), &value, &size);
	if (r < 0)
		return r == -ENOENT ? -ENODATA : r;
	return pin_previous_parse(value, size, generation, ret);
}

int pin_previous_remove(uint64_t generation)
{
	_cleanup_free_ struct pin_previous *previous = NULL;
	char path[PIN_PATH_MAX];
	int r;

	CAPS_SCOPE(CAPS_BPF);

	r = pin_previous_load(generation, &previous);
	if (r < 0)
		return r == -ENODATA ? 0 : r;
	previous_path(generation, path);
	return unlink(path) < 0 && errno != ENOENT ? errno_negative() : 0;
}

static int previous_compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

int pin_previous_list(uint64_t **ret, size_t *ret_n)
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

		if (!pin_parse_previous_name(entry->d_name, &number))
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
		qsort(found, n, sizeof(*found), previous_compare);
	*ret = TAKE_PTR(found);
	*ret_n = n;
	return 0;
}
