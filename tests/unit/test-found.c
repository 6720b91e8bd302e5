// SPDX-License-Identifier: GPL-2.0-only
/*
 * kern/found and kern/foreign: a list of BPF objects that ends early is a failure, never an empty
 * list. Otherwise a recovery would close the gates of patches in force, and status would call a
 * patch whole that another program overrules. The lists are this file's.
 */
#include <bpf/bpf.h>
#include <errno.h>

#include "kern/foreign.h"
#include "kern/found.h"
#include "unit.h"
#include "util/macro.h"

static int failure, opened;	/* errno of the lists' end, and of opening an object */

static int next(uint32_t start, uint32_t *ret)
{
	if (opened != 0 && start == 0) {
		*ret = 1;
		return 0;
	}
	errno = failure;
	return -failure;
}

int bpf_link_get_next_id(uint32_t start, uint32_t *ret) { return next(start, ret); }
int bpf_map_get_next_id(uint32_t start, uint32_t *ret) { return next(start, ret); }
int bpf_link_get_fd_by_id(uint32_t id _unused_) { errno = opened; return -opened; }
int bpf_map_get_fd_by_id(uint32_t id _unused_) { errno = opened; return -opened; }

static int program(const struct foreign_program *p _unused_, void *userdata _unused_) { return 0; }

static void check(int end, int object, int wanted)
{
	struct report report = REPORT_INIT;
	struct foreign_links links = { .n_own = 0 };
	struct found_meta *metas = NULL;
	struct found found = { .n = 0 };
	size_t n = 0, i;
	int failed = 0, r;

	failure = end;
	opened = object;
	r = found_links(&found);
	found_done(&found);
	CHECK_INT(r, wanted);
	r = found_metas(&metas, &n);
	if (r == 0)
		found_metas_free(metas, n);
	CHECK_INT(r, wanted);
	CHECK_INT(foreign_each_program(NULL, 0, program, NULL, &failed), 0);
	CHECK_INT(failed, wanted);
	r = foreign_find(NULL, NULL, 0, &links, &i, &report);
	report_done(&report);
	CHECK_INT(r, wanted == 0 ? 0 : OUTCOME_SYSTEM);
}

static void test_end(void)
{
	check(ENOENT, 0, 0);
}

static void test_failure(void)
{
	check(EPERM, 0, -EPERM);
	check(ENOMEM, 0, -ENOMEM);
	check(EINTR, 0, -EINTR);
}

/* An object that is gone when it is opened is none; one that cannot be opened may be any. */
static void test_open(void)
{
	check(ENOENT, ENOENT, 0);
	check(ENOENT, EMFILE, -EMFILE);
	check(ENOENT, EPERM, -EPERM);
}

/* A program that a security module hides may overrule a patch, but it is none of klpd's. */
static void test_hidden(void)
{
	struct found found = { .n = 0 };
	int failed = 0;

	failure = ENOENT;
	opened = EACCES;
	CHECK_INT(foreign_each_program(NULL, 0, program, NULL, &failed), 0);
	CHECK_INT(failed, -EACCES);
	CHECK_INT(found_links(&found), 0);
	found_done(&found);
}

int main(void)
{
	RUN(test_end);
	RUN(test_failure);
	RUN(test_open);
	RUN(test_hidden);
	return unit_end();
}
