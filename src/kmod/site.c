// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sites are the entries of patched functions. Sites that are created together form a batch with
 * one ftrace_ops, so that one update of the kernel's code serves all of them.
 *
 * Registration. A batch has its filter before it is registered and never gets another site. Only
 * during registration does ftrace tell the BPF trampolines already on those functions that the
 * handler may redirect a call. A trampoline that was not told calls the original, whatever the
 * handler chooses.
 *
 * Ownership. A function has one site for all patches, because ftrace lets only one ftrace_ops
 * redirect it. A site therefore stays in its batch until its last body leaves, even if the patch
 * that created the batch is gone long before.
 *
 * Removal. If no site of a batch has a body, its ftrace_ops is unregistered, which needs no
 * memory. If only some have none, the filter is replaced by one with the others. An ftrace_ops
 * with an empty filter matches every function, so the last site never leaves the filter. A work
 * item repeats what fails, with a growing delay of up to one minute. Until it succeeds the site is
 * idle: it is listed (klpm_site_idle()), and the next patch of its function uses it. Each
 * registered batch holds the module, because ftrace continues to call into it.
 *
 * Memory. Unregistering waits until no task is in the trampoline that ftrace made for the batch
 * (FTRACE_OPS_FL_DYNAMIC, which ftrace sets for an ops outside the kernel image). A site is freed
 * a grace period after it left its filter, because the handler looks it up with preemption off.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kallsyms.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "landing.h"
#include "patch.h"
#include "site.h"

/* ftrace returns -EAGAIN while a BPF trampoline that it has to tell is being changed. */
#define SITE_TRIES	200
#define SITE_TRY_MS	10

#define SITE_AGAIN_MIN	(HZ / 2)
#define SITE_AGAIN_MAX	(60 * HZ)

struct site_batch {
	struct list_head list;
	struct list_head sites;
	unsigned int n;
	struct ftrace_ops ops;
};

struct hlist_head klpm_site_hash[1 << SITE_HASH_BITS];
static LIST_HEAD(site_batches);		/* registered batches */

static void site_again_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(site_again, site_again_fn);
static unsigned long site_again_delay = SITE_AGAIN_MIN;

static struct site_batch *site_batch_new(ftrace_func_t handler)
{
	struct site_batch *b = kzalloc(sizeof(*b), GFP_KERNEL);

	if (!b)
		return NULL;
	INIT_LIST_HEAD(&b->list);
	INIT_LIST_HEAD(&b->sites);
	b->ops.func = handler;
	b->ops.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT;
#ifndef CONFIG_HAVE_DYNAMIC_FTRACE_WITH_ARGS
	b->ops.flags |= FTRACE_OPS_FL_SAVE_REGS;
#endif
	return b;
}

/* Remove a site that is in no active filter any more. */
static void site_drop(struct site *s)
{
	s->batch->n--;
	list_del(&s->in_batch);
	hlist_del_rcu(&s->node);
	kfree_rcu(s, rcu);
}

/* Free a batch that is not registered. */
static void site_batch_free(struct site_batch *b)
{
	struct site *s, *next;

	list_for_each_entry_safe(s, next, &b->sites, in_batch)
		site_drop(s);
	ftrace_free_filter(&b->ops);
	kfree(b);
}

struct site *klpm_site_get(struct site_batch **fresh, unsigned long ip, ftrace_func_t handler)
{
	struct site *s = site_find(ip);
	unsigned long landing = 0;

	lockdep_assert_held(&klpm_mutex);
	if (s)
		return s;
	if (klpm_landing_needed()) {
		landing = klpm_landing_get(ip + MCOUNT_INSN_SIZE);
		if (!landing)
			return ERR_PTR(-ENOSPC);
	}
	if (!*fresh)
		*fresh = site_batch_new(handler);
	s = *fresh ? kzalloc(sizeof(*s), GFP_KERNEL) : NULL;
	if (!s)
		return ERR_PTR(-ENOMEM);
	s->ip = ip;
	s->landing = landing;
	s->batch = *fresh;
	s->batch->n++;
	list_add_tail(&s->in_batch, &s->batch->sites);
	hlist_add_head_rcu(&s->node, &klpm_site_hash[hash_long(ip, SITE_HASH_BITS)]);
	return s;
}

