// SPDX-License-Identifier: GPL-2.0-only
/*
 * The handler that ftrace calls at the entry of each function that has a struct_ops body, before
 * the first instruction of the function itself. It asks the gates of the patches that have a body
 * here. At most one gate is open for a given task, and the body of that patch decides: it gives a
 * value, which a stub returns to the caller without the function being entered, or it lets the
 * original run, with nothing of klp.ko on the stack. So a task that sleeps in the original needs no
 * walk through a trampoline, and any 64-bit value can be returned, including 0.
 *
 * site.c makes ftrace call the handler. Where ftrace calls several hooks, a BPF trampoline (of a
 * tracer, or of an fmod_ret body of a patch that leaves) may run between the handler and the
 * caller; see pending.c.
 *
 * Override bodies:
 *
 * An override body that does not sleep is called in the same way, and its return value is returned.
 * A sleepable one cannot run inside the handler. The handler redirects the call to the trampoline
 * that the kernel made for the body. The trampoline finds registers and stack as the function would
 * find them, and returns to the caller: it is an ordinary callee, outside of the handler. From the
 * choice to the first instruction of the trampoline, the stack shows that the task is inside the
 * body (see stack.c), so the task cannot move once the choice is made, even if it is preempted.
 *
 * A sleepable body is skipped where sleeping is not allowed: under a spinlock, in an interrupt, in
 * an RCU read-side section. From then on the patch is flagged KLP_PATCH_SKIPPED.
 *
 * Recursion:
 *
 * Where klp.ko has the only hook, no call is missed because of a recursion counter or lock. Tracing
 * programs have a counter that skips a program which is already running on the same CPU; struct_ops
 * programs have none. Nor does the handler take ftrace's recursion lock while a body runs: with
 * that lock held, hooks of functions that the body calls would not run. ftrace's list function,
 * which calls the handler where other ftrace users have a hook too, does take it, and lets one call
 * nest on each level. Calls nested deeper, of functions that others hook too, run the original, and
 * klp.ko does not learn of them.
 *
 * A body that calls another patched function reaches the body of that function. A body that calls
 * its own target, directly or indirectly, reaches the original; otherwise it would recurse until
 * the stack overflows. A per-CPU list records the running bodies and their level (task, softirq,
 * hardirq, NMI). Calls made by an interrupt handler are not attributed to the body that it
 * interrupted. Each body can run once on each level. If HOOK_NEST_MAX bodies are nested on one
 * level, or little stack is left, the next one is skipped as well.
 *
 * Sleepable bodies are not on the list. The handler looks for the body on the stack, but only if
 * current->bpf_ctx shows that the task runs a program. More functions run while a body is entered
 * and left, before that is set, than body.c refuses by name. So a sleepable body is also skipped
 * where little stack is left.
 *
 * Context: the handler runs wherever the function is called, with preemption off, so
 * synchronize_rcu() waits for it. Where RCU is not watching (the innermost part of the idle loop,
 * the first and last steps of kernel entry and exit) it calls no body. It calls nothing that could
 * be patched before it has written the list.
 */
#include <linux/compiler.h>
#include <linux/context_tracking.h>
#include <linux/err.h>
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
#include <linux/srcu.h>

#include <linux/rcupdate_trace.h>	/* needs srcu.h on some kernels, but does not include it */

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
#define HOOK_NEST_MAX	4		/* nested bodies, on one level */

struct hook_body {
	struct hlist_node node;
	const u64 *gate;	/* gate word of the patch */
	u64 closed;		/* *gate while the original runs for all tasks */
	const struct bpf_prog *prog;
	unsigned long image;	/* trampoline of a sleepable override body; 0: prog is called */
	bool whole;		/* true: override body, false: guard */
	bool *skipped;	/* flag of the patch: a body was skipped */
};

/* An entry of the list of running bodies. On the stack of the handler, with preemption off. */
struct hook_run {
	const struct site *site;
	const struct pt_regs *regs;	/* of the call */
	unsigned long count;	/* preempt_count(); contains the level */
	struct hook_run *below;
};

#define HOOK_LEVEL	(NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET)

static DEFINE_PER_CPU(struct hook_run *, hook_runs);	/* innermost running body */
static bool hook_was_shared;	/* a BPF trampoline may have been given an address of klp.ko */

/*
 * A call that is not to enter its function is redirected to this stub, which returns to the caller.
 * ftrace reaches it by a return instruction, after restoring the register of the return value.
 * Nothing calls it.
 */
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
 * May the caller of the function sleep at this call? The handler's own preempt_disable() is one
 * level of preempt_count(). If another ftrace user has a hook on the function too, the
 * preempt_disable() of ftrace's list function is a second one.
 */
static __always_inline bool hook_may_sleep(unsigned long caller)
{
	int levels = resolve_is_ftrace_list(caller) ? 2 : 1;

	return preempt_count() == levels * PREEMPT_DISABLE_OFFSET && !irqs_disabled() &&
	       !rcu_preempt_depth();
}

/* Is HOOK_ROOM left on the task's own stack? Means something only while that stack is in use. */
static __always_inline bool hook_has_room(void)
{
	unsigned long left = current_stack_pointer - (unsigned long)task_stack_page(current);

	return left >= HOOK_ROOM;
}

