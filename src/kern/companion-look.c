// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads blockers and idle hooks from the companion. Results are bounded and terminated here, as in
 * companion.c.
 */
#include <string.h>

#include "kern/companion-io.h"
#include "kern/companion.h"
#include "util/cleanup.h"
#include "util/macro.h"
#include "util/text.h"

/* klp.ko fills no more entries, though it counts all blockers. */
#define BLOCKERS_MAX	4096

int companion_blockers(struct companion *c, bool last, struct klp_uapi_blocker **ret,
		       uint32_t *ret_n)
{
	uint32_t room = KLP_KEPT_MAX;

	if (last && companion_is_older(c))
		return -EOPNOTSUPP;
	for (;;) {
		_cleanup_free_ struct klp_uapi_blocker *found = calloc(room, sizeof(*found));
		struct klp_ioc_blockers arg = {
			.blockers = (uintptr_t)found,
			.nr = room,
			.flags = last ? KLP_BLOCKERS_KEPT : 0,
		};
		int r;

		if (!found)
			return -ENOMEM;
		r = companion_ioctl(c, KLP_IOC_BLOCKERS, &arg);
		if (r < 0)
			return r;
		/* Blockers come and go: ask again with room to spare, but not forever. */
		if (!last && arg.nr > room && room < BLOCKERS_MAX) {
			room = MIN(arg.nr, (uint32_t)BLOCKERS_MAX / 2) * 2;
			continue;
		}
		arg.nr = MIN(arg.nr, room);
		for (uint32_t i = 0; i < arg.nr; i++) {
			text_clean(found[i].comm, sizeof(found[i].comm), '?');
			text_clean(found[i].reason, sizeof(found[i].reason), '?');
		}
		*ret_n = arg.nr;
		*ret = TAKE_PTR(found);
		return 0;
	}
}

int companion_stack(struct companion *c, const struct klp_uapi_blocker *blocker, bool last,
		    char ret[static COMPANION_STACK_ROOM])
{
	struct klp_ioc_stack arg = {
		.pid = blocker->pid,
		.cpu = blocker->pid == 0 ? blocker->cpu : 0,
		.text = (uintptr_t)ret,
		.size = KLP_STACK_MAX,
		.flags = last ? KLP_BLOCKERS_KEPT : 0,
	};
	size_t n;
	int r;

	ret[0] = '\0';
	if (last && companion_is_older(c))
		return -EOPNOTSUPP;
	r = companion_ioctl(c, KLP_IOC_STACK, &arg);
	if (r < 0)
		return r;
	text_clean(ret, MIN(arg.size, (uint32_t)KLP_STACK_MAX) + 1, '\n');
	for (n = strlen(ret); n > 0 && ret[n - 1] == '\n'; n--)
		ret[n - 1] = '\0';
	return 0;
}

/* Asks for the number first, because there are none almost always. */
int companion_idle_hooks(struct companion *c, struct klp_uapi_hook **ret, uint32_t *ret_n)
{
	_cleanup_free_ struct klp_uapi_hook *found = NULL;
	struct klp_ioc_hooks arg = { .nr = 0 };
	uint32_t room;
	int r;

	r = companion_ioctl(c, KLP_IOC_HOOKS, &arg);
	if (r < 0 && r != -ENOTTY)
		return r;
	room = r < 0 ? 0 : MIN(arg.nr, (uint32_t)KLP_HOOKS_MAX);
	found = calloc(room ?: 1, sizeof(*found));
	if (!found)
		return -ENOMEM;
	arg = (struct klp_ioc_hooks){ .hooks = (uintptr_t)found, .nr = room };
	r = room > 0 ? companion_ioctl(c, KLP_IOC_HOOKS, &arg) : 0;
	if (r < 0)
		return r;
	*ret_n = MIN(arg.nr, room);
	for (uint32_t i = 0; i < *ret_n; i++) {
		text_clean(found[i].object, sizeof(found[i].object), '?');
		text_clean(found[i].symbol, sizeof(found[i].symbol), '?');
	}
	*ret = TAKE_PTR(found);
	return 0;
}
