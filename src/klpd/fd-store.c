// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends the descriptors of links, maps and metadata to the service manager, in batches, under the
 * name FD_STORE_NAME. It then waits until the service manager has received them, because klpd may
 * end next. Without a service manager, or without a store for klpd, nothing is kept.
 */
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "core/keep.h"
#include "klpd/fd-store.h"
#include "util/cleanup.h"
#include "util/macro.h"

#define FD_STORE_NAME	"klpd-unpinned"
#define FD_STORE_USEC	(5 * 1000000ULL)
#define FD_STORE_BATCH	200		/* the kernel limit is 253 in a message */

/* Whether the service manager holds descriptors of klpd. */
static bool stored;

struct fd_batch {
	int fds[FD_STORE_BATCH];
	unsigned int n;
	bool failed;
};

static void batch_send(struct fd_batch *b)
{
	if (b->n > 0 && sd_pid_notify_with_fds(0, false, "FDSTORE=1\nFDPOLL=0\nFDNAME=" FD_STORE_NAME,
					       b->fds, b->n) <= 0)
		b->failed = true;
	b->n = 0;
}

static void batch_add(struct fd_batch *b, int fd)
{
	if (fd < 0)
		return;
	b->fds[b->n++] = fd;
	if (b->n == ARRAY_SIZE(b->fds))
		batch_send(b);
}

static void store_set(struct fd_batch *b, const struct patch *s)
{
	_cleanup_close_ int meta = keep_make_meta(s);

	for (size_t i = 0; i < s->n_links; i++)
		batch_add(b, s->links[i]);
	for (size_t i = 0; i < s->meta->n_struct_ops; i++)
		batch_add(b, s->maps[i]);
	batch_add(b, meta);
	/* send now, because the descriptor of the metadata is closed on return */
	batch_send(b);
}

bool fd_store_put(const struct registry *reg)
{
	struct fd_batch b = { .n = 0 };
	bool any = false;

	if (stored)
		(void)sd_notify(false, "FDSTOREREMOVE=1\nFDNAME=" FD_STORE_NAME);
	for (size_t i = 0; i < reg->n_patches; i++) {
		if (!reg->patches[i]->unpinned || reg->patches[i]->lost)
			continue;
		any = true;
		store_set(&b, reg->patches[i]);
	}
	if (any) {
		batch_add(&b, gate_fd(reg->gate));
		batch_send(&b);
	}
	stored = any && !b.failed;
	if (any && !b.failed)
		b.failed = sd_notify_barrier(false, FD_STORE_USEC) <= 0;
	return !b.failed;
}

void fd_store_close(void)
{
	char **names = NULL;
	int n = sd_listen_fds_with_names(false, &names);

	for (int i = 0; i < n; i++) {
		if (!names || !STREQ(names[i], FD_STORE_NAME))
			continue;
		stored = true;
		safe_close(SD_LISTEN_FDS_START + i);
	}
	for (int i = 0; names && names[i]; i++)
		free(names[i]);
	free(names);
}
