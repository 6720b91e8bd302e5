// SPDX-License-Identifier: GPL-2.0-only
/*
 * For test-override.sh: traces functions of test_klpd_calls at entry and at exit.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* The program overwrites the return value register with another value. */
#define LOOK(when, level) \
	SEC(#when "/nap_level_" #level) \
	int trace_##when##_##level(void *ctx) \
	{ \
		return 0; \
	}

LOOK(fentry, 0)
LOOK(fentry, 1)
LOOK(fexit, 2)
LOOK(fentry, 3)
LOOK(fexit, 3)
LOOK(fexit, 4)
