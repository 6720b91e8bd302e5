// SPDX-License-Identifier: GPL-2.0-only
/*
 * For kmod-seq-puts.c: bodies that pass klp_seq_puts() every kind of invalid pointer, then a
 * valid one. The forged seq_files have `victim` as their buffer.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

struct klp_call {
	__u64 arg5, arg4;
	__u64 ret;
	__u64 arg3, arg2, arg1, arg0;
} __attribute__((preserve_access_index));

struct klp_func_ops {
	char record[64];
	__u32 func;
	int (*guard)(struct klp_call *call);
};

struct klp_callback {
	char object[64];
};

struct klp_callback_ops {
	char record[64];
	__u32 index;
	int (*pre_patch)(struct klp_callback *cb);
};

extern int klp_seq_puts(__u64 m, const char *s__str) __ksym;

/* Same order as in kmod-seq-puts.c. */
enum {
	PUT_IN_MAP,
	PUT_ON_STACK,
	PUT_COPY,
	PUT_BESIDE,
	PUT_OF_FILE,
	PUT_NONE,
	PUT_USER,
	PUT_TEXT,
	PUT_NO_ADDRESS,
	PUT_GENUINE,
	PUT_MAX,
};

volatile __u32 reader;			/* pid; other tasks are left alone */
int results[PUT_MAX];
__u64 victim[64];
__u64 fake[64], fake_file[128];
__u64 copy[32];

char LICENSE[] SEC("license") = "GPL";

/* A typed pointer as a number. */
static __always_inline __u64 number(const volatile void *pointer)
{
	__u64 n = (__u64)(unsigned long)pointer;

	asm volatile("%0 = -%0\n%0 = -%0" : "+r"(n));
	return n;
}

#define PUT(at, offset, value) (*(volatile __u64 *)((char *)(at) + (offset)) = (value))

/* A seq_file and its file that point at each other, with a lock that the running task owns. */
#define FORGE(m, f) do { \
	PUT(m, bpf_core_field_offset(struct seq_file, buf), (__u64)victim); \
	PUT(m, bpf_core_field_offset(struct seq_file, size), 256); \
	PUT(m, bpf_core_field_offset(struct seq_file, count), 0); \
	PUT(m, bpf_core_field_offset(struct seq_file, lock.owner.counter), \
	    bpf_get_current_task()); \
	PUT(m, bpf_core_field_offset(struct seq_file, file), (__u64)(f)); \
	PUT(f, bpf_core_field_offset(struct file, private_data), (__u64)(m)); \
} while (0)

static __noinline int on_stack(void)
{
	__u64 m[16], file[40];

	FORGE(m, file);
	return klp_seq_puts(number(m), "forged");
}

static __always_inline void give_all(__u64 m)
{
	struct seq_file *seq = (struct seq_file *)m;

	FORGE(fake, fake_file);
	results[PUT_IN_MAP] = klp_seq_puts(number(fake), "forged");
	results[PUT_ON_STACK] = on_stack();
	/* A copy that is correct except for its address. */
	bpf_probe_read_kernel(copy, bpf_core_type_size(struct seq_file), seq);
	PUT(copy, bpf_core_field_offset(struct seq_file, buf), (__u64)victim);
	PUT(copy, bpf_core_field_offset(struct seq_file, count), 0);
	results[PUT_COPY] = klp_seq_puts(number(copy), "forged");
	results[PUT_BESIDE] = klp_seq_puts(m + 8, "forged");
	results[PUT_OF_FILE] = klp_seq_puts((__u64)BPF_CORE_READ(seq, file), "forged");
	results[PUT_NONE] = klp_seq_puts(0, "forged");
	results[PUT_USER] = klp_seq_puts(4096, "forged");
	results[PUT_TEXT] = klp_seq_puts((__u64)BPF_CORE_READ(seq, op, show), "forged");
	results[PUT_NO_ADDRESS] = klp_seq_puts(0x123456789abcdef0, "forged");
	results[PUT_GENUINE] = klp_seq_puts(m, "genuine\n");
}

SEC("fmod_ret/version_proc_show")
int by_fmod_ret(__u64 *ctx)
{
	/* A pointer as a number, from the typed argument. */
	if ((__u32)bpf_get_current_pid_tgid() == reader)
		give_all(number((void *)ctx[0]));
	return 0;
}

SEC("struct_ops/guard")
int by_guard(__u64 *ctx)
{
	struct klp_call *call = (void *)ctx[0];

	if ((__u32)bpf_get_current_pid_tgid() == reader)
		give_all(call->arg0);
	return 0;
}

SEC(".struct_ops.link")
struct klp_func_ops guard = {
	.record = "seq-puts",
	.guard = (void *)by_guard,
};

/* A read at an offset into the first record: what is left of it is copied out after this. */
__u64 late_seen;
int late_wrote, late_refused, late_copies;
/* 1: fill the buffer to its end with bytes of value 1; 2: append text that does not fit */
int flood;

static __always_inline void late(void)
{
	if (klp_seq_puts(late_seen, "LATE"))
		late_refused++;
	else
		late_wrote++;
}

SEC("struct_ops/guard")
int at_stop(__u64 *ctx)
{
	struct klp_call *call = (void *)ctx[0];

	if ((__u32)bpf_get_current_pid_tgid() == reader && flood == 1)
		for (int i = 0; i < 128; i++)
			klp_seq_puts(call->arg0, "\1");
	if ((__u32)bpf_get_current_pid_tgid() == reader && flood == 2)
		klp_seq_puts(call->arg0,
			     "----------------------------------------------------------------"
			     "----------------------------------------------------------------");
	/* Of the first read alone; later ones may write here. */
	if ((__u32)bpf_get_current_pid_tgid() == reader && !late_seen) {
		late_seen = call->arg0;
		late();
	}
	return 0;
}

/* It knows the seq_file although it is not passed to this function. */
SEC("struct_ops/guard")
int at_copy(__u64 *ctx)
{
	if ((__u32)bpf_get_current_pid_tgid() == reader && late_seen) {
		late_copies++;
		late();
	}
	return 0;
}

SEC(".struct_ops.link")
struct klp_func_ops stop = {
	.record = "seq-puts-late",
	.func = 0,
	.guard = (void *)at_stop,
};

SEC(".struct_ops.link")
struct klp_func_ops copy_out = {
	.record = "seq-puts-late",
	.func = 1,
	.guard = (void *)at_copy,
};

/* Programs that must not call klp_seq_puts(). */
SEC("?fentry/version_proc_show")
int by_tracer(__u64 *ctx)
{
	return klp_seq_puts(number((void *)ctx[0]), "traced");
}

SEC("?fmod_ret/security_inode_getattr")
int by_other(__u64 *ctx)
{
	return klp_seq_puts(number((void *)ctx[0]), "no seq_file") ? 0 : 0;
}
