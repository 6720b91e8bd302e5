/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks whether a task's stack is clear of the functions being patched or unpatched. See stack.c.
 */
#ifndef KLP_KMOD_STACK_H
#define KLP_KMOD_STACK_H

#include <linux/types.h>

/* As in kernel livepatch, a deeper stack is unreliable. */
#define STACK_MAX_FRAMES	100

struct func;
struct stack_set;
struct task_struct;

/*
 * Allocate a set with room for n functions. Add the functions, then call klpm_stack_set_seal(),
 * which sorts the set for use.
 */
struct stack_set *klpm_stack_set_new(u32 n);
void klpm_stack_set_add(struct stack_set *set, const struct func *f);
void klpm_stack_set_seal(struct stack_set *set);
void klpm_stack_set_free(struct stack_set *set);

/**
 * klpm_stack_check() - check that a task is in no function of a set
 * @task: current, or a task that the caller holds off its CPU; the caller has a reference on its
 *   stack
 * @set: the functions
 * @ret: the function that the task is in
 *
 * Context: Any. Does not sleep and takes no lock.
 * Return: 0 if the stack is reliable and clear, -EADDRINUSE if the task is in *@ret, -EINVAL if
 *   the stack is unreliable.
 */
int klpm_stack_check(struct task_struct *task, const struct stack_set *set,
		     const struct func **ret);
/* Does this kernel have reliable stacks and the ORC unwinder that the walk relies on? */
bool klpm_stack_is_supported(void);

/**
 * klpm_stack_is_below() - does the current call come from an override body, directly or indirectly?
 * @image: the first byte of the image of the body
 *
 * Context: Any. Walks the stack, which takes time.
 * Return: 1 or 0; -EINVAL if the stack does not tell.
 */
int klpm_stack_is_below(unsigned long image);

/* A saved stack, for printing. */
struct stack_frame_seen {
	unsigned long addr;
	bool interrupted;
};

struct stack_trace_seen {
	unsigned int n;
	bool reliable;
	struct stack_frame_seen frames[STACK_MAX_FRAMES];
};

/* Save the stack of a task. Context as klpm_stack_check(). */
void klpm_stack_save(struct task_struct *task, struct stack_trace_seen *t);
/*
 * Print a saved stack in whole lines, in the format of KLP_IOC_STACK. `size` is not 0. Returns the
 * bytes used, including the NUL.
 */
size_t klpm_stack_print(const struct stack_trace_seen *t, char *text, size_t size);

#endif
