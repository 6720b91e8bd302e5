/* SPDX-License-Identifier: GPL-2.0-only */
/* Is a task's stack provably clear of the functions that change hands? See stack.c. */
#ifndef KLP_KMOD_STACK_H
#define KLP_KMOD_STACK_H

#include <linux/types.h>

/* As kernel livepatch: a deeper stack is taken as unreliable. */
#define STACK_MAX_FRAMES	100

struct func;
struct stack_set;
struct task_struct;

/* Room for n functions; klpm_stack_set_seal() sorts it for use. */
struct stack_set *klpm_stack_set_new(u32 n);
void klpm_stack_set_add(struct stack_set *set, const struct func *f);
void klpm_stack_set_seal(struct stack_set *set);
void klpm_stack_set_free(struct stack_set *set);

/*
 * 0: reliable and clear. -EADDRINUSE: the task is in *ret (a function of the set). -EINVAL: the
 * stack cannot be relied on. The task is current or is held off its CPU by the caller, who has a
 * reference on its stack. Any context; does not sleep, takes no lock.
 */
int klpm_stack_check(struct task_struct *task, const struct stack_set *set,
		     const struct func **ret);
bool klpm_stack_is_supported(void);

/* Was the function that asks called, however indirectly, by the replace body that begins there? 1,
 * 0, or -EINVAL: the stack does not say. Any context; takes a while. */
int klpm_stack_is_below(unsigned long image);

/* A stack that was seen, for people. */
struct stack_frame_seen {
	unsigned long addr;
	bool interrupted;
};

struct stack_trace_seen {
	unsigned int n;
	bool reliable;
	struct stack_frame_seen frames[STACK_MAX_FRAMES];
};

/* Context as klpm_stack_check(). */
void klpm_stack_save(struct task_struct *task, struct stack_trace_seen *t);
/* Whole lines, as KLP_IOC_STACK has them; `size` > 0. Returns the bytes used, with the NUL. */
size_t klpm_stack_print(const struct stack_trace_seen *t, char *text, size_t size);

#endif
