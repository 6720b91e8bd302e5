// SPDX-License-Identifier: GPL-2.0-only
/* kern/bpf-log: which lines of a verifier log are told. */
#include <bpf/libbpf.h>
#include <stdlib.h>

#include "kern/bpf-log.h"
#include "unit.h"

static void expect(const char *log, const char *wanted)
{
	char *found = bpf_log_telling(log);

	CHECK_STR(found, wanted);
	free(found);
}

static void test_telling(void)
{
	expect("", NULL);
	expect("\n\n", NULL);
	expect("one", "one");
	expect("processed 0 insns (limit 1000000)\n", NULL);
	expect("f() is not modifiable\nprocessed 0 insns (limit 1000000) max_states\n",
	       "f() is not modifiable");
	expect("1\n2\n3\n4\n5\n6\n7\nverification time 3 usec\nstack depth 0\nprocessed 7 insns\n",
	       "2 | 3 | 4 | 5 | 6 | 7");
	expect("  0: (b7)   r0 = 1\t\t; R0=1\n\nbad  \n", "0: (b7) r0 = 1 ; R0=1 | bad ");
}

/* A line without end is cut, and cutting is all that happens. */
static void test_long_line(void)
{
	static char log[100000];
	char *found;

	memset(log, 'x', sizeof(log) - 1);
	found = bpf_log_telling(log);
	CHECK(found);
	CHECK(strlen(found) > 100 && strlen(found) < 1000);
	free(found);
}

static void test_messages(void)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "x");

	bpf_log_begin();
	CHECK_STR(bpf_log_messages(), "");
	CHECK(!bpf_object__open_mem("not an ELF file", 16, &opts));
	CHECK_CONTAINS(bpf_log_messages(), "x");
	bpf_log_begin();
	CHECK_STR(bpf_log_messages(), "");
	/* far more than there is room for */
	for (int i = 0; i < 5000; i++)
		(void)bpf_object__open_mem("not an ELF file", 16, &opts);
	CHECK(strlen(bpf_log_messages()) < 16 * 1024);
}

int main(void)
{
	RUN(test_telling);
	RUN(test_long_line);
	RUN(test_messages);
	return unit_end();
}
