/* SPDX-License-Identifier: GPL-2.0-only */
/* For the patches missed-*: a body that runs long enough for another call to come while it runs. */
#ifndef KLPD_TESTS_PATCHES_MISSED_H
#define KLPD_TESTS_PATCHES_MISSED_H

#define MISSED_NS	1000000

static __always_inline void missed_linger(void)
{
	__u64 until = bpf_ktime_get_ns() + MISSED_NS;

	/* The verifier accepts only a loop with a known bound. */
	for (int i = 0; i < 4000; i++)
		if (bpf_ktime_get_ns() >= until)
			break;
}

#endif
