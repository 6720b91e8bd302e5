// SPDX-License-Identifier: GPL-2.0-only
/* kern/rival: which lines of enabled_functions say that somebody redirects a function. */
#include <stdlib.h>

#include "kern/rival.h"
#include "unit.h"

static const struct rival_target targets[] = {
	{ "cmdline_proc_show", 1, false, "vmlinux", false }, { "meminfo_proc_show", 2, false, "vmlinux", false },
	{ "do_exit", 3, false, "vmlinux", false }, { "ours", 0, true, "vmlinux", false },
	{ "lo_open", 0, false, "loop", false },
};

static long read_text(const char *text)
{
	FILE *f = fmemopen((void *)text, strlen(text), "r");
	long r = rival_read_enabled(f, targets, 5);

	fclose(f);
	return r;
}

static void test_flags(void)
{
	CHECK_INT(read_text("cmdline_proc_show (1) R I  \t\ttramp: 0xffffffffc0391000\n"), 0);
	CHECK_INT(read_text("cmdline_proc_show (1)   I D\n"), 0);
	CHECK_INT(read_text("cmdline_proc_show (12) R I D O M \n"), 0);
	CHECK_INT(read_text("cmdline_proc_show (1) R    \ttramp: I I I I\n"), -1);
	CHECK_INT(read_text("cmdline_proc_show (2)     D\t\tdirect-->bpf_trampoline_6442523894\n"), -1);
}

static void test_names(void)
{
	CHECK_INT(read_text("x (1)   I\nmeminfo_proc_show (1)   I\ndo_exit (1)   I\n"), 1);
	CHECK_INT(read_text("cmdline_proc_show_more (1) R I\n"), -1);
	CHECK_INT(read_text("cmdline_proc (1) R I\n"), -1);
	CHECK_INT(read_text("do_exit [module] (1) R I\n"), -1);
	CHECK_INT(read_text("lo_open (1) R I\n"), -1);
	CHECK_INT(read_text("lo_open [loop2] (1) R I\nlo_open [loo] (1) R I\n"), -1);
	CHECK_INT(read_text("lo_open [loop] (1) R  \n"), -1);
	CHECK_INT(read_text("lo_open [loop] (1) R I\n"), 4);
	CHECK_INT(read_text("lo_open\t[loop] (1)   I\n"), 4);
	CHECK_INT(read_text("ours (1)   I  \ndo_exit (1)   I\n"), 2);
}

static void test_rubbish(void)
{
	CHECK_INT(read_text("\n"), -1);
	CHECK_INT(read_text("do_exit"), -1);
	CHECK_INT(read_text("do_exit (1)"), -1);
	CHECK_INT(read_text("do_exit (1"), -1);
	CHECK_INT(read_text("do_exit )1( R I\n"), -1);
	CHECK_INT(read_text(" (1)   I\n"), -1);
	CHECK_INT(read_text("do_exit (1)   I"), 2);
}

int main(void)
{
	RUN(test_flags);
	RUN(test_names);
	RUN(test_rubbish);
	return unit_end();
}
