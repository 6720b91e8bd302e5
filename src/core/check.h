/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A change that is only asked about: all that an enable or a replace of a file would be refused
 * for, and for each function of the patch what is known of it and which body suits it. Leaves
 * nothing in the kernel: nothing is announced, attached, pinned, or opened for fmod_ret.
 */
#ifndef KLPD_CORE_CHECK_H
#define KLPD_CORE_CHECK_H

#include "core/advice.h"
#include "core/incoming.h"
#include "core/plan.h"
#include "core/registry.h"

struct check_request {
	const char *path;
	bool replace;		/* as `replace`; otherwise as `enable` */
	bool immediate;
	struct report *busy;	/* told: another change runs, what is in force is not settled */
};

enum check_trial {		/* of a body, by the kernel's verifier */
	TRIAL_NOT_TRIED,
	TRIAL_PASSED,
	TRIAL_FAILED,
	_TRIAL_MAX
};

struct check_func {		/* one of the metadata, in its order */
	struct target_facts facts;
	struct advice advice[ADVICE_BODIES];
	char *taken;		/* by whom beside klpd, as a sentence; NULL: nobody */
	const char *owner;	/* patch in force that has it; NULL: none. The registry's */
	enum check_trial trial;
	const char *not_tried;	/* why; NULL if it was */
	bool fit;		/* looked at, and no fault found */
};

struct check {
	struct incoming incoming;	/* its set has the metadata */
	struct plan plan;		/* what the change would be */
	struct report_list problems;	/* the first is what the change would be refused for */
	bool looked;			/* funcs are filled in */
	struct check_func *funcs;
	uint32_t opens;			/* functions that would be opened, until reboot */
};

/*
 * 0 and *ret, whatever is wrong with the patch; or an outcome told in *report, because there is no
 * patch in the file; or -errno.
 */
int check_run(struct registry *reg, const struct check_request *request, struct check **ret,
	      struct report *report);
struct check *check_free(struct check *c);
DEFINE_CLEANUP(struct check, check_free);

const char *check_trial_to_string(enum check_trial trial);

#endif
