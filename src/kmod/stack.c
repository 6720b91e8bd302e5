// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walks a stack as the kernel's own livepatch does, and goes on where that one gives up: below a
 * BPF trampoline.
 *
 * Which frames count as "in function f": a return address (or, for an interrupted frame, the very
 * address) inside f or inside f.cold; and any frame inside the image of f's BPF trampoline. The
 * latter matters: on kernels that jump to trampolines (DYNAMIC_FTRACE_WITH_JMP) nothing else on the
 * stack says that f is about to run, and below it stands the original that a body let through.
 *
 * What is relied on: ORC data for kernel and module text (also at interrupted instructions), user
 * mode registers as the end of a user task's stack. The image of a BPF trampoline sets the frame
 * pointer up on entry and holds it until it leaves, so the unwinder's guess of a frame pointer
 * frame is right for it, except in the few instructions of prologue and epilogue, where a task can
 * only stand if it was interrupted there: such a frame, and any frame in a BPF program, is not
 * relied on. On kernels whose unwinder knows trampolines itself the error is not raised and the
 * walk is the same.
 */
#include <linux/errno.h>
#include <linux/kallsyms.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <asm/unwind.h>

#include "func.h"
#include "resolve.h"
#include "stack.h"

/* As kernel livepatch: a deeper stack is taken as unreliable. */
#define STACK_MAX_FRAMES	100
#define STACK_TRAMPOLINE	"bpf_trampoline_"

struct stack_range {
	unsigned long start, end;
	const struct func *func;
};

struct stack_set {
	u32 n_ranges, n_funcs;
	const struct func **funcs;
	struct stack_range ranges[];
};

bool stack_is_supported(void)
{
	return IS_ENABLED(CONFIG_HAVE_RELIABLE_STACKTRACE) && IS_ENABLED(CONFIG_UNWINDER_ORC);
}

struct stack_set *stack_set_new(u32 n)
{
	struct stack_set *set = kvzalloc(struct_size(set, ranges, 2 * (size_t)n), GFP_KERNEL);

	if (!set)
		return NULL;
	set->funcs = kvcalloc(n ?: 1, sizeof(*set->funcs), GFP_KERNEL);
	if (!set->funcs) {
		kvfree(set);
		return NULL;
	}
	return set;
}

void stack_set_add(struct stack_set *set, const struct func *f)
{
	set->funcs[set->n_funcs++] = f;
	set->ranges[set->n_ranges++] = (struct stack_range){ f->addr, f->addr + f->size, f };
	if (f->cold_size)
		set->ranges[set->n_ranges++] = (struct stack_range){
			f->cold_addr, f->cold_addr + f->cold_size, f };
}

static int stack_range_cmp(const void *a, const void *b)
{
	const struct stack_range *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

void stack_set_seal(struct stack_set *set)
{
	sort(set->ranges, set->n_ranges, sizeof(set->ranges[0]), stack_range_cmp, NULL);
}

void stack_set_free(struct stack_set *set)
{
	if (!set)
		return;
	kvfree(set->funcs);
	kvfree(set);
}

/* Ranges may repeat (a function that leaves and enters) but never overlap otherwise. */
static const struct func *stack_find(const struct stack_set *set, unsigned long addr)
{
	u32 low = 0, high = set->n_ranges;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (addr < set->ranges[mid].start)
			high = mid;
		else if (addr >= set->ranges[mid].end)
			low = mid + 1;
		else
			return set->ranges[mid].func;
	}
	return NULL;
}

/*
 * -EADDRINUSE and *ret, -EINVAL for BPF code that is no trampoline, or 0 for a foreign function's
 * trampoline. The kernel names an image bpf_trampoline_KEY, and the low 32 bits of KEY hold the BTF
 * id of the function with bit 31 set; that a module's function may have the same id only makes us
 * wait longer.
 */
static int stack_check_bpf(const struct stack_set *set, unsigned long addr, const struct func **ret)
{
	char name[KSYM_SYMBOL_LEN];
	u64 key;
	u32 i;

	sprint_symbol_no_offset(name, addr);
	if (strncmp(name, STACK_TRAMPOLINE, strlen(STACK_TRAMPOLINE)))
		return -EINVAL;
	name[strcspn(name, " ")] = '\0';
	if (kstrtou64(name + strlen(STACK_TRAMPOLINE), 10, &key))
		return -EINVAL;
	for (i = 0; i < set->n_funcs; i++) {
		if ((u32)key == (set->funcs[i]->btf_id | 0x80000000U)) {
			*ret = set->funcs[i];
			return -EADDRINUSE;
		}
	}
	return 0;
}

/* One frame. *forgive: the unwinder's error about the step below this frame is none. */
static int stack_check_frame(struct unwind_state *state, const struct stack_set *set,
			     const struct func **ret, bool *forgive)
{
	unsigned long addr = unwind_get_return_address(state);
	bool interrupted = state->signal;
	int r;

	*forgive = false;
	if (!addr)
		return -EINVAL;
	/* A call may be the last instruction of a function: the return address is behind it. */
	if (!interrupted)
		addr--;
	*ret = stack_find(set, addr);
	if (*ret)
		return -EADDRINUSE;
	if (resolve_is_core_text(addr) || !resolve_is_bpf_text(addr))
		return 0;
	r = stack_check_bpf(set, addr, ret);
	if (r)
		return r;
	if (interrupted)
		return -EINVAL;
	*forgive = true;
	return 0;
}

int stack_check(struct task_struct *task, const struct stack_set *set, const struct func **ret)
{
	struct unwind_state state;
	unsigned int frames = 0;
	bool forgive;
	int r;

	*ret = NULL;
	for (unwind_start(&state, task, NULL, NULL); !unwind_done(&state);) {
		struct pt_regs *regs;

		if (unwind_error(&state) || frames++ == STACK_MAX_FRAMES)
			return -EINVAL;
		regs = unwind_get_entry_regs(&state, NULL);
		if (regs && user_mode(regs))
			return 0;
		r = stack_check_frame(&state, set, ret, &forgive);
		if (r)
			return r;
		unwind_next_frame(&state);
		/* Where the walk also ended here it did not end well: that is no guess to forgive. */
		if (unwind_error(&state) && forgive && !unwind_done(&state))
			state.error = false;
	}
	return unwind_error(&state) ? -EINVAL : 0;
}
