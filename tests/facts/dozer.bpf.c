// SPDX-License-Identifier: GPL-2.0-only
/* A table of struct_ops that is none of klp.ko's, of the test module klp_nap; its program sleeps. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

extern int klp_nap_sleep(void) __ksym;

struct klp_nap_ops {
	int (*doze)(void);
};

SEC("struct_ops.s/doze")
int BPF_PROG(doze)
{
	return klp_nap_sleep() ?: 7;
}

SEC(".struct_ops.link")
struct klp_nap_ops dozer = { .doze = (void *)doze };