/* Set the filter to the sites that have a body, in one update of the kernel's code. */
static int site_batch_filter(struct site_batch *b)
{
	unsigned long *ips = kvmalloc_array(b->n, sizeof(*ips), GFP_KERNEL);
	const struct site *s;
	unsigned int n = 0;
	int r;

	if (!ips)
		return -ENOMEM;
	list_for_each_entry(s, &b->sites, in_batch)
		if (!hlist_empty(&s->bodies))
			ips[n++] = s->ip;
	r = ftrace_set_filter_ips(&b->ops, ips, n, 0, 1);
	kvfree(ips);
	return r;
}

int klpm_site_register(struct site_batch *fresh)
{
	unsigned int tries = 0;
	int r;

	lockdep_assert_held(&klpm_mutex);
	if (!fresh)
		return 0;
	r = site_batch_filter(fresh);
	while (!r) {
		r = register_ftrace_function(&fresh->ops);
		if (r != -EAGAIN || ++tries == SITE_TRIES)
			break;
		msleep(SITE_TRY_MS);
		r = 0;
	}
	if (r)
		return r;
	__module_get(THIS_MODULE);
	list_add_tail(&fresh->list, &site_batches);
	return 0;
}

void klpm_site_discard(struct site_batch *fresh)
{
	lockdep_assert_held(&klpm_mutex);
	if (fresh)
		site_batch_free(fresh);
}

/* No site of the batch has a body. */
static bool site_batch_remove(struct site_batch *b)
{
	if (unregister_ftrace_function(&b->ops))
		return false;
	list_del(&b->list);
	site_batch_free(b);
	module_put(THIS_MODULE);
	return true;
}

/* Some sites of the batch have no body. */
static bool site_batch_shrink(struct site_batch *b)
{
	struct site *s, *next;

	if (site_batch_filter(b))
		return false;
	list_for_each_entry_safe(s, next, &b->sites, in_batch)
		if (hlist_empty(&s->bodies))
			site_drop(s);
	return true;
}

static bool site_batch_sweep(struct site_batch *b)
{
	const struct site *s;
	unsigned int idle = 0;

	list_for_each_entry(s, &b->sites, in_batch)
		idle += hlist_empty(&s->bodies);
	if (!idle)
		return true;
	return idle == b->n ? site_batch_remove(b) : site_batch_shrink(b);
}

/* Returns the number of batches with sites that could not be removed. */
static unsigned int site_sweep_all(void)
{
	struct site_batch *b, *next;
	unsigned int left = 0;

	list_for_each_entry_safe(b, next, &site_batches, list)
		left += !site_batch_sweep(b);
	return left;
}

void klpm_site_sweep(void)
{
	lockdep_assert_held(&klpm_mutex);
	if (!site_sweep_all())
		return;
	pr_warn_ratelimited("ftrace keeps a hook that nothing needs any more; it is tried again\n");
	site_again_delay = SITE_AGAIN_MIN;
	schedule_delayed_work(&site_again, site_again_delay);
}

static void site_again_fn(struct work_struct *work)
{
	mutex_lock(&klpm_mutex);
	if (site_sweep_all()) {
		site_again_delay = min_t(unsigned long, site_again_delay * 2, SITE_AGAIN_MAX);
		schedule_delayed_work(&site_again, site_again_delay);
	}
	mutex_unlock(&klpm_mutex);
}

/* "NAME" or "NAME [MODULE]", as ftrace lists it. */
static void site_name(unsigned long ip, struct klp_uapi_hook *out)
{
	char text[KSYM_SYMBOL_LEN], *module;

	sprint_symbol_no_offset(text, ip);
	module = strstr(text, " [");
	if (module) {
		*module = '\0';
		module += 2;
		module[strcspn(module, "]")] = '\0';
	}
	strscpy(out->symbol, text, sizeof(out->symbol));
	strscpy(out->object, module ?: "vmlinux", sizeof(out->object));
}

u32 klpm_site_idle(struct klp_uapi_hook *out, u32 room)
{
	const struct site_batch *b;
	const struct site *s;
	u32 n = 0;

	lockdep_assert_held(&klpm_mutex);
	list_for_each_entry(b, &site_batches, list)
		list_for_each_entry(s, &b->sites, in_batch) {
			if (!hlist_empty(&s->bodies))
				continue;
			if (n < room)
				site_name(s->ip, &out[n]);
			n++;
		}
	return n;
}

void klpm_site_exit(void)
{
	cancel_delayed_work_sync(&site_again);
}
