/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions at which ftrace still calls the companion although no patch needs it. */
#ifndef KLPD_CORE_IDLE_HOOKS_H
#define KLPD_CORE_IDLE_HOOKS_H

#include "core/warning.h"
#include "core/registry.h"

struct idle_hooks {
	struct klp_uapi_hook *list;
	uint32_t n;
};

/* Read the list from the companion; empty if the companion cannot be asked. */
void idle_hooks_get(const struct registry *reg, struct idle_hooks *ret);
/* Whether the list has the function with this ftrace name. */
bool idle_hooks_have(const struct idle_hooks *hooks, const char *object, const char *listed);
/* Append a warning for each. -ENOMEM. */
int idle_hooks_warn(const struct idle_hooks *hooks, struct warnings *ret);
void idle_hooks_done(struct idle_hooks *hooks);

#endif
