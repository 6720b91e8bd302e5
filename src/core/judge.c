// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rule of recovery:
 *
 * 1. A patch counts as in force if its record is entering, in force or leaving, or its bit of the
 *    gates word is set. It is never removed, whatever the state of its pins.
 * 2. A patch is out of force only if it was read, or was never completed, and has neither such a
 *    record nor such a bit.
 * 3. What a newer klpd made is left alone. So is what depends on a companion that cannot be asked
 *    or that reports an unknown state.
 */
#include "core/judge.h"
#include "klp/meta.h"
#include "klp/uapi.h"

static bool judge_stands(const struct judge_facts *f)
{
	return f->gate || f->record == KLP_ENTERING || f->record == KLP_IN_FORCE ||
	       f->record == KLP_LEAVING;
}

static enum judge_verdict judge_read(const struct judge_facts *f)
{
	if (f->consistency == KLP_CONSISTENCY_PER_TASK && !f->companion)
		return JUDGE_LEAVE;
	if (!judge_stands(f))
		return JUDGE_RETIRE;
	return f->collides ? JUDGE_LEAVE : JUDGE_TAKE;
}

enum judge_verdict judge(const struct judge_facts *f)
{
	if (f->record > KLP_FORCED_OUT || f->pins == JUDGE_PINS_NEWER || f->elsewhere)
		return JUDGE_LEAVE;
	if (f->pins == JUDGE_PINS_READ)
		return judge_read(f);
	if (judge_stands(f))
		return f->collides ? JUDGE_LEAVE : JUDGE_TAKE_LOST;
	/* a task may be in its programs indefinitely */
	if (f->record == KLP_FORCED_OUT && !f->kept)
		return JUDGE_LEAVE;
	/* a body may have a per-task gate, and only the companion knows the state of that */
	if (f->attached && !f->companion && f->consistency != KLP_CONSISTENCY_IMMEDIATE)
		return JUDGE_LEAVE;
	return f->pins == JUDGE_PINS_BAD ? JUDGE_LEAVE : JUDGE_REMOVE;
}
