// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stack checks. The walk is that of kernel livepatch, but it continues below a BPF trampoline and
 * a BPF program, where kernel livepatch gives up.
 *
 * A frame counts as "in function f" if one of these holds:
 *
 * 1. The return address, or for an interrupted frame the address itself, is inside f or f.cold.
 * 2. The address is inside the image of f's BPF trampoline. On kernels that jump to trampolines
 *    (DYNAMIC_FTRACE_WITH_JMP) no other frame shows that f is about to run. The original that a
 *    body continues into also runs below such a frame.
 * 3. The address is inside the image of an override body of f. The body runs in place of f and is
 *    called by the caller of f, so f itself has no frame.
 *
 * On the way from the entry of f into its override body, a task is found at every step:
 *
 * 1. Until the handler of hook.c has chosen, and after that until ftrace's trampoline applies the
 *    choice, the trampoline returns into f, behind its call of ftrace.
 * 2. Then the trampoline returns to the first byte of the image. This is no return address but a
 *    jump about to be made, and it counts as inside.
 * 3. Then there are frames of the image, either interrupted or below frames of functions that the
 *    body calls; the program itself may sleep.
 * 4. After the return instruction of the image, nothing of the body runs any more.
 *
 * What the walk relies on:
 *
 * - ORC data for kernel and module text, also at interrupted instructions.
 * - User mode registers as the end of the stack of a user task.
 * - Frame pointers in BPF code. The image of a BPF trampoline, that of an override body, and every
 *   function of a BPF program set up the frame pointer before their first call and keep it until
 *   they leave. The unwinder's frame-pointer fallback is therefore right for them. The exceptions
 *   are a few instructions of prologue and epilogue, where a task can stand only if it was
 *   interrupted. Such frames are not relied on. A return address that is the first byte of a
 *   trampoline is not relied on, either. If the kernel's unwinder knows trampolines itself, it
 *   reports no error and the walk is the same.
 * - The images of foreign struct_ops maps, which are walked in the same way. A task may sleep in
 *   such a program indefinitely and does not block a transition unless another frame of its stack
 *   does.
 * - hold.c, which knows the images of override bodies whether or not the kernel has symbols for
 *   them.
 *
 * Traced functions. If an overridden function has a BPF trampoline, the first byte of its
 * override body's image also stands below that trampoline, in place of f's own address. The
 * trampoline calls what the handler has chosen and leaves the choice on the stack. There, as on
 * the way into the body, the state is that at the entry of a function: the return address is on
 * top of the stack and the frame pointer is the caller's. stack_leave_entry() makes this step.
 *
 * Landings. On CPUs with IBT the trampoline returns to, or calls, a landing of the original
 * (landing.c). It counts as the address that it leads to.
 *
 * Returned values. If a body has already returned a value, the stack holds the address of the
 * return stub of hook.c. The address does not tell which function the value belongs to, and the
 * value belongs to the version that the task was in. The stack is unreliable until the task is
 * past the stub.
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

#include "body.h"
#include "func.h"
#include "hold.h"
#include "hook.h"
#include "landing.h"
#include "resolve.h"
#include "stack.h"

#define STACK_TRAMPOLINE	"bpf_trampoline_"
#define STACK_PROGRAM		"bpf_prog_"
#define STACK_STRUCT_OPS	"bpf__"		/* bpf__TYPE_MEMBER */

struct stack_range {
	unsigned long start, end;
	const struct func *func;
};

struct stack_set {
	u32 n_ranges, n_funcs;
	const struct func **funcs;
	struct stack_range ranges[];
};

bool klpm_stack_is_supported(void)
{
	return IS_ENABLED(CONFIG_HAVE_RELIABLE_STACKTRACE) && IS_ENABLED(CONFIG_UNWINDER_ORC);
}

struct stack_set *klpm_stack_set_new(u32 n)
{
	size_t room = (2 + FUNC_COLD_MAX) * (size_t)n;
	struct stack_set *set = kvzalloc(struct_size(set, ranges, room), GFP_KERNEL);

	if (!set)
		return NULL;
	set->funcs = kvcalloc(n ?: 1, sizeof(*set->funcs), GFP_KERNEL);
	if (!set->funcs) {
		kvfree(set);
		return NULL;
	}
	return set;
}

void klpm_stack_set_add(struct stack_set *set, const struct func *f)
{
	u32 i;

	unsigned long image = f->inside ? (unsigned long)f->inside->override : 0;

	set->funcs[set->n_funcs++] = f;
	if (image)
		set->ranges[set->n_ranges++] = (struct stack_range){
			image, image + BODY_IMAGE_SIZE, f };
	/* The function is in a module that is not loaded. */
	if (!f->addr)
		return;
	set->ranges[set->n_ranges++] = (struct stack_range){ f->addr, f->addr + f->size, f };
	for (i = 0; i < f->n_cold; i++)
		set->ranges[set->n_ranges++] = (struct stack_range){
			f->cold[i].addr, f->cold[i].addr + f->cold[i].size, f };
}

