/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * /dev/klp: what klpd and the companion klp.ko say to each other. ABI version KLP_ABI.
 *
 * Every open file starts mute: KLP_IOC_HELLO must succeed first (else -ENOTCONN). It fails with
 * -EPROTO when the caller's ABI is not the companion's, and then has still filled in the
 * companion's own, so that both sides can refuse in words. Structures carry their size where they
 * may grow; reserved fields must be 0 (else -EINVAL). Strings are NUL-terminated inside their field
 * (else -EINVAL). Opening needs CAP_SYS_ADMIN and CAP_BPF in the initial user namespace, and so does
 * each call that changes something (-EPERM): an open file can be handed on. A caller that is killed
 * does not wait.
 *
 * Life of a record (one attachment set):
 *
 *   ANNOUNCED   the gate says "original"; dies with the file that announced it, or by WITHDRAW
 *   ENTERING    a transition moves tasks into it; lives on without any file
 *   IN_FORCE    the gate says "patched" to all
 *   LEAVING     a transition moves tasks out of it
 *   FORCED_OUT  it left, and a transition of it was forced: the gate says "original", but a task
 *               may still stand in its programs. Kept until WITHDRAW, so that whoever comes after a
 *               crash learns that these programs must never be freed
 *   (gone)      forgotten at the end of the transition; a gate asked about it says "original"
 *
 * One transition at a time; a change during one is -EBUSY. So is one while a callback runs, also
 * REVERSE and FORCE of its transition; a callback that is over within a fifth of a second is waited
 * for. All that only looks is answered meanwhile.
 */
#ifndef KLP_UAPI_H
#define KLP_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define KLP_ABI			4
/* klpd speaks this one, too: patches that came into force under the klp.ko before can be seen and
 * taken out of force by the klpd after. What it lacks is marked "since ABI 4". */
#define KLP_ABI_BEFORE		3
#define KLP_DEVICE		"/dev/klp"

#define KLP_UAPI_NAME_LEN	64
#define KLP_UAPI_OBJECT_LEN	56
#define KLP_UAPI_SYMBOL_LEN	512
#define KLP_UAPI_FUNCS_MAX	256
#define KLP_UAPI_PATCHES_MAX	64
#define KLP_UAPI_REASON_LEN	64
#define KLP_UAPI_OBJECTS_MAX	64
#define KLP_UAPI_CALLBACKS_MAX	64
#define KLP_UAPI_STATES_MAX	64

/* Modify-return ids that klp.ko will ever let the kernel's table reach: the kernel frees the whole
 * table when it is asked for a 257th (BTF_KFUNC_SET_MAX_CNT in kernel/bpf/btf.c). */
#define KLP_OPEN_CAP		200

enum klp_uapi_patch_state {
	KLP_ANNOUNCED = 1,
	KLP_ENTERING = 2,
	KLP_IN_FORCE = 3,
	KLP_LEAVING = 4,
	KLP_FORCED_OUT = 5,
};

struct klp_ioc_hello {
	__u32 abi;		/* in: caller's KLP_ABI; out: companion's */
	__u32 open_cap;		/* out: ceiling of the modify-return table */
	__u32 open_used;	/* out: entries the kernel's table holds now, ours and others' */
	__u32 features;		/* out: KLP_FEATURE_* */
	char  version[32];	/* out: of the companion, as text */
};

#define KLP_FEATURE_RELIABLE_STACKS	(1U << 0)

/* One function to open for fmod_ret, to watch in stacks, or to hook for a struct_ops body. */
struct klp_uapi_func {
	__u32 btf_id;		/* BTF_KIND_FUNC id in vmlinux BTF; with KLP_FUNC_OPS 0 */
	__u32 sympos;		/* 0: must be unique; n: the n-th; fmod_ret can honour 0 and 1 only */
	__u32 flags;		/* KLP_FUNC_* */
	__u32 reserved;
	__u64 addr;		/* out: entry address; 0 in a module that is not loaded */
	__u64 size;		/* out: bytes; likewise */
	char  object[KLP_UAPI_OBJECT_LEN];	/* "vmlinux"; with KLP_FUNC_OPS also a module */
	char  symbol[KLP_UAPI_SYMBOL_LEN];
};

