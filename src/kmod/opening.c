// SPDX-License-Identifier: GPL-2.0-only
/*
 * The modify-return set of vmlinux BTF, as far as we add to it.
 *
 * What the kernel does (kernel/bpf/btf.c, btf_populate_kfunc_set): entries are copied in and stay
 * until reboot; repeated ids take a slot each; a 257th entry, or no memory, makes it free the sets
 * of all hooks of vmlinux, which takes every kfunc away from every BPF program until reboot; there
 * is no lock against a verifier that searches the array meanwhile.
 *
 * Hence: whether an id is in already is asked of the kernel's own table, so that neither a second
 * patch nor a reloaded klp.ko adds it twice; the total, counted at load and including what others
 * added, never passes KLP_OPEN_CAP; a change adds all its ids in one call, under one mutex; and if
 * the kernel ever refuses one, the set is gone and we add nothing more. klpd repeats a program load
 * that lost the race with a growing set.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "func.h"
#include "opening.h"
#include "resolve.h"

static DEFINE_MUTEX(opening_mutex);
static u32 opening_count;
static bool opening_broken;

int opening_init(void)
{
	struct btf *btf = resolve_btf_vmlinux();
	u32 id, n;

	if (IS_ERR_OR_NULL(btf)) {
		pr_err("this kernel has no BTF (CONFIG_DEBUG_INFO_BTF): not loading\n");
		return -EINVAL;
	}
	n = resolve_btf_nr_types(btf);
	for (id = 1; id < n; id++)
		if (resolve_is_modify_return(btf, id))
			opening_count++;
	return 0;
}

u32 opening_used(void)
{
	return READ_ONCE(opening_count);
}

static bool opening_listed(const struct btf_id_set8 *set, u32 id)
{
	u32 i;

	for (i = 0; i < set->cnt; i++)
		if (set->pairs[i].id == id)
			return true;
	return false;
}

static int opening_register(struct btf_id_set8 *set)
{
	struct btf_kfunc_id_set kset = { .owner = NULL, .set = set };
	int r = register_btf_fmodret_id_set(&kset);

	if (r) {
		opening_broken = true;
		pr_err("the kernel dropped its modify-return table (%d): kfuncs are gone until reboot\n",
		       r);
		return -EIO;
	}
	WRITE_ONCE(opening_count, opening_count + set->cnt);
	return 0;
}

int opening_add(const struct func *f, u32 n, u32 *failed)
{
	struct btf *btf = resolve_btf_vmlinux();
	struct btf_id_set8 *set;
	int r = 0;
	u32 i;

	set = kzalloc(struct_size(set, pairs, n), GFP_KERNEL);
	if (!set)
		return -ENOMEM;
	mutex_lock(&opening_mutex);
	if (opening_broken)
		r = -EIO;
	for (i = 0; !r && i < n; i++) {
		if (resolve_is_modify_return(btf, f[i].btf_id) || opening_listed(set, f[i].btf_id))
			continue;
		if (opening_count + set->cnt >= KLP_OPEN_CAP) {
			*failed = i;
			r = -ENOSPC;
			break;
		}
		set->pairs[set->cnt++].id = f[i].btf_id;
	}
	if (!r && set->cnt)
		r = opening_register(set);
	mutex_unlock(&opening_mutex);
	kfree(set);
	return r;
}
