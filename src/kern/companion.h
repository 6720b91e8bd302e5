/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/klp from user space: thin, typed wrappers round the ioctls of klp/uapi.h. No policy. */
#ifndef KLPD_KERN_COMPANION_H
#define KLPD_KERN_COMPANION_H

#include <stdbool.h>
#include <stdint.h>

#include "klp/uapi.h"
#include "shared/report.h"

struct companion;

/* What to do about one of another ABI. */
#define COMPANION_OLDER_HELP \
	"disable all, load the klp.ko of this klpd ('rmmod klp', 'modprobe klp') and enable again, or reboot"
#define COMPANION_OTHER_HELP \
	"let the klp.ko of this klpd be loaded at the next boot, or install the klpd that speaks its version"

/*
 * Open the device and shake hands; tries to load the module first if `load` (modprobe is not ours
 * to run: -ENOENT then stays -ENOENT). OUTCOME_NO_COMPANION, OUTCOME_COMPANION_ABI (detail names
 * both versions), OUTCOME_SYSTEM. 0 with OUTCOME_COMPANION_ABI in *report: it speaks the ABI before
 * ours (companion_is_older()), and detail says what that means.
 */
int companion_open(struct companion **ret, struct report *report);
struct companion *companion_close(struct companion *c);
/* For the event loop: readable when there are events. */
int companion_fd(const struct companion *c);
/*
 * It speaks the ABI before ours: it is there for what is in force, which can be looked at, disabled and
 * forced. What it lacks: it keeps no blockers, names no callback, knows no claim, lets SWITCH wait for
 * callbacks, and may blame function 0 for an error that is about none.
 */
bool companion_is_older(const struct companion *c);
/* klpd can talk to a companion of this ABI. */
bool companion_speaks(uint32_t abi);
/* What it says of itself, also if we do not speak its ABI; beside a klpd that runs. Claims nothing. As
 * companion_open(), but never OUTCOME_COMPANION_ABI. */
int companion_ask(struct klp_ioc_hello *ret, struct report *report);
const struct klp_ioc_hello *companion_hello(const struct companion *c);
/* 0 and *ret, -EAGAIN none waiting. */
int companion_read_event(struct companion *c, struct klp_uapi_event *ret);

/* All: negative errno as in klp/uapi.h. *ret_failed: index of the function an error is about, or
 * KLP_FAILED_NONE. */
int companion_open_funcs(struct companion *c, struct klp_uapi_func *funcs, uint32_t n,
			 uint32_t *ret_failed);

struct companion_record { /* what KLP_IOC_ANNOUNCE is told; addr and size of funcs are set by it */
	const char *name;
	struct klp_uapi_func *funcs;
	const struct klp_uapi_object *objects;
	const struct klp_uapi_callback *callbacks;
	const struct klp_uapi_state *states;
	uint32_t n_funcs, n_objects, n_callbacks, n_states;
};

int companion_announce(struct companion *c, const struct companion_record *record,
		       uint64_t *ret_id, uint32_t *ret_failed);
int companion_withdraw(struct companion *c, uint64_t id);
/* What announcing a record with this function would be refused for. Nothing is left of it. */
int companion_try_func(struct companion *c, const struct klp_uapi_func *f);

struct companion_blame {	/* who is to blame if KLP_IOC_SWITCH fails */
	uint64_t record;	/* 0: nobody in particular */
	uint32_t index;		/* -ENOEXEC: of a function of it; -ECANCELED: of an object */
	int32_t callback_error;	/* -ECANCELED: what its callback returned */
};

/*
 * timeout_ms: when the transition turns itself round; 0: never. *ret_blame is set on failure. Does not
 * wait for callbacks: a change that has some may fail after this, which is a transition that ends in
 * reverse and that companion_refusal() knows. A companion of ABI 3 waits for them.
 */
int companion_switch(struct companion *c, const uint64_t *enter, uint32_t n_enter,
		     const uint64_t *leave, uint32_t n_leave, uint32_t timeout_ms,
		     uint64_t *ret_transition, struct companion_blame *ret_blame);
/* `reversed`: the way it goes now, as far as we know. */
int companion_reverse(struct companion *c, uint64_t transition, bool reversed);
/* Consistency is given up for whoever has not moved: *ret_forced tasks. */
int companion_force(struct companion *c, uint64_t transition, uint32_t *ret_forced);
/* Why this transition did not begin: *ret_error as companion_switch() would have failed with. -ENOENT:
 * it did, or it is long ago. */
int companion_refusal(struct companion *c, uint64_t transition, int *ret_error,
		      struct companion_blame *ret_blame);
/* The callback that runs now. -ENOENT: none does. */
int companion_callback(struct companion *c, struct klp_ioc_callback *ret);
/* *records malloc'ed, status->nr of them; a state may be one that we do not know. -EPROTO: it makes no
 * sense, because ids are 0 or the same, or a state is 0. */
int companion_status(struct companion *c, struct klp_ioc_status *status,
		     struct klp_uapi_patch **records);
/* The objects of a record, in its order, malloc'ed. -ENOENT: there is no such record. */
int companion_objects(struct companion *c, uint64_t id, struct klp_uapi_object **ret,
		      uint32_t *ret_n);
/* `last`: those that were in the way when the transition was last turned round; -ENOENT: none is
 * known; -EOPNOTSUPP: an older companion keeps none. */
int companion_blockers(struct companion *c, bool last, struct klp_uapi_blocker **ret,
		       uint32_t *ret_n);
/* Room for the text of any stack. */
#define COMPANION_STACK_ROOM	(KLP_UAPI_STACK_MAX + 1)
/* The stack of a blocker: lines of printable ASCII, the last one without a newline. */
int companion_stack(struct companion *c, const struct klp_uapi_blocker *blocker, bool last,
		    char ret[static COMPANION_STACK_ROOM]);
/* Patch state of the task: -1, 0 or 1, as in /proc/PID/patch_state. */
int companion_task(struct companion *c, int32_t pid, int32_t *ret_state);
int companion_barrier(struct companion *c);
/* The hooks that ftrace does not let go of, malloc'ed; none of a companion that does not tell. */
int companion_idle_hooks(struct companion *c, struct klp_uapi_hook **ret, uint32_t *ret_n);

#endif