/*
 * Its body is a BPF struct_ops map of type klp_func_ops whose `record` is the name given to
 * KLP_IOC_ANNOUNCE and whose `func` is the index there. Its link must be attached between ANNOUNCE
 * and SWITCH, and stay: calls of the function are hooked at SWITCH, until the record is forgotten.
 */
#define KLP_FUNC_OPS		(1U << 0)

/*
 * KLP_IOC_OPEN: make functions attachable for fmod_ret, until reboot. All or nothing, each id once;
 * what is open already costs nothing. Errors: -ENOENT no such function, -EINVAL id and symbol are
 * not one function, -ENXIO not traceable, -ENOSPC beyond the cap (`failed` is then the index of the
 * first function that found no room), -ENOTUNIQ ambiguous symbol. Nothing is opened on error.
 */
#define KLP_FAILED_NONE		(~0U)	/* an error that is about no function */

struct klp_ioc_open {
	__u64 funcs;		/* in: struct klp_uapi_func[nr] */
	__u32 nr;		/* in: 1..KLP_UAPI_FUNCS_MAX */
	__u32 failed;		/* out, on error: index of the function it failed for, or
				 * KLP_FAILED_NONE (ABI 3: then 0) */
	__u32 open_used;	/* out: as in hello */
	__u32 reserved;
};

/* What a record patches: the kernel image ("vmlinux"), or a module, by name, that may be absent. */
struct klp_uapi_object {
	__u32 flags;		/* out of KLP_IOC_OBJECTS: KLP_OBJECT_*; in: 0 */
	__u32 reserved;
	char  name[KLP_UAPI_OBJECT_LEN];
};

#define KLP_OBJECT_LOADED	(1U << 0)	/* the module is there; always set for vmlinux */
#define KLP_OBJECT_PATCHED	(1U << 1)	/* and its functions are hooked, its pre_patch ran */

/* As in kernel livepatch: when the companion calls a program, and for which object. */
enum klp_callback_when {
	KLP_PRE_PATCH = 0,
	KLP_POST_PATCH = 1,
	KLP_PRE_UNPATCH = 2,
	KLP_POST_UNPATCH = 3,
};

/*
 * Its program is a BPF struct_ops map of type klp_callback_ops whose `record` is the name given to
 * KLP_IOC_ANNOUNCE and whose `index` is the index there, with this one member set. Its link must be
 * attached between ANNOUNCE and SWITCH, and stay.
 */
struct klp_uapi_callback {
	__u32 object;		/* index of the object */
	__u32 when;		/* enum klp_callback_when */
};

/* A system state that the record carries: klp_state_get() of its callbacks. */
struct klp_uapi_state {
	__u64 id;		/* not 0 */
	__u32 version;
	__u32 reserved;
};

/*
 * KLP_IOC_ANNOUNCE: a new record, gate closed. Objects are in the order in which their callbacks
 * run; each function's is among them, no name stands twice. Errors as KLP_IOC_OPEN for functions
 * (those of modules that are not loaded are looked for when they come), -EEXIST a record of this
 * name is ANNOUNCED or ENTERING already, -ENOSPC too many records; of the function `failed`, -ELOOP
 * an idle task or a kernel thread never leaves it, -EOWNERDEAD it runs only in tasks that are in no
 * list any more: no transition could move tasks out of it.
 */
struct klp_ioc_announce {
	char  name[KLP_UAPI_NAME_LEN];	/* in */
	__u64 funcs;		/* in: struct klp_uapi_func[nr]; out: addr and size of each */
	__u64 objects;		/* in: struct klp_uapi_object[nr_objects] */
	__u64 callbacks;	/* in: struct klp_uapi_callback[nr_callbacks], or 0 */
	__u64 states;		/* in: struct klp_uapi_state[nr_states], or 0 */
	__u32 nr;		/* in: 0..KLP_UAPI_FUNCS_MAX; 0: user space brings what is not a function */
	__u32 nr_objects;	/* in: 1..KLP_UAPI_OBJECTS_MAX */
	__u32 nr_callbacks;	/* in: 0..KLP_UAPI_CALLBACKS_MAX */
	__u32 nr_states;	/* in: 0..KLP_UAPI_STATES_MAX */
	__u32 failed;		/* out, on error: as in klp_ioc_open */
	__u32 reserved;
	__u64 id;		/* out: never 0, never used again while the kernel runs */
};

