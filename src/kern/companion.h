/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/klp for user space: thin, typed wrappers around the ioctls of klp/uapi.h. No policy. */
#ifndef KLPD_KERN_COMPANION_H
#define KLPD_KERN_COMPANION_H

#include <stdbool.h>
#include <stdint.h>

#include "klp/uapi.h"
#include "shared/report.h"

struct companion;

/* Help texts for a companion that speaks another ABI. */
#define COMPANION_OLDER_HELP \
	"disable all, load the klp.ko of this klpd ('rmmod klp', 'modprobe klp') and enable again, or reboot"
#define COMPANION_OTHER_HELP \
	"let the klp.ko of this klpd be loaded at the next boot, or install the klpd that speaks its version"

/*
 * Open the device, agree on an ABI and claim the device. Does not load the module: running modprobe
 * is not klpd's task. OUTCOME_NO_COMPANION, OUTCOME_COMPANION_ABI (detail names both versions),
 * OUTCOME_BUSY (another klpd has the device), OUTCOME_SYSTEM.
 *
 * Returns 0 with OUTCOME_COMPANION_ABI in *report if the companion speaks the previous ABI
 * (companion_is_older()); detail says what that means.
 */
int companion_open(struct companion **ret, struct report *report);
struct companion *companion_close(struct companion *c);
/* For the event loop: readable when events are waiting. */
int companion_fd(const struct companion *c);
/*
 * True if the companion speaks the previous ABI. It remains usable for the patches in force, which
 * can be inspected, disabled and forced. It keeps no blockers, does not name the running callback
 * and has no KLP_IOC_CLAIM. Its KLP_IOC_SWITCH waits for callbacks, and it may blame function 0 for
 * an error that is about no function.
 */
bool companion_is_older(const struct companion *c);
/* True if klpd can talk to a companion of this ABI. */
bool companion_speaks(uint32_t abi);
/*
 * Read what the companion says about itself, even if klpd does not speak its ABI. Works beside a
 * running klpd because it claims nothing. As companion_open(), but never OUTCOME_COMPANION_ABI.
 */
int companion_ask(struct klp_ioc_hello *ret, struct report *report);
const struct klp_ioc_hello *companion_hello(const struct companion *c);
/* 0 with *ret set, or -EAGAIN: no event is waiting. */
int companion_read_event(struct companion *c, struct klp_uapi_event *ret);

/*
 * All functions below return a negative errno as in klp/uapi.h. *ret_failed is the index of the
 * function that an error is about, or KLP_FAILED_NONE.
 */
int companion_allow_fmod_ret(struct companion *c, struct klp_uapi_func *funcs, uint32_t n,
			     uint32_t *ret_failed);

struct companion_record { /* arguments of KLP_IOC_REGISTER, which sets addr and size in funcs */
	const char *name;
	struct klp_uapi_func *funcs;
	const struct klp_uapi_object *objects;
	const struct klp_uapi_callback *callbacks;
	const struct klp_uapi_state *states;
	uint32_t n_funcs, n_objects, n_callbacks, n_states;
};

int companion_register(struct companion *c, const struct companion_record *record, uint64_t *ret_id,
		       uint32_t *ret_failed);
int companion_unregister(struct companion *c, uint64_t id);
/* The error with which registering a record with this function is refused, or 0. Keeps no record. */
int companion_try_func(struct companion *c, const struct klp_uapi_func *f);

struct companion_blame {	/* what a failed KLP_IOC_SWITCH is about */
	uint64_t record;	/* 0: no particular record */
	uint32_t index; /* -ENOEXEC: of one of its functions; -ECANCELED: of one of its objects */
	int32_t callback_error;	/* -ECANCELED: return value of the object's callback */
};

struct companion_switch {	/* ids of the records that enter and leave */
	const uint64_t *enter, *leave;
	uint32_t n_enter, n_leave;
	uint32_t timeout_ms;	/* after which the transition reverses itself; 0: never */
};

/*
 * Begin a transition. *ret_blame is set on failure.
 *
 * Does not wait for callbacks. If a callback fails later, the transition ends in reverse and
 * companion_refusal() returns the error. A companion of ABI 3 waits for callbacks.
 */
int companion_switch(struct companion *c, const struct companion_switch *s,
		     uint64_t *ret_transition, struct companion_blame *ret_blame);
/* `reversed`: the present direction of the transition, as far as klpd knows it. */
int companion_reverse(struct companion *c, uint64_t transition, bool reversed);
/* Give up consistency for the tasks that have not moved; *ret_forced is their number. */
int companion_force(struct companion *c, uint64_t transition, uint32_t *ret_forced);
/*
 * Why this transition did not begin; *ret_error is what companion_switch() would have returned.
 * -ENOENT: it began, or another one was refused since then.
 */
int companion_refusal(struct companion *c, uint64_t transition, int *ret_error,
		      struct companion_blame *ret_blame);
/* The callback that is running. -ENOENT: none is. */
int companion_callback(struct companion *c, struct klp_ioc_callback *ret);
/*
 * *records is malloc'ed and has status->nr entries; a state may be one that klpd does not know.
 * -EPROTO: an id is 0 or occurs twice, or a state is 0.
 */
int companion_status(struct companion *c, struct klp_ioc_status *status,
		     struct klp_uapi_patch **records);
/* The objects of a record in the record's order, malloc'ed. -ENOENT: there is no such record. */
int companion_objects(struct companion *c, uint64_t id, struct klp_uapi_object **ret,
		      uint32_t *ret_n);
/*
 * `last`: return the blockers at the time when the transition was last reversed. -ENOENT: none are
 * known; -EOPNOTSUPP: an older companion keeps none.
 */
int companion_blockers(struct companion *c, bool last, struct klp_uapi_blocker **ret,
		       uint32_t *ret_n);
/* Room in bytes for the text of any stack. */
#define COMPANION_STACK_ROOM	(KLP_STACK_MAX + 1)
/* The stack of a blocker: lines of printable ASCII, the last one without a newline. */
int companion_stack(struct companion *c, const struct klp_uapi_blocker *blocker, bool last,
		    char ret[static COMPANION_STACK_ROOM]);
/* Patch state of the task: -1, 0 or 1, as in /proc/PID/patch_state. */
int companion_task(struct companion *c, int32_t pid, int32_t *ret_state);
int companion_barrier(struct companion *c);
/* Hooks that ftrace could not remove, malloc'ed; none if the companion has no KLP_IOC_HOOKS. */
int companion_idle_hooks(struct companion *c, struct klp_uapi_hook **ret, uint32_t *ret_n);

#endif
