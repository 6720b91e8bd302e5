// SPDX-License-Identifier: GPL-2.0-only
/*
 * The task table of a transition: one entry for each task that existed when the transition began.
 *
 * Versions. A task in the table is in the version that its entry records. A task that is not in
 * the table was forked later and is in the target version, because its kernel stack began empty.
 *
 * The start. This requires a moment at which every task is either in the table or not yet forked,
 * and at which the gates begin to use the table. tasklist_lock, held for reading, provides it:
 *
 * 1. No task can be linked into the task list while the lock is held.
 * 2. A task that fork() has built but not linked has not run. When it runs, it sees the gates as
 *    set under the lock, because its parent takes the lock for writing after it was released here.
 * 3. While the lock is held, no task can be forked or reaped, so little is done under it. Tasks
 *    that can be found without the lock are added before. The walk under the lock adds only tasks
 *    forked since.
 * 4. Nothing can be allocated under the lock. Some entries are reserved; if they are too few, all
 *    steps are repeated.
 *
 * Lifetime. Entries hold a task_struct reference so that the address cannot be reused. The table
 * is a fixed array of buckets, so the lookup of the gate walks one short chain and touches nothing
 * else.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/hash.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "resolve.h"
#include "tasks.h"

#define TASKS_HASH_BITS	12
#define TASKS_SLACK	64	/* tasks forked during the walk */
#define TASKS_PAUSE	1024	/* tasks walked between two chances to reschedule */

struct tasks_chunk {
	struct list_head list;
	u32 n, room;
	struct task_entry entries[];
};

static struct hlist_head tasks_hash[1 << TASKS_HASH_BITS];
static LIST_HEAD(tasks_chunks);
static int tasks_new_version;	/* version of tasks that are not in the table */
static atomic_t tasks_left = ATOMIC_INIT(0);
static u32 tasks_count;

static struct hlist_head *tasks_bucket(struct task_struct *task)
{
	return &tasks_hash[hash_ptr(task, TASKS_HASH_BITS)];
}

notrace struct task_entry *klpm_tasks_find(struct task_struct *task)
{
	struct task_entry *e;

	hlist_for_each_entry_rcu_notrace(e, &tasks_hash[hash_ptr(task, TASKS_HASH_BITS)], node)
		if (e->task == task)
			return e;
	return NULL;
}

notrace enum task_version klpm_tasks_version(struct task_struct *task)
{
	/*
	 * Read this before the table. klpm_tasks_reverse() first adds all missing tasks and only then
	 * changes it. A reader of the new value therefore finds the entry. A reader of the old
	 * value that finds no entry has the answer that held until now. Pairs with the release in
	 * tasks_take().
	 */
	int new_version = smp_load_acquire(&tasks_new_version);
	struct task_entry *e = klpm_tasks_find(task);

	return e ? READ_ONCE(e->version) : new_version;
}

notrace bool klpm_tasks_current_is(enum task_version version)
{
	return klpm_tasks_version(current) == version;
}

/*
 * for_each_thread() refers to a lock that modules cannot access, on kernels that check RCU lists.
 */
#define tasks_each_thread(g, t) \
	list_for_each_entry_rcu(t, &(g)->signal->thread_head, thread_node)

static struct tasks_chunk *tasks_chunk_new(u32 room)
{
	struct tasks_chunk *c = kvzalloc(struct_size(c, entries, room), GFP_KERNEL);

	if (c) {
		c->room = room;
		list_add_tail(&c->list, &tasks_chunks);
	}
	return c;
}

static bool tasks_add(struct tasks_chunk *c, struct task_struct *task, int idle_cpu,
		      enum task_version version)
{
	struct task_entry *e;

	if (c->n == c->room)
		return false;
	e = &c->entries[c->n++];
	e->task = get_task_struct(task);
	e->idle_cpu = idle_cpu;
	e->version = version;
	e->reason = TASK_NOT_TRIED;
	hlist_add_head_rcu(&e->node, tasks_bucket(task));
	return true;
}

/*
 * Reschedule in the middle of a walk. Returns false if one of the two tasks is no longer in the
 * lists, so that the walk cannot continue there.
 */
static bool tasks_pause(struct task_struct *g, struct task_struct *t)
{
	bool there;

	get_task_struct(g);
	get_task_struct(t);
	rcu_read_unlock();
	cond_resched();
	rcu_read_lock();
	there = pid_alive(g) && pid_alive(t);
	put_task_struct(t);
	put_task_struct(g);
	return there;
}

/*
 * Count the tasks that are not in the table. The count is an estimate; a walk that is cut short
 * does not matter.
 */
static u32 tasks_missing(void)
{
	struct task_struct *g, *t;
	u32 n = 0, walked = 0;

	rcu_read_lock();
	for_each_process(g)
		tasks_each_thread(g, t) {
			n += !klpm_tasks_find(t);
			if (++walked % TASKS_PAUSE == 0 && !tasks_pause(g, t))
				goto out;
		}
out:
	rcu_read_unlock();
	return n;
}

