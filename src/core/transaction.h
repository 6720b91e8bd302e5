/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A change of the patches in force, as a sequence of phases (enum phase):
 *
 *   phase     kernel-visible effect                        on failure         klpd killed here
 *   PLAN      none                                         named refusal      nothing to do
 *   LOAD      functions enabled for fmod_ret (until        close              kernel frees them
 *             reboot, harmless); programs verified,
 *             held by klpd's fds
 *   REGISTER  companion has the record, gate closed        unregister         dies with the fd
 *   ATTACH    links attached, gate closed                  detach             kernel detaches
 *   PIN       gen-N and previous-N under bpffs             unpin              recovery removes it
 *   SWITCH    immediate: one compare-and-swap of gates;    undo all           before: PIN; after:
 *             per task: the companion moves all tasks                         the companion goes on
 *   COMPLETE  generation grows                             -                  recovery does it
 *   RETIRE    patches that left: unpinned, detached        warning, repeated  recovery repeats it
 *
 * Several patches may enter in one change. Each phase handles all of them before the next phase
 * begins, and one SWITCH puts all of them in force. A failure undoes the work done for each of
 * them.
 *
 * A body learns the id of its record at REGISTER, before it is attached. Until then its id is 0,
 * which no record has. Immediate changes have no record to register. If no patch enters, only PLAN,
 * PIN and SWITCH run before COMPLETE. Before SWITCH any failure undoes the earlier phases in
 * reverse order; after SWITCH there are only warnings. A reversed transition ends with the entering
 * patches retired and the leaving ones in force again.
 */
#ifndef KLPD_CORE_TRANSACTION_H
#define KLPD_CORE_TRANSACTION_H

#include "core/incoming.h"
#include "core/plan.h"
#include "core/registry.h"

struct grace;
struct pin_previous;

struct transaction_request {
	enum change_verb verb;
	const char *path;	/* file of the patch; NULL for disable and rollback */
	const char *name;	/* disable: the patch; otherwise NULL */
	bool immediate;
	uint64_t timeout_usec;	/* for the transition; 0: no limit */
	bool deadline;		/* the caller asked for the timeout, and it is not 0 */
	struct patch *const *leave;	/* repair: patches of the registry, of one consistency */
	size_t n_leave;
};

/*
 * Written by transaction.c and by the files that implement its phases: phases.c, previous.c,
 * switch.c. recover.c sets `registry`. Read-only for all others.
 */
struct transaction {
	struct registry *registry;
	enum change_verb verb;
	enum phase phase;
	uint32_t consistency;
	char *name;		/* name of the patch that the change is about */
	char *version;
	char **replaced;	/* names of the leaving patches; NULL-terminated */
	char **returning;	/* rollback: names of the entering patches; NULL-terminated */
	uint64_t generation;	/* in force once the change is complete */
	/* the request */
	char *path;
	char *disable;
	bool immediate;
	bool deadline;
	/* the patches that enter and leave, all at once */
	struct incoming enter[KLP_GATE_SLOTS];
	size_t n_enter;
	struct patch *leave[KLP_GATE_SLOTS];
	size_t n_leave;
	struct pin_previous *previous;	/* rollback: the previous patches */
	/* The patches in force before this change are pinned, so that it can be rolled back. */
	bool remembered;
	bool switched;
	/* valid from SWITCH to COMPLETE, per task */
	uint64_t number;	/* of the companion's transition; 0: immediate */
	/* CLOCK_REALTIME, for display; not adjusted if the clock is set. */
	uint64_t started_usec;
	uint64_t started_monotonic_usec;	/* CLOCK_MONOTONIC */
	/* The companion reverses the transition after this time; 0: no limit, or no longer one. */
	uint32_t timeout_ms;
	uint32_t total, moved;
	bool reversed;
	bool timed_out;		/* the companion reversed it on timeout */
	bool forced;
	struct report refusal;	/* reversed before it began: why */
};

int transaction_new(struct registry *reg, const struct transaction_request *request,
		    struct transaction **ret);
/*
 * A transition that an earlier klpd began and the companion continues. The states of the patches in
 * the registry tell which of them enter and leave. -ENODATA: the registry has no such patch;
 * -ENOMEM.
 */
int transaction_resume(struct registry *reg, const struct klp_uapi_transition *running,
		       struct transaction **ret);
/* Frees what the registry does not own. A transaction that was switched continues in the kernel. */
struct transaction *transaction_free(struct transaction *t);
DEFINE_CLEANUP(struct transaction, transaction_free);

/*
 * Run the phases PLAN to SWITCH. On 0 the change is switched, and transaction_complete() is due
 * once the companion reports DONE, or at once if transaction_waits() is false. An outcome or
 * -errno, described in *report, means that nothing changed.
 */
int transaction_run(struct transaction *t, struct report *report);
/* Name of the patch that the change is about, or its file as long as that has not been read. */
const char *transaction_subject(const struct transaction *t);
/* Time since the transition began. */
uint64_t transaction_running_usec(const struct transaction *t);
bool transaction_waits(const struct transaction *t);
/* Whether callbacks run during the change. */
bool transaction_has_callbacks(const struct transaction *t);
/*
 * The sticky patch that tasks are moving into; no request or timeout may reverse that. NULL: none.
 */
const struct meta *transaction_sticky(const struct transaction *t);
/*
 * Handle an event of this transition: its progress, or a reversal by the companion on timeout.
 */
void transaction_progress(struct transaction *t, const struct klp_uapi_event *event);
/* Read the same from the companion now. -ENOENT: the transition has ended. */
int transaction_sync(struct transaction *t);
/* Ask the companion whether the transition has ended; its event may have been missed. */
bool transaction_over(struct transaction *t, bool *ret_reversed);
/* Reverse the running transition. -ENOENT: it has completed already. */
int transaction_reverse(struct transaction *t);
/* Treat every task as moved; completion follows as usual. -ENOENT: it has completed already. */
int transaction_force(struct transaction *t, uint32_t *ret_forced);
/* Phase COMPLETE. reversed: the leaving patches are in force again. */
void transaction_complete(struct transaction *t, bool reversed);
/*
 * Phase RETIRE for the patches that left. The phase is done when *ret has ended, or at once if *ret
 * is NULL. The caller can only log an error.
 */
int transaction_retire(struct transaction *t, struct grace **ret);

#endif
