/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of the transition, shared by transition.c, which changes it, and transition-look.c,
 * which reports it. Protected by klpm_mutex.
 */
#ifndef KLP_KMOD_RUNNING_H
#define KLP_KMOD_RUNNING_H

#include <linux/types.h>

#include "change.h"
#include "klp/uapi.h"
#include "tasks.h"

struct running {
	u64 number;			/* 0: none runs */
	bool starting;			/* callbacks of the start run, no task moves yet */
	bool closing;			/* all tasks have moved; it cannot be reversed any more */
	bool put_off;			/* a pass is due when the claim is released */
	enum task_version target;
	struct change change;
	struct stack_set *set;
	u64 started_ns;			/* CLOCK_BOOTTIME, for display; the others are monotonic */
	u64 deadline_ns;		/* 0: none */
	u64 signal_ns, wake_ns;		/* when to signal or wake tasks next */
	u64 wake_every_ns;
	u32 timeout_ms;			/* 0: none, or not any more */
	bool timed_out;			/* it reversed itself at its deadline */
	u32 passes;
	u32 delay_ms;
};

struct history {
	u64 generation;
	u64 last;			/* number of the last transition that is over; 0: none */
	bool last_reversed, last_timed_out;
	u32 forced;			/* number of forced transitions */
	struct klp_ioc_refusal refusal;	/* the last one; all 0: none yet */
};

extern struct running klpm_running;
extern struct history klpm_history;

static inline bool running_is_reversed(void)
{
	return klpm_running.target == TASK_OLD_VERSION;
}

#endif
