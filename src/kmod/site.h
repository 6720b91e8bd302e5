/* SPDX-License-Identifier: GPL-2.0-only */
/* Entries of functions that ftrace sends to the handler, and their ftrace_ops. See site.c. */
#ifndef KLP_KMOD_SITE_H
#define KLP_KMOD_SITE_H

#include <linux/compiler.h>
#include <linux/ftrace.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/rculist.h>
#include <linux/types.h>

#include "klp/uapi.h"

#define SITE_HASH_BITS	8

struct site_batch;

struct site {
	struct hlist_node node;
	unsigned long ip;
	struct hlist_head bodies;	/* of hook.c */
	struct site_batch *batch;	/* whose filter it is in */
	struct list_head in_batch;
	struct rcu_head rcu;
};

extern struct hlist_head klpm_site_hash[1 << SITE_HASH_BITS];

/* With preemption off, or klpm_mutex held. */
static __always_inline struct site *site_find(unsigned long ip)
{
	struct site *s;

	hlist_for_each_entry_rcu_notrace(s, &klpm_site_hash[hash_long(ip, SITE_HASH_BITS)], node)
		if (s->ip == ip)
			return s;
	return NULL;
}

/* The rest with klpm_mutex held. */

/*
 * The site of that address. One that is new is put into *fresh, a batch that is made with `handler`
 * if there is none yet. NULL: no memory.
 */
struct site *klpm_site_get(struct site_batch **fresh, unsigned long ip, ftrace_func_t handler);
/* From now on ftrace calls the handler for all of the batch; an error: for none, and the batch is
 * still the caller's. NULL is an empty one. */
int klpm_site_register(struct site_batch *fresh);
/* One that is not registered, once its sites have no bodies. */
void klpm_site_discard(struct site_batch *fresh);
/*
 * Sites that have no body leave ftrace's filters; what cannot leave now is tried again later, and
 * does nothing meanwhile. One that left may be in use until a grace period is over.
 */
void klpm_site_sweep(void);
/* Those that could not leave yet: fills up to `room` entries, returns how many there are. */
u32 klpm_site_idle(struct klp_uapi_hook *out, u32 room);
/* Nothing of it is registered any more, which the module was held for. */
void klpm_site_exit(void);

#endif
