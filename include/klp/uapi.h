/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * /dev/klp: the interface between klpd and the companion klp.ko. ABI version KLP_ABI.
 *
 * Access. Opening needs CAP_SYS_ADMIN and CAP_BPF in the initial user namespace. Each call that
 * changes something checks them again (-EPERM), because an open file can be passed on. On each
 * open file KLP_IOC_HELLO must succeed before any other call (else -ENOTCONN). It fails with
 * -EPROTO if the ABI of the caller is not that of the companion, and still returns the companion's
 * own, so that both sides can name the versions in their error messages.
 *
 * Conventions. Structures that may grow carry their size. Reserved fields must be 0 (else
 * -EINVAL). Strings are NUL-terminated inside their field (else -EINVAL). All waits are killable.
 *
 * States of a record (klp.ko's entry of one patch):
 *
 *   REGISTERED  the gate returns "original"; removed by UNREGISTER, or when the file that registered
 *               it is closed
 *   ENTERING    a transition moves tasks into it; needs no open file from here on
 *   IN_FORCE    the gate returns "patched" for all tasks
 *   LEAVING     a transition moves tasks out of it
 *   FORCED_OUT  it left, and a transition of it was forced: the gate returns "original", but a task
 *               may still be in its programs. Kept until UNREGISTER, so that klpd learns after a
 *               crash that these programs must never be freed
 *   (gone)      removed at the end of the transition; a gate returns "original" for its id
 *
 * At most one transition runs; a change during one fails with -EBUSY. While a callback runs, every
 * change fails with -EBUSY, REVERSE and FORCE of its transition included; but a callback that ends
 * within 200 ms is waited for. Read-only calls work meanwhile.
 */
#ifndef KLP_UAPI_H
#define KLP_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#include "klp/limits.h"

#define KLP_ABI			4
/*
 * klpd also speaks this version, so that a new klpd can list and disable patches that came into
 * force under the klp.ko before. What that version lacks is marked "since ABI 4".
 */
#define KLP_ABI_BEFORE		3
#define KLP_DEVICE		"/dev/klp"

/*
 * klp.ko never lets the kernel's set of modify-return ids exceed this number. The kernel frees the
 * sets of all hooks when a 257th id is added (BTF_KFUNC_SET_MAX_CNT in kernel/bpf/btf.c).
 */
#define KLP_FMOD_RET_CAP	200

enum klp_uapi_patch_state {
	KLP_REGISTERED = 1,
	KLP_ENTERING = 2,
	KLP_IN_FORCE = 3,
	KLP_LEAVING = 4,
	KLP_FORCED_OUT = 5,
};

struct klp_ioc_hello {
	__u32 abi;		/* in: ABI of the caller; out: of the companion */
	__u32 fmod_ret_cap;	/* out: maximum of the modify-return set */
	__u32 fmod_ret_used;	/* out: entries now in the kernel's set, klp.ko's and others */
	__u32 features;		/* out: KLP_FEATURE_* */
	char  version[32];	/* out: version of the companion, as text */
};

#define KLP_FEATURE_RELIABLE_STACKS	(1U << 0)

/*
 * A function to make attachable for fmod_ret, to look for in stacks, or to hook for a struct_ops
 * body.
 */
struct klp_uapi_func {
	__u32 btf_id;		/* BTF_KIND_FUNC id in vmlinux BTF; 0 with KLP_FUNC_OPS */
	__u32 sympos;		/* 0: must be unique; n: the n-th; 0 or 1 for fmod_ret */
	__u32 flags;		/* KLP_FUNC_* */
	__u32 reserved;
	__u64 addr;		/* out: entry address; 0 if the module is not loaded */
	__u64 size;		/* out: bytes; 0 if the module is not loaded */
	char  object[KLP_OBJECT_LEN];	/* "vmlinux"; or a module, with KLP_FUNC_OPS */
	char  symbol[KLP_SYMBOL_LEN];
};

/*
 * The body of the function is a BPF struct_ops map of type klp_func_ops. Its `record` is the name
 * given to KLP_IOC_REGISTER, its `func` is the index there. Its link must be attached between
 * REGISTER and SWITCH, and stay. The function is hooked from SWITCH until the record is removed.
 */
#define KLP_FUNC_OPS		(1U << 0)

/*
 * KLP_IOC_ALLOW_FMOD_RET: make functions attachable for fmod_ret, until reboot. Each id is added
 * once; functions that are attachable already cost nothing. On an error none is added. Errors:
 *
 * -ENOENT: no such function.
 * -EINVAL: id and symbol are not the same function.
 * -ENXIO: the function is not traceable.
 * -ENOTUNIQ: the symbol is ambiguous.
 * -ENOSPC: beyond KLP_FMOD_RET_CAP; `failed` is the index of the first function without room.
 */
#define KLP_FAILED_NONE		(~0U)	/* the error concerns no function */

struct klp_ioc_allow_fmod_ret {
	__u64 funcs;		/* in: struct klp_uapi_func[nr] */
	__u32 nr;		/* in: 1..KLP_FUNCS_MAX */
	__u32 failed;		/* out, on error: index of the function that failed, or
				 * KLP_FAILED_NONE (0 in ABI 3) */
	__u32 fmod_ret_used;	/* out: as in struct klp_ioc_hello */
	__u32 reserved;
};

/* An object of a record: the kernel image ("vmlinux"), or a module by name, which may be absent. */
struct klp_uapi_object {
	__u32 flags;		/* out, of KLP_IOC_OBJECTS: KLP_OBJECT_*; in: 0 */
	__u32 reserved;
	char  name[KLP_OBJECT_LEN];
};

#define KLP_OBJECT_LOADED	(1U << 0)	/* the module is loaded; always set for vmlinux */
#define KLP_OBJECT_PATCHED	(1U << 1)	/* its pre_patch ran and its functions are hooked */

/* When the companion runs a callback, as in kernel livepatch. */
enum klp_callback_when {
	KLP_PRE_PATCH = 0,
	KLP_POST_PATCH = 1,
	KLP_PRE_UNPATCH = 2,
	KLP_POST_UNPATCH = 3,
};

/*
 * The program of a callback is a BPF struct_ops map of type klp_callback_ops. Its `record` is the
 * name given to KLP_IOC_REGISTER, its `index` is the index there, and this one member is set. Its
 * link must be attached between REGISTER and SWITCH, and stay.
 */
struct klp_uapi_callback {
	__u32 object;		/* index of the object */
	__u32 when;		/* enum klp_callback_when */
};

/* A system state of the record, for klp_state_get() of its callbacks. */
struct klp_uapi_state {
	__u64 id;		/* not 0 */
	__u32 version;
	__u32 reserved;
};

/*
 * KLP_IOC_REGISTER: create a record with a closed gate. Objects are in the order in which their
 * callbacks run. Names of objects are unique, and the object of each function is among them.
 * Functions of a module that is not loaded are looked up when it loads. Errors are those of
 * KLP_IOC_ALLOW_FMOD_RET for functions, and:
 *
 * -EEXIST: a record of this name is REGISTERED or ENTERING.
 * -ENOSPC: too many records.
 * -ELOOP: an idle task or a kernel thread never leaves function `failed`, so no transition could
 *   move tasks out of it.
 * -EOWNERDEAD: function `failed` runs only in tasks that are in no task list any more; likewise.
 */
struct klp_ioc_register {
	char  name[KLP_NAME_LEN];	/* in */
	__u64 funcs;		/* in: struct klp_uapi_func[nr]; out: their addr and size */
	__u64 objects;		/* in: struct klp_uapi_object[nr_objects] */
	__u64 callbacks;	/* in: struct klp_uapi_callback[nr_callbacks], or 0 */
	__u64 states;		/* in: struct klp_uapi_state[nr_states], or 0 */
	__u32 nr;		/* in: 0..KLP_FUNCS_MAX; 0: a patch without functions */
	__u32 nr_objects;	/* in: 1..KLP_OBJECTS_MAX */
	__u32 nr_callbacks;	/* in: 0..KLP_CALLBACKS_MAX */
	__u32 nr_states;	/* in: 0..KLP_STATES_MAX */
	__u32 failed;		/* out, on error: as in klp_ioc_allow_fmod_ret */
	__u32 reserved;
	__u64 id;		/* out: never 0, not reused while the kernel runs */
};

/*
 * KLP_IOC_UNREGISTER: remove a record that is REGISTERED or FORCED_OUT (else -EBUSY; -ENOENT
 * unknown). Before it unregisters a FORCED_OUT record, the caller must ensure that its programs stay
 * for good.
 */
struct klp_ioc_unregister {
	__u64 id;
};

/*
 * KLP_IOC_SWITCH: start a transition. Records in `enter` are REGISTERED, those in `leave` IN_FORCE;
 * there is at least one record. The call returns after the first pass over all tasks. Completion
 * is reported by an event and by KLP_IOC_STATUS, and increments `generation`. Errors:
 *
 * -EINVAL: a record is in another state, or there is none.
 * -ENOENT: a record is unknown.
 * -EBUSY: another transition runs, or a foreign hook redirects one of the functions.
 * -ENODATA: a body or a callback is not attached.
 * -ENOMEM: nothing started.
 * -ENOEXEC: a module loaded meanwhile does not have function `failed_index` of record `failed`.
 * -ECANCELED: pre_patch of object `failed_index` of record `failed` returned `callback_error`.
 *
 * Callbacks, as in kernel livepatch: those of `enter` run if any record enters, otherwise those of
 * `leave`. pre_patch of each object runs in order before any task moves. If one fails,
 * post_unpatch runs for the objects before it, and the transition does not start. pre_unpatch also
 * runs before any task moves. At completion post_patch runs, or post_unpatch if the record ends
 * out of force. All run on a thread of the companion, so they do not depend on the caller. From
 * before the first callback to after the last, the records are ENTERING and LEAVING, and
 * KLP_IOC_STATUS reports the transition.
 *
 * KLP_SWITCH_NOWAIT: the call does not wait for the callbacks that run before any task moves. What
 * otherwise fails with -ECANCELED, -EBUSY, -ENOMEM or -ENODATA then ends the transition: DONE with
 * `reversed`, the records in `enter` removed; KLP_IOC_REFUSAL reports the reason. The same happens
 * if the caller is killed while it waits. A record whose file was closed meanwhile is removed,
 * too.
 *
 * Time limit: a transition that has not completed after timeout_ms reverses itself once, even if
 * no process has the device open. A reversed transition, by its deadline or by KLP_IOC_REVERSE,
 * has no time limit.
 */
struct klp_ioc_switch {
	__u64 enter[KLP_PATCHES_MAX];
	__u64 leave[KLP_PATCHES_MAX];
	__u32 nr_enter;
	__u32 nr_leave;
	__u32 timeout_ms;	/* in: 0 = no limit */
	__s32 callback_error;	/* out */
	__u64 failed;		/* out: id of a record */
	__u32 failed_index;	/* out: index in that record */
	__u32 flags;		/* in: KLP_SWITCH_*, since ABI 4 */
	__u64 transition;	/* out: number of the transition, never 0 */
};

#define KLP_SWITCH_NOWAIT	(1U << 0)

/*
 * KLP_IOC_REFUSAL: why this transition did not start. -ENOENT: it is not the last one that did not
 * start. Since ABI 4.
 */
struct klp_ioc_refusal {
	__u64 transition;	/* in: number of the transition */
	__u64 failed;		/* out: as KLP_IOC_SWITCH */
	__u32 failed_index;	/* out */
	__s32 callback_error;	/* out */
	__u32 error;		/* out: errno that KLP_IOC_SWITCH would have failed with */
	__u32 reserved;
};

/* KLP_IOC_CALLBACK: the callback that runs now; there is at most one. Since ABI 4. */
struct klp_ioc_callback {
	__u64 record;		/* out: id of its record; 0: none runs, all fields are 0 */
	__u64 transition;	/* out: its transition; 0: a module loads or unloads */
	__u64 running_ns;	/* out: nanoseconds since it started */
	__u32 object_index;	/* out: index in the record */
	__u32 when;		/* out: enum klp_callback_when */
	__s32 pid;		/* out: its thread, in the initial pid namespace */
	__u32 flags;		/* 0 */
	__u64 reserved;
	char  object[KLP_OBJECT_LEN];	/* out: name of the object */
	char  name[KLP_NAME_LEN];	/* out: name of the record */
};

/*
 * KLP_IOC_REVERSE: reverse the running transition (-ENOENT none runs). ENTERING records become
 * LEAVING and LEAVING records ENTERING. When it completes in reverse, the initial records are in
 * force again, those that were to enter are removed, and the generation has not grown.
 */
struct klp_ioc_reverse {
	__u64 transition;	/* in: the transition meant (-ESTALE: another one runs) */
	__u32 reversed;		/* in: the direction as the caller knows it, 0 or 1 (-EALREADY:
				 * it has reversed itself meanwhile) */
	__u32 reserved;
};

/*
 * KLP_IOC_FORCE: treat every task that has not moved as moved. The transition completes at once,
 * or as soon as its callbacks have run. These tasks lose consistency, so the records involved are
 * marked, the count in KLP_IOC_STATUS grows, and the companion can never be unloaded again. Errors
 * as KLP_IOC_REVERSE.
 */
struct klp_ioc_force {
	__u64 transition;	/* in: the transition meant */
	__u32 forced;		/* out: tasks that had not moved */
	__u32 reserved;
};

#define KLP_PATCH_FORCED	(1U << 0)	/* a transition of it was forced */
#define KLP_PATCH_BROKEN	(1U << 1)	/* a struct_ops program was detached while it
						 * could run, or a module that klp.ko could not
						 * refuse was not patched */
#define KLP_PATCH_SKIPPED	(1U << 2)	/* the original ran because a body was called
						 * where it cannot run, such as a sleepable one
						 * where sleeping is not allowed */

struct klp_uapi_patch {
	__u64 id;
	__u64 generation;	/* in which it came into force; 0 before that */
	__u32 state;		/* enum klp_uapi_patch_state */
	__u32 nr_funcs;
	__u32 flags;		/* KLP_PATCH_* */
	__u32 reserved;
	char  name[KLP_NAME_LEN];
};

struct klp_uapi_transition {
	__u64 number;		/* 0: none runs */
	__u64 started_ns;	/* CLOCK_BOOTTIME */
	__u32 total;		/* tasks counted so far, idle tasks included */
	__u32 moved;
	__u32 reversed;		/* 0 or 1 */
	__u32 passes;		/* over all tasks, since it started or was last reversed */
	__u32 timeout_ms;	/* since started_ns; 0: none, or not any more */
	__u32 timed_out;	/* 0 or 1: it reversed itself at its deadline */
};

/* KLP_IOC_STATUS: a consistent snapshot. */
struct klp_ioc_status {
	__u64 generation;
	struct klp_uapi_transition transition;
	__u64 records;		/* in: struct klp_uapi_patch[nr] or 0 */
	__u32 nr;		/* in: room; out: number of records (may exceed room) */
	__u32 fmod_ret_used;
	__u64 last_transition;	/* number of the last completed one; 0: none yet */
	__u32 last_reversed;	/* 1: it completed in reverse */
	__u32 last_timed_out;	/* 1: it reversed itself at its deadline */
	__u32 forced;		/* forced transitions since the companion was loaded */
	__u32 reserved;
};

/*
 * KLP_IOC_BLOCKERS: the tasks that have not moved, those that block longest first. reason is text:
 * "running", "in FUNCTION", "unreliable stack", "new". -ENOENT no transition runs.
 *
 * KLP_BLOCKERS_KEPT: the tasks that had not moved when the transition was last reversed, by its
 * deadline or by REVERSE, as they were then; KLP_KEPT_MAX at most. They are kept until the
 * next transition starts, so that a later caller can list the blockers. -ENOENT nothing is kept.
 */
struct klp_uapi_blocker {
	__s32 pid;		/* thread id in the initial pid namespace; 0: idle task of `cpu` */
	__s32 tgid;		/* process id in the initial pid namespace */
	__u32 cpu;		/* that the task runs on or ran on last */
	__u32 flags;		/* KLP_TASK_* */
	__u64 blocking_ns;	/* how long it has blocked for this reason */
	__u32 state;		/* letter as in ps: R S D I T t X Z P */
	__u32 reserved;
	char  comm[16];
	char  reason[KLP_REASON_LEN];
};

#define KLP_TASK_KTHREAD	(1U << 0)
#define KLP_TASK_USER_WORKER	(1U << 1)	/* of io_uring or vhost: runs in the kernel for a
						 * process */

#define KLP_BLOCKERS_KEPT	(1U << 0)

struct klp_ioc_blockers {
	__u64 blockers;		/* in: struct klp_uapi_blocker[nr] */
	__u32 nr;		/* in: room; out: number of blockers */
	__u32 flags;		/* in: KLP_BLOCKERS_*, since ABI 4 */
};

/*
 * KLP_IOC_STACK: the stack of a blocker, as text: one frame a line, innermost first,
 * "SYMBOL+0xOFFSET/0xSIZE". A line that begins with '?' marks where the walk became unreliable.
 * Whole lines, as many as fit. Errors:
 *
 * -ESRCH: no transition runs, or the task is not among those that have not moved.
 * -EBUSY: the task runs and could not be stopped for the walk.
 *
 * KLP_BLOCKERS_KEPT: the stack of a kept blocker, as it was; -EBUSY it was not saved.
 */
struct klp_ioc_stack {
	__s32 pid;		/* in: as in struct klp_uapi_blocker */
	__u32 cpu;		/* in: if pid is 0 */
	__u64 text;		/* in: char[size] */
	__u32 size;		/* in: 1..KLP_STACK_MAX; out: bytes used, NUL included */
	__u32 flags;		/* in: KLP_BLOCKERS_*, since ABI 4 */
};

/*
 * KLP_IOC_TASK: the patch state of one task, with the values of kernel livepatch's
 * /proc/PID/patch_state: -1 no transition runs, 0 unpatched, 1 patched. If no record enters, tasks
 * that have moved are unpatched. -ESRCH no such task.
 */
struct klp_ioc_task {
	__s32 pid;		/* in: thread id in the caller's pid namespace */
	__s32 state;		/* out */
};

/* KLP_IOC_OBJECTS: the objects of a record, in its order. -ENOENT no such record. */
struct klp_ioc_objects {
	__u64 id;		/* in */
	__u64 objects;		/* in: struct klp_uapi_object[nr] */
	__u32 nr;		/* in: room; out: number of objects */
	__u32 reserved;
};

/*
 * KLP_IOC_HOOKS: functions that no record has a body for, but that ftrace still calls the
 * companion for, because the hook could not be removed. The original runs there. Removal is
 * retried until it succeeds; until then the companion cannot be unloaded. A record with a body for
 * such a function takes the hook over. -ENOTTY: the companion does not have this call.
 */
struct klp_uapi_hook {
	char object[KLP_OBJECT_LEN];
	char symbol[KLP_SYMBOL_LEN];	/* the name that ftrace lists */
};

struct klp_ioc_hooks {
	__u64 hooks;		/* in: struct klp_uapi_hook[nr] */
	__u32 nr;		/* in: room; out: number of hooks */
	__u32 reserved;
};

/* KLP_IOC_BARRIER: wait until no task can be in a detached trampoline or program any more. */

/*
 * read(2) on /dev/klp returns whole events; poll(2) reports POLLIN when there is one. A slow
 * reader loses older PROGRESS and OBJECT events, because only the newest state matters. It loses
 * the oldest DONE event only if KLP_DONE_MAX of them wait to be read. KLP_IOC_STATUS reports
 * what was missed.
 */
enum klp_event_type {
	KLP_EVENT_PROGRESS = 1,
	KLP_EVENT_DONE = 2,	/* the transition completed; `reversed` is its direction */
	KLP_EVENT_OBJECT = 3,	/* a module of a record loaded or unloaded: see KLP_IOC_OBJECTS */
};

struct klp_uapi_event {
	__u32 type;
	__u32 reversed;
	__u64 transition;
	__u32 total;
	__u32 moved;
	__u32 timed_out;	/* the transition reversed itself at its deadline */
	__u32 reserved;
};

#define KLP_IOC_HELLO		_IOWR('K', 0x01, struct klp_ioc_hello)
#define KLP_IOC_ALLOW_FMOD_RET	_IOWR('K', 0x02, struct klp_ioc_allow_fmod_ret)
#define KLP_IOC_REGISTER	_IOWR('K', 0x03, struct klp_ioc_register)
#define KLP_IOC_UNREGISTER	_IOW('K', 0x04, struct klp_ioc_unregister)
#define KLP_IOC_SWITCH		_IOWR('K', 0x05, struct klp_ioc_switch)
#define KLP_IOC_REVERSE		_IOW('K', 0x06, struct klp_ioc_reverse)
#define KLP_IOC_STATUS		_IOWR('K', 0x07, struct klp_ioc_status)
#define KLP_IOC_BLOCKERS	_IOWR('K', 0x08, struct klp_ioc_blockers)
#define KLP_IOC_BARRIER		_IO('K', 0x09)
#define KLP_IOC_FORCE		_IOWR('K', 0x0a, struct klp_ioc_force)
#define KLP_IOC_TASK		_IOWR('K', 0x0b, struct klp_ioc_task)
#define KLP_IOC_STACK		_IOWR('K', 0x0c, struct klp_ioc_stack)
#define KLP_IOC_OBJECTS		_IOWR('K', 0x0d, struct klp_ioc_objects)
#define KLP_IOC_CALLBACK	_IOWR('K', 0x0e, struct klp_ioc_callback)
#define KLP_IOC_REFUSAL		_IOWR('K', 0x0f, struct klp_ioc_refusal)
#define KLP_IOC_HOOKS		_IOWR('K', 0x10, struct klp_ioc_hooks)
/*
 * KLP_IOC_CLAIM: become the only open file that claims the changes, until it is closed. No
 * argument.
 * -EBUSY: another open file has the claim. It excludes only callers that also claim. -ENOTTY: the
 *   companion does not have this call.
 */
#define KLP_IOC_CLAIM		_IO('K', 0x20)

#endif
