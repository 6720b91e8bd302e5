// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions to be overridden, and kfuncs that their override bodies may call:
 *
 *	/proc/test_klpd_calls		nap_show()
 *	parameter six			nap_six(1, 2, 3, 4, 5, 6), read
 *	parameter soft, atomic		nap_soft(), read; the second with preemption off
 *	parameter deep			nap_deep(1), read
 *	parameter levels		nap_level_0(1) to nap_level_5(1), read
 *	nap_seven(), nap_by_value()	cannot be overridden
 *	/proc/klp_doze			the return value of doze() of a test_klpd_calls_ops
 *					instance, a struct_ops type that is not klpd's
 *
 * Kfuncs: test_klpd_calls_sleep() sleeps until `leave` is written; the parameter asleep is the
 * number of tasks that sleep there. test_klpd_calls_deeper(n) calls nap_deep(n + 1),
 * test_klpd_calls_level(i, n) calls nap_level_i(n).
 */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/wait.h>

/* Without interprocedural optimization, so that callers cannot know the return value. */
#define nap_function	__attribute__((__noipa__))

static DECLARE_WAIT_QUEUE_HEAD(nap_wait);
static unsigned int nap_left;
static atomic_t nap_asleep = ATOMIC_INIT(0);

struct nap_pair {
	long a, b;
};

long nap_six(long a, long b, long c, long d, long e, long f);
long nap_seven(long a, long b, long c, long d, long e, long f, long g);
long nap_by_value(struct nap_pair p);
long nap_deep(long n);
int nap_soft(void);
long test_klpd_calls_level(u32 i, long n);
int test_klpd_calls_sleep(void);
long test_klpd_calls_deeper(long n);

static nap_function int nap_show(struct seq_file *m, void *v)
{
	seq_puts(m, "original\n");
	return 0;
}

nap_function long nap_six(long a, long b, long c, long d, long e, long f)
{
	return ((((a * 10 + b) * 10 + c) * 10 + d) * 10 + e) * 10 + f;
}

nap_function long nap_seven(long a, long b, long c, long d, long e, long f, long g)
{
	return nap_six(a, b, c, d, e, f) * 10 + g;
}

nap_function long nap_by_value(struct nap_pair p)
{
	return p.a + p.b;
}

nap_function long nap_deep(long n)
{
	return n;
}

nap_function int nap_soft(void)
{
	return 1;
}

#define NAP_LEVEL(i) \
	long nap_level_##i(long n); \
	nap_function long nap_level_##i(long n) \
	{ \
		return n; \
	}
NAP_LEVEL(0)
NAP_LEVEL(1)
NAP_LEVEL(2)
NAP_LEVEL(3)
NAP_LEVEL(4)
NAP_LEVEL(5)

static long (*const nap_levels[])(long n) = {
	nap_level_0, nap_level_1, nap_level_2, nap_level_3, nap_level_4, nap_level_5,
};

static int nap_get_levels(char *text, const struct kernel_param *kp)
{
	unsigned int i;
	int n = 0;

	for (i = 0; i < ARRAY_SIZE(nap_levels); i++)
		n += sprintf(text + n, i ? " %ld" : "%ld", nap_levels[i](1));
	return n + sprintf(text + n, "\n");
}

static int nap_get_six(char *text, const struct kernel_param *kp)
{
	return sprintf(text, "%ld\n", nap_six(1, 2, 3, 4, 5, 6));
}

static int nap_get_soft(char *text, const struct kernel_param *kp)
{
	return sprintf(text, "%d\n", nap_soft());
}

static int nap_get_atomic(char *text, const struct kernel_param *kp)
{
	int r;

	preempt_disable();
	r = nap_soft();
	preempt_enable();
	return sprintf(text, "%d\n", r);
}

static int nap_get_deep(char *text, const struct kernel_param *kp)
{
	return sprintf(text, "%ld\n", nap_deep(1));
}

static int nap_get_refused(char *text, const struct kernel_param *kp)
{
	struct nap_pair p = { 1, 2 };

	return sprintf(text, "%ld %ld\n", nap_seven(1, 2, 3, 4, 5, 6, 7), nap_by_value(p));
}

static int nap_set_leave(const char *value, const struct kernel_param *kp)
{
	WRITE_ONCE(nap_left, nap_left + 1);
	wake_up_all(&nap_wait);
	return 0;
}

static const struct kernel_param_ops nap_six_ops = { .get = nap_get_six };
static const struct kernel_param_ops nap_soft_ops = { .get = nap_get_soft };
static const struct kernel_param_ops nap_atomic_ops = { .get = nap_get_atomic };
static const struct kernel_param_ops nap_deep_ops = { .get = nap_get_deep };
static const struct kernel_param_ops nap_levels_ops = { .get = nap_get_levels };
static const struct kernel_param_ops nap_refused_ops = { .get = nap_get_refused };
static int nap_get_asleep(char *text, const struct kernel_param *kp)
{
	return sprintf(text, "%d\n", atomic_read(&nap_asleep));
}

