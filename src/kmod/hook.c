// SPDX-License-Identifier: GPL-2.0-only
/*
 * The handler that ftrace calls for all functions that have a struct_ops body. It runs at the entry
 * of the function, before anything of it: it asks the gates of the patches that have a body here, of
 * which at most one says yes to a task, and lets that body decide. The body either gives a value,
 * which is returned to the caller through a stub without the function being entered, or lets the
 * original go on, with nothing of us on the stack. So a sleeper in the original needs no walk
 * through a trampoline, and any 64-bit value can be returned, 0 too.
 *
 * A replace body is called in the same way, and what it returns is returned. One that may sleep
 * cannot be: the call is sent to the trampoline that the kernel made for it, which finds registers
 * and stack as the function would, and returns to the caller. It is an ordinary callee, outside of
 * the handler. From here to its first instruction the stack says that the task is in there, as
 * stack.c has it. Once the choice is made, preempted or not, the task cannot move. It is passed
 * over where nothing may sleep: under a spinlock, in an interrupt, in an RCU section; the record
 * says so from then on.
 *
 * Where ftrace calls several hooks, a BPF trampoline (a tracer's, or that of an fmod_ret body of a
 * set that leaves) may come between us and the caller: see pending.c.
 *
 * No call is missed: unlike tracing programs, struct_ops programs have no counter that skips one
 * which is running already on the same CPU, and ftrace's recursion lock, which would hold off
 * whatever a body calls, is not taken. What a body calls of other functions is patched as it is for
 * everybody. What it calls of its own function, by whatever way, is the original, or it could call
 * itself until the stack is full: a list says which bodies run on this CPU, on which level (task,
 * softirq, interrupt, NMI), and an interrupt's call is none of the body's. Each body can be on a
 * level once; where many follow one another and room on the stack is short, the last is passed
 * over, too.
 *
 * One that sleeps is looked for on the stack, but only if the kernel notes that the task is in a
 * program. What runs as part of entering and leaving it before that is noted is more than body.c
 * refuses by name, so it is also passed over where hardly any stack is left.
 *
 * Context: the handler runs wherever the function is called, with preemption off, so
 * synchronize_rcu() waits for it. Where RCU does not watch (the innermost of the idle loop, the
 * first and last steps of the way into the kernel) no body is asked. Nothing that could be patched
 * is called before the list is written. How ftrace comes to call the handler is site.c's.
 */
#include <linux/compiler.h>
#include <linux/context_tracking.h>
#include <linux/errno.h>
#include <linux/ftrace.h>
#include <linux/instruction_pointer.h>
#include <linux/irqflags.h>
#include <linux/linkage.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>

#include "body.h"
#include "call.h"
#include "func.h"
#include "gate.h"
#include "hook.h"
#include "pending.h"
#include "patch.h"
#include "resolve.h"
#include "site.h"
#include "stack.h"

#define HOOK_ROOM	(THREAD_SIZE / 4)
#define HOOK_NEST_MAX	4		/* bodies in one another, on one level */

struct hook_body {
	struct hlist_node node;
	const u64 *gate;	/* of the record */
	u64 closed;		/* what stands there when the original runs for all */
	const struct bpf_prog *prog;
	unsigned long image;	/* of a replace body that may sleep; 0: prog is called */
	bool whole;		/* a replace body, not a guard */
	bool *passed_over;	/* of the record */
};

/* On the stack of who runs a body, with preemption off. */
struct hook_run {
	const struct site *site;
	unsigned long count;	/* preempt_count(), which has the level */
	struct hook_run *below;
};

#define HOOK_LEVEL	(NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET)

static DEFINE_PER_CPU(struct hook_run *, hook_runs);	/* the innermost */

/* Where a call goes that is not to enter its function: straight back. Only returned to, by ftrace,
 * which restores the register of the value first. */
void klpm_hook_return(void);
asm(
"	.text\n"
"	.type klpm_hook_return, @function\n"
"	.globl klpm_hook_return\n"
	ASM_FUNC_ALIGN
"klpm_hook_return:\n"
	ANNOTATE_NOENDBR "\n"
	ASM_RET "\n"
"	.size klpm_hook_return, . - klpm_hook_return\n"
);

