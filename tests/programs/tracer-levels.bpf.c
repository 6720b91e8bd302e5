// SPDX-License-Identifier: GPL-2.0-only
/* For test-replace-body.sh: somebody who looks at functions of test_klpd_calls as they are called, and at what they
 * return. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* Leaves something else in the register that a value is returned in. */
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