/* KLP_IOC_WITHDRAW: forget a record that is ANNOUNCED or FORCED_OUT (else -EBUSY; -ENOENT unknown).
 * The one who withdraws a FORCED_OUT record has seen to it that its programs stay for good. */
struct klp_ioc_withdraw {
	__u64 id;
};

/*
 * KLP_IOC_SWITCH: start the transition. `enter` are ANNOUNCED records, `leave` IN_FORCE ones (else
 * -EINVAL; -ENOENT unknown), at least one in all. Returns once the first pass over all tasks was
 * made; completion comes as an event and in KLP_IOC_STATUS. When a transition completes,
 * `generation` grows by one. -EBUSY another one runs, or somebody else redirects one of the
 * functions to hook; -ENODATA a body or a callback is not attached. -ENOMEM nothing started.
 * -ENOEXEC a module that was loaded meanwhile does not have function `failed_index`; -ECANCELED the
 * pre_patch callback of object `failed_index` returned `callback_error`: of record `failed`.
 *
 * Callbacks, as in kernel livepatch: those of `enter` where anything enters, else those of `leave`.
 * pre_patch of each object, in order, before any task moves; if one fails, post_unpatch of those
 * before it runs, and nothing has happened. pre_unpatch likewise. At completion post_patch, or
 * post_unpatch where the transition ends with the record out of force. They run on a thread of the
 * companion's, so they run whatever becomes of the caller; its records are ENTERING and LEAVING, and
 * KLP_IOC_STATUS has the transition, from before the first of them to after the last.
 *
 * With KLP_SWITCH_NOWAIT the call does not wait for those that run before any task moves. What is
 * -ECANCELED, -EBUSY, -ENOMEM or -ENODATA otherwise is then the end of the transition: DONE,
 * `reversed`, the records that were to enter forgotten, and KLP_IOC_REFUSAL says why. A caller that is
 * killed while it waits leaves the same. A record whose file was closed meanwhile is forgotten, too.
 *
 * A transition that has not completed after timeout_ms turns itself round, once, whether or not
 * anybody still has the device open; it has no time limit on its way back, nor has one that was
 * turned round by KLP_IOC_REVERSE.
 */
struct klp_ioc_switch {
	__u64 enter[KLP_UAPI_PATCHES_MAX];
	__u64 leave[KLP_UAPI_PATCHES_MAX];
	__u32 nr_enter;
	__u32 nr_leave;
	__u32 timeout_ms;	/* in: 0 = as long as it takes */
	__s32 callback_error;	/* out */
	__u64 failed;		/* out: id of a record */
	__u32 failed_index;	/* out: in it */
	__u32 flags;		/* in: KLP_SWITCH_*, since ABI 4 */
	__u64 transition;	/* out: number of the transition, never 0 */
};

#define KLP_SWITCH_NOWAIT	(1U << 0)

/* KLP_IOC_REFUSAL: why this transition did not begin, if it was the last one that did not. -ENOENT it
 * was not. Since ABI 4. */
struct klp_ioc_refusal {
	__u64 transition;	/* in: its number */
	__u64 failed;		/* out: as KLP_IOC_SWITCH */
	__u32 failed_index;	/* out */
	__s32 callback_error;	/* out */
	__u32 error;		/* out: errno, as KLP_IOC_SWITCH would have failed with */
	__u32 reserved;
};

/* KLP_IOC_CALLBACK: the callback that runs now; there is one at most. Since ABI 4. */
struct klp_ioc_callback {
	__u64 record;		/* out: id of its record; 0: none runs, and the rest is 0 */
	__u64 transition;	/* out: that it is a part of; 0: a module comes or goes */
	__u64 running_ns;	/* out: for how long */
	__u32 object_index;	/* out: in the record */
	__u32 when;		/* out: enum klp_callback_when */
	__s32 pid;		/* out: thread that it runs in, in the initial pid namespace */
	__u32 flags;		/* 0 */
	__u64 reserved;
	char  object[KLP_UAPI_OBJECT_LEN];	/* out: name of the object */
	char  name[KLP_UAPI_NAME_LEN];	/* out: of the record */
};

/*
 * KLP_IOC_REVERSE: turn the running transition round (-ENOENT none runs). A record that was
 * ENTERING is then LEAVING and the other way round; when it completes the starting state is in
 * force again, an entering record that left is gone, and the generation has not grown.
 */
