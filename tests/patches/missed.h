/* SPDX-License-Identifier: GPL-2.0-only */
/* A body that takes its time, so that a call comes while it runs. For the patches missed-*. */
#ifndef KLPD_TESTS_PATCHES_MISSED_H
#define KLPD_TESTS_PATCHES_MISSED_H

#define MISSED_NS	1000000

static __always_inline void missed_linger(void)
{
	__u64 until = bpf_ktime_get_ns() + MISSED_NS;

	/* the verifier wants an end that it can see */
	for (int i = 0; i < 4000; i++)
		if (bpf_ktime_get_ns() >= until)
			break;
}

#endif
