/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Capabilities of the process: what it may ever raise (permitted) and what is raised now
 * (effective, empty outside scopes). A scope leaves exactly what it found, also when scopes nest.
 * caps_init() allocates libcap's state once, so that entering and leaving a scope needs no memory
 * and lowering cannot fail for lack of it.
 *
 * A process that never called caps_init() (a test, a tool) keeps its capabilities, and scopes do
 * nothing. Capabilities belong to threads; only klpd's main thread uses scopes.
 */
#include <stdbool.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "kern/caps.h"
#include "util/errno-util.h"
#include "util/macro.h"

/* Bit i of a mask stands for managed[i]. */
static const struct {
	cap_value_t cap;
	bool necessary;
} managed[] = {
	{ CAP_BPF, true },
	{ CAP_PERFMON, true },
	{ CAP_SYS_ADMIN, true },
	{ CAP_SYSLOG, false },
	{ CAP_DAC_READ_SEARCH, false },
};

enum {
	MASK_BPF = 1 << 0,
	MASK_PERFMON = 1 << 1,
	MASK_SYS_ADMIN = 1 << 2,
	MASK_SYSLOG = 1 << 3,
	MASK_DAC_READ_SEARCH = 1 << 4,
};

static const int masks[] = {
	[CAPS_BPF] = MASK_BPF | MASK_PERFMON | MASK_SYS_ADMIN,
	[CAPS_READ] = MASK_SYSLOG | MASK_DAC_READ_SEARCH,
	[CAPS_COMPANION] = MASK_SYS_ADMIN | MASK_BPF,
};

static cap_t state;		/* NULL: not initialised */
static int permitted;
static int effective;

/* Make `mask` the effective set; permitted stays. */
static int caps_apply(int mask)
{
	for (size_t i = 0; i < ARRAY_SIZE(managed); i++) {
		cap_flag_value_t value = mask & (1 << i) ? CAP_SET : CAP_CLEAR;

		if (cap_set_flag(state, CAP_EFFECTIVE, 1, &managed[i].cap, value) < 0)
			return errno_negative();
	}
	if (cap_set_proc(state) < 0)
		return errno_negative();
	effective = mask;
	return 0;
}

/* Find which of the managed capabilities this process has been given. */
static int caps_find_permitted(int *ret)
{
	cap_t now = cap_get_proc();
	int mask = 0, r = 0;

	if (!now)
		return errno_negative();
	for (size_t i = 0; i < ARRAY_SIZE(managed) && r == 0; i++) {
		cap_flag_value_t value;

		if (cap_get_flag(now, managed[i].cap, CAP_PERMITTED, &value) < 0)
			r = errno_negative();
		else if (value == CAP_SET)
			mask |= 1 << i;
		else if (managed[i].necessary)
			r = -EPERM;
	}
	(void)cap_free(now);
	if (r == 0)
		*ret = mask;
	return r;
}

static int caps_init_mask(int wish)
{
	cap_t wanted;
	int mask, r;

	if (state)
		return 0;
	r = caps_find_permitted(&mask);
	if (r < 0)
		return r;
	mask &= wish;

	wanted = cap_init();
	if (!wanted)
		return errno_negative();
	for (size_t i = 0; i < ARRAY_SIZE(managed); i++) {
		if ((mask & (1 << i)) &&
		    cap_set_flag(wanted, CAP_PERMITTED, 1, &managed[i].cap, CAP_SET) < 0)
			goto fail;
	}
	/* A program that is executed from here must not gain privileges. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		goto fail;
	if (cap_set_proc(wanted) < 0)
		goto fail;
	state = wanted;
	permitted = mask;
	effective = 0;
	return 0;
fail:
	r = errno_negative();
	(void)cap_free(wanted);
	return r;
}

int caps_init(void)
{
	return caps_init_mask(-1);
}

int caps_init_only(enum caps_set set)
{
	return caps_init_mask(masks[set]);
}

int caps_raise(enum caps_set set)
{
	int before = effective, wanted, r;

	if (!state)
		return 0;
	wanted = before | (masks[set] & permitted);
	if (wanted == before)
		return before;
	r = caps_apply(wanted);
	return r < 0 ? r : before;
}

void caps_restore(int *token)
{
	/* negative: nothing was raised */
	if (!state || *token < 0 || *token == effective)
		return;
	/*
	 * A process that cannot drop privileges must not go on with them. The kernel never refuses
	 * this, and klpd may be killed at any point.
	 */
	if (caps_apply(*token) < 0)
		abort();
}