struct klp_ioc_reverse {
	__u64 transition;	/* in: the one meant (-ESTALE: another one runs) */
	__u32 reversed;		/* in: the way it goes as the caller knows it, 0 or 1; it may have turned
				 * by itself meanwhile (-EALREADY) */
	__u32 reserved;
};

/*
 * KLP_IOC_FORCE: every task that has not moved is taken as moved, where it stands, and the
 * transition completes at once, or as soon as its callbacks have run. Consistency is given up for
 * these tasks: the records involved are marked, the count in KLP_IOC_STATUS grows, and the companion
 * can never be unloaded again. Errors as REVERSE.
 */
struct klp_ioc_force {
	__u64 transition;	/* in */
	__u32 forced;		/* out: tasks that had not moved */
	__u32 reserved;
};

#define KLP_PATCH_FORCED	(1U << 0)	/* a transition of it was forced */
#define KLP_PATCH_BROKEN	(1U << 1)	/* a struct_ops program was detached while it could run */
#define KLP_PATCH_PASSED_OVER	(1U << 2)	/* a body was called where it cannot run, as one that may
						 * sleep where nothing may: the original ran */

struct klp_uapi_patch {
	__u64 id;
	__u64 generation;	/* in which it came into force; 0 before that */
	__u32 state;		/* enum klp_uapi_patch_state */
	__u32 nr_funcs;
	__u32 flags;		/* KLP_RECORD_* */
	__u32 reserved;
	char  name[KLP_UAPI_NAME_LEN];
};

struct klp_uapi_transition {
	__u64 number;		/* 0: none runs */
	__u64 started_ns;	/* CLOCK_BOOTTIME */
	__u32 total;		/* tasks counted so far, idle tasks included */
	__u32 moved;
	__u32 reversed;		/* 0 or 1 */
	__u32 passes;		/* over all tasks, since it started or was last turned round */
	__u32 timeout_ms;	/* since started_ns; 0: none, or not any more */
	__u32 timed_out;	/* 0 or 1: it turned itself round */
};

/* KLP_IOC_STATUS: a snapshot, consistent in itself. */
struct klp_ioc_status {
	__u64 generation;
	struct klp_uapi_transition transition;
	__u64 records;		/* in: struct klp_uapi_patch[nr] or 0 */
	__u32 nr;		/* in: room; out: records there are (maybe more than fit) */
	__u32 open_used;
	__u64 last_transition;	/* number of the last completed one; 0 none yet */
	__u32 last_reversed;	/* 1: it completed in reverse */
	__u32 last_timed_out;	/* 1: because its time was over */
	__u32 forced;		/* transitions that were forced since the companion was loaded */
	__u32 reserved;
};

/*
 * KLP_IOC_BLOCKERS: tasks that have not moved, those that are longest in the way first. reason is
 * text: "running", "in FUNCTION", "unreliable stack", "new". -ENOENT no transition.
 *
 * With KLP_BLOCKERS_KEPT: those that had not moved when the transition was last turned round, by its
 * time or by REVERSE, as they were at that moment, KLP_UAPI_KEPT_MAX at most. They are kept, also
 * when it has completed, until the next one begins: so a later caller learns what was in the way.
 * -ENOENT nothing is kept.
 */
struct klp_uapi_blocker {
	__s32 pid;		/* thread id in the initial pid namespace; 0 = idle task of `cpu` */
	__s32 tgid;		/* its process, likewise */
	__u32 cpu;		/* that it runs on or ran on last */
	__u32 flags;		/* KLP_TASK_* */
	__u64 blocking_ns;	/* how long it has been in the way for this reason */
	__u32 state;		/* a letter as in ps: R S D I T t X Z P */
	__u32 reserved;
	char  comm[16];
	char  reason[KLP_UAPI_REASON_LEN];
};

#define KLP_TASK_KTHREAD	(1U << 0)
#define KLP_TASK_USER_WORKER	(1U << 1)	/* of io_uring, vhost: for a process, in the kernel */

#define KLP_BLOCKERS_KEPT	(1U << 0)

#define KLP_UAPI_KEPT_MAX	64

struct klp_ioc_blockers {
	__u64 blockers;		/* in: struct klp_uapi_blocker[nr] */
	__u32 nr;		/* in: room; out: blockers there are, or were */
	__u32 flags;		/* in: KLP_BLOCKERS_*, since ABI 4 */
};

