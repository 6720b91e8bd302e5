// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many functions to be patched, which return 0. /proc/test_klpd_many calls all of them and prints
 * "VALUE COUNT" for each return value below 16 that occurred.
 *
 * With MANY_ALL it has 64 sets of 256 instead of one (test_klpd_many_all.ko).
 */
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

#include "test_klpd_many.h"

#ifdef MANY_ALL
#define MANY_SETS(X) \
	MANY_SETS_16(X, 0) MANY_SETS_16(X, 1) MANY_SETS_16(X, 2) MANY_SETS_16(X, 3)
#define MANY_SETS_16(X, s) \
	MANY(X, s##0) MANY(X, s##1) MANY(X, s##2) MANY(X, s##3) \
	MANY(X, s##4) MANY(X, s##5) MANY(X, s##6) MANY(X, s##7) \
	MANY(X, s##8) MANY(X, s##9) MANY(X, s##a) MANY(X, s##b) \
	MANY(X, s##c) MANY(X, s##d) MANY(X, s##e) MANY(X, s##f)
#else
#define MANY_SETS(X)	MANY(X, 00)
#endif

/*
 * Each function contains its own number, so that the compiler does not merge identical functions.
 */
#define DEFINE(n) \
	int test_klpd_many_##n(int value); \
	noinline int test_klpd_many_##n(int value) \
	{ \
		return value == 0x1##n ? 15 : 0; \
	}
#define NAME(n) test_klpd_many_##n,

MANY_SETS(DEFINE)

static int (*const many[])(int value) = { MANY_SETS(NAME) };

static int many_show(struct seq_file *m, void *v)
{
	unsigned int counts[16] = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(many); i++)
		counts[READ_ONCE(many[i])(0) & 15]++;
	for (i = 0; i < ARRAY_SIZE(counts); i++)
		if (counts[i])
			seq_printf(m, "%zu %u\n", i, counts[i]);
	return 0;
}

static int __init many_init(void)
{
	return proc_create_single("test_klpd_many", 0, NULL, many_show) ? 0 : -ENOMEM;
}

static void __exit many_exit(void)
{
	remove_proc_entry("test_klpd_many", NULL);
}

module_init(many_init);
module_exit(many_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("For tests of klpd: a module with many functions to be patched");
