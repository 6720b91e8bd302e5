// SPDX-License-Identifier: GPL-2.0-only
/*
 * Describes what a transition waits for: each task that has not moved, since when, why, and its
 * stack as the transition's own stack walk sees it. Changes nothing. Tasks may move meanwhile, so
 * what is reported about a task was true at some moment during the call.
 */
#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "blockers.h"
#include "func.h"
#include "resolve.h"
#include "stack.h"

/* Time limit for a CPU to run the work item that looks at the task running there. */
#define BLOCKERS_LOOK_MS	100

struct blocker {
	struct task_entry *entry;
	u64 since_ns;		/* a copy, because the entry may change while the list is sorted */
};

struct blockers {
	struct blocker *list;
	u32 n, room;
};

static int blockers_add(struct task_entry *e, void *arg)
{
	struct blockers *b = arg;

	if (b->n == b->room)
		return -ENOSPC;
	b->list[b->n++] = (struct blocker){ e, READ_ONCE(e->since_ns) };
	return 0;
}

static int blockers_cmp(const void *x, const void *y)
{
	const struct blocker *a = x, *b = y;

	if (a->since_ns != b->since_ns)
		return a->since_ns < b->since_ns ? -1 : 1;
	if (a->entry->task->pid != b->entry->task->pid)
		return a->entry->task->pid < b->entry->task->pid ? -1 : 1;
	return a->entry->idle_cpu - b->entry->idle_cpu;
}

static void blockers_reason(const struct task_entry *e, char *text, size_t size)
{
	const struct func *f = READ_ONCE(e->func);

	switch (READ_ONCE(e->reason)) {
	case TASK_IN_FUNCTION:
		if (f)
			snprintf(text, size, "in %s", f->symbol);
		break;
	case TASK_IS_RUNNING:
		strscpy(text, "running", size);
		break;
	case TASK_UNRELIABLE_STACK:
		strscpy(text, "unreliable stack", size);
		break;
	default:
		strscpy(text, "new", size);
	}
}

static void blockers_fill(const struct blocker *b, u64 now, struct klp_uapi_blocker *out)
{
	struct task_struct *task = b->entry->task;

	*out = (struct klp_uapi_blocker){
		.pid = task_pid_nr(task),
		.tgid = task_tgid_nr(task),
		.cpu = task_cpu(task),
		.blocking_ns = now > b->since_ns ? now - b->since_ns : 0,
		.state = task_state_to_char(task),
	};
	if (task->flags & PF_KTHREAD)
		out->flags |= KLP_TASK_KTHREAD;
	else if (task->flags & PF_USER_WORKER)
		out->flags |= KLP_TASK_USER_WORKER;
	/* Without task_lock(): a name that changes meanwhile may be cut short, never overruns. */
	strscpy_pad(out->comm, task->comm, sizeof(out->comm));
	blockers_reason(b->entry, out->reason, sizeof(out->reason));
}

int klpm_blockers_list(enum task_version target, struct klp_uapi_blocker *out, u32 room)
{
	struct blockers b = { .room = klpm_tasks_remaining() };
	u64 now = ktime_get_ns();
	u32 i;

	b.list = kvmalloc_array(b.room ?: 1, sizeof(*b.list), GFP_KERNEL);
	if (!b.list)
		return -ENOMEM;
	/* No overflow: blockers only become fewer unless a transition begins or is reversed. */
	klpm_tasks_each_remaining(target, blockers_add, &b);
	sort(b.list, b.n, sizeof(*b.list), blockers_cmp, NULL);
	for (i = 0; i < b.n && i < room; i++)
		blockers_fill(&b.list[i], now, &out[i]);
	kvfree(b.list);
	return b.n;
}

struct blocker_look {
	struct task_struct *task;
	struct stack_trace_seen *seen;
	int result;
	struct work_struct work;
	struct completion done;
};

/* Called by task_call_func(), or directly for current. */
static int blockers_see(struct task_struct *task, void *arg)
{
	if (task != current && READ_ONCE(task->on_cpu))
		return -EBUSY;
	klpm_stack_save(task, arg);
	return 0;
}

static void blockers_look(struct blocker_look *l)
{
	if (!try_get_task_stack(l->task)) {
		l->result = -ESRCH;
		return;
	}
	if (l->task == current)
		l->result = blockers_see(l->task, l->seen);
	else
		l->result = klpm_resolve_task_call_func(l->task, blockers_see, l->seen);
	klpm_resolve_put_task_stack(l->task);
}

static void blockers_look_there(struct work_struct *work)
{
	struct blocker_look *l = container_of(work, struct blocker_look, work);

	blockers_look(l);
	complete(&l->done);
}

/*
 * Look at the task from a work item on its CPU: while the work item runs there, the task does not.
 * -EBUSY if the CPU does not run the work item in time.
 */
static int blockers_visit(struct blocker_look *l)
{
	int cpu = task_cpu(l->task);

	INIT_WORK_ONSTACK(&l->work, blockers_look_there);
	init_completion(&l->done);
	cpus_read_lock();
	if (cpu_online(cpu))
		queue_work_on(cpu, system_highpri_wq, &l->work);
	cpus_read_unlock();
	wait_for_completion_timeout(&l->done, msecs_to_jiffies(BLOCKERS_LOOK_MS));
	cancel_work_sync(&l->work);
	destroy_work_on_stack(&l->work);
	return l->result;
}

struct blocker_name {
	s32 pid;
	u32 cpu;
	struct task_entry *found;
};

static int blockers_match(struct task_entry *e, void *arg)
{
	struct blocker_name *name = arg;

	if (name->pid ? e->idle_cpu < 0 && task_pid_nr(e->task) == name->pid :
			e->idle_cpu >= 0 && e->idle_cpu == name->cpu) {
		name->found = e;
		return 1;
	}
	return 0;
}

int klpm_blockers_stack(enum task_version target, s32 pid, u32 cpu, char *text, size_t size,
			size_t *ret_used)
{
	struct blocker_name name = { .pid = pid, .cpu = cpu };
	struct blocker_look look = { .result = -EBUSY };
	int r;

	klpm_tasks_each_remaining(target, blockers_match, &name);
	if (!name.found)
		return -ESRCH;
	look.task = name.found->task;
	look.seen = kmalloc(sizeof(*look.seen), GFP_KERNEL);
	if (!look.seen)
		return -ENOMEM;
	blockers_look(&look);
	r = look.result;
	if (r == -EBUSY)
		r = blockers_visit(&look);
	if (!r)
		*ret_used = klpm_stack_print(look.seen, text, size);
	kfree(look.seen);
	return r;
}
