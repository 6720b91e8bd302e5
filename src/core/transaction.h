/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A change of what is in force, as phases with one direction (enum phase has the names):
 *
 *   phase     kernel-visible effect                        on failure         killed here
 *   PLAN      none                                         named refusal      nothing to do
 *   LOAD      functions opened (for good, harmless);       close              kernel frees them
 *             programs verified, held by our fds
 *   ANNOUNCE  companion knows the set, gate closed         withdraw           dies with the fd
 *   ATTACH    links attached, gate closed                  detach             kernel detaches
 *   PIN       gen-N and before-N under bpffs               unpin              recovery removes it
 *   SWITCH    immediate: one compare-and-swap of gates;    undo all           before: PIN; after:
 *             per task: the companion moves all tasks                         the companion goes on
 *   COMPLETE  generation grows                             -                  recovery does it
 *   RETIRE    what left is unpinned and detached           warning, repeated  recovery repeats it
 *
 * Any number of sets may enter in one change: each phase runs over all of them before the next
 * begins, one SWITCH brings them into force, and a failure undoes what was done for any.
 *
 * The body learns its record's id at ANNOUNCE, before it is attached; before that its id is 0,
 * which no record has. Immediate changes have no record to announce; where nothing enters PLAN, PIN
 * and SWITCH are all there is before COMPLETE. Before SWITCH any failure undoes what was done, in
 * reverse; after it there are only warnings. A transition that is reversed ends with the entering
 * sets retired and the old ones in force.
 */
#ifndef KLPD_CORE_TRANSACTION_H
#define KLPD_CORE_TRANSACTION_H

#include "core/incoming.h"
#include "core/plan.h"
#include "core/registry.h"

struct grace;
struct pin_before;

struct transaction_request {
	enum change_verb verb;
	const char *path;	/* of the file; NULL for disable and rollback */
	const char *name;	/* for disable; otherwise NULL */
	bool immediate;
	uint64_t timeout_usec;	/* for the transition; 0: none */
	bool deadline;		/* it was asked for, and is not 0 */
	struct patch *const *leave;	/* for repair: sets of the registry, of one consistency */
	size_t n_leave;
};

/* Read-only outside transaction.c and phases.c. */
struct transaction {
	struct registry *registry;
	enum change_verb verb;
	enum phase phase;
	uint32_t consistency;
	char *name;		/* of the patch the change is about */
	char *version;
	char **replaced;	/* names of the sets that leave; NULL-terminated */
	char **returning;	/* rollback: names of those that enter; NULL-terminated */
	uint64_t generation;	/* in force once it is complete */
	/* the request */
	char *path;
	char *disable;
	bool immediate;
	bool deadline;
	/* what moves, all of it at once */
	struct incoming enter[KLP_GATE_SLOTS];
	size_t n_enter;
	struct patch *leave[KLP_GATE_SLOTS];
	size_t n_leave;
	struct pin_before *before;	/* rollback: what it goes back to */
	bool remembered;		/* what was before is pinned, for a rollback of this one */
	bool switched;
	/* SWITCH to COMPLETE, per task */
	uint64_t number;	/* the companion's, 0 if immediate */
	uint64_t started_usec;	/* CLOCK_REALTIME, for people; a clock step leaves it as it was */
	uint64_t started_monotonic_usec;	/* CLOCK_MONOTONIC */
	uint32_t timeout_ms;	/* until it turns itself round; 0: none, or not any more */
	uint32_t total, moved;
	bool reversed;
	bool timed_out;		/* it turned itself round */
	bool forced;
	struct report refusal;	/* reversed: why it did not even begin, if it did not */
};

int transaction_new(struct registry *reg, const struct transaction_request *request,
		    struct transaction **ret);
/* One that a klpd before us began and the companion goes on with; sets' states say what moves. */
int transaction_resume(struct registry *reg, const struct klp_uapi_transition *running,
		       struct transaction **ret);
/* Lets go of what is not in the registry; a transaction that was switched goes on in the kernel. */
struct transaction *transaction_free(struct transaction *t);
DEFINE_CLEANUP(struct transaction, transaction_free);

/*
 * PLAN to SWITCH. 0: it is switched, and transaction_complete() is due once the companion is DONE,
 * or at once if transaction_waits() is false. An outcome or -errno, told in *report: nothing
 * changed.
 */
int transaction_run(struct transaction *t, struct report *report);
/* The patch it is about, or its file as long as that is not read. */
const char *transaction_subject(const struct transaction *t);
/* How long its transition has run. */
uint64_t transaction_running_usec(const struct transaction *t);
bool transaction_waits(const struct transaction *t);
/* Whether any runs in its course. */
bool transaction_has_callbacks(const struct transaction *t);
/* Tasks move into this sticky patch: nobody, and no time, may turn that round. NULL: into none. */
const struct meta *transaction_sticky(const struct transaction *t);
/* An event of it: how far it is, and whether it turned itself round. */
void transaction_progress(struct transaction *t, const struct klp_uapi_event *event);
/* The same, asked of the companion now. -ENOENT: it is over by now. */
int transaction_sync(struct transaction *t);
/* Whether it is over, asked of the companion, which may have said so when nothing was read. */
bool transaction_over(struct transaction *t, bool *ret_reversed);
/* Turn the running transition round. -ENOENT: it is complete by now. */
int transaction_reverse(struct transaction *t);
/* Take every task as moved; completion comes as ever. -ENOENT: it is complete by now. */
int transaction_force(struct transaction *t, uint32_t *ret_forced);
/* COMPLETE; `reversed`: the old sets are in force. */
void transaction_complete(struct transaction *t, bool reversed);
/* RETIRE what left: done when *ret, if it is not NULL, is over. Errors are only to be warned of. */
int transaction_retire(struct transaction *t, struct grace **ret);

#endif
