// SPDX-License-Identifier: GPL-2.0-only
/*
 * An fmod_ret body on a function of a module, which klp.ko cannot enable for fmod_ret:
 * OUTCOME_UNSUPPORTED.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("mod-fmod", "1.0");
KLP_INFO("func=test_klpd_target:0:fmod_ret:test_klpd_target_show:body");
KLP_LICENSE("GPL");

int body(void *ctx);

SEC("fmod_ret/test_klpd_target_show")
int body(void *ctx)
{
	return 0;
}
