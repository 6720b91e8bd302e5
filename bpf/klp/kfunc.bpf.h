/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kfuncs of the companion that the programs of a patch may call. klp/klp.bpf.h includes this
 * file.
 *
 * The kfuncs are weak: without the companion the file still loads if no reachable code calls them.
 * Test with bpf_ksym_exists() if the patch can do without one.
 */
#ifndef KLP_KFUNC_BPF_H
#define KLP_KFUNC_BPF_H

struct klp_callback;

/**
 * klp_gate() - is a record in force for the current task?
 * @id: id of the record
 *
 * The macros of klp/klp.bpf.h call it. Bodies need not.
 *
 * Context: Any.
 * Return: 1 if it is, 0 to run the original.
 */
extern int klp_gate(__u64 id) __ksym __weak;

/**
 * klp_seq_puts() - append text to the seq_file that the patched function was given
 * @m: the struct seq_file *
 * @s: a string literal
 *
 * The current task must be reading the file, which holds inside its show() and not in an interrupt.
 * For bodies. An fmod_ret body may call it only if its function has a struct seq_file * parameter.
 *
 * Context: Any. Does not sleep.
 * Return: 0; -EINVAL if the task is not reading the file, and nothing is written.
 */
extern int klp_seq_puts(__u64 m, const char *s__str) __ksym __weak;

/*
 * The address in a pointer, as a number. The verifiers of some kernels take an argument of the
 * function for a pointer, others for a number; the kfuncs here take numbers. Negated twice, it is a
 * number for every verifier.
 */
#define klp_number(pointer) ({ \
	__u64 klp_number_ = (__u64)(unsigned long)(pointer); \
	asm volatile("%0 = -%0\n%0 = -%0" : "+r"(klp_number_)); \
	klp_number_; \
})

#define klp_seq_puts(m, s) ({ \
	struct seq_file *klp_seq_file_ = (m); \
	klp_seq_puts(klp_number(klp_seq_file_), s); \
})

/* The others are for callbacks, which pass on the klp_callback that they were given. */

/**
 * klp_state_get() - data of a system state of this patch, to read and write
 * @cb: the callback
 * @id: id of the state
 * @rdwr_buf_size: bytes, a constant of at most KLP_STATE_SIZE
 *
 * The data is zero at first and lives as long as the patch is in force. A patch that enters finds a
 * copy of the data of the latest patch before it that has the state.
 *
 * Return: the data; NULL if this patch does not declare the state.
 */
extern __u8 *klp_state_get(struct klp_callback *cb, __u64 id, const int rdwr_buf_size) __ksym __weak;

/**
 * klp_state_get_prev() - data of a system state of the previous patch, read-only
 * @cb: the callback
 * @id: id of the state
 * @rdonly_buf_size: bytes, a constant of at most KLP_STATE_SIZE
 *
 * The previous patch is the latest other patch in force that has the state. If this patch enters,
 * it is one of those in force before the transition, those that are replaced included. If this
 * patch leaves, it is one of those that stay, whether they came before it or after it.
 *
 * Return: the data; NULL if there is no such patch, and post_unpatch then has to undo the change.
 *   Otherwise the previous patch still has the state. If several patches leave at once and none
 *   that stays has the state, each of them gets NULL.
 */
extern const __u8 *klp_state_get_prev(struct klp_callback *cb, __u64 id,
				      const int rdonly_buf_size) __ksym __weak;

/**
 * klp_state_prev_version() - version of a system state of the previous patch
 * @cb: the callback
 * @id: id of the state
 *
 * Return: the version; -ENOENT if klp_state_get_prev() finds no previous patch.
 */
extern __s64 klp_state_prev_version(struct klp_callback *cb, __u64 id) __ksym __weak;

/**
 * klp_sysctl_read() - read a kernel setting
 * @cb: the callback
 * @name__str: path below /proc/sys ("kernel/printk")
 * @buf: the value, NUL-terminated and cut to @buf__sz
 * @buf__sz: bytes of @buf
 *
 * The file is read as root in the initial namespaces.
 *
 * Return: length of the value, or a negative errno.
 */
extern int klp_sysctl_read(struct klp_callback *cb, const char *name__str, char *buf,
			   __u32 buf__sz) __ksym __weak;

/**
 * klp_sysctl_write() - write a kernel setting
 * @cb: the callback
 * @name__str: path below /proc/sys
 * @buf: the value, up to its NUL or @buf__sz
 * @buf__sz: bytes of @buf
 *
 * The file is written as root in the initial namespaces. The verifier requires a buffer that could
 * be written, so use klp_sysctl_set() for a literal. If the owner of the setting loads a module for
 * the new value, the write fails (after 5 s) unless that module is loaded already.
 *
 * Return: 0, or a negative errno.
 */
extern int klp_sysctl_write(struct klp_callback *cb, const char *name__str, const char *buf,
			    __u32 buf__sz) __ksym __weak;

/* The same, as pointers to a type. The size is that of the type. */
#define klp_state(cb, id, type)		((type *)klp_state_get(cb, id, sizeof(type)))
#define klp_state_prev(cb, id, type)	((const type *)klp_state_get_prev(cb, id, sizeof(type)))

#define klp_sysctl_set(cb, name, literal) ({ \
	char klp_text_[] = literal; \
	klp_sysctl_write(cb, name, klp_text_, sizeof(klp_text_)); \
})

#endif
