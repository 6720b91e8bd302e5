// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes nothing. Tasks that wait for their vfork child block it; no signal ends that wait.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("in-vfork", "1.0");
KLP_DESCRIPTION("Held up by whoever waits for its vfork child");
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, wait_for_completion_state, struct completion *x, unsigned int state)
{
	return klp_continue();
}