bool klpm_hook_is_return(unsigned long addr)
{
	return addr == (unsigned long)klpm_hook_return || klpm_pending_is_return(addr);
}

/*
 * Where the function was called. The handler's own preempt_disable() is one level, and where
 * somebody else has a hook there too that of ftrace's list of them is another.
 */
static __always_inline bool hook_may_sleep(unsigned long caller)
{
	int levels = resolve_is_ftrace_list(caller) ? 2 : 1;

	return preempt_count() == levels * PREEMPT_DISABLE_OFFSET && !irqs_disabled() &&
	       !rcu_preempt_depth();
}

/* Of the task's own stack, where it is that which is used. */
static __always_inline bool hook_has_room(void)
{
	unsigned long left = current_stack_pointer - (unsigned long)task_stack_page(current);

	return left >= HOOK_ROOM;
}

/* Into the body of `s` that runs inside others: is it a call that the body of `s` makes, is there
 * room? */
static noinline notrace __cold bool hook_may_nest(const struct site *s, const struct hook_body *b,
						  const struct hook_run *runs)
{
	unsigned int n = 0;

	for (; runs; runs = runs->below) {
		if ((runs->count ^ preempt_count()) & HOOK_LEVEL)
			continue;
		if (runs->site == s)
			return false;
		n++;
	}
	if (n < HOOK_NEST_MAX && hook_has_room())
		return true;
	WRITE_ONCE(*b->passed_over, true);
	return false;
}

/* The walk of the stack may call what is patched. */
static notrace int hook_is_below(const struct hook_body *b, unsigned long ip, unsigned long caller)
{
	int bit = ftrace_test_recursion_trylock(ip, caller);
	int below;

	if (bit < 0)
		return 1;
	below = klpm_stack_is_below(b->image);
	ftrace_test_recursion_unlock(bit);
	return below;
}

/* Into a body that may sleep. A call that the body itself makes is none that it was to have. */
static noinline notrace void hook_send(const struct hook_body *b, struct pt_regs *regs,
				       unsigned long ip, unsigned long caller)
{
	int below = -EBUSY;

	if (hook_has_room() && hook_may_sleep(caller))
		below = current->bpf_ctx ? hook_is_below(b, ip, caller) : 0;
	if (below < 0)
		WRITE_ONCE(*b->passed_over, true);
	else if (!below)
		regs->ip = b->image;
}

/* The body: true, the value is there that the call is to return. */
static __always_inline bool hook_ask(const struct hook_body *b, struct pt_regs *regs)
{
	bool decided = true;

	rcu_lock_acquire(&rcu_lock_map); /* preemption is off, but RCU's checker wants to hear it */
	if (b->whole)
		call_whole(b->prog, regs);
	else
		decided = call_guard(b->prog, regs);
	rcu_lock_release(&rcu_lock_map);
	return decided;
}

/*
 * With `run` on the list of this CPU. Shared: somebody else has a hook there too, and may have a
 * trampoline called before the value is fetched.
 */
static __always_inline void hook_decide(const struct hook_body *b, struct pt_regs *regs,
					bool shared)
{
	struct pending *p = shared ? klpm_pending_new(regs->sp) : NULL;

	if (shared && !p) {
		WRITE_ONCE(*b->passed_over, true);
	} else if (hook_ask(b, regs)) {
		if (shared)
			klpm_pending_set(p, regs->ax);
		regs->ip = (unsigned long)(shared ? klpm_pending_return : klpm_hook_return);
	} else if (shared) {
		klpm_pending_drop(p);
	}
}

static __always_inline void hook_enter(const struct site *s, const struct hook_body *b,
				       struct pt_regs *regs, bool shared)
{
	struct hook_run run = {
		.site = s,
		.count = preempt_count(),
		.below = this_cpu_read(hook_runs),
	};

	if (unlikely(run.below) && !hook_may_nest(s, b, run.below))
		return;
	this_cpu_write(hook_runs, &run);
	hook_decide(b, regs, shared);
	this_cpu_write(hook_runs, run.below);
}

