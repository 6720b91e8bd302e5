// SPDX-License-Identifier: GPL-2.0-only
/*
 * core/retire: programs of a patch that was forced, or may have been, are kept for good. What
 * retire.c calls is of this file.
 */
#include <fcntl.h>

#include "core/fault.h"
#include "core/retire.h"
#include "core/struct-ops.h"
#include "kern/link.h"
#include "unit.h"
#include "util/cleanup.h"
#include "util/macro.h"

static int status_error;
static struct klp_uapi_patch record;
static unsigned int kept, unregistered;

static int fake_status(struct companion *c _unused_, struct klp_ioc_status *status,
		       struct klp_uapi_patch **records)
{
	if (status_error < 0)
		return status_error;
	*status = (struct klp_ioc_status){ .nr = 1 };
	*records = calloc(1, sizeof(**records));
	if (!*records)
		return -ENOMEM;
	**records = record;
	return 0;
}

static int fake_info(int fd _unused_, struct link_info *ret)
{
	*ret = (struct link_info){ .kind = LINK_FMOD_RET, .prog_id = 3 };
	return 0;
}

static int fake_program(uint32_t id _unused_) { return open("/dev/null", O_RDONLY | O_CLOEXEC); }
static int fake_keep(uint64_t serial _unused_, size_t i _unused_, int fd _unused_) { kept++; return 0; }
static int fake_remove(uint64_t serial _unused_) { return 0; }
static int fake_unregister(struct companion *c _unused_, uint64_t id _unused_)
{
	unregistered++;
	return -ENOENT;
}

static int fake_grace(struct companion *c _unused_, int *fds, size_t n, struct grace **ret)
{
	for (size_t i = 0; i < n; i++)
		safe_close(fds[i]);
	free(fds);
	*ret = NULL;
	return 0;
}

#define companion_status	fake_status
#define companion_unregister	fake_unregister
#define link_get_info		fake_info
#define link_program_fd		fake_program
#define pin_keep_program	fake_keep
#define pin_remove		fake_remove
#define grace_begin		fake_grace
#include "core/retire.c"

static void retire(uint64_t id, unsigned int wanted_kept)
{
	struct registry *reg = calloc(1, sizeof(*reg));
	struct patch *s = calloc(1, sizeof(*s));

	CHECK(reg && s);
	s->meta = calloc(1, sizeof(*s->meta));
	s->links = malloc(sizeof(*s->links));
	CHECK(s->meta && s->links);
	s->links[0] = fake_program(0);
	s->n_links = 1;
	for (size_t i = 0; i < KLP_STRUCT_OPS_MAX; i++)
		s->maps[i] = -EBADF;
	s->id = id;
	s->serial = 4;
	reg->companion = (struct companion *)reg;	/* not looked into */
	kept = unregistered = 0;
	CHECK_INT(retire_patches(reg, &s, 1, NULL), 0);
	CHECK_INT(reg->n_stale_pins, 0);
	free(reg);
	CHECK_INT(kept, wanted_kept);
	CHECK_INT(unregistered, wanted_kept);
}

static void test_forced(void)
{
	status_error = 0;
	record = (struct klp_uapi_patch){ .id = 7, .state = KLP_FORCED_OUT };
	retire(7, 1);
	retire(8, 0);
	record = (struct klp_uapi_patch){ .id = 7, .state = KLP_LEAVING, .flags = KLP_PATCH_FORCED };
	retire(7, 1);
	record.flags = 0;
	retire(7, 0);
}

/* Whether it was forced is not known. An immediate patch has no record, and is never forced. */
static void test_unread(void)
{
	status_error = -ENOMEM;
	retire(7, 1);
	retire(0, 0);
}

int main(void)
{
	RUN(test_forced);
	RUN(test_unread);
	return unit_end();
}
