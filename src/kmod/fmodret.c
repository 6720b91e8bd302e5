// SPDX-License-Identifier: GPL-2.0-only
/*
 * The modify-return set of vmlinux BTF: the functions that an fmod_ret program may be attached to.
 * klp.ko adds to this set. It belongs to the kernel and exists until reboot.
 *
 * Why register_btf_fmodret_id_set() is not used. It is meant for boot, when no program is loaded.
 * It moves the array with krealloc(), appends the new ids and sorts it in place, while a verifier
 * may search it without a lock. The verifier may then read freed memory, or miss an id and refuse
 * a program for no reason. On an error, such as a 257th entry, it frees the sets of all hooks of
 * vmlinux, which takes every kfunc away from every program.
 *
 * What is done instead:
 *
 * 1. A set is never changed but replaced. A sorted copy with the new ids is built and published by
 *    one store of the pointer.
 * 2. A reader (btf_kfunc_is_modify_return()) loads the pointer and searches the set. It finds
 *    either the old set or the new one, each complete. It uses the result at once and does not
 *    sleep meanwhile.
 * 3. The old set is freed after an RCU-tasks grace period. Until then, each task that was
 *    preempted in its search has slept or returned to user mode.
 * 4. An error changes nothing. The total, with the entries of others, never exceeds
 *    KLP_FMOD_RET_CAP. One call adds all its ids or none. One mutex serializes the calls.
 *
 * Finding the pointer. struct btf, struct btf_kfunc_set_tab and the number of the hook are looked
 * up by name in the kernel's BTF. The module does not load unless the memory found there looks
 * like the set: it is sorted, and btf_kfunc_is_modify_return() returns true for each entry. The
 * set is always kmalloc() memory, as the kernel's krealloc() and kfree() require.
 *
 * Remaining race. Code that adds to the set in the kernel's way while klp.ko adds to it. There is
 * no lock that both could take. Only built-in code does so, during boot, which is over before a
 * module is loaded. Two such callers would have the same race with each other.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "fmodret.h"
#include "func.h"
#include "resolve.h"

#define FMODRET_KERNEL_MAX	256	/* BTF_KFUNC_SET_MAX_CNT of kernel/bpf/btf.c */

/* A replaced set, kept until no verifier searches it. */
struct fmodret_old {
	struct rcu_head rcu;
	struct btf_id_set8 *set;
};

static DEFINE_MUTEX(fmodret_mutex);
static struct btf_id_set8 **fmodret_slot;	/* the kernel's pointer to the set */
static u32 fmodret_count;

/* Byte offset of a member of a struct, both by name; -1 if there is none. */
static s64 fmodret_offset(const struct btf *btf, const char *type, const char *member,
			  u32 *ret_type)
{
	u32 id = klpm_resolve_btf_find(btf, type, BTF_KIND_STRUCT), i;
	const struct btf_type *t = id ? btf_type_by_id(btf, id) : NULL;
	const struct btf_member *m = t ? btf_type_member(t) : NULL;

	for (i = 0; t && i < btf_type_vlen(t); i++)
		if (!strcmp(klpm_resolve_btf_name(btf, m[i].name_off), member)) {
			*ret_type = m[i].type;
			return __btf_member_bit_offset(t, &m[i]) / 8;
		}
	return -1;
}

/* Index of the hook; -1 if there is none. */
static s64 fmodret_hook(const struct btf *btf)
{
	u32 id = klpm_resolve_btf_find(btf, "btf_kfunc_hook", BTF_KIND_ENUM), i;
	const struct btf_type *t = id ? btf_type_by_id(btf, id) : NULL;
	const struct btf_enum *e = t ? btf_enum(t) : NULL;

	for (i = 0; t && i < btf_type_vlen(t); i++)
		if (!strcmp(klpm_resolve_btf_name(btf, e[i].name_off), "BTF_KFUNC_HOOK_FMODRET"))
			return e[i].val;
	return -1;
}

/* Address of the kernel's pointer to the set; NULL if the layout is unknown. */
static struct btf_id_set8 **fmodret_find(struct btf *btf)
{
	s64 tab_at, sets_at, hook = fmodret_hook(btf);
	const struct btf_type *t;
	u32 type;
	void *tab;

