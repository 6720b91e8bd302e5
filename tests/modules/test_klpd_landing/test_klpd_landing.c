// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks at where calls of the functions in the parameter `functions` continue after the ftrace
 * hooks that were added later than this module's, which ftrace calls earlier. `landed` counts the
 * calls that continue at an ENDBR instruction, which may be reached by an indirect call on a CPU
 * with IBT; `bare` counts the others.
 */
#include <linux/atomic.h>
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/string.h>

#define LANDING_ENDBR64	0xfa1e0ff3U

static char *functions[4];
static int n_functions;
module_param_array(functions, charp, &n_functions, 0);
static unsigned long landed, bare;
module_param(landed, ulong, 0644);
module_param(bare, ulong, 0644);

static void notrace landing_look(unsigned long ip, unsigned long parent, struct ftrace_ops *ops,
				 struct ftrace_regs *fregs)
{
	unsigned long to = ftrace_regs_get_instruction_pointer(fregs);

	if (*(const u32 *)to == LANDING_ENDBR64)
		landed++;
	else
		bare++;
}

static struct ftrace_ops landing_ops = { .func = landing_look };

static int __init landing_init(void)
{
	int i, r = 0;

	for (i = 0; !r && i < n_functions; i++)
		r = ftrace_set_filter(&landing_ops, functions[i], strlen(functions[i]), !i);
	return r ?: register_ftrace_function(&landing_ops);
}

static void __exit landing_exit(void)
{
	unregister_ftrace_function(&landing_ops);
	ftrace_free_filter(&landing_ops);
}

module_init(landing_init);
module_exit(landing_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("For tests of klpd: where calls continue after the hooks");
