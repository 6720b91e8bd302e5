// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rule of recovery. In force is what a record that is entering, in force or leaving stands for,
 * or a bit of the gates word: that is never taken away, whatever became of its pins. Out of force is
 * only what was read and has neither, or what was never finished and has neither. What a newer klpd
 * made, or a companion that cannot be asked or says what we do not know, is not ours to judge.
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
	/* a task may stand in its programs for ever */
	if (f->record == KLP_FORCED_OUT && !f->kept)
		return JUDGE_LEAVE;
	/* a body that asks the companion, which cannot be asked for it */
	if (f->attached && !f->companion && f->consistency != KLP_CONSISTENCY_IMMEDIATE)
		return JUDGE_LEAVE;
	return f->pins == JUDGE_PINS_BAD ? JUDGE_LEAVE : JUDGE_REMOVE;
}
