// SPDX-License-Identifier: GPL-2.0-only
/*
 * Congestion controls for fact-struct-ops.c: two with the same name and windows of 11 and 22, and
 * one with another name.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("struct_ops")
void BPF_PROG(init_11, struct sock *sk)
{
	((struct tcp_sock *)sk)->snd_cwnd = 11;
}

SEC("struct_ops")
void BPF_PROG(init_22, struct sock *sk)
{
	((struct tcp_sock *)sk)->snd_cwnd = 22;
}

SEC("struct_ops")
__u32 BPF_PROG(ssthresh, struct sock *sk)
{
	return 2;
}

SEC("struct_ops")
void BPF_PROG(cong_avoid, struct sock *sk, __u32 ack, __u32 acked)
{
}

SEC("struct_ops")
__u32 BPF_PROG(undo_cwnd, struct sock *sk)
{
	return 2;
}

#define INSTANCE(variable, init_program, text) \
	SEC(".struct_ops.link") struct tcp_congestion_ops variable = { \
		.init = (void *)init_program, \
		.ssthresh = (void *)ssthresh, \
		.cong_avoid = (void *)cong_avoid, \
		.undo_cwnd = (void *)undo_cwnd, \
		.name = text, \
	}

INSTANCE(first, init_11, "klp_fact");
INSTANCE(second, init_22, "klp_fact");
INSTANCE(other, init_22, "klp_other");
