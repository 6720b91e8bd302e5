/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asks the companion for blockers and reports them as JSON and in the log. Owns nothing. It bounds
 * how many tasks are examined and for how long, because examining a running task may take a tenth
 * of a second.
 */
#include <time.h>

#include "klpd/blockers.h"
#include "klpd/json.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/macro.h"

#define LOG_BLOCKERS	8
#define LOG_FRAMES	12

static uint64_t monotonic_usec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Append the blocker to the array. `stack` has room for its stack; NULL: without the stack. */
static int blockers_append(struct companion *c, bool last, const struct klp_uapi_blocker *b,
			   char *stack, sd_json_variant **array)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *v = NULL;
	bool known = false;
	int r;

	if (stack) {
		r = companion_stack(c, b, last, stack);
		/* the task has moved since the list was made */
		if (r == -ESRCH && !last)
			return 0;
		known = r == 0;
	}
	r = json_blocker(b, known ? stack : NULL, &v);
	return r < 0 ? r : sd_json_variant_append_array(array, v);
}

int blockers_json(struct companion *c, bool last, uint64_t stacks, uint64_t usec,
		  sd_json_variant **ret)
{
	_cleanup_free_ struct klp_uapi_blocker *blockers = NULL;
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *array = NULL;
	_cleanup_free_ char *stack = NULL;
	uint64_t began;
	uint32_t n = 0;
	int r;

	r = c ? companion_blockers(c, last, &blockers, &n) : -ENOENT;
	if (r < 0 && r != -ENOENT)
		return r;
	if (r < 0)
		n = 0;
	stack = malloc(COMPANION_STACK_ROOM);
	if (!stack)
		return -ENOMEM;
	stacks = MIN(stacks, (uint64_t)BLOCKERS_STACKS_MAX);
	began = monotonic_usec();
	for (uint32_t i = 0; i < n; i++) {
		bool wanted = i < stacks && monotonic_usec() - began < usec;

		r = blockers_append(c, last, &blockers[i], wanted ? stack : NULL, &array);
		if (r < 0)
			return r;
	}
	r = array ? 0 : sd_json_variant_new_array(&array, NULL, 0);
	if (r >= 0)
		*ret = TAKE_PTR(array);
	return r;
}

/* Make one line of the frames, separated by '<', and cut it at LOG_FRAMES frames. */
static void blockers_fold(char *stack)
{
	unsigned int frames = 1;

	for (char *p = stack; *p; p++) {
		if (*p != '\n')
			continue;
		*p = frames++ < LOG_FRAMES ? '<' : '\0';
		if (!*p)
			break;
	}
}

static void blockers_log_one(struct companion *c, const struct klp_uapi_blocker *b, char *stack)
{
	unsigned int tenths = (unsigned int)(b->blocking_ns / 100000000 % 10);

	if (companion_stack(c, b, true, stack) < 0)
		stack[0] = '\0';
	blockers_fold(stack);
	log_notice("In the way was '%s' (thread %d of process %d, CPU %u) for %llu.%u s: %s%s%s",
		   b->comm, (int)b->pid, (int)b->tgid, b->cpu,
		   (unsigned long long)(b->blocking_ns / 1000000000), tenths, b->reason,
		   *stack ? "; stack: " : "", stack);
}

const char *blockers_unknown(const struct companion *c)
{
	return c && companion_is_older(c) ? "; what was in the way is not known, because the loaded klp.ko "
					    "speaks an ABI that does not keep it" : "";
}

void blockers_log(struct companion *c)
{
	_cleanup_free_ struct klp_uapi_blocker *blockers = NULL;
	_cleanup_free_ char *stack = malloc(COMPANION_STACK_ROOM);
	uint32_t n = 0;

	if (!c || !stack)
		return;
	if (companion_blockers(c, true, &blockers, &n) < 0) {
		if (companion_is_older(c))
			log_notice("What is in the way is not kept by a klp.ko of ABI %u",
				   companion_hello(c)->abi);
		return;
	}
	for (uint32_t i = 0; i < MIN(n, (uint32_t)LOG_BLOCKERS); i++)
		blockers_log_one(c, &blockers[i], stack);
	if (n > LOG_BLOCKERS)
		log_notice("And %u more tasks: klpctl blockers --last", n - LOG_BLOCKERS);
}
