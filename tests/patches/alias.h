/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the patches alias-*: only tasks named "klp-alias" get another pid. */
#ifndef KLP_TESTS_ALIAS_H
#define KLP_TESTS_ALIAS_H

static bool is_asked(void)
{
	static const char name[] = "klp-alias";
	struct task_struct *task = bpf_get_current_task_btf();

	for (unsigned int i = 0; i < sizeof(name); i++)
		if (task->comm[i] != name[i])
			return false;
	return true;
}

#endif
