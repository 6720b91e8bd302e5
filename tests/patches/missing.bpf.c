// SPDX-License-Identifier: GPL-2.0-only
/* A function that no kernel has: OUTCOME_NO_SUCH_FUNCTION. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("missing", "1.0");
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, klp_test_no_such_function, struct seq_file *m, void *v)
{
	return klp_return(0);
}
