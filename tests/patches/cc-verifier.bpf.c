// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program of the struct_ops instance writes to memory that it must not write to:
 * OUTCOME_VERIFIER.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"
#include <bpf/bpf_tracing.h>

KLP_PATCH("cc-verifier", "1");
KLP_LICENSE("GPL");

SEC("struct_ops")
u32 BPF_PROG(bad_ssthresh, struct sock *sk)
{
	((struct tcp_sock *)sk)->rcv_nxt = 0;
	return 2;
}

SEC("struct_ops")
void BPF_PROG(bad_cong_avoid, struct sock *sk, u32 ack, u32 acked)
{
}

SEC("struct_ops")
u32 BPF_PROG(bad_undo_cwnd, struct sock *sk)
{
	return 2;
}

KLP_STRUCT_OPS(tcp_congestion_ops, bad, "klp_bad");
SEC(".struct_ops.link")
struct tcp_congestion_ops bad = {
	.ssthresh = (void *)bad_ssthresh,
	.cong_avoid = (void *)bad_cong_avoid,
	.undo_cwnd = (void *)bad_undo_cwnd,
	.name = "klp_bad",
};