/* Apart, for what the handler need not keep then. */
static noinline notrace void hook_enter_shared(const struct site *s, const struct hook_body *b,
					       struct pt_regs *regs)
{
	hook_enter(s, b, regs, true);
}

/* No canary: nothing is written here but what the compiler counts, and it would cost as much as the
 * gate. */
static notrace __no_stack_protector void hook_handler(unsigned long ip, unsigned long parent_ip,
						      struct ftrace_ops *ops,
						      struct ftrace_regs *fregs)
{
	struct pt_regs *regs = &arch_ftrace_regs(fregs)->regs;
	const struct hook_body *b;
	const struct site *s;

	preempt_disable_notrace();
	s = rcu_is_watching_curr_cpu() ? site_find(ip) : NULL;
	if (s)
		hlist_for_each_entry_rcu_notrace(b, &s->bodies, node)
			if (gate_ask(b->gate, b->closed)) {
				if (unlikely(b->image))
					hook_send(b, regs, ip, _RET_IP_);
				else if (unlikely(resolve_is_ftrace_list(_RET_IP_)))
					hook_enter_shared(s, b, regs);
				else
					hook_enter(s, b, regs, false);
				break;
			}
	preempt_enable_notrace();
}

static int hook_add(struct func *f, struct klpm_patch *r, struct site_batch **fresh)
{
	struct hook_body *b = kzalloc(sizeof(*b), GFP_KERNEL);
	struct site *s;

	if (!b)
		return -ENOMEM;
	s = klpm_site_get(fresh, klpm_resolve_ftrace_location(f->addr), hook_handler);
	if (!s) {
		kfree(b);
		return -ENOMEM;
	}
	b->gate = klpm_gate_word(r->id);
	b->closed = gate_word_closed(r->id);
	b->prog = f->ops->prog;
	b->whole = f->ops->replace;
	b->image = f->ops->prog->sleepable ? (unsigned long)f->ops->replace : 0;
	b->passed_over = &r->passed_over;
	hlist_add_head_rcu(&b->node, &s->bodies);
	f->hooked = b;
	return 0;
}

int klpm_hook_arm(struct klpm_patch *r, u32 o)
{
	struct site_batch *fresh = NULL;
	int ret = 0;
	u32 i;

	lockdep_assert_held(&klpm_mutex);
	for (i = 0; !ret && i < r->n_funcs; i++)
		if (r->funcs[i].ops && r->funcs[i].object == o)
			ret = hook_add(&r->funcs[i], r, &fresh);
	if (!ret)
		ret = klpm_site_register(fresh);
	if (ret) {
		klpm_hook_disarm(r, o);
		klpm_site_discard(fresh);
	}
	return ret;
}

/* After a grace period. */
static void hook_free(struct func *f)
{
	kfree(f->hooked);
	f->hooked = NULL;
}

static void hook_disarm_some(struct klpm_patch *r, bool all, u32 o)
{
	bool any = false;
	u32 i;

	lockdep_assert_held(&klpm_mutex);
	for (i = 0; i < r->n_funcs; i++)
		if (r->funcs[i].hooked && (all || r->funcs[i].object == o)) {
			hlist_del_rcu(&r->funcs[i].hooked->node);
			any = true;
		}
	if (!any)
		return;
	klpm_site_sweep();
	synchronize_rcu();
	for (i = 0; i < r->n_funcs; i++)
		if (all || r->funcs[i].object == o)
			hook_free(&r->funcs[i]);
}

void klpm_hook_disarm_all(struct klpm_patch *r)
{
	hook_disarm_some(r, true, 0);
}

void klpm_hook_disarm(struct klpm_patch *r, u32 o)
{
	hook_disarm_some(r, false, o);
}

void klpm_hook_disarm_func(struct func *f)
{
	lockdep_assert_held(&klpm_mutex);
	if (!f->hooked)
		return;
	hlist_del_rcu(&f->hooked->node);
	klpm_site_sweep();
	synchronize_rcu();
	hook_free(f);
}