static int stack_range_cmp(const void *a, const void *b)
{
	const struct stack_range *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

void klpm_stack_set_seal(struct stack_set *set)
{
	sort(set->ranges, set->n_ranges, sizeof(set->ranges[0]), stack_range_cmp, NULL);
}

void klpm_stack_set_free(struct stack_set *set)
{
	if (!set)
		return;
	kvfree(set->funcs);
	kvfree(set);
}

/* Ranges may repeat (a function that leaves and enters) but do not overlap otherwise. */
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

/* The kind of code at the address of a frame, as far as the kernel's symbols tell. */
enum stack_code {
	STACK_KERNEL,	     /* text with ORC data */
	STACK_IN_TRAMPOLINE, /* inside the image of a BPF trampoline or of an override body */
	STACK_AT_TRAMPOLINE, /* at one of its ends: not entered yet, or another one is meant */
	STACK_AT_BODY,	     /* at the first byte of the image of an override body */
	STACK_AT_RETURN,     /* about to return the value of a body */
	STACK_IN_PROGRAM,    /* a BPF program */
	STACK_BPF,	     /* any other BPF code */
};

struct stack_entry {
	unsigned long addr;	/* at which the task continues or was interrupted */
	bool interrupted;
	enum stack_code code;
	u32 btf_id;		/* of the function that the trampoline belongs to */
};

/*
 * The kernel names an image bpf_trampoline_KEY. The low 32 bits of KEY hold the BTF id of the
 * function with bit 31 set. A function of a module may have the same id; this only makes the
 * transition wait longer. Images of struct_ops maps, klp.ko's or foreign, are named
 * bpf__TYPE_MEMBER and belong to no function.
 */
static void stack_classify(struct stack_entry *f)
{
	char name[KSYM_SYMBOL_LEN], *plus;
	unsigned long offset, size, image;
	u64 key;

	f->code = STACK_KERNEL;
	f->addr = klpm_landing_leads_to(f->addr);
	if (klpm_resolve_is_core_text(f->addr))
		return;
	if (klpm_hook_is_return(f->addr)) {
		f->code = STACK_AT_RETURN;
		return;
	}
	image = klpm_hold_image(f->addr);
	if (image) {
		f->code = f->addr == image ? STACK_AT_BODY : STACK_IN_TRAMPOLINE;
		return;
	}
	if (!klpm_resolve_is_bpf_text(f->addr))
		return;
	f->code = STACK_BPF;
	/* A call is never the last instruction of a program. */
	sprint_symbol(name, f->addr);
	if (!strncmp(name, STACK_PROGRAM, strlen(STACK_PROGRAM)))
		f->code = STACK_IN_PROGRAM;
	plus = strchr(name, '+');
	if (!plus || sscanf(plus, "+0x%lx/0x%lx", &offset, &size) != 2)
		return;
	*plus = '\0';
	if (!strncmp(name, STACK_TRAMPOLINE, strlen(STACK_TRAMPOLINE)) &&
	    !kstrtou64(name + strlen(STACK_TRAMPOLINE), 10, &key))
		f->btf_id = (u32)key & 0x7fffffffU;
	else if (strncmp(name, STACK_STRUCT_OPS, strlen(STACK_STRUCT_OPS)))
		return;
	f->code = offset && offset < size ? STACK_IN_TRAMPOLINE : STACK_AT_TRAMPOLINE;
}

/* The unwinder finds the caller of this frame by its frame-pointer fallback. */
static bool stack_frame_guessed(const struct stack_entry *f)
{
	return f->code == STACK_IN_TRAMPOLINE || f->code == STACK_IN_PROGRAM;
}

/* The step from this frame to its caller is reliable. */
static bool stack_frame_known(const struct stack_entry *f)
{
	return f->code == STACK_KERNEL ||
	       ((stack_frame_guessed(f) || f->code == STACK_AT_BODY) && !f->interrupted);
}

/*
 * Step from the entry of a function to its caller. If a tracer replaced the return address, the
 * next step cannot be made from it.
 */
static bool stack_leave_entry(struct unwind_state *state)
{
	unsigned long *slot = (unsigned long *)state->sp;

	if (!on_stack(&state->stack_info, slot, sizeof(*slot)))
		return false;
	state->ip = READ_ONCE_NOCHECK(*slot);
	state->sp += sizeof(*slot);
	state->signal = false;
	state->regs = NULL;
	state->prev_regs = NULL;
	return true;
}

/*
 * A kernel may have no symbol for the image of an override body, and then does not take it for
 * code.
 */
static unsigned long stack_address(struct unwind_state *state)
{
	return unwind_get_return_address(state) ?: (klpm_hold_image(state->ip) ? state->ip : 0);
}

/*
 * Call fn for each frame from the innermost until it returns non-zero; return that value. Returns
 * -EINVAL if the stack is unreliable below the last frame passed to fn, and 0 at the end of the
 * stack.
 */
static int stack_walk(struct task_struct *task,
		      int (*fn)(const struct stack_entry *f, void *arg), void *arg)
{
	struct unwind_state state;
	unsigned int frames = 0;
	int r;

	for (unwind_start(&state, task, NULL, NULL); !unwind_done(&state);) {
		struct stack_entry f = { .interrupted = state.signal };
		struct pt_regs *regs;

		if (unwind_error(&state) || frames++ == STACK_MAX_FRAMES)
			return -EINVAL;
		regs = unwind_get_entry_regs(&state, NULL);
		if (regs && user_mode(regs))
			return 0;
		f.addr = stack_address(&state);
		if (!f.addr)
			return -EINVAL;
		stack_classify(&f);
		r = fn(&f, arg);
		if (r)
			return r;
		if (!stack_frame_known(&f))
			return -EINVAL;
		if (f.code == STACK_AT_BODY) {
			if (!stack_leave_entry(&state))
				return -EINVAL;
			continue;
		}
		unwind_next_frame(&state);
		/*
		 * If the walk also ended here, the error is not one of the frame-pointer fallback
		 * and is kept.
		 */
		if (unwind_error(&state) && stack_frame_guessed(&f) && !unwind_done(&state))
			state.error = false;
	}
	return unwind_error(&state) ? -EINVAL : 0;
}

struct stack_search {
	const struct stack_set *set;
	const struct func *found;
};

static int stack_search_frame(const struct stack_entry *f, void *arg)
{
	struct stack_search *s = arg;
	u32 i;

	/*
	 * A call may be the last instruction of a function, so that the return address is behind
	 * it.
	 */
	s->found = stack_find(s->set, f->interrupted ? f->addr : f->addr - 1);
	if (!s->found && f->code == STACK_AT_BODY)
		s->found = stack_find(s->set, f->addr);
	for (i = 0; !s->found && f->btf_id && i < s->set->n_funcs; i++)
		if (f->btf_id == s->set->funcs[i]->btf_id)
			s->found = s->set->funcs[i];
	return s->found ? -EADDRINUSE : 0;
}

int klpm_stack_check(struct task_struct *task, const struct stack_set *set, const struct func **ret)
{
	struct stack_search s = { .set = set };
	int r = stack_walk(task, stack_search_frame, &s);

	*ret = s.found;
	return r;
}

/*
 * Looks at what current does now. A call made by an interrupt handler is not attributed to the
 * code that it interrupted. An exception belongs to the code that caused it.
 */
notrace int klpm_stack_is_below(unsigned long image)
{
	bool task = in_task(), below = false;
	struct unwind_state state;
	enum stack_type first;

	unwind_start(&state, current, NULL, NULL);
	for (first = state.stack_info.type; !unwind_done(&state) && !below;) {
		struct pt_regs *regs = unwind_get_entry_regs(&state, NULL);

		if (regs && (user_mode(regs) || !task))
			return 0;
		/* Interrupts have their own stack, except one that interrupts another. */
		if (!task && state.stack_info.type != first)
			return 0;
		below = state.ip >= image && state.ip - image < BODY_IMAGE_SIZE;
		state.error = false;	/* of the frame-pointer fallback, which is mostly right */
		unwind_next_frame(&state);
	}
	return below ? 1 : unwind_error(&state) ? -EINVAL : 0;
}

static int stack_save_frame(const struct stack_entry *f, void *arg)
{
	struct stack_trace_seen *t = arg;

	t->frames[t->n++] = (struct stack_frame_seen){ f->addr, f->interrupted };
	return 0;
}

void klpm_stack_save(struct task_struct *task, struct stack_trace_seen *t)
{
	t->n = 0;
	t->reliable = !stack_walk(task, stack_save_frame, t);
}

/* For a call, the function is looked up by the address before the return address. */
size_t klpm_stack_print(const struct stack_trace_seen *t, char *text, size_t size)
{
	char line[KSYM_SYMBOL_LEN + 2];
	size_t used = 0;
	unsigned int i;
	int n;

	text[0] = '\0';
	for (i = 0; i <= t->n; i++) {
		if (i < t->n)
			n = scnprintf(line, sizeof(line),
				      t->frames[i].interrupted ? "%pS\n" : "%pB\n",
				      (void *)t->frames[i].addr);
		else if (!t->reliable)
			n = scnprintf(line, sizeof(line), "? not reliable from here on\n");
		else
			break;
		if (used + n >= size)
			break;
		memcpy(text + used, line, n + 1);
		used += n;
	}
	return used + 1;
}
