// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owns the addresses of kernel functions that are not exported. All are found once, at load:
 * kallsyms_lookup_name() through a kprobe (the only official way left to learn an address), the
 * others through it.
 *
 * Promise. If klpm_resolve_init() succeeds, each wrapper below works. If a name is gone, or the
 * kernel's BTF has a different prototype for the function, the module does not load and logs the
 * name.
 *
 * The functions that read BTF are called before their own prototypes are compared. The compiler
 * has compared them with the headers that the module is built with, and vermagic ensures that
 * these are the kernel's own. The comparison with BTF covers what that check does not.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/err.h>
#include <linux/filter.h>
#include <linux/ftrace.h>
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/spinlock.h>
#include <linux/static_call.h>
#include <linux/string.h>
#include <linux/task_work.h>
#include <linux/wait.h>

#include "prototype.h"
#include "resolve.h"

/*
 * Prototypes, in the spelling that prototype.c gives those of the kernel's BTF. Keep the list as
 * short as possible.
 */
#define RESOLVE_FUNCS(X)									\
	X(kallsyms_lookup_name, unsigned long, (const char *))					\
	X(kallsyms_lookup_size_offset, int, (unsigned long, unsigned long *, unsigned long *))	\
	X(kallsyms_on_each_match_symbol, int,							\
	  (int (*)(void *, unsigned long), const char *, void *))				\
	X(module_kallsyms_on_each_symbol, int,							\
	  (const char *, int (*)(void *, const char *, unsigned long), void *))			\
	X(find_module, struct module *, (const char *))						\
	X(task_call_func, int, (struct task_struct *, task_call_f, void *))			\
	X(idle_task, struct task_struct *, (int))						\
	X(put_task_stack, void, (struct task_struct *))						\
	X(task_work_add, int, (struct task_struct *, struct callback_head *,			\
			       enum task_work_notify_mode))					\
	X(task_work_cancel, bool, (struct task_struct *, struct callback_head *))		\
	X(wake_up_state, int, (struct task_struct *, unsigned int))				\
	X(ftrace_location, unsigned long, (unsigned long))					\
	X(is_bpf_text_address, bool, (unsigned long))						\
	X(bpf_get_btf_vmlinux, struct btf *, (void))						\
	X(btf_name_by_offset, const char *, (const struct btf *, u32))				\
	X(btf_nr_types, u32, (const struct btf *))						\
	X(btf_kfunc_is_modify_return, u32 *, (const struct btf *, u32, const struct bpf_prog *)) \
	X(bpf_find_btf_id, s32, (const char *, u32, struct btf **))				\
	X(btf_put, void, (struct btf *))							\
	X(bpf_prog_by_id, struct bpf_prog *, (u32))						\
	X(bpf_struct_ops_get, bool, (const void *))						\
	X(bpf_struct_ops_put, void, (const void *))

