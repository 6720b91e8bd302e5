// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guard body that takes a lock: on a function that NMIs call, too, it would deadlock with
 * itself.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("locks", "1.0");
KLP_LICENSE("GPL");

struct locked {
	struct bpf_spin_lock lock;
	__u64 calls;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct locked);
} counts SEC(".maps");

KLP_GUARD(int, uptime_proc_show, struct seq_file *m, void *v)
{
	__u32 zero = 0;
	struct locked *c = bpf_map_lookup_elem(&counts, &zero);

	if (!c)
		return klp_continue();
	bpf_spin_lock(&c->lock);
	c->calls++;
	bpf_spin_unlock(&c->lock);
	return klp_continue();
}
