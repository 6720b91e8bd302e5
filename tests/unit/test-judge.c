// SPDX-License-Identifier: GPL-2.0-only
/* core/judge: each combination of what recovery can find, against the promises, and a table. */
#include "core/judge.h"
#include "klp/meta.h"
#include "klp/uapi.h"
#include "unit.h"

#define IMMEDIATE	KLP_CONSISTENCY_IMMEDIATE
#define PER_TASK	KLP_CONSISTENCY_PER_TASK

static const struct {
	const char *what;
	struct judge_facts facts;
	enum judge_verdict verdict;
} table[] = {
	{ "per task, in force", { .pins = JUDGE_PINS_READ, .consistency = PER_TASK, .companion = true,
	  .record = KLP_IN_FORCE, .attached = true }, JUDGE_TAKE },
	{ "per task, entering", { .pins = JUDGE_PINS_READ, .consistency = PER_TASK, .companion = true,
	  .record = KLP_ENTERING, .attached = true }, JUDGE_TAKE },
	{ "per task, leaving", { .pins = JUDGE_PINS_READ, .consistency = PER_TASK, .companion = true,
	  .record = KLP_LEAVING, .attached = true }, JUDGE_TAKE },
	{ "per task, killed before SWITCH", { .pins = JUDGE_PINS_READ, .consistency = PER_TASK,
	  .companion = true, .attached = true }, JUDGE_RETIRE },
	{ "per task, registered by a file that is still open", { .pins = JUDGE_PINS_READ,
	  .consistency = PER_TASK, .companion = true, .record = KLP_REGISTERED }, JUDGE_RETIRE },
	{ "left by force", { .pins = JUDGE_PINS_READ, .consistency = PER_TASK, .companion = true,
	  .record = KLP_FORCED_OUT, .attached = true }, JUDGE_RETIRE },
	{ "per task without companion", { .pins = JUDGE_PINS_READ, .consistency = PER_TASK,
	  .attached = true }, JUDGE_LEAVE },
	{ "a record state of a newer companion", { .pins = JUDGE_PINS_READ, .consistency = PER_TASK,
	  .companion = true, .record = KLP_FORCED_OUT + 1 }, JUDGE_LEAVE },
	{ "two directories for one record", { .pins = JUDGE_PINS_READ, .consistency = PER_TASK,
	  .companion = true, .record = KLP_IN_FORCE, .collides = true }, JUDGE_LEAVE },
	{ "immediate, in force", { .pins = JUDGE_PINS_READ, .consistency = IMMEDIATE, .gate = true,
	  .attached = true }, JUDGE_TAKE },
	{ "immediate, out of force", { .pins = JUDGE_PINS_READ, .consistency = IMMEDIATE,
	  .attached = true }, JUDGE_RETIRE },
	{ "bodies that read a gates word which is not pinned any more", { .pins = JUDGE_PINS_READ,
	  .consistency = IMMEDIATE, .attached = true, .elsewhere = true }, JUDGE_LEAVE },
	{ "half built", { .pins = JUDGE_PINS_NO_META, .companion = true, .attached = true,
	  .consistency = PER_TASK }, JUDGE_REMOVE },
	{ "an empty directory", { .pins = JUDGE_PINS_NO_META }, JUDGE_REMOVE },
	{ "meta removed, record in force", { .pins = JUDGE_PINS_NO_META, .companion = true,
	  .consistency = PER_TASK, .record = KLP_IN_FORCE, .attached = true }, JUDGE_TAKE_LOST },
	{ "meta removed, gate open", { .pins = JUDGE_PINS_NO_META, .consistency = IMMEDIATE,
	  .gate = true, .attached = true }, JUDGE_TAKE_LOST },
	{ "meta removed of what left by force", { .pins = JUDGE_PINS_NO_META, .companion = true,
	  .consistency = PER_TASK, .record = KLP_FORCED_OUT, .attached = true }, JUDGE_LEAVE },
	{ "and its programs are kept", { .pins = JUDGE_PINS_NO_META, .companion = true,
	  .consistency = PER_TASK, .record = KLP_FORCED_OUT, .kept = true }, JUDGE_REMOVE },
	{ "meta removed, no companion", { .pins = JUDGE_PINS_NO_META, .consistency = PER_TASK,
	  .attached = true }, JUDGE_LEAVE },
	{ "garbage", { .pins = JUDGE_PINS_BAD, .companion = true }, JUDGE_LEAVE },
	{ "meta overwritten, record in force", { .pins = JUDGE_PINS_BAD, .companion = true,
	  .consistency = PER_TASK, .record = KLP_IN_FORCE, .attached = true }, JUDGE_TAKE_LOST },
	{ "of a newer klpd, gate open", { .pins = JUDGE_PINS_NEWER, .consistency = IMMEDIATE,
	  .gate = true, .attached = true }, JUDGE_LEAVE },
	{ "of a newer klpd, nothing attached", { .pins = JUDGE_PINS_NEWER }, JUDGE_LEAVE },
	{ "a record whose pins are gone", { .pins = JUDGE_PINS_NONE, .companion = true,
	  .consistency = PER_TASK, .record = KLP_IN_FORCE }, JUDGE_TAKE_LOST },
	{ "a bit that nothing reads", { .pins = JUDGE_PINS_NONE, .consistency = IMMEDIATE },
	  JUDGE_REMOVE },
	{ "a bit that a body reads", { .pins = JUDGE_PINS_NONE, .consistency = IMMEDIATE,
	  .gate = true, .attached = true }, JUDGE_TAKE_LOST },
	{ "forced out and kept", { .pins = JUDGE_PINS_NONE, .companion = true,
	  .consistency = PER_TASK, .record = KLP_FORCED_OUT, .kept = true }, JUDGE_REMOVE },
	{ "forced out and not kept", { .pins = JUDGE_PINS_NONE, .companion = true,
	  .consistency = PER_TASK, .record = KLP_FORCED_OUT }, JUDGE_LEAVE },
};

