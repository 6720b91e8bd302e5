// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks of the companion that no patch needs any more and that ftrace could not remove yet. They
 * redirect nothing, and the next patch of the function takes them over. They therefore do not count
 * as foreign hooks, and a warning explains why klp.ko cannot be unloaded.
 */
#include <stdlib.h>

#include "core/idle-hooks.h"
#include "util/macro.h"

void idle_hooks_get(const struct registry *reg, struct idle_hooks *ret)
{
	*ret = (struct idle_hooks){ .n = 0 };
	/* on an error the list is empty, so that no foreign hook is excused by mistake */
	if (reg->companion && companion_idle_hooks(reg->companion, &ret->list, &ret->n) < 0)
		*ret = (struct idle_hooks){ .n = 0 };
}

bool idle_hooks_have(const struct idle_hooks *hooks, const char *object, const char *listed)
{
	for (uint32_t i = 0; i < hooks->n; i++)
		if (STREQ(hooks->list[i].object, object) && STREQ(hooks->list[i].symbol, listed))
			return true;
	return false;
}

int idle_hooks_warn(const struct idle_hooks *hooks, struct warnings *ret)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < hooks->n; i++)
		r = warnings_add(ret, &(struct warning){ .kind = WARNING_IDLE_HOOK,
							 .func = WARNING_NO_FUNC },
				 "Ftrace did not let go of function '%s' of '%s', which no patch needs any "
				 "more: the original runs, and klp.ko tries again and cannot be unloaded "
				 "until that succeeds", hooks->list[i].symbol, hooks->list[i].object);
	return r;
}

void idle_hooks_done(struct idle_hooks *hooks)
{
	free(hooks->list);
	*hooks = (struct idle_hooks){ .n = 0 };
}
