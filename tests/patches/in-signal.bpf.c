// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes nothing. Tasks that are stopped, held by a tracer or frozen block it: all three sleep
 * in get_signal().
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("in-signal", "1.0");
KLP_DESCRIPTION("Held up by whoever is stopped, traced or frozen");
KLP_LICENSE("GPL");

KLP_FMOD_RET(bool, get_signal, struct ksignal *ksig)
{
	return klp_continue();
}