static void test_table(void)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (judge(&table[i].facts) != table[i].verdict)
			fprintf(stderr, "%s:\n", table[i].what);
		CHECK_INT(judge(&table[i].facts), table[i].verdict);
	}
}

static bool goes(enum judge_verdict v)
{
	return v == JUDGE_RETIRE || v == JUDGE_REMOVE;
}

static void check_promises(const struct judge_facts *f)
{
	bool stands = f->gate || f->record == KLP_ENTERING || f->record == KLP_IN_FORCE ||
		      f->record == KLP_LEAVING;
	enum judge_verdict v = judge(f);

	CHECK(v < _JUDGE_VERDICT_MAX);
	/* what is in force is never taken away */
	CHECK(!stands || !goes(v));
	/* what is not in force is never taken for it */
	CHECK(stands || (v != JUDGE_TAKE && v != JUDGE_TAKE_LOST));
	/* what is not ours to judge is not touched */
	CHECK((f->pins != JUDGE_PINS_NEWER && f->record <= KLP_FORCED_OUT && !f->elsewhere) ||
	      v == JUDGE_LEAVE);
	/* two sets are never one record or one gate */
	CHECK(!f->collides || !stands || v == JUDGE_LEAVE);
	/* without metadata nothing is a set as any other */
	CHECK(f->pins == JUDGE_PINS_READ || (v != JUDGE_TAKE && v != JUDGE_RETIRE));
	/* programs that a task may stand in go only once they are kept, which RETIRE sees to */
	CHECK(f->record != KLP_FORCED_OUT || f->gate || f->kept || v != JUDGE_REMOVE);
}

static void test_all(void)
{
	static const uint32_t consistencies[] = { 0, IMMEDIATE, PER_TASK };
	struct judge_facts f;

	for (unsigned int pins = 0; pins < _JUDGE_PINS_MAX; pins++)
		for (unsigned int c = 0; c < 3; c++)
			for (uint32_t record = 0; record <= KLP_FORCED_OUT + 1; record++)
				for (unsigned int bits = 0; bits < 64; bits++) {
					f = (struct judge_facts){
						.pins = pins,
						.consistency = consistencies[c],
						.record = record,
						.companion = bits & 1,
						.gate = bits & 2,
						.attached = bits & 4,
						.kept = bits & 8,
						.collides = bits & 16,
						.elsewhere = bits & 32,
					};
					check_promises(&f);
				}
}

int main(void)
{
	RUN(test_table);
	RUN(test_all);
	return unit_end();
}
