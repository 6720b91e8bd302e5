// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events for the readers of /dev/klp. Each open file has its own queue.
 *
 * - A new PROGRESS replaces an unread one.
 * - At most one OBJECT is unread, because it only tells the reader to look. So neither type pushes
 *   other events out.
 * - Each DONE takes its own entry. None is lost while fewer than KLP_DONE_MAX of them are
 *   unread.
 *
 * Context: process context; sending may sleep for memory.
 */
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include "event.h"

static LIST_HEAD(event_queues);
static DEFINE_MUTEX(event_mutex);
static DECLARE_WAIT_QUEUE_HEAD(event_wait);

void klpm_event_subscribe(struct event_queue *q)
{
	INIT_LIST_HEAD(&q->unread);
	INIT_LIST_HEAD(&q->progress.list);
	INIT_LIST_HEAD(&q->object.list);
	mutex_lock(&event_mutex);
	list_add_tail(&q->list, &event_queues);
	mutex_unlock(&event_mutex);
}

/* Remove the event from the queue; free it if it is a DONE. */
static void event_remove(struct event_queue *q, struct event *e)
{
	list_del_init(&e->list);
	WRITE_ONCE(q->n, q->n - 1);
	if (e == &q->progress || e == &q->object)
		return;
	q->n_done--;
	kfree(e);
}

void klpm_event_unsubscribe(struct event_queue *q)
{
	struct event *e, *next;

	mutex_lock(&event_mutex);
	list_del(&q->list);
	list_for_each_entry_safe(e, next, &q->unread, list)
		event_remove(q, e);
	mutex_unlock(&event_mutex);
}

static void event_add(struct event_queue *q, struct event *e, const struct klp_uapi_event *said)
{
	e->said = *said;
	list_add_tail(&e->list, &q->unread);
	WRITE_ONCE(q->n, q->n + 1);
}

static void event_drop_oldest_done(struct event_queue *q)
{
	struct event *e;

	list_for_each_entry(e, &q->unread, list)
		if (e->said.type == KLP_EVENT_DONE) {
			event_remove(q, e);
			return;
		}
}

static void event_put(struct event_queue *q, const struct klp_uapi_event *said)
{
	if (said->type == KLP_EVENT_OBJECT) {
		if (list_empty(&q->object.list))
			event_add(q, &q->object, said);
		return;
	}
	/* Any newer event makes an unread PROGRESS obsolete. */
	if (!list_empty(&q->progress.list))
		event_remove(q, &q->progress);
	if (said->type == KLP_EVENT_PROGRESS) {
		event_add(q, &q->progress, said);
		return;
	}
	if (q->n_done == KLP_DONE_MAX)
		event_drop_oldest_done(q);
	event_add(q, kmalloc(sizeof(struct event), GFP_KERNEL | __GFP_NOFAIL), said);
	q->n_done++;
}

void klpm_event_send(const struct klp_uapi_event *e)
{
	struct event_queue *q;

	mutex_lock(&event_mutex);
	list_for_each_entry(q, &event_queues, list)
		event_put(q, e);
	mutex_unlock(&event_mutex);
	wake_up_interruptible_all(&event_wait);
}

static bool event_take(struct event_queue *q, struct klp_uapi_event *ret)
{
	struct event *e;

	mutex_lock(&event_mutex);
	e = list_first_entry_or_null(&q->unread, struct event, list);
	if (e) {
		*ret = e->said;
		event_remove(q, e);
	}
	mutex_unlock(&event_mutex);
	return e;
}

ssize_t klpm_event_read(struct event_queue *q, char __user *buf, size_t size, bool nonblock)
{
	struct klp_uapi_event e;
	int r;

	if (size < sizeof(e))
		return -EINVAL;
	while (!event_take(q, &e)) {
		if (nonblock)
			return -EAGAIN;
		r = wait_event_interruptible(event_wait, READ_ONCE(q->n));
		if (r)
			return r;
	}
	return copy_to_user(buf, &e, sizeof(e)) ? -EFAULT : sizeof(e);
}

__poll_t klpm_event_poll(struct event_queue *q, struct file *file, poll_table *wait)
{
	poll_wait(file, &event_wait, wait);
	return READ_ONCE(q->n) ? EPOLLIN | EPOLLRDNORM : 0;
}