/* Add the tasks that can be found without the lock, so that few are left for the walk under it. */
static void tasks_prefill(struct tasks_chunk *c, u32 keep_free, enum task_version version)
{
	struct task_struct *g, *t;
	u32 walked = 0;

	rcu_read_lock();
	for_each_process(g)
		tasks_each_thread(g, t) {
			if (c->n + keep_free >= c->room)
				goto out;
			if (!klpm_tasks_find(t))
				tasks_add(c, t, -1, version);
			if (++walked % TASKS_PAUSE == 0 && !tasks_pause(g, t))
				goto out;
		}
out:
	rcu_read_unlock();
}

/* Called under tasklist_lock. Returns false if there is no room left. */
static bool tasks_walk(struct tasks_chunk *c, enum task_version version)
{
	struct task_struct *g, *t;
	bool whole = true;

	rcu_read_lock();
	for_each_process(g)
		tasks_each_thread(g, t)
			if (!klpm_tasks_find(t) && !tasks_add(c, t, -1, version)) {
				whole = false;
				goto out;
			}
out:
	rcu_read_unlock();
	return whole;
}

/*
 * Add every task that is not in the table as `version`. Then, still under the lock, set the
 * version of tasks that are not in the table to `new_version` and call flip.
 */
static int tasks_take(enum task_version version, enum task_version new_version,
		      void (*flip)(void *arg), void *arg)
{
	bool whole;

	do {
		struct tasks_chunk *c = tasks_chunk_new(tasks_missing() + 2 * TASKS_SLACK);

		if (!c)
			return -ENOMEM;
		tasks_prefill(c, TASKS_SLACK, version);
		klpm_resolve_tasklist_lock();
		whole = tasks_walk(c, version);
		if (whole) {
			smp_store_release(&tasks_new_version, new_version);
			if (flip)
				flip(arg);
		}
		klpm_resolve_tasklist_unlock();
	} while (!whole);
	return 0;
}

static void tasks_recount(enum task_version target)
{
	u64 now = ktime_get_ns();
	struct tasks_chunk *c;
	u32 i, left = 0;

	tasks_count = 0;
	list_for_each_entry(c, &tasks_chunks, list) {
		tasks_count += c->n;
		for (i = 0; i < c->n; i++) {
			c->entries[i].since_ns = now;
			c->entries[i].in_way = false;
			left += c->entries[i].version != target;
		}
	}
	atomic_set(&tasks_left, left);
}

int klpm_tasks_begin(void (*flip)(void *arg), void *arg)
{
	struct tasks_chunk *c = tasks_chunk_new(num_possible_cpus());
	int cpu, r = -ENOMEM;

	if (c) {
		for_each_possible_cpu(cpu)
			if (klpm_resolve_idle_task(cpu))
				tasks_add(c, klpm_resolve_idle_task(cpu), cpu, TASK_OLD_VERSION);
		r = tasks_take(TASK_OLD_VERSION, TASK_NEW_VERSION, flip, arg);
	}
	if (r)
		klpm_tasks_end();
	else
		tasks_recount(TASK_NEW_VERSION);
	return r;
}

int klpm_tasks_reverse(enum task_version target)
{
	int r = tasks_take(READ_ONCE(tasks_new_version), target, NULL, NULL);

	if (!r)
		tasks_recount(target);
	return r;
}

void klpm_tasks_end(void)
{
	struct tasks_chunk *c, *next;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(tasks_hash); i++)
		INIT_HLIST_HEAD(&tasks_hash[i]);
	list_for_each_entry_safe(c, next, &tasks_chunks, list) {
		for (i = 0; i < c->n; i++) {
			put_task_struct(c->entries[i].task);
			cond_resched();
		}
		list_del(&c->list);
		kvfree(c);
	}
	atomic_set(&tasks_left, 0);
	tasks_count = 0;
}

void klpm_tasks_move(struct task_entry *e, enum task_version target)
{
	if (xchg(&e->version, target) != target)
		atomic_dec(&tasks_left);
}

u32 klpm_tasks_total(void)
{
	return READ_ONCE(tasks_count);
}

u32 klpm_tasks_remaining(void)
{
	return atomic_read(&tasks_left);
}

int klpm_tasks_each_remaining(enum task_version target, int (*fn)(struct task_entry *e, void *arg),
			      void *arg)
{
	struct tasks_chunk *c;
	u32 i;
	int r;

	list_for_each_entry(c, &tasks_chunks, list) {
		for (i = 0; i < c->n; i++) {
			if (READ_ONCE(c->entries[i].version) == target)
				continue;
			r = fn(&c->entries[i], arg);
			if (r)
				return r;
		}
	}
	return 0;
}

void klpm_tasks_each(void (*fn)(struct task_entry *e))
{
	struct tasks_chunk *c;
	u32 i;

	list_for_each_entry(c, &tasks_chunks, list)
		for (i = 0; i < c->n; i++)
			fn(&c->entries[i]);
}
