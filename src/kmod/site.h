/* SPDX-License-Identifier: GPL-2.0-only */
/* Function entries that ftrace sends to the handler, and their ftrace_ops. See site.c. */
#ifndef KLP_KMOD_SITE_H
#define KLP_KMOD_SITE_H

#include <linux/compiler.h>
#include <linux/ftrace.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/rculist.h>
#include <linux/types.h>

#include "klp/uapi.h"

/* Every function of every patch can have a site: 16,384 of 64 patches in force. */
#define SITE_HASH_BITS	13

struct site_batch;

struct site {
	struct hlist_node node;
	unsigned long ip;
	unsigned long landing;	/* 0 on CPUs without IBT; see landing.c */
	struct hlist_head bodies;	/* of hook.c */
	struct site_batch *batch;	/* the batch with the filter that contains it */
	struct list_head in_batch;
	struct rcu_head rcu;
};

extern struct hlist_head klpm_site_hash[1 << SITE_HASH_BITS];

/* Called with preemption off or klpm_mutex held. */
static __always_inline struct site *site_find(unsigned long ip)
{
	struct site *s;

	hlist_for_each_entry_rcu_notrace(s, &klpm_site_hash[hash_long(ip, SITE_HASH_BITS)], node)
		if (s->ip == ip)
			return s;
	return NULL;
}

/* The other functions are called with klpm_mutex held. */

/**
 * klpm_site_get() - find or create the site of an address
 * @fresh: batch that a new site is added to; allocated if it is NULL
 * @ip: the address
 * @handler: handler of a new batch
 *
 * Return: the site; -ENOMEM; -ENOSPC if there is no landing for it (only on CPUs with IBT).
 */
struct site *klpm_site_get(struct site_batch **fresh, unsigned long ip, ftrace_func_t handler);
/**
 * klpm_site_register() - make ftrace call the handler for all sites of a batch
 * @fresh: the batch; NULL is an empty one
 *
 * Return: 0 or an error. On an error no site is hooked, and the batch still belongs to the caller.
 */
int klpm_site_register(struct site_batch *fresh);
/* Free a batch that is not registered. Its sites have no bodies any more. */
void klpm_site_discard(struct site_batch *fresh);
/*
 * Remove the sites that have no body from ftrace's filters. A site that cannot be removed now is
 * tried again later and does nothing meanwhile. A removed site may be in use until a grace period
 * is over.
 */
void klpm_site_sweep(void);
/*
 * List up to `room` sites without a body that could not be removed yet. Returns how many there
 * are.
 */
u32 klpm_site_idle(struct klp_uapi_hook *out, u32 room);
/*
 * Stop the retries. No batch is registered any more, because a registered batch holds the module.
 */
void klpm_site_exit(void);

#endif
