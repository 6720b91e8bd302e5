// SPDX-License-Identifier: GPL-2.0-only
/* kern/symbols: what is counted of kallsyms and available_filter_functions, and what is left out. */
#include <stdlib.h>

#include "kern/symbols.h"
#include "unit.h"

static const char kallsyms[] =
	"ffffffff81000000 T plain\n"
	"ffffffff81000010 t twice\n"
	"ffffffff81000020 t twice\n"
	"ffffffff81000030 W weak\n"
	"ffffffff81000040 D data\n"
	"ffffffff81000050 t gone.isra.0\n"
	"ffffffff81000060 t split\n"
	"ffffffff81000070 t split.part.0\n"
	"ffffffff81000080 t split.cold\n"
	"ffffffffc0000000 t plain\t[loop]\n"
	"ffffffffc0000020 t lo_ioctl\t[loop]\n"
	"ffffffffc0000030 t twice\t[loop]\n"
	"ffffffffc0000040 t lo_gone.isra.0\t[loop]\n"
	"ffffffffc0000050 t lo_ioctl\t[loop2]\n"
	"ffffffffc0000060 t lo_ioctl\t[lo]\n"
	"ffffffffc0000010 t bpf_prog_0123456789abcdef_x\t[bpf]\n"
	"rubbish\n"
	"\n"
	"0 T";

static const char traceable[] =
	"plain\n"
	"lo_ioctl [loop]\n"
	"split.part.0\n"
	"weak\t[oddly]\n"
	"\n"
	"twice";

static struct symbols *read_both(const char *module)
{
	struct symbols *s = NULL;
	FILE *f;
	int r = symbols_new(module, &s);

	f = fmemopen((void *)kallsyms, sizeof(kallsyms) - 1, "r");
	if (r == 0)
		r = symbols_read_kallsyms(s, f);
	fclose(f);
	f = fmemopen((void *)traceable, sizeof(traceable) - 1, "r");
	if (r == 0)
		r = symbols_read_traceable(s, f);
	fclose(f);
	return r == 0 ? s : symbols_free(s);
}

static void test_counts(void)
{
	struct symbols *s = read_both(NULL);

	CHECK(s);
	CHECK_INT(symbols_find(s, "plain").n_text, 1);
	CHECK(symbols_find(s, "plain").traceable);
	CHECK_INT(symbols_find(s, "twice").n_text, 2);
	CHECK(symbols_find(s, "twice").traceable);
	CHECK_INT(symbols_find(s, "weak").n_text, 1);
	CHECK(!symbols_find(s, "weak").traceable);
	CHECK_INT(symbols_find(s, "data").n_text, 0);
	CHECK_INT(symbols_find(s, "lo_ioctl").n_text, 0);
	CHECK(!symbols_find(s, "lo_ioctl").traceable);
	CHECK_INT(symbols_find(s, "bpf_prog_0123456789abcdef_x").n_text, 0);
	CHECK_INT(symbols_find(s, "").n_text, 0);
	s = symbols_free(s);
	CHECK(!s);
}

static void test_clones(void)
{
	struct symbols *s = read_both(NULL);

	CHECK(s);
	CHECK_INT(symbols_find(s, "gone").n_text, 0);
	CHECK_INT(symbols_find(s, "gone").n_clones, 1);
	CHECK_INT(symbols_find(s, "split").n_text, 1);
	CHECK_INT(symbols_find(s, "split").n_clones, 1);
	CHECK(!symbols_find(s, "split").traceable);
	CHECK(symbols_find(s, "split.part.0").traceable);
	symbols_free(s);
}

/* Of a module only what it has: not the kernel's, nor those of a module whose name begins so. */
static void test_module(void)
{
	struct symbols *s = read_both("loop");

	CHECK(s);
	CHECK_INT(symbols_find(s, "plain").n_text, 1);
	CHECK(!symbols_find(s, "plain").traceable);
	CHECK_INT(symbols_find(s, "lo_ioctl").n_text, 1);
	CHECK(symbols_find(s, "lo_ioctl").traceable);
	CHECK_INT(symbols_find(s, "twice").n_text, 1);
	CHECK_INT(symbols_find(s, "lo_gone").n_clones, 1);
	CHECK_INT(symbols_find(s, "weak").n_text, 0);
	CHECK(!symbols_find(s, "weak").traceable);
	symbols_free(s);
	s = read_both("absent");
	CHECK(s);
	CHECK_INT(symbols_find(s, "lo_ioctl").n_text, 0);
	symbols_free(s);
}

/* More names than the table starts with: it grows and forgets none. */
static void test_many(void)
{
	struct symbols *s = NULL;
	FILE *f = tmpfile();

	CHECK(f);
	for (int i = 0; i < 300000; i++)
		fprintf(f, "0 t name_%d\n", i);
	rewind(f);
	CHECK_INT(symbols_new(NULL, &s), 0);
	CHECK_INT(symbols_read_kallsyms(s, f), 0);
	fclose(f);
	for (int i = 0; i < 300000; i++) {
		char name[32];

		snprintf(name, sizeof(name), "name_%d", i);
		CHECK_INT(symbols_find(s, name).n_text, 1);
	}
	CHECK_INT(symbols_find(s, "name_300000").n_text, 0);
	symbols_free(s);
}

int main(void)
{
	RUN(test_counts);
	RUN(test_clones);
	RUN(test_module);
	RUN(test_many);
	return unit_end();
}
