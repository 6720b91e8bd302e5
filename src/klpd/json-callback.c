/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asks the companion for the callback that runs now: for status, and for a change that has to wait
 * until the callback has ended. Remembers nothing.
 */
#include <stdbool.h>

#include "klpd/json-callback.h"
#include "klpd/json-text.h"

/* The name of the patch. The companion's record has a name even if klpd does not know the patch. */
static const char *callback_patch(const struct registry *reg, const struct klp_ioc_callback *c)
{
	const struct patch *s = registry_find_id(reg, c->record);

	return s ? s->meta->name : c->name;
}

static const char *callback_when(const struct klp_ioc_callback *c)
{
	return callback_kind_to_string((enum callback_kind)c->when);
}

static bool callback_read(const struct registry *reg, struct klp_ioc_callback *ret)
{
	return reg->companion && companion_callback(reg->companion, ret) == 0 &&
	       ret->when <= KLP_POST_UNPATCH;
}

int json_callback(const struct registry *reg, sd_json_variant **ret)
{
	struct klp_ioc_callback c;

	if (!callback_read(reg, &c))
		return sd_json_variant_new_null(ret);
	return sd_json_buildo(ret,
		PAIR_TEXT("patch", callback_patch(reg, &c)),
		PAIR_TEXT("object", c.object),
		PAIR_TEXT("when", callback_when(&c)),
		SD_JSON_BUILD_PAIR_UNSIGNED("runningUSec", c.running_ns / 1000),
		SD_JSON_BUILD_PAIR_INTEGER("pid", c.pid),
		SD_JSON_BUILD_PAIR_CONDITION(c.transition != 0, "transition",
					     SD_JSON_BUILD_UNSIGNED(c.transition)));
}

int json_callback_busy(const struct registry *reg, struct report *report)
{
	struct klp_ioc_callback c;

	if (!callback_read(reg, &c))
		return 0;
	return report_set(report, OUTCOME_BUSY, "The %s callback of object '%s' of patch '%s' has run "
			  "for %llu s and has to end first (thread %d)", callback_when(&c), c.object,
			  callback_patch(reg, &c), (unsigned long long)(c.running_ns / 1000000000),
			  (int)c.pid);
}