/*
 * KLP_IOC_STACK: the stack of a blocker as the transition sees it, as text: one frame a line,
 * innermost first, "SYMBOL+0xOFFSET/0xSIZE". A line that begins with '?' says where the walk could
 * not be relied on any more. Whole lines, as many as fit. -ESRCH no transition, or the task is none
 * of those that have not moved (any more); -EBUSY it runs and could not be stopped to look. With
 * KLP_BLOCKERS_KEPT: of one of those that are kept, as it was; -EBUSY it was not looked at.
 */
struct klp_ioc_stack {
	__s32 pid;		/* in: as in struct klp_uapi_blocker */
	__u32 cpu;		/* in: if pid is 0 */
	__u64 text;		/* in: char[size] */
	__u32 size;		/* in: 1..KLP_UAPI_STACK_MAX; out: bytes used, NUL included */
	__u32 flags;		/* in: KLP_BLOCKERS_*, since ABI 4 */
};

#define KLP_UAPI_STACK_MAX	16384

/*
 * KLP_IOC_TASK: the patch state of one task, as /proc/PID/patch_state has it for kernel livepatch:
 * -1 no transition runs, 0 unpatched, 1 patched: where nothing enters, who has moved is unpatched.
 * -ESRCH.
 */
struct klp_ioc_task {
	__s32 pid;		/* in: thread id in the caller's pid namespace */
	__s32 state;		/* out */
};

/* KLP_IOC_OBJECTS: the objects of a record, in its order. -ENOENT no such record. */
struct klp_ioc_objects {
	__u64 id;		/* in */
	__u64 objects;		/* in: struct klp_uapi_object[nr] */
	__u32 nr;		/* in: room; out: objects there are */
	__u32 reserved;
};

/*
 * KLP_IOC_HOOKS: the functions that no record has a body for any more and that ftrace still calls the
 * companion for, because it could not let go of them. Nothing happens there, the original runs; it is
 * tried again until it succeeds, and keeps the companion from being unloaded meanwhile. A record that
 * has a body for such a function takes the hook over. ENOTTY of a companion that does not tell.
 */
struct klp_uapi_hook {
	char object[KLP_UAPI_OBJECT_LEN];
	char symbol[KLP_UAPI_SYMBOL_LEN];	/* the name that ftrace lists */
};

struct klp_ioc_hooks {
	__u64 hooks;		/* in: struct klp_uapi_hook[nr] */
	__u32 nr;		/* in: room; out: hooks there are */
	__u32 reserved;
};

/* KLP_IOC_BARRIER: wait until no task can stand in a detached trampoline or program any more. */

/*
 * read(2) on /dev/klp gives whole events, poll(2) says POLLIN when there is one. A slow reader loses
 * older PROGRESS and OBJECT events, because only the newest state matters, and no DONE unless
 * KLP_UAPI_DONE_MAX of them wait to be read: then the oldest goes. KLP_IOC_STATUS tells a reader that
 * missed one.
 */
#define KLP_UAPI_DONE_MAX	4096

enum klp_event_type {
	KLP_EVENT_PROGRESS = 1,
	KLP_EVENT_DONE = 2,	/* the transition completed; reversed says in which direction */
	KLP_EVENT_OBJECT = 3,	/* a module came or went that a record patches: KLP_IOC_OBJECTS */
};

struct klp_uapi_event {
	__u32 type;
	__u32 reversed;
	__u64 transition;
	__u32 total;
	__u32 moved;
	__u32 timed_out;	/* the transition turned itself round */
	__u32 reserved;
};

#define KLP_IOC_HELLO		_IOWR('K', 0x01, struct klp_ioc_hello)
#define KLP_IOC_OPEN		_IOWR('K', 0x02, struct klp_ioc_open)
#define KLP_IOC_ANNOUNCE	_IOWR('K', 0x03, struct klp_ioc_announce)
#define KLP_IOC_WITHDRAW	_IOW('K', 0x04, struct klp_ioc_withdraw)
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
 * Be the one that changes what is in force, until the file is closed. No argument. EBUSY: another
 * open file is. It keeps apart only callers that claim; ENOTTY of a companion that knows no claims.
 */
#define KLP_IOC_CLAIM		_IO('K', 0x20)

#endif
