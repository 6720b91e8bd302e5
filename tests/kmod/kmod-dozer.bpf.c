// SPDX-License-Identifier: GPL-2.0-only
/*
 * A struct_ops instance of a type of the test module test_klpd_calls, not of klp.ko; its program
 * sleeps.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

extern int test_klpd_calls_sleep(void) __ksym;

struct test_klpd_calls_ops {
	int (*doze)(void);
};

SEC("struct_ops.s/doze")
int BPF_PROG(doze)
{
	return test_klpd_calls_sleep() ?: 7;
}

SEC(".struct_ops.link")
struct test_klpd_calls_ops dozer = { .doze = (void *)doze };
