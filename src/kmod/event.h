/* SPDX-License-Identifier: GPL-2.0-only */
/* Events for the readers of /dev/klp. See event.c. */
#ifndef KLP_KMOD_EVENT_H
#define KLP_KMOD_EVENT_H

#include <linux/list.h>
#include <linux/poll.h>
#include <linux/types.h>

#include "klp/uapi.h"

struct event {
	struct list_head list;		/* in `unread` of its queue; empty if not queued */
	struct klp_uapi_event said;
};

struct event_queue {
	struct list_head list;
	struct list_head unread;	/* oldest first */
	u32 n, n_done;			/* unread events; unread DONE events */
	struct event progress, object;	/* at most one of each is unread */
};

/* Start and stop receiving events. Stopping drops the unread ones. Both may sleep. */
void klpm_event_subscribe(struct event_queue *q);
void klpm_event_unsubscribe(struct event_queue *q);
/* Queue the event for every subscriber. Context: Process context; may sleep. */
void klpm_event_send(const struct klp_uapi_event *e);
/* File operations for a subscribed queue. */
ssize_t klpm_event_read(struct event_queue *q, char __user *buf, size_t size, bool nonblock);
__poll_t klpm_event_poll(struct event_queue *q, struct file *file, poll_table *wait);

#endif