static const struct kernel_param_ops nap_asleep_ops = { .get = nap_get_asleep };
static const struct kernel_param_ops nap_leave_ops = { .set = nap_set_leave };
module_param_cb(six, &nap_six_ops, NULL, 0400);
module_param_cb(soft, &nap_soft_ops, NULL, 0400);
module_param_cb(atomic, &nap_atomic_ops, NULL, 0400);
module_param_cb(deep, &nap_deep_ops, NULL, 0400);
module_param_cb(levels, &nap_levels_ops, NULL, 0400);
module_param_cb(refused, &nap_refused_ops, NULL, 0400);
module_param_cb(asleep, &nap_asleep_ops, NULL, 0400);
module_param_cb(leave, &nap_leave_ops, NULL, 0200);

__bpf_kfunc_start_defs();

__bpf_kfunc int test_klpd_calls_sleep(void)
{
	unsigned int before = READ_ONCE(nap_left);
	int r;

	atomic_inc(&nap_asleep);
	r = wait_event_interruptible(nap_wait, READ_ONCE(nap_left) != before);
	atomic_dec(&nap_asleep);
	return r;
}

__bpf_kfunc long test_klpd_calls_deeper(long n)
{
	return nap_deep(n + 1);
}

__bpf_kfunc long test_klpd_calls_level(u32 i, long n)
{
	return i < ARRAY_SIZE(nap_levels) ? nap_levels[i](n) : 0;
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(nap_kfuncs)
BTF_ID_FLAGS(func, test_klpd_calls_sleep, KF_SLEEPABLE)
BTF_ID_FLAGS(func, test_klpd_calls_deeper)
BTF_ID_FLAGS(func, test_klpd_calls_level)
BTF_KFUNCS_END(nap_kfuncs)

static const struct btf_kfunc_id_set nap_kfunc_set = { .owner = THIS_MODULE, .set = &nap_kfuncs };

struct test_klpd_calls_ops {
	int (*doze)(void);
};

/* Set while its link exists. A test removes the link only when no task is in doze(). */
static struct test_klpd_calls_ops *nap_ops;

static noinline int nap_doze_show(struct seq_file *m, void *v)
{
	struct test_klpd_calls_ops *ops = READ_ONCE(nap_ops);

	seq_printf(m, "%d\n", ops ? ops->doze() : -1);
	return 0;
}

static int nap_ops_reg(void *kdata, struct bpf_link *link)
{
	WRITE_ONCE(nap_ops, kdata);
	return 0;
}

static void nap_ops_unreg(void *kdata, struct bpf_link *link)
{
	WRITE_ONCE(nap_ops, NULL);
}

static int nap_ops_init(struct btf *btf)
{
	return 0;
}

static int nap_ops_init_member(const struct btf_type *t, const struct btf_member *member,
			       void *kdata, const void *udata)
{
	return 0;
}

static const struct bpf_verifier_ops nap_verifier_ops = {
	.get_func_proto = bpf_base_func_proto,
	.is_valid_access = bpf_tracing_btf_ctx_access,
};

static int test_klpd_calls_ops__doze(void)
{
	return 0;
}

static struct test_klpd_calls_ops nap_ops_stubs = { .doze = test_klpd_calls_ops__doze };

static struct bpf_struct_ops nap_struct_ops = {
	.verifier_ops = &nap_verifier_ops,
	.init = nap_ops_init,
	.init_member = nap_ops_init_member,
	.reg = nap_ops_reg,
	.unreg = nap_ops_unreg,
	.cfi_stubs = &nap_ops_stubs,
	.name = "test_klpd_calls_ops",
	.owner = THIS_MODULE,
};

static int __init nap_init(void)
{
	int r = register_btf_kfunc_id_set(BPF_PROG_TYPE_STRUCT_OPS, &nap_kfunc_set);

	if (!r)
		r = register_bpf_struct_ops(&nap_struct_ops, test_klpd_calls_ops);
	if (r)
		return r;
	if (!proc_create_single("test_klpd_calls", 0, NULL, nap_show))
		return -ENOMEM;
	if (proc_create_single("klp_doze", 0, NULL, nap_doze_show))
		return 0;
	remove_proc_entry("test_klpd_calls", NULL);
	return -ENOMEM;
}

static void __exit nap_exit(void)
{
	remove_proc_entry("klp_doze", NULL);
	remove_proc_entry("test_klpd_calls", NULL);
}

module_init(nap_init);
module_exit(nap_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("For tests of klpd: functions to be overridden");
