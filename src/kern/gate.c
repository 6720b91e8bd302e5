/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The gates word is element 0 of a pinned array map. It is mapped into this process and read by
 * every body of immediate consistency. Bit `slot` is set while that patch is in force. One
 * compare-and-swap switches any number of patches at one instant: a body sees the word before it or
 * after it, nothing in between. Only this file writes the word.
 *
 * A word that klpd did not make is not used: a pinned map must have exactly the shape made here.
 * Element 1 is the generation, kept here so that it survives klpd.
 */
#include <bpf/bpf.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kern/bpf-fd.h"
#include "kern/caps.h"
#include "kern/found.h"
#include "kern/gate.h"
#include "klp/meta.h"
#include "shared/paths.h"
#include "util/cleanup.h"
#include "util/errno-util.h"

struct gate {
	int fd;
	uint32_t id;		/* of the map */
	uint64_t *word;		/* mapped, shared with the kernel: gates, then generation */
};

DEFINE_CLEANUP(struct gate, gate_close);

static size_t gate_map_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* -EINVAL unless fd is a map of the shape that gate_create() makes. */
static int gate_verify(int fd, uint32_t *ret_id)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);

	if (!bpf_fd_is_map(fd))
		return -EINVAL;
	if (bpf_map_get_info_by_fd(fd, &info, &size) < 0)
		return errno_negative();
	if (info.type != BPF_MAP_TYPE_ARRAY || info.key_size != sizeof(uint32_t) ||
	    info.value_size != sizeof(uint64_t) || info.max_entries != KLP_GATES_WORDS ||
	    info.map_flags != BPF_F_MMAPABLE ||
	    strncmp(info.name, KLP_GATES_MAP, sizeof(info.name)) != 0)
		return -EINVAL;
	*ret_id = info.id;
	return 0;
}

/*
 * Find the word that a body of klpd reads although it is not pinned here: its pin was removed, or
 * something was mounted over it. If there are several, use that of the last body. -ENOENT: none.
 */
static int gate_find(void)
{
	struct found found;
	uint32_t id = 0;
	int r = found_links(&found);

	if (r < 0)
		return r;
	for (size_t i = 0; i < found.n; i++)
		if (found.links[i].consistency == KLP_CONSISTENCY_IMMEDIATE)
			id = found.links[i].gates_map_id;
	found_done(&found);
	return id != 0 ? found_map_fd(id) : -ENOENT;
}

/* Pin the word that gate_find() finds. -EEXIST: another process was faster. */
static int gate_pin_found(void)
{
	_cleanup_close_ int fd = gate_find();
	uint32_t id;
	int r = fd < 0 ? fd : gate_verify(fd, &id);

	if (r < 0)
		return r == -EINVAL ? -ENOENT : r;
	if (bpf_obj_pin(fd, KLPD_GATES_PIN) < 0)
		return errno_negative();
	return TAKE_FD(fd);
}

/* Make a new word, with all gates closed, and pin it. -EEXIST: another process was faster. */
static int gate_create(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	_cleanup_close_ int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, KLP_GATES_MAP, sizeof(uint32_t),
						sizeof(uint64_t), KLP_GATES_WORDS, &opts);

	if (fd < 0)
		return errno_negative();
	if (bpf_obj_pin(fd, KLPD_GATES_PIN) < 0)
		return errno_negative();
	return TAKE_FD(fd);
}

int gate_open(struct gate **ret)
{
	_cleanup_(gate_closep) struct gate *g = calloc(1, sizeof(*g));
	void *p;
	int r;

	CAPS_SCOPE(CAPS_BPF);

	if (!g)
		return -ENOMEM;
	g->fd = bpf_obj_get(KLPD_GATES_PIN);
	if (g->fd < 0) {
		r = errno_negative();
		g->fd = -EBADF;
		/* the pin is not a BPF object */
		if (r == -EACCES)
			return -EINVAL;
		if (r != -ENOENT)
			return r;
		g->fd = gate_pin_found();
		if (g->fd == -ENOENT)
			g->fd = gate_create();
		if (g->fd < 0)
			return g->fd;
	}
	r = gate_verify(g->fd, &g->id);
	if (r < 0)
		return r;
	p = mmap(NULL, gate_map_size(), PROT_READ | PROT_WRITE, MAP_SHARED, g->fd, 0);
	if (p == MAP_FAILED)
		return errno_negative();
	g->word = p;
	*ret = TAKE_PTR(g);
	return 0;
}

struct gate *gate_close(struct gate *g)
{
	if (!g)
		return NULL;
	if (g->word)
		(void)munmap(g->word, gate_map_size());
	safe_close(g->fd);
	free(g);
	return NULL;
}

int gate_fd(const struct gate *g)
{
	return g->fd;
}

uint32_t gate_map_id(const struct gate *g)
{
	return g->id;
}

int gate_pin(const struct gate *g)
{
	_cleanup_close_ int fd = -EBADF;
	uint32_t id;

	CAPS_SCOPE(CAPS_BPF);

	if (bpf_obj_pin(g->fd, KLPD_GATES_PIN) == 0)
		return 1;
	if (errno != EEXIST)
		return errno_negative();
	fd = bpf_obj_get(KLPD_GATES_PIN);
	if (fd < 0 || gate_verify(fd, &id) < 0 || id != g->id)
		return -EEXIST;
	return 0;
}

uint64_t gate_read(const struct gate *g)
{
	return __atomic_load_n(g->word, __ATOMIC_SEQ_CST);
}

int gate_switch(struct gate *g, uint64_t expected, uint64_t wanted)
{
	if (!__atomic_compare_exchange_n(g->word, &expected, wanted, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_SEQ_CST))
		return -EAGAIN;
	return 0;
}

uint64_t gate_generation(const struct gate *g)
{
	return __atomic_load_n(g->word + 1, __ATOMIC_SEQ_CST);
}

void gate_raise_generation(struct gate *g, uint64_t generation)
{
	if (generation > gate_generation(g))
		__atomic_store_n(g->word + 1, generation, __ATOMIC_SEQ_CST);
}
