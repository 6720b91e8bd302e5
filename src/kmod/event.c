// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events to the readers of /dev/klp. Each open file has a queue of its own. A reader that is slow
 * loses no news: a PROGRESS replaces the one before it that was not yet read, and when the queue is
 * full the oldest event goes; the newest always stays, and KLP_IOC_STATUS has the rest.
 */
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include "event.h"

static LIST_HEAD(event_queues);
static DEFINE_SPINLOCK(event_lock);
static DECLARE_WAIT_QUEUE_HEAD(event_wait);

void event_subscribe(struct event_queue *q)
{
	spin_lock(&event_lock);
	list_add_tail(&q->list, &event_queues);
	spin_unlock(&event_lock);
}

void event_unsubscribe(struct event_queue *q)
{
	spin_lock(&event_lock);
	list_del(&q->list);
	spin_unlock(&event_lock);
}

static void event_put(struct event_queue *q, const struct klp_uapi_event *e)
{
	struct klp_uapi_event *last = &q->events[(q->first + q->n - 1) % EVENT_ROOM];

	if (q->n && last->type == KLP_EVENT_PROGRESS && last->transition == e->transition) {
		*last = *e;
		return;
	}
	if (q->n == EVENT_ROOM) {
		q->first = (q->first + 1) % EVENT_ROOM;
		q->n--;
	}
	q->events[(q->first + q->n++) % EVENT_ROOM] = *e;
}

void event_send(const struct klp_uapi_event *e)
{
	struct event_queue *q;

	spin_lock(&event_lock);
	list_for_each_entry(q, &event_queues, list)
		event_put(q, e);
	spin_unlock(&event_lock);
	wake_up_interruptible_all(&event_wait);
}

static bool event_take(struct event_queue *q, struct klp_uapi_event *ret)
{
	bool got;

	spin_lock(&event_lock);
	got = q->n;
	if (got) {
		*ret = q->events[q->first];
		q->first = (q->first + 1) % EVENT_ROOM;
		q->n--;
	}
	spin_unlock(&event_lock);
	return got;
}

ssize_t event_read(struct event_queue *q, char __user *buf, size_t size, bool nonblock)
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

__poll_t event_poll(struct event_queue *q, struct file *file, poll_table *wait)
{
	poll_wait(file, &event_wait, wait);
	return READ_ONCE(q->n) ? EPOLLIN | EPOLLRDNORM : 0;
}
