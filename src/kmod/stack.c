// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walks a stack as the kernel's own livepatch does, and goes on where that one gives up: below a
 * BPF trampoline and a BPF program.
 *
 * Which frames count as "in function f": a return address (or, for an interrupted frame, the very
 * address) inside f or inside f.cold; any frame inside the image of f's BPF trampoline; and any in
 * the image of a replace body of f. The second matters: on kernels that jump to trampolines
 * (DYNAMIC_FTRACE_WITH_JMP) nothing else on the stack says that f is about to run, and below it
 * stands the original that a body let through. So does the third: f was never entered, its body
 * runs in its place, called by f's caller.
 *
 * A task on its way from the entry of f into its replace body is seen at every step. Until hook.c's
 * handler has chosen, and after that until ftrace's trampoline takes the choice over, the
 * trampoline returns into f, behind its call of ftrace. Then it returns to the first byte of the
 * image: no return address but a jump about to be made, which counts as inside. Then there are
 * frames of the image: interrupted ones, or with what the body calls above them; the program itself
 * may sleep. After the image's return instruction nothing of the body runs any more.
 *
 * What is relied on: ORC data for kernel and module text (also at interrupted instructions), user
 * mode registers as the end of a user task's stack. The image of a BPF trampoline, a replace body's
 * too, and every function of a BPF program set the frame pointer up on entry, before they call
 * anything, and hold it until they leave, so the unwinder's guess of a frame pointer frame is right
 * for them, except in the few instructions of prologue and epilogue, where a task can only stand if
 * it was interrupted there: such a frame is not relied on. Nor is a return address that is the very
 * first byte of a trampoline. On kernels whose unwinder knows trampolines itself the error is not
 * raised and the walk is the same. The images of struct_ops maps that are not ours are walked through
 * in the same way: a task may sleep in such a program for as long as it likes, and is in the way of
 * nothing but what stands on its stack. Replace bodies are known by hold.c, whether or not the kernel has
 * symbols for such images.
 *
 * The first byte of a replace body's image also stands below the BPF trampoline of a traced function
 * that is replaced, where f's own address would: the trampoline calls what the handler has chosen,
 * and leaves the choice where it was. There, as on the way into the body, all is as at the entry of
 * a function: the return address is on top of the stack, the frame pointer is the caller's. That
 * step is made here.
 *
 * Where a body has given a value already, the address of hook.c's return stands there. It does not
 * say whose value it is, and what is given is of the version the task was in: until the task is past
 * it the stack is not relied on.
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

	unsigned long image = f->inside ? (unsigned long)f->inside->replace : 0;

	set->funcs[set->n_funcs++] = f;
	if (image)
		set->ranges[set->n_ranges++] = (struct stack_range){
			image, image + BODY_IMAGE_SIZE, f };
	/* In a module that is not loaded. */
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

/* What the code at a frame's address is, as far as the kernel's symbols tell. */
enum stack_code {
	STACK_KERNEL,	     /* text that ORC data describes */
	STACK_IN_TRAMPOLINE, /* inside the image of a BPF trampoline, or of a replace body */
	STACK_AT_TRAMPOLINE, /* at one of its ends: it is not entered yet, or another one is meant */
	STACK_AT_BODY,	     /* at the first byte of the image of a replace body */
	STACK_AT_RETURN,     /* about to return what a body gave */
	STACK_IN_PROGRAM,    /* a BPF program */
	STACK_BPF,	     /* any other BPF code */
};

struct stack_entry {
	unsigned long addr;	/* where the task goes on, or was interrupted */
	bool interrupted;
	enum stack_code code;
	u32 btf_id;		/* of the function whose trampoline it is */
};

/*
 * The kernel names an image bpf_trampoline_KEY, and the low 32 bits of KEY hold the BTF id of the
 * function with bit 31 set; that a module's function may have the same id only makes us wait
 * longer. Those that it makes for a map of struct_ops, ours or not, it names
 * bpf__TYPE_MEMBER; they stand for no function.
 */
static void stack_classify(struct stack_entry *f)
{
	char name[KSYM_SYMBOL_LEN], *plus;
	unsigned long offset, size, image;
	u64 key;

	f->code = STACK_KERNEL;
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

/* The step below this frame is a guess of the unwinder's. */
static bool stack_frame_guessed(const struct stack_entry *f)
{
	return f->code == STACK_IN_TRAMPOLINE || f->code == STACK_IN_PROGRAM;
}

/* And one that can be relied on. */
static bool stack_frame_known(const struct stack_entry *f)
{
	return f->code == STACK_KERNEL ||
	       ((stack_frame_guessed(f) || f->code == STACK_AT_BODY) && !f->interrupted);
}

/* From the entry of a function to its caller. An address that a tracer put in place of the real one
 * is none that the next step can be made from. */
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

/* A kernel may have no symbol for the image of a replace body, and not take it for code. */
static unsigned long stack_address(struct unwind_state *state)
{
	return unwind_get_return_address(state) ?: (klpm_hold_image(state->ip) ? state->ip : 0);
}

/*
 * fn for each frame from the innermost, until it returns non-zero, which is returned; -EINVAL:
 * below the last frame told the stack cannot be relied on; 0: that was all of it.
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
		/* Where the walk also ended here it did not end well: that is no guess to
		 * forgive. */
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

	/* A call may be the last instruction of a function: the return address is behind it. */
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
 * Of current, and of what it does now: what an interrupt interrupted is somebody else's call. An
 * exception belongs to who caused it.
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
		/* Interrupts have a stack of their own, unless they come in one. */
		if (!task && state.stack_info.type != first)
			return 0;
		below = state.ip >= image && state.ip - image < BODY_IMAGE_SIZE;
		state.error = false;	/* of a guess, of which most are right */
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

/* A call looks its function up by the address before the one it returns to. */
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
