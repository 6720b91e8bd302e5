// SPDX-License-Identifier: GPL-2.0-only
/* kern/ftrace: what the lines of enabled_functions say of a function, and whose line it is. */
#include <stdlib.h>

#include "kern/ftrace.h"
#include "unit.h"
#include "util/macro.h"

#define FUNC(o, s) { .object = o, .symbol = s, .enabled = false }

static struct ftrace_func funcs[] = {
	FUNC("vmlinux", "cmdline_proc_show"), FUNC("vmlinux", "meminfo_proc_show"),
	FUNC("vmlinux", "do_exit"), FUNC("loop", "lo_open"), FUNC("vmlinux", "lo_open"),
	FUNC("loop", "lo_open"),
};

/* "12" for funcs 1 and 2 of which `what` is said. */
static const char *read_text(const char *text, char what)
{
	static char found[8];
	FILE *f = fmemopen((void *)text, strlen(text), "r");
	size_t n = 0;

	if (ftrace_look_in(f, funcs, ARRAY_SIZE(funcs)) < 0)
		n = sizeof(found);
	fclose(f);
	if (n != 0)
		return "failed";
	for (size_t i = 0; i < ARRAY_SIZE(funcs); i++)
		if (what == 'E' ? funcs[i].enabled : what == 'I' ? funcs[i].redirected :
		    what == 'D' ? funcs[i].direct : funcs[i].foreign)
			found[n++] = (char)('0' + i);
	found[n] = '\0';
	return found;
}

static void test_flags(void)
{
	const char *all = "cmdline_proc_show (1) R I  \t\ttramp: 0xffffffffc0391000\n"
			  "meminfo_proc_show (1)   I D\n"
			  "do_exit (2)     D   M\t\tdirect-->bpf_trampoline_6442523894\n";

	CHECK_STR(read_text(all, 'E'), "012");
	CHECK_STR(read_text(all, 'I'), "01");
	CHECK_STR(read_text(all, 'D'), "12");
	CHECK_STR(read_text("do_exit (12) R I D O M \n", 'I'), "2");
	CHECK_STR(read_text("do_exit (1) R    \ttramp: I I I I\n", 'I'), "");
	CHECK_STR(read_text("do_exit (1) R    \ttramp: D D D D\n", 'D'), "");
}

/* 6.12 and later have the trampoline on a line of its own. */
static void test_trampolines(void)
{
	CHECK_STR(read_text("do_exit (1) R   D   M \ttramp: ftrace_regs_caller+0x0/0x65 "
			    "(call_direct_funcs+0x0/0x20)\n\tdirect-->bpf_trampoline_64425+0x0/0xfe\n", 'F'), "");
	CHECK_STR(read_text("do_exit (1) R   D   M \n\tdirect(jmp)-->bpf_trampoline_64425+0x0/0xfa\n", 'F'), "");
	CHECK_STR(read_text("do_exit (1) R   D   M \n\tdirect-->my_tramp+0x0/0x20 [other]\n", 'F'), "2");
	CHECK_STR(read_text("do_exit (1) R   D   M \n\tdirect(jmp)-->my_tramp+0x0/0x20 [other]\n", 'F'), "2");
	CHECK_STR(read_text("do_exit (1) R   D \tdirect-->my_tramp+0x0/0x20 [other]\n", 'F'), "2");
	CHECK_STR(read_text("do_exit (1) R   D \n\tdirect-->0xffffffffc0391000\n", 'F'), "");
	CHECK_STR(read_text("lo_open [loop] (1)     D  \n\tdirect-->my_tramp [x]\n", 'F'), "35");
	CHECK_STR(read_text("other (1)     D  \n\tdirect-->my_tramp [x]\n", 'F'), "");
	CHECK_STR(read_text("\tdirect-->my_tramp [x]\n", 'F'), "");
}

static void test_names(void)
{
	CHECK_STR(read_text("x (1)   I  \nmeminfo_proc_show (1)   I  \ndo_exit (1)   I  \n", 'I'), "12");
	CHECK_STR(read_text("cmdline_proc_show_more (1) R I  \n", 'E'), "");
	CHECK_STR(read_text("cmdline_proc (1) R I  \n", 'E'), "");
	CHECK_STR(read_text("do_exit [module] (1) R I  \n", 'E'), "");
	CHECK_STR(read_text("lo_open (1) R I  \n", 'E'), "4");
	CHECK_STR(read_text("lo_open [loop2] (1) R I  \nlo_open [loo] (1) R I  \n", 'E'), "");
	CHECK_STR(read_text("lo_open [loop] (1) R    \n", 'E'), "35");
	CHECK_STR(read_text("lo_open [loop] (1) R    \n", 'I'), "");
	CHECK_STR(read_text("lo_open\t[loop] (1)   I  \n", 'I'), "35");
}

static void test_rubbish(void)
{
	CHECK_STR(read_text("\n", 'E'), "");
	CHECK_STR(read_text("do_exit", 'E'), "");
	CHECK_STR(read_text("do_exit (1)", 'E'), "");
	CHECK_STR(read_text("do_exit (1", 'E'), "");
	CHECK_STR(read_text("do_exit )1( R I  \n", 'E'), "");
	CHECK_STR(read_text(" (1)   I  \n", 'E'), "");
	CHECK_STR(read_text("do_exit (1)   I  ", 'I'), "2");
}

int main(void)
{
	RUN(test_flags);
	RUN(test_trampolines);
	RUN(test_names);
	RUN(test_rubbish);
	return unit_end();
}
