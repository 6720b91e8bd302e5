// SPDX-License-Identifier: GPL-2.0-only
/*
 * System states: what patches change beside functions, identified by id and version, with some
 * bytes of data. The data is in the record, so that it exists however the change was made and
 * ended. klpd decides which versions may follow which; this file implements what callbacks see.
 *
 * The "previous" patch is the latest other patch in force.
 *
 * - For a patch that enters, this is the meaning of kernel livepatch: all patches with a
 *   generation came before it. If its transition is reversed, they are still in force, so its
 *   post_unpatch can tell "the previous patch still has the state" from "no patch has it any
 *   more".
 * - For a patch that leaves, the meaning differs from kernel livepatch, which knows only patches
 *   that came before. Of two patches that carry a state side by side, the first would then undo
 *   what the second needs. Here a patch that stays is found whether it came before or after;
 *   patches that leave in the same change are not found.
 *
 * Unlike in kernel livepatch, data is copied without a request. A patch that carries a state but
 * has no callback therefore does not lose the data that the next patch needs. The copy of the
 * previous patch is never written by another patch, so a reversal finds it unchanged.
 */
#include <linux/btf.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "callback.h"
#include "klp/meta.h"
#include "patch.h"
#include "state.h"
#include "sysctl.h"

static_assert(STATE_SIZE == KLP_STATE_SIZE);

static struct state *state_find(struct klpm_patch *r, u64 id)
{
	u32 i;

	for (i = 0; i < r->n_states; i++)
		if (r->states[i].id == id)
			return &r->states[i];
	return NULL;
}

static bool state_is_other(const struct klpm_patch *r, const struct klpm_patch *other)
{
	if (other == r || !other->generation || other->state == KLP_FORCED_OUT)
		return false;
	if (r->leaves)
		return !other->leaves;
	return !r->generation || other->generation < r->generation;
}

/* The state of the latest patch in force other than `r`. */
static struct state *state_find_previous(struct klpm_patch *r, u64 id)
{
	struct state *found = NULL;
	struct klpm_patch *other = NULL;

	while ((other = klpm_patch_next(other))) {
		struct state *s = state_find(other, id);

		if (s && state_is_other(r, other))
			found = s;
	}
	return found;
}

void klpm_state_hand_over(struct klpm_patch *r)
{
	u32 i;

	for (i = 0; i < r->n_states; i++) {
		const struct state *from = state_find_previous(r, r->states[i].id);

		if (from)
			memcpy(r->states[i].data, from->data, sizeof(from->data));
		else
			memset(r->states[i].data, 0, sizeof(r->states[i].data));
	}
}

/*
 * For a callback, which runs without klpm_mutex. The patches in force do not change until it has
 * ended.
 */
static struct state *state_find_previous_for(struct klp_callback *cb, u64 id)
{
	guard(mutex)(&klpm_mutex);
	return state_find_previous(klpm_callback_record(cb), id);
}

__bpf_kfunc_start_defs();

/* klp/kfunc.bpf.h documents these. */
/* Not void *, which the verifier takes for a number. */
__bpf_kfunc u8 *klp_state_get(struct klp_callback *cb, u64 id, const int rdwr_buf_size)
{
	struct state *s = state_find(klpm_callback_record(cb), id);

	return s && (u32)rdwr_buf_size <= sizeof(s->data) ? s->data : NULL;
}

__bpf_kfunc const u8 *klp_state_get_prev(struct klp_callback *cb, u64 id,
					 const int rdonly_buf_size)
{
	const struct state *s = state_find_previous_for(cb, id);

	return s && (u32)rdonly_buf_size <= sizeof(s->data) ? s->data : NULL;
}

__bpf_kfunc s64 klp_state_prev_version(struct klp_callback *cb, u64 id)
{
	const struct state *s = state_find_previous_for(cb, id);

	return s ? (s64)s->version : -ENOENT;
}

__bpf_kfunc int klp_sysctl_read(struct klp_callback *cb, const char *name__str, char *buf,
				u32 buf__sz)
{
	return klpm_sysctl_read(name__str, buf, buf__sz);
}

__bpf_kfunc int klp_sysctl_write(struct klp_callback *cb, const char *name__str, const char *buf,
				 u32 buf__sz)
{
	return klpm_sysctl_write(name__str, buf, buf__sz);
}

__bpf_kfunc_end_defs();
