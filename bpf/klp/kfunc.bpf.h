/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The functions of the companion that the programs of a patch may call; klp/klp.bpf.h includes this. */
#ifndef KLP_KFUNC_BPF_H
#define KLP_KFUNC_BPF_H

/*
 * kfuncs of the companion. Weak: without the companion the file still loads as long as nothing that
 * can be reached calls them; test with bpf_ksym_exists() where the patch can do without.
 *
 * klp_gate: is record `id` in force for the task that runs? Any context. Bodies need not call it.
 *
 * klp_seq_puts(m, s): append s, a string literal, to m, the struct seq_file * that the patched
 * function was given. Only of a file that the running task is reading, so inside its show(), and not
 * in an interrupt: anything else is -EINVAL, and nothing is written. Does not sleep. 0 on success.
 * For bodies; an fmod_ret body calls it only where its function has a struct seq_file * parameter.
 */
struct klp_callback;
extern int klp_gate(__u64 id) __ksym __weak;
extern int klp_seq_puts(__u64 m, const char *s__str) __ksym __weak;

/* The address that a pointer holds: to the verifier of some kernels an argument of the function is
 * a pointer, to that of others a number, and kfuncs here take numbers. Negated, it is one to all. */
#define klp_number(pointer) ({ \
	__u64 klp_number_ = (__u64)(unsigned long)(pointer); \
	asm volatile("%0 = -%0\n%0 = -%0" : "+r"(klp_number_)); \
	klp_number_; \
})

#define klp_seq_puts(m, s) ({ \
	struct seq_file *klp_seq_file_ = (m); \
	klp_seq_puts(klp_number(klp_seq_file_), s); \
})

/*
 * For callbacks, with the klp_callback they were given.
 *
 * klp_state_get: `size` bytes (a constant, at most KLP_STATE_SIZE) of the data of system state `id`
 * of this patch, to be read and written; NULL: the patch does not declare it. The data is zero at
 * first, lives as long as the patch is in force, and is handed over: a patch that comes finds in it
 * a copy of what the latest patch before it with that state has.
 *
 * klp_state_get_prev: the same of the latest other patch in force, to be read only: where this one
 * enters, of those that were there before the transition, also those that it replaces; where it
 * leaves, of those that stay, whether they came before it or after it. NULL: there is none; then
 * post_unpatch is the one to undo what was done, otherwise the other patch goes on having it. Where
 * several leave at once and none stays that has the state, each of them finds NULL.
 *
 * klp_state_prev_version: version of that patch's state; -ENOENT there is none.
 *
 * klp_sysctl_read, klp_sysctl_write: file `name` below /proc/sys ("kernel/printk"), as root in the
 * initial namespaces would. Read: what it says, NUL-terminated, cut to `size`; returns its length.
 * Write: the text up to the NUL or `size`; the verifier wants a buffer that could be written, so a
 * literal is for klp_sysctl_set(). Negative errno. A setting whose owner loads a module for the new
 * value fails (after 5 s) unless that module is there already.
 */
extern __u8 *klp_state_get(struct klp_callback *cb, __u64 id, const int rdwr_buf_size) __ksym __weak;
extern const __u8 *klp_state_get_prev(struct klp_callback *cb, __u64 id,
				      const int rdonly_buf_size) __ksym __weak;
extern __s64 klp_state_prev_version(struct klp_callback *cb, __u64 id) __ksym __weak;
extern int klp_sysctl_read(struct klp_callback *cb, const char *name__str, char *buf,
			   __u32 buf__sz) __ksym __weak;
extern int klp_sysctl_write(struct klp_callback *cb, const char *name__str, const char *buf,
			    __u32 buf__sz) __ksym __weak;

/* The same as pointers to a type, whose size it is. */
#define klp_state(cb, id, type)		((type *)klp_state_get(cb, id, sizeof(type)))
#define klp_state_prev(cb, id, type)	((const type *)klp_state_get_prev(cb, id, sizeof(type)))

#define klp_sysctl_set(cb, name, literal) ({ \
	char klp_text_[] = literal; \
	klp_sysctl_write(cb, name, klp_text_, sizeof(klp_text_)); \
})

#endif
