// SPDX-License-Identifier: GPL-2.0-only
/* core/lost and core/recovery-incomplete: whose a link is, and what a change may not meet. No kernel behind it. */
#include "core/lost.h"
#include "core/recovery-incomplete.h"
#include "unit.h"

static void test_record_names(void)
{
	static const char *const bad[] = { "", "a", "a.", "a.0", "a.01", "a.x", "a.1x", "A.1", ".1",
		"a.9223372036854775808", "a.99999999999999999999", "a b.1" };
	char name[KLP_NAME_LEN];
	uint64_t serial;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!lost_parse_record(bad[i], name, &serial));
	CHECK(lost_parse_record("cmdline.7", name, &serial));
	CHECK_STR(name, "cmdline");
	CHECK_INT(serial, 7);
	CHECK(lost_parse_record("a.9223372036854775807", name, &serial));
}

static void test_identity(void)
{
	const struct lost_identity task = { .id = 5, .record = "a.7", .gates_map_id = 1 };
	const struct lost_identity now = { .slot = 3, .gates_map_id = 1 };
	struct found_link guard = { .kind = FOUND_GUARD, .record = "a.7" };
	struct found_link fmod = { .kind = FOUND_FMOD_RET, .id = 5, .gates_map_id = 1, .slot = 3,
				   .consistency = KLP_CONSISTENCY_PER_TASK };
	struct found_link ops = { .kind = FOUND_STRUCT_OPS };

	CHECK(lost_is(&guard, &task) && !lost_is(&guard, &now));
	CHECK(lost_is(&fmod, &task) && !lost_is(&fmod, &now));
	CHECK(!lost_is(&ops, &task) && !lost_is(&ops, &now));
	memcpy(guard.record, "a.8", 4);
	CHECK(!lost_is(&guard, &task));
	fmod.consistency = KLP_CONSISTENCY_IMMEDIATE;
	CHECK(!lost_is(&fmod, &task) && lost_is(&fmod, &now));
	fmod.slot = 4;
	CHECK(!lost_is(&fmod, &now));
	fmod.slot = 3;
	fmod.gates_map_id = 2;
	CHECK(!lost_is(&fmod, &now));
}

static struct patch *make(const char *name, const char *function)
{
	char text[256];
	struct meta *meta;
	struct patch *s;
	int n;

	n = snprintf(text, sizeof(text),
		     "format=1%cname=%s%cversion=1.0%cfunc=vmlinux:0:fmod_ret:%s:p", 0, name, 0, 0,
		     function);
	if (meta_from_section(text, (size_t)n + 1, &meta, NULL) != 0 || patch_new(meta, "/x", &s) < 0)
		return NULL;
	s->serial = 1;
	return s;
}

static void refuses(struct registry *reg, enum change_verb verb, const struct meta *meta,
		    const char *name, int want)
{
	struct report report = REPORT_INIT;

	CHECK_INT(recovery_incomplete_refuse(reg, verb, meta, name, &report), want);
	CHECK_INT(report.outcome, want);
	report_done(&report);
}

static void test_refused(void)
{
	static struct registry reg;
	struct patch *same = make("b", "f"), *other = make("c", "g"), *named = make("a", "h");
	struct incomplete_patch *u = registry_leave_alone(&reg, make("a", "f"), strdup("is left alone"));
	char *text = recovery_incomplete_text(u);

	CHECK_STR(text, "Pins gen-1 of patch 'a' is left alone");
	free(text);
	/* nothing of it is in the kernel */
	refuses(&reg, CHANGE_ENABLE, same->meta, NULL, 0);
	refuses(&reg, CHANGE_DISABLE, NULL, "a", OUTCOME_RECOVERY_INCOMPLETE);
	refuses(&reg, CHANGE_DISABLE, NULL, "b", 0);
	u->facts.attached = true;
	refuses(&reg, CHANGE_ENABLE, same->meta, NULL, OUTCOME_RECOVERY_INCOMPLETE);
	refuses(&reg, CHANGE_ENABLE, named->meta, NULL, OUTCOME_RECOVERY_INCOMPLETE);
	refuses(&reg, CHANGE_ENABLE, other->meta, NULL, 0);
	refuses(&reg, CHANGE_REPLACE, other->meta, NULL, OUTCOME_RECOVERY_INCOMPLETE);
	refuses(&reg, CHANGE_ROLLBACK, NULL, NULL, OUTCOME_RECOVERY_INCOMPLETE);
	refuses(&reg, CHANGE_REPAIR, NULL, NULL, 0);
	/* functions that are not known may be any */
	u->patch->n_lost = 1;
	refuses(&reg, CHANGE_ENABLE, other->meta, NULL, OUTCOME_RECOVERY_INCOMPLETE);
	patch_free(same);
	patch_free(other);
	patch_free(named);
	registry_clear(&reg);
	CHECK_INT(reg.n_incomplete, 0);
}

int main(void)
{
	RUN(test_record_names);
	RUN(test_identity);
	RUN(test_refused);
	return unit_end();
}