	tab_at = fmodret_offset(btf, "btf", "kfunc_set_tab", &type);
	sets_at = fmodret_offset(btf, "btf_kfunc_set_tab", "sets", &type);
	if (tab_at < 0 || sets_at < 0 || hook < 0)
		return NULL;
	t = btf_type_by_id(btf, type);
	if (!t || !btf_type_is_array(t) || hook >= btf_array(t)->nelems)
		return NULL;
	tab = *(void **)((void *)btf + tab_at);
	return tab ? (struct btf_id_set8 **)(tab + sets_at) + hook : NULL;
}

static bool fmodret_is_right(const struct btf *btf, const struct btf_id_set8 *set)
{
	u32 i;

	for (i = 0; i < set->cnt; i++)
		if (set->cnt > FMODRET_KERNEL_MAX ||
		    !klpm_resolve_is_modify_return(btf, set->pairs[i].id) ||
		    (i && set->pairs[i - 1].id > set->pairs[i].id))
			return false;
	return true;
}

int klpm_fmodret_init(void)
{
	struct btf *btf = klpm_resolve_btf_vmlinux();
	struct btf_id_set8 *set;

	fmodret_slot = fmodret_find(btf);
	set = fmodret_slot ? *fmodret_slot : NULL;
	if (!fmodret_slot || (set && !fmodret_is_right(btf, set))) {
		pr_err("this kernel's 'struct btf_kfunc_set_tab' has another layout: not loading\n");
		return -ENOEXEC;
	}
	fmodret_count = set ? set->cnt : 0;
	return 0;
}

void klpm_fmodret_exit(void)
{
	rcu_barrier_tasks();
}

u32 klpm_fmodret_used(void)
{
	return READ_ONCE(fmodret_count);
}

static int fmodret_cmp(const void *a, const void *b)
{
	const u32 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static bool fmodret_listed(const struct btf_id_set8 *set, u32 from, u32 id)
{
	u32 i;

	for (i = from; i < set->cnt; i++)
		if (set->pairs[i].id == id)
			return true;
	return false;
}

/*
 * Append the functions of f[] that are not in the kernel's set to `set`, a copy of it that has
 * room.
 */
static int fmodret_fill(struct btf_id_set8 *set, const struct func *f, u32 n, u32 *failed)
{
	struct btf *btf = klpm_resolve_btf_vmlinux();
	u32 before = set->cnt, i;

	for (i = 0; i < n; i++) {
		if (klpm_resolve_is_modify_return(btf, f[i].btf_id) ||
		    fmodret_listed(set, before, f[i].btf_id))
			continue;
		if (set->cnt >= KLP_FMOD_RET_CAP) {
			*failed = i;
			return -ENOSPC;
		}
		set->pairs[set->cnt].flags = 0;
		set->pairs[set->cnt++].id = f[i].btf_id;
	}
	return 0;
}

static void fmodret_free_old(struct rcu_head *rcu)
{
	struct fmodret_old *old = container_of(rcu, struct fmodret_old, rcu);

	kfree(old->set);
	kfree(old);
}

static void fmodret_publish(struct btf_id_set8 *set, struct fmodret_old *old)
{
	sort(set->pairs, set->cnt, sizeof(set->pairs[0]), fmodret_cmp, NULL);
	old->set = *fmodret_slot;
	smp_store_release(fmodret_slot, set);
	WRITE_ONCE(fmodret_count, set->cnt);
	call_rcu_tasks(&old->rcu, fmodret_free_old);
}

int klpm_fmodret_add(const struct func *f, u32 n, u32 *failed)
{
	struct fmodret_old *old = kmalloc(sizeof(*old), GFP_KERNEL);
	const struct btf_id_set8 *now;
	struct btf_id_set8 *set;
	int r = -ENOMEM;
	u32 cnt;

	mutex_lock(&fmodret_mutex);
	now = *fmodret_slot;
	cnt = now ? now->cnt : 0;
	set = kzalloc(struct_size(set, pairs, cnt + n), GFP_KERNEL);
	if (set && now)
		memcpy(set, now, struct_size(set, pairs, cnt));
	if (set && old)
		r = fmodret_fill(set, f, n, failed);
	if (!r && set->cnt > cnt) {
		fmodret_publish(set, old);
		set = NULL;
		old = NULL;
	}
	mutex_unlock(&fmodret_mutex);
	kfree(set);
	kfree(old);
	return r;
}
