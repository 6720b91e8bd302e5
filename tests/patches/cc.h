/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A congestion control for test patches: the window of each connection is always CWND segments.
 * tests/programs/cc.c opens connections that request it by name and prints their windows.
 */
#ifndef KLP_TEST_CC_H
#define KLP_TEST_CC_H

#include <bpf/bpf_tracing.h>

static __always_inline void cc_set(struct sock *sk)
{
	((struct tcp_sock *)sk)->snd_cwnd = CWND;
}

SEC("struct_ops")
void BPF_PROG(cc_init, struct sock *sk)
{
	cc_set(sk);
}

SEC("struct_ops")
u32 BPF_PROG(cc_ssthresh, struct sock *sk)
{
	return CWND;
}

SEC("struct_ops")
void BPF_PROG(cc_cong_avoid, struct sock *sk, u32 ack, u32 acked)
{
	cc_set(sk);
}

SEC("struct_ops")
u32 BPF_PROG(cc_undo_cwnd, struct sock *sk)
{
	return CWND;
}

#define CC(variable, text) \
	SEC(".struct_ops.link") struct tcp_congestion_ops variable = { \
		.init = (void *)cc_init, \
		.ssthresh = (void *)cc_ssthresh, \
		.cong_avoid = (void *)cc_cong_avoid, \
		.undo_cwnd = (void *)cc_undo_cwnd, \
		.name = text, \
	}

#endif
