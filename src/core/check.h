/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A check of a file without a change: everything that an enable or a replace of it would be refused
 * for, and for each function what is known of it and which body suits it. Leaves nothing in the
 * kernel: nothing is registered, attached, pinned or enabled for fmod_ret.
 */
#ifndef KLPD_CORE_CHECK_H
#define KLPD_CORE_CHECK_H

#include "core/recommend.h"
#include "core/incoming.h"
#include "core/plan.h"
#include "core/registry.h"

struct check_request {
	const char *path;
	bool replace;		/* check a replace; otherwise an enable */
	bool immediate;
	/* Has an outcome if another change is running or the patches in force are not settled. */
	struct report *busy;
};

enum check_load_test {		/* result of loading a body into the verifier */
	LOAD_TEST_NOT_TRIED,
	LOAD_TEST_PASSED,
	LOAD_TEST_FAILED,
	_LOAD_TEST_MAX
};

struct check_func {		/* one per function, in the metadata's order */
	struct target_facts facts;
	struct recommendation recommendations[RECOMMEND_BODIES];
	char *taken;		/* the foreign hook there, as a sentence; NULL: none */
	const char *owner;	/* patch in force that has it, owned by the registry; NULL: none */
	enum check_load_test load_test;
	const char *not_tried;	/* why; NULL: it was tried */
	bool fit;		/* resolved without a problem */
};

struct check {
	struct incoming incoming;	/* incoming.patch has the metadata */
	struct plan plan;		/* the change that would result */
	struct report_list problems;	/* the first is what a change would be refused for */
	bool looked;			/* the functions were looked up */
	struct check_func *funcs;
	uint32_t enables;		/* functions to be enabled for fmod_ret, until reboot */
};

/*
 * Check a file. Returns 0 and *ret if the file holds a patch, whatever is wrong with it; an outcome
 * described in *report if it holds none; or -errno.
 */
int check_run(struct registry *reg, const struct check_request *request, struct check **ret,
	      struct report *report);
struct check *check_free(struct check *c);
DEFINE_CLEANUP(struct check, check_free);

const char *check_load_test_to_string(enum check_load_test load_test);

#endif
