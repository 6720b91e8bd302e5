/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel functions that klp.ko needs and that are not exported, found by name at load. Functions
 * without a comment are thin wrappers.
 *
 * They are called through static calls, not through pointers. On a kernel with IBT, the landing
 * pads of functions that the kernel never calls indirectly are sealed, and an indirect call to one
 * of them would stop the machine. A static call is patched into a direct one.
 */
#ifndef KLP_KMOD_RESOLVE_H
#define KLP_KMOD_RESOLVE_H

#include <linux/sched.h>
#include <linux/static_call_types.h>
#include <linux/task_work.h>
#include <linux/types.h>

struct bpf_prog;
struct btf;

int klpm_resolve_task_call_func(struct task_struct *p, int (*func)(struct task_struct *, void *),
				void *arg);
struct task_struct *klpm_resolve_idle_task(int cpu);
void klpm_resolve_put_task_stack(struct task_struct *p);
int klpm_resolve_task_work_add(struct task_struct *p, struct callback_head *work,
			       enum task_work_notify_mode notify);
bool klpm_resolve_task_work_cancel(struct task_struct *p, struct callback_head *work);
int klpm_resolve_wake_up_state(struct task_struct *p, unsigned int state);
unsigned long klpm_resolve_symbol(const char *name);
int klpm_resolve_symbol_size(unsigned long addr, unsigned long *size, unsigned long *offset);
int klpm_resolve_each_symbol(int (*fn)(void *data, unsigned long addr), const char *name,
			     void *data);
/*
 * Call fn for each symbol of a module, init functions included; not at all if the module is not
 * loaded. Sleeps.
 */
void klpm_resolve_each_module_symbol(const char *module,
				     int (*fn)(void *data, const char *name, unsigned long addr),
				     void *data);
/**
 * klpm_resolve_module_state() - state of a module
 * @module: its name
 * @ret: if not NULL, set to the module; to be compared only
 *
 * Return: MODULE_STATE_*, or -ENOENT.
 */
int klpm_resolve_module_state(const char *module, const void **ret);
/*
 * Is the module COMING, with its COMING notices over? The kernel makes a module's files in sysfs
 * after these notices.
 */
bool klpm_resolve_module_was_coming(const char *module);
/* Is the address in the part of the module that is freed after its init has run? */
bool klpm_resolve_is_module_init(const char *module, unsigned long addr);
unsigned long klpm_resolve_ftrace_location(unsigned long addr);
/* Is the address in the function by which ftrace calls several hooks of one function? */
extern unsigned long klpm_resolve_list, klpm_resolve_list_size;
static __always_inline bool resolve_is_ftrace_list(unsigned long addr)
{
	return addr - klpm_resolve_list < klpm_resolve_list_size;
}
bool klpm_resolve_is_bpf_text(unsigned long addr);
/*
 * Is the address in the kernel's own image, which holds no BPF program? A cheap test to make
 * before klpm_resolve_is_bpf_text().
 */
bool klpm_resolve_is_core_text(unsigned long addr);
/* NULL or an ERR_PTR if this kernel has no BTF. */
struct btf *klpm_resolve_btf_vmlinux(void);
const char *klpm_resolve_btf_name(const struct btf *btf, u32 offset);
u32 klpm_resolve_btf_nr_types(const struct btf *btf);
/* Id of the first type of that name and kind (BTF_KIND_*); 0 if there is none. */
u32 klpm_resolve_btf_find(const struct btf *btf, const char *name, u32 kind);
bool klpm_resolve_is_modify_return(const struct btf *btf, u32 id);
/* Returns a program with a reference, or an ERR_PTR. */
struct bpf_prog *klpm_resolve_prog_by_id(u32 id);
/*
 * Take a reference on the struct_ops map that holds this data. Returns false if the map is being
 * freed. After the last put the kernel frees it later.
 */
bool klpm_resolve_struct_ops_get(const void *kdata);
void klpm_resolve_struct_ops_put(const void *kdata);
/*
 * Does the kernel provide this module's kfunc of that name? It may have dropped the module's BTF
 * silently.
 */
bool klpm_resolve_kfunc_known(const char *name);
/* Offset in bytes of a member of a kernel structure; -ENOENT. Sleeps. */
int klpm_resolve_member(const char *type, const char *member, u32 *offset);
void klpm_resolve_tasklist_lock(void);
void klpm_resolve_tasklist_unlock(void);

/**
 * klpm_resolve_init() - find the kernel functions
 *
 * Logs the name of the function that fails. On success every wrapper works.
 *
 * Return: 0; -ENOENT if a function is missing; -ENOEXEC if the kernel's BTF has a different
 *   prototype for one; -EINVAL if the kernel has no BTF.
 */
int klpm_resolve_init(void);

#endif
