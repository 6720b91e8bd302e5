// SPDX-License-Identifier: GPL-2.0-only
/* A body that looks up a map whose values contain a timer; the body does not use the timer. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("locks-map", "1.0");
KLP_LICENSE("GPL");

struct timed {
	struct bpf_timer timer;
	__u64 calls;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct timed);
} counts SEC(".maps");

KLP_OVERRIDE(int, uptime_proc_show, struct seq_file *m, void *v)
{
	__u32 zero = 0;
	struct timed *c = bpf_map_lookup_elem(&counts, &zero);

	return c ? (int)c->calls : 0;
}