#define RESOLVE_DEFINE(name, ret, args)			\
	typedef ret resolve_type_##name args;		\
	static_assert(__same_type(name, resolve_type_##name));	\
	DEFINE_STATIC_CALL_NULL(klp_##name, resolve_type_##name);
RESOLVE_FUNCS(RESOLVE_DEFINE)

static rwlock_t *tasklist;
static unsigned long core_start, core_end;
unsigned long klpm_resolve_list, klpm_resolve_list_size;

/* On kernels built with IBT a probe sits behind the landing pad, not at the symbol. */
static unsigned long resolve_by_kprobe(const char *name)
{
	struct kprobe kp = { .symbol_name = name };
	unsigned long addr;

	if (register_kprobe(&kp))
		return 0;
	addr = (unsigned long)kp.addr;
	unregister_kprobe(&kp);
	return addr;
}

/* Looking up a function whose address is known proves that the right function was found. */
static int resolve_lookup(void)
{
	unsigned long addr = resolve_by_kprobe("kallsyms_lookup_name");
	unsigned long want = (unsigned long)register_kprobe;
	int landing_pad;

	if (!addr)
		return -ENOENT;
	for (landing_pad = 4; landing_pad >= 0; landing_pad -= 4) {
		resolve_type_kallsyms_lookup_name *fn = (void *)(addr - landing_pad);

		/* Only if there is a landing pad (endbr64 or its sealed form). */
		if (landing_pad && *(u32 *)fn != 0xfa1e0ff3 && *(u32 *)fn != 0xd6401f0f &&
		    *(u32 *)fn != 0x001f0f66)
			continue;
		static_call_update(klp_kallsyms_lookup_name, fn);
		if (static_call(klp_kallsyms_lookup_name)("register_kprobe") == want)
			return 0;
	}
	return -ENOENT;
}

#define RESOLVE_TEXT(name, ret, args) { #name, #ret " " #args },

static const struct {
	const char *name, *prototype;
} resolve_texts[] = { RESOLVE_FUNCS(RESOLVE_TEXT) };

/* Compare one function of BTF. Of several functions with one name, one has to match. */
static void resolve_compare_one(const struct btf *btf, u32 id, const char *name, u32 *ids,
				bool *right)
{
	char text[PROTOTYPE_LEN];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(resolve_texts); i++) {
		if (strcmp(resolve_texts[i].name, name))
			continue;
		ids[i] = id;
		klpm_prototype_print(btf, id, text, sizeof(text));
		right[i] |= !strcmp(resolve_texts[i].prototype, text);
	}
}

static int resolve_compare(void)
{
	const struct btf *btf = klpm_resolve_btf_vmlinux();
	u32 id, n, i, ids[ARRAY_SIZE(resolve_texts)] = {};
	bool right[ARRAY_SIZE(resolve_texts)] = {};
	char text[PROTOTYPE_LEN];
	int r = 0;

	if (IS_ERR_OR_NULL(btf)) {
		pr_err("this kernel has no BTF (CONFIG_DEBUG_INFO_BTF): not loading\n");
		return -EINVAL;
	}
	for (id = 1, n = klpm_resolve_btf_nr_types(btf); id < n; id++) {
		const struct btf_type *t = btf_type_by_id(btf, id);
		const char *name =
			t && btf_type_is_func(t) ? klpm_resolve_btf_name(btf, t->name_off) : NULL;

		if (name)
			resolve_compare_one(btf, id, name, ids, right);
	}
	for (i = 0; i < ARRAY_SIZE(resolve_texts); i++) {
		if (right[i])
			continue;
		klpm_prototype_print(btf, ids[i], text, sizeof(text));
		pr_err("this kernel's function '%s' is '%s', not '%s': not loading\n",
		       resolve_texts[i].name, ids[i] ? text : "unknown to BTF",
		       resolve_texts[i].prototype);
		r = -ENOEXEC;
	}
	return r;
}

#define RESOLVE_ONE(name, ret, args)							\
	do {										\
		unsigned long addr_ = klpm_resolve_symbol(#name);				\
											\
		if (!addr_) {								\
			pr_err("this kernel has no function '" #name "': not loading\n"); \
			return -ENOENT;							\
		}									\
		static_call_update(klp_##name, (resolve_type_##name *)addr_);		\
	} while (0);

int klpm_resolve_init(void)
{
	unsigned long offset;

	if (resolve_lookup()) {
		pr_err("cannot find 'kallsyms_lookup_name' (are kprobes disabled?): not loading\n");
		return -ENOENT;
	}
	RESOLVE_FUNCS(RESOLVE_ONE)
	klpm_resolve_list = klpm_resolve_symbol("arch_ftrace_ops_list_func");
	if (!klpm_resolve_list ||
	    klpm_resolve_symbol_size(klpm_resolve_list, &klpm_resolve_list_size, &offset)) {
		pr_err("this kernel has no function 'arch_ftrace_ops_list_func': not loading\n");
		return -ENOENT;
	}
	tasklist = (rwlock_t *)klpm_resolve_symbol("tasklist_lock");
	core_start = klpm_resolve_symbol("_stext");
	core_end = klpm_resolve_symbol("_etext");
	if (!tasklist || !core_start || core_end <= core_start) {
		pr_err("this kernel has no '%s': not loading\n",
		       tasklist ? "_stext.._etext" : "tasklist_lock");
		return -ENOENT;
	}
	return resolve_compare();
}

int klpm_resolve_task_call_func(struct task_struct *p, int (*func)(struct task_struct *, void *),
				void *arg)
{
	return static_call(klp_task_call_func)(p, func, arg);
}

struct task_struct *klpm_resolve_idle_task(int cpu)
{
	return static_call(klp_idle_task)(cpu);
}

void klpm_resolve_put_task_stack(struct task_struct *p)
{
	static_call(klp_put_task_stack)(p);
}

int klpm_resolve_task_work_add(struct task_struct *p, struct callback_head *work,
			       enum task_work_notify_mode notify)
{
	return static_call(klp_task_work_add)(p, work, notify);
}

bool klpm_resolve_task_work_cancel(struct task_struct *p, struct callback_head *work)
{
	return static_call(klp_task_work_cancel)(p, work);
}

int klpm_resolve_wake_up_state(struct task_struct *p, unsigned int state)
{
	return static_call(klp_wake_up_state)(p, state);
}

unsigned long klpm_resolve_symbol(const char *name)
{
	return static_call(klp_kallsyms_lookup_name)(name);
}

int klpm_resolve_symbol_size(unsigned long addr, unsigned long *size, unsigned long *offset)
{
	return static_call(klp_kallsyms_lookup_size_offset)(addr, size, offset) ? 0 : -ENOENT;
}

int klpm_resolve_each_symbol(int (*fn)(void *data, unsigned long addr), const char *name,
			     void *data)
{
	return static_call(klp_kallsyms_on_each_match_symbol)(fn, name, data);
}

void klpm_resolve_each_module_symbol(const char *module,
				     int (*fn)(void *data, const char *name, unsigned long addr),
				     void *data)
{
	static_call(klp_module_kallsyms_on_each_symbol)(module, fn, data);
}

int klpm_resolve_module_state(const char *module, const void **ret)
{
	const struct module *mod;
	int state;

	/* The list of modules is walked under RCU, on 6.12 with preemption off. */
	guard(preempt)();
	guard(rcu)();
	mod = static_call(klp_find_module)(module);
	state = mod ? (int)READ_ONCE(mod->state) : -ENOENT;
	if (ret)
		*ret = mod;
	return state;
}

bool klpm_resolve_module_was_coming(const char *module)
{
	const struct module *mod;

	guard(preempt)();
	guard(rcu)();
	mod = static_call(klp_find_module)(module);
	return mod && READ_ONCE(mod->state) == MODULE_STATE_COMING && mod->mkobj.kobj.state_in_sysfs;
}

bool klpm_resolve_is_module_init(const char *module, unsigned long addr)
{
	const struct module *mod;

	guard(preempt)();
	guard(rcu)();
	mod = static_call(klp_find_module)(module);
	return mod && within_module_init(addr, mod);
}

unsigned long klpm_resolve_ftrace_location(unsigned long addr)
{
	return static_call(klp_ftrace_location)(addr);
}

bool klpm_resolve_is_bpf_text(unsigned long addr)
{
	return static_call(klp_is_bpf_text_address)(addr);
}

bool klpm_resolve_is_core_text(unsigned long addr)
{
	return addr >= core_start && addr < core_end;
}

struct btf *klpm_resolve_btf_vmlinux(void)
{
	return static_call(klp_bpf_get_btf_vmlinux)();
}

const char *klpm_resolve_btf_name(const struct btf *btf, u32 offset)
{
	return static_call(klp_btf_name_by_offset)(btf, offset);
}

u32 klpm_resolve_btf_nr_types(const struct btf *btf)
{
	return static_call(klp_btf_nr_types)(btf);
}

u32 klpm_resolve_btf_find(const struct btf *btf, const char *name, u32 kind)
{
	u32 id, n = klpm_resolve_btf_nr_types(btf);

	for (id = 1; id < n; id++) {
		const struct btf_type *t = btf_type_by_id(btf, id);

		if (t && BTF_INFO_KIND(t->info) == kind &&
		    !strcmp(klpm_resolve_btf_name(btf, t->name_off), name))
			return id;
	}
	return 0;
}

bool klpm_resolve_is_modify_return(const struct btf *btf, u32 id)
{
	return static_call(klp_btf_kfunc_is_modify_return)(btf, id, NULL);
}

struct bpf_prog *klpm_resolve_prog_by_id(u32 id)
{
	return static_call(klp_bpf_prog_by_id)(id);
}

bool klpm_resolve_struct_ops_get(const void *kdata)
{
	return static_call(klp_bpf_struct_ops_get)(kdata);
}

void klpm_resolve_struct_ops_put(const void *kdata)
{
	static_call(klp_bpf_struct_ops_put)(kdata);
}

bool klpm_resolve_kfunc_known(const char *name)
{
	struct btf *btf = NULL;
	s32 id = static_call(klp_bpf_find_btf_id)(name, BTF_KIND_FUNC, &btf);

	if (id <= 0)
		return false;
	static_call(klp_btf_put)(btf);
	return true;
}

int klpm_resolve_member(const char *type, const char *member, u32 *offset)
{
	struct btf *btf = NULL;
	s32 id = static_call(klp_bpf_find_btf_id)(type, BTF_KIND_STRUCT, &btf);
	const struct btf_member *m;
	const struct btf_type *t;
	int i, r = -ENOENT;

	if (id <= 0)
		return -ENOENT;
	t = btf_type_by_id(btf, id);
	for_each_member(i, t, m)
		if (!strcmp(klpm_resolve_btf_name(btf, m->name_off), member)) {
			*offset = __btf_member_bit_offset(t, m) / 8;
			r = 0;
		}
	static_call(klp_btf_put)(btf);
	return r;
}

void klpm_resolve_tasklist_lock(void)
{
	read_lock(tasklist);
}

void klpm_resolve_tasklist_unlock(void)
{
	read_unlock(tasklist);
}
