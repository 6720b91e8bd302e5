/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The few kernel functions that klp.ko needs and that are not exported, found by name at load.
 *
 * They are called through static calls, not through pointers: on a kernel with IBT the landing
 * pads of functions that the kernel itself never calls indirectly are sealed, and an indirect call
 * to one of them would stop the machine. A static call is patched into a direct one.
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
/* The same of a module, init functions included; none if it is not there. Sleeps. */
void klpm_resolve_each_module_symbol(const char *module,
				     int (*fn)(void *data, const char *name, unsigned long addr),
				     void *data);
/* MODULE_STATE_*; -ENOENT. *ret, if not NULL: which it is, to be compared only. */
int klpm_resolve_module_state(const char *module, const void **ret);
/* In the part of the module that is freed when its init has run. */
bool klpm_resolve_is_module_init(const char *module, unsigned long addr);
unsigned long klpm_resolve_ftrace_location(unsigned long addr);
/* In the function by which ftrace calls several hooks of one function, one after the other. */
extern unsigned long klpm_resolve_list, klpm_resolve_list_size;
static __always_inline bool resolve_is_ftrace_list(unsigned long addr)
{
	return addr - klpm_resolve_list < klpm_resolve_list_size;
}
bool klpm_resolve_is_bpf_text(unsigned long addr);
/* In the kernel's own image, where no BPF program can be: a cheap test before the one above. */
bool klpm_resolve_is_core_text(unsigned long addr);
/* NULL or an ERR_PTR if this kernel has no BTF. */
struct btf *klpm_resolve_btf_vmlinux(void);
const char *klpm_resolve_btf_name(const struct btf *btf, u32 offset);
u32 klpm_resolve_btf_nr_types(const struct btf *btf);
/* The first type of that name and kind (BTF_KIND_*); 0: none. */
u32 klpm_resolve_btf_find(const struct btf *btf, const char *name, u32 kind);
bool klpm_resolve_is_modify_return(const struct btf *btf, u32 id);
/* Referenced; an ERR_PTR if there is none. */
struct bpf_prog *klpm_resolve_prog_by_id(u32 id);
/* The map that this is the data of; false: it is being freed. The last one put frees it later. */
bool klpm_resolve_struct_ops_get(const void *kdata);
void klpm_resolve_struct_ops_put(const void *kdata);
/* Is the kernel serving this module's kfunc of that name? It may have dropped the BTF in
 * silence. */
bool klpm_resolve_kfunc_known(const char *name);
/* Where in a structure of the kernel's a member is, in bytes; -ENOENT. Sleeps. */
int klpm_resolve_member(const char *type, const char *member, u32 *offset);
void klpm_resolve_tasklist_lock(void);
void klpm_resolve_tasklist_unlock(void);

/* -ENOENT or -ENOEXEC, told by name in the log, if one is missing or called with something else. */
int klpm_resolve_init(void);

#endif
