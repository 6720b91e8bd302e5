// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps the list of blockers of a reversed transition until the next one starts. A transition may
 * be reversed while klpd does not run and no client waits, and its task table is freed at
 * completion. This copy still shows the blockers. It references no task and no function, so it
 * pins nothing.
 */
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "blockers.h"
#include "kept.h"

/*
 * Save the stacks of the first blockers only, within a time limit, because the reversal waits for
 * it.
 */
#define KEPT_STACKS	16
#define KEPT_STACKS_MS	300

static struct kept {
	u32 n;			/* blockers there were */
	struct klp_uapi_blocker list[KLP_KEPT_MAX];
	char *stacks[KEPT_STACKS];	/* NULL: not saved */
} *kept;

void klpm_kept_drop(void)
{
	u32 i;

	for (i = 0; kept && i < KEPT_STACKS; i++)
		kvfree(kept->stacks[i]);
	kvfree(kept);
	kept = NULL;
}

static void kept_look(enum task_version target)
{
	unsigned long end = jiffies + msecs_to_jiffies(KEPT_STACKS_MS);
	char *text = kvmalloc(KLP_STACK_MAX, GFP_KERNEL);
	size_t used;
	u32 i;

	for (i = 0; text && i < min_t(u32, kept->n, KEPT_STACKS); i++) {
		if (time_after(jiffies, end))
			break;
		if (!klpm_blockers_stack(target, kept->list[i].pid, kept->list[i].cpu, text,
					 KLP_STACK_MAX, &used))
			kept->stacks[i] = kmemdup(text, used, GFP_KERNEL);
	}
	kvfree(text);
}

void klpm_kept_take(enum task_version target)
{
	int n;

	klpm_kept_drop();
	kept = kvzalloc(sizeof(*kept), GFP_KERNEL);
	if (!kept)
		return;
	n = klpm_blockers_list(target, kept->list, KLP_KEPT_MAX);
	if (n < 0) {
		klpm_kept_drop();
		return;
	}
	kept->n = n;
	kept_look(target);
}

int klpm_kept_list(struct klp_uapi_blocker *out, u32 room)
{
	if (!kept)
		return -ENOENT;
	room = min3(room, kept->n, KLP_KEPT_MAX);
	memcpy(out, kept->list, room * sizeof(*out));
	return kept->n;
}

static const struct klp_uapi_blocker *kept_find(s32 pid, u32 cpu)
{
	u32 i;

	for (i = 0; kept && i < min_t(u32, kept->n, KLP_KEPT_MAX); i++)
		if (kept->list[i].pid == pid && (pid || kept->list[i].cpu == cpu))
			return &kept->list[i];
	return NULL;
}

/* Copy whole lines, as many as fit. */
static size_t kept_copy(const char *stack, char *text, size_t size)
{
	size_t n = min(strlen(stack), size - 1);

	if (stack[n])
		while (n && stack[n - 1] != '\n')
			n--;
	memcpy(text, stack, n);
	text[n] = '\0';
	return n + 1;
}

int klpm_kept_stack(s32 pid, u32 cpu, char *text, size_t size, size_t *ret_used)
{
	const struct klp_uapi_blocker *b = kept_find(pid, cpu);
	const char *stack;

	if (!b)
		return -ESRCH;
	stack = b - kept->list < KEPT_STACKS ? kept->stacks[b - kept->list] : NULL;
	if (!stack)
		return -EBUSY;
	*ret_used = kept_copy(stack, text, size);
	return 0;
}