/*
 * Other bodies run on this CPU: may the body of @s be called? Not if it already runs on this level,
 * because then the body itself makes the call. Otherwise only if fewer than HOOK_NEST_MAX bodies
 * run on this level and enough stack is left; if not, the body counts as skipped.
 */
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
	WRITE_ONCE(*b->skipped, true);
	return false;
}

/*
 * Was the call made from inside @b? 1: yes, 0: no, -EINVAL: the stack does not say. The stack walk
 * may itself call patched functions; ftrace's recursion lock detects such a call, which gets 1 so
 * that it runs the original.
 */
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

/*
 * Redirect the call to a sleepable body. A call that the body itself makes runs the original, and
 * does not count as skipped.
 */
static noinline notrace void hook_send(const struct hook_body *b, struct pt_regs *regs,
				       unsigned long ip, unsigned long caller)
{
	int below = -EBUSY;

	if (hook_has_room() && hook_may_sleep(caller))
		below = current->bpf_ctx ? hook_is_below(b, ip, caller) : 0;
	if (below < 0)
		WRITE_ONCE(*b->skipped, true);
	else if (!below)
		regs->ip = b->image;
}

/* Call the body. True: it gave a value, which regs->ax now holds. */
static __always_inline bool hook_ask(const struct hook_body *b, struct pt_regs *regs)
{
	bool decided = true;

	rcu_lock_acquire(&rcu_lock_map); /* preemption is off, but lockdep's RCU checks need this */
	if (b->whole)
		call_whole(b->prog, regs);
	else
		decided = call_guard(b->prog, regs);
	rcu_lock_release(&rcu_lock_map);
	return decided;
}

/*
 * Call the body, and redirect the call if it gave a value. The caller has put its hook_run on the
 * list of this CPU. If @shared, another ftrace user has a hook on the function too, and may have a
 * trampoline called before the value is fetched; the value is then kept in pending.c.
 */
static __always_inline void hook_decide(const struct hook_body *b, struct pt_regs *regs,
					bool shared)
{
	struct pending *p = shared ? klpm_pending_new(regs->sp) : NULL;

	if (shared && !p) {
		WRITE_ONCE(*b->skipped, true);
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
		.regs = regs,
		.count = preempt_count(),
		.below = this_cpu_read(hook_runs),
	};

	if (unlikely(run.below) && !hook_may_nest(s, b, run.below))
		return;
	this_cpu_write(hook_runs, &run);
	hook_decide(b, regs, shared);
	this_cpu_write(hook_runs, run.below);
}

static __always_inline void hook_share(void)
{
	if (!READ_ONCE(hook_was_shared))
		WRITE_ONCE(hook_was_shared, true);
}

/* Not inlined: otherwise the common path of the handler would save what only this path needs. */
static noinline notrace void hook_enter_shared(const struct site *s, const struct hook_body *b,
					       struct pt_regs *regs)
{
	hook_share();
	hook_enter(s, b, regs, true);
}

/*
 * The CPU has IBT. If the original is to run, and a BPF trampoline may be the one that calls it,
 * leave the address of its landing. Only ftrace's list function has such a trampoline called.
 */
static noinline notrace __cold void hook_land(const struct site *s, struct pt_regs *regs,
					      unsigned long caller)
{
	if (!resolve_is_ftrace_list(caller) || regs->ip != s->ip + MCOUNT_INSN_SIZE)
		return;
	hook_share();
	regs->ip = s->landing;
}

/*
 * No stack protector: the handler writes to no buffer, only to objects of a size that the compiler
 * knows, and a canary would cost as much as the gate.
 */
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
	if (s && unlikely(s->landing))
		hook_land(s, regs, _RET_IP_);
	preempt_enable_notrace();
}

bool klpm_hook_may_have(unsigned long value)
{
	const struct hook_run *run;
	const struct pt_regs *r;
	bool may;

	preempt_disable_notrace();
	run = this_cpu_read(hook_runs);
	r = run ? run->regs : NULL;
	may = !r || r->di == value || r->si == value || r->dx == value || r->cx == value ||
	      r->r8 == value || r->r9 == value;
	preempt_enable_notrace();
	return may;
}

static int hook_add(struct func *f, struct klpm_patch *r, struct site_batch **fresh)
{
	struct hook_body *b = kzalloc(sizeof(*b), GFP_KERNEL);
	struct site *s;

	if (!b)
		return -ENOMEM;
	s = klpm_site_get(fresh, klpm_resolve_ftrace_location(f->addr), hook_handler);
	if (IS_ERR(s)) {
		kfree(b);
		return PTR_ERR(s);
	}
	b->gate = klpm_gate_word(r->id);
	b->closed = gate_word_closed(r->id);
	b->prog = f->ops->prog;
	b->whole = f->ops->override;
	b->image = f->ops->prog->sleepable ? (unsigned long)f->ops->override : 0;
	b->skipped = &r->skipped;
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

/* Call after a grace period. */
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

void klpm_hook_exit(void)
{
	if (!hook_was_shared)
		return;
	synchronize_rcu_tasks();
	synchronize_rcu_tasks_trace();
	synchronize_rcu_tasks();
}
