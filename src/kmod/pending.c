// SPDX-License-Identifier: GPL-2.0-only
/*
 * Return values of bodies that have not reached the caller yet.
 *
 * Why. If klp.ko has the only hook at a function, the caller gets the registers that ftrace
 * restores. If a BPF trampoline of a tracer is called after the hooks, it runs in between. It
 * preserves the arguments, because it only knows that the function will be called, but not the
 * return value register. The value is therefore kept here. In place of the function, the trampoline
 * calls klpm_pending_return(), which fetches the value.
 *
 * Order. Entries are keyed by task and context (task, softirq, interrupt, NMI) and ordered by the
 * stack address of the call's return address. klpm_pending_return() runs at that address, or below
 * it in the frame of the trampoline, when everything called from there is over. It takes the
 * innermost entry. An entry is stale if an fmod_ret program skipped the function, so that its
 * value was not fetched. klpm_pending_new() frees stale entries at or below its own address; those
 * above are never innermost. The stale entries of a task are freed when the kernel frees the task,
 * which has left its last CPU by then; until that each task can have a few. If an entry cannot be
 * had, the original runs and the patch is flagged KLP_PATCH_SKIPPED.
 *
 * Context: any. Only the task and context that own an entry use it, so there is no lock. An entry
 *   is taken by one exchange of its key.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/linkage.h>
#include <linux/objtool.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <asm/ibt.h>

#include "pending.h"

#define PENDING_BITS	12
#define PENDING_NEAR	16	/* entries searched for one of a task */

struct pending {
	unsigned long key;	/* 0: free */
	unsigned long sp;
	u64 value;
};

static struct pending pendings[1 << PENDING_BITS];
static struct tracepoint *pending_freed;	/* sched_process_free */

u64 klpm_pending_take(unsigned long sp);

/* Runs in place of the function: it is called, jumped to or returned to. */
asm(
"	.text\n"
"	.type klpm_pending_return, @function\n"
"	.globl klpm_pending_return\n"
	ASM_FUNC_ALIGN
"klpm_pending_return:\n"
	ASM_ENDBR
"	push %rbp\n"
"	mov %rsp, %rbp\n"
"	lea 8(%rsp), %rdi\n"
"	call klpm_pending_take\n"
"	pop %rbp\n"
	ASM_RET "\n"
"	.size klpm_pending_return, . - klpm_pending_return\n"
"pending_return_end:\n"
);
extern const char pending_return_end[];

bool klpm_pending_is_return(unsigned long addr)
{
	return addr >= (unsigned long)klpm_pending_return &&
	       addr < (unsigned long)pending_return_end;
}

/* The lowest bits of a task's address are 0. */
#define PENDING_LEVELS	4

static __always_inline unsigned long pending_key(void)
{
	return (unsigned long)current | interrupt_context_level();
}

static __always_inline struct pending *pending_near(unsigned long key, unsigned int i)
{
	u32 first = hash_long(key, PENDING_BITS);

	return &pendings[(first + i) % ARRAY_SIZE(pendings)];
}

notrace struct pending *klpm_pending_new(unsigned long sp)
{
	unsigned long key = pending_key();
	struct pending *p, *mine = NULL;
	unsigned int i;

	for (i = 0; i < PENDING_NEAR; i++) {
		p = pending_near(key, i);
		if (READ_ONCE(p->key) == key && p->sp <= sp)
			smp_store_release(&p->key, 0);
		if (!mine && !READ_ONCE(p->key) && !cmpxchg(&p->key, 0, key)) {
			mine = p;
			mine->sp = sp;
		}
	}
	return mine;
}

notrace void klpm_pending_set(struct pending *p, u64 value)
{
	p->value = value;
}

notrace void klpm_pending_drop(struct pending *p)
{
	WRITE_ONCE(p->key, 0);
}

asmlinkage notrace __visible u64 klpm_pending_take(unsigned long sp)
{
	unsigned long key = pending_key();
	struct pending *p, *found = NULL;
	unsigned int i;
	u64 value;

	for (i = 0; i < PENDING_NEAR; i++) {
		p = pending_near(key, i);
		if (READ_ONCE(p->key) == key && p->sp >= sp && (!found || p->sp < found->sp))
			found = p;
	}
	if (WARN_ON_ONCE(!found))
		return 0;
	value = found->value;
	smp_store_release(&found->key, 0);
	return value;
}

/*
 * The kernel calls this before it frees a task, a grace period after the task has left its CPU for
 * the last time. No context uses the entries of this task any more.
 */
static void pending_task_freed(void *data, struct task_struct *task)
{
	unsigned long level, key;
	unsigned int i;

	for (level = 0; level < PENDING_LEVELS; level++) {
		key = (unsigned long)task | level;
		for (i = 0; i < PENDING_NEAR; i++)
			if (READ_ONCE(pending_near(key, i)->key) == key)
				smp_store_release(&pending_near(key, i)->key, 0);
	}
}

static void pending_find(struct tracepoint *tp, void *ret)
{
	if (!strcmp(tp->name, "sched_process_free"))
		*(struct tracepoint **)ret = tp;
}

int klpm_pending_init(void)
{
	for_each_kernel_tracepoint(pending_find, &pending_freed);
	if (!pending_freed) {
		pr_err("this kernel has no tracepoint 'sched_process_free': not loading\n");
		return -ENOENT;
	}
	return tracepoint_probe_register(pending_freed, pending_task_freed, NULL);
}

void klpm_pending_exit(void)
{
	tracepoint_probe_unregister(pending_freed, pending_task_freed, NULL);
	tracepoint_synchronize_unregister();
}
