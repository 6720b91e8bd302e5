// SPDX-License-Identifier: GPL-2.0-only
/*
 * The planner under libFuzzer. Bytes become a few patches over small alphabets of names, functions
 * and states, so that they meet; a registry of sets in force; and a request. Then the promises of
 * plan.h are checked against what came out, with the rules written down a second time.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/plan.h"
#include "klp/uapi.h"
#include "util/macro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition) do { \
		if (!(condition)) \
			abort(); \
	} while (0)

#define SETS_MAX	(KLP_PATCHES_MAX + 2)
#define BEFORE_MAX	8
#define FUNCS		4
#define STATES		3

struct test_patch {
	struct meta meta;
	char name[4];
	struct meta_func funcs[FUNCS];
	struct meta_state states[STATES];
	struct meta_callback callback;
	struct meta_struct_ops struct_ops;
};

struct input {
	const uint8_t *data;
	size_t size;
};

static unsigned int next(struct input *in)
{
	if (in->size == 0)
		return 0;
	in->size--;
	return *in->data++;
}

static void patch_fill(struct test_patch *p, struct input *in, unsigned int name)
{
	static const char *const symbols[] = { "a", "b", "c", "d", "e", "f", "g", "h" };
	static const char *const patch_sets[] = { "", "s", "t" };
	unsigned int bits = next(in), kinds = next(in), symbol = next(in), states = next(in);
	struct meta *m = &p->meta;

	memset(p, 0, sizeof(*p));
	p->name[0] = (char)('a' + name % 26);
	p->name[1] = (char)('a' + name / 26 % 26);
	*m = (struct meta){
		.name = p->name, .version = (char *)"1", .description = (char *)"",
		/* in a byte that says little else: mostly the default set, as in life */
		.set = (char *)patch_sets[(kinds >> 4 & 3) % ARRAY_SIZE(patch_sets)],
		.replace = bits & 1, .strict = (bits & 6) == 6, .per_task_only = bits & 8,
		.funcs = p->funcs, .n_funcs = 1 + (bits >> 4) % FUNCS,
		.states = p->states, .n_states = (bits >> 6) % (STATES + 1),
		.callbacks = &p->callback, .n_callbacks = (kinds & 0xc0) == 0xc0,
		.struct_ops = &p->struct_ops, .n_struct_ops = (symbol & 0x18) == 0x18,
	};
	/* as the parser has it: only with states */
	m->sticky = m->n_states > 0 && states >> 6 == 3;
	p->struct_ops = (struct meta_struct_ops){ (char *)"t", (char *)(symbol & 0x20 ? "n" : "o"),
						  (char *)"m" };
	p->callback = (struct meta_callback){ (char *)"vmlinux", (char *)"p",
					      CALLBACK_PRE_PATCH };
	for (size_t i = 0; i < m->n_funcs; i++)
		p->funcs[i] = (struct meta_func){
			.object = (char *)(kinds == 33 || kinds == 62 ? "loop" : "vmlinux"),
			.symbol = (char *)symbols[(symbol + i) % ARRAY_SIZE(symbols)],
			.program = (char *)"p",
			.sympos = kinds == 34 ? 2 : symbol >> 7,
			.body = kinds == 35 ? BODY_OVERRIDE :
				kinds >> 1 & 1U << i ? BODY_GUARD : BODY_FMOD_RET,
		};
	for (size_t i = 0; i < m->n_states; i++)
		p->states[i] = (struct meta_state){ .id = 1 + i, .version = states >> 2 * i & 3 };
}

static bool funcs_meet(const struct meta *a, const struct meta *b)
{
	for (size_t i = 0; i < a->n_funcs; i++)
		for (size_t j = 0; j < b->n_funcs; j++)
			if (meta_func_same(&a->funcs[i], &b->funcs[j]))
				return true;
	return false;
}

static bool states_allow(const struct meta *old, const struct meta *new, bool replace)
{
	for (size_t i = 0; i < old->n_states; i++) {
		bool known = false;

		for (size_t j = 0; j < new->n_states; j++)
			if (new->states[j].id == old->states[i].id) {
				known = true;
				if (new->states[j].version < old->states[i].version)
					return false;
			}
		if (!known && replace)
			return false;
	}
	return true;
}

static bool states_meet(const struct meta *a, const struct meta *b)
{
	for (size_t i = 0; i < a->n_states; i++)
		for (size_t j = 0; j < b->n_states; j++)
			if (a->states[i].id == b->states[j].id)
				return true;
	return false;
}

/* What is of another patch set is neither replaced nor touched, by no verb. */
static bool struct_ops_meet(const struct meta *a, const struct meta *b)
{
	return a->n_struct_ops > 0 && b->n_struct_ops > 0 &&
	       STREQ(a->struct_ops[0].name, b->struct_ops[0].name);
}

static void require_sets(const struct plan_patch *patches, size_t n_patches, const struct meta *m,
			 const struct plan *plan)
{
	bool leaves[SETS_MAX] = { false };

	for (size_t i = 0; i < plan->n_leave; i++)
		leaves[plan->leave[i]] = true;
	for (size_t i = 0; i < n_patches; i++) {
		const struct meta *old = patches[i].meta;
		bool same = STREQ(old->set, m->set);

		REQUIRE(leaves[i] == (same && plan->verb == CHANGE_REPLACE));
		REQUIRE(leaves[i] || (!STREQ(old->name, m->name) && !funcs_meet(old, m) &&
				      !struct_ops_meet(old, m)));
		REQUIRE(same ? states_allow(old, m, leaves[i]) : !states_meet(old, m));
	}
}

static void require_leave(const struct plan_patch *patches, size_t n_patches,
			  const struct plan *plan)
{
	REQUIRE(plan->n_leave <= n_patches && plan->n_leave <= ARRAY_SIZE(plan->leave));
	for (size_t i = 0; i < plan->n_leave; i++) {
		REQUIRE(plan->leave[i] < n_patches);
		REQUIRE(patches[plan->leave[i]].consistency == plan->consistency);
		for (size_t j = 0; j < i; j++)
			REQUIRE(plan->leave[i] != plan->leave[j]);
	}
}

static void require_incoming(const struct plan_patch *patches, size_t n_patches,
			     const struct plan_request *request, const struct plan *plan)
{
	const struct meta *m = request->meta;
	bool replace = plan->verb == CHANGE_REPLACE;

	REQUIRE(replace == (request->verb == CHANGE_REPLACE || m->replace));
	REQUIRE(plan->consistency == (request->immediate ? KLP_CONSISTENCY_IMMEDIATE :
							   KLP_CONSISTENCY_PER_TASK));
	REQUIRE(request->immediate ? !m->per_task_only : request->companion);
	REQUIRE(m->n_callbacks == 0 || !request->immediate);
	REQUIRE(!m->sticky || !request->deadline);
	REQUIRE(plan->n_enter == 1 && plan->enter[0].slot < KLP_GATE_SLOTS &&
		n_patches - plan->n_leave < KLP_PATCHES_MAX);
	for (size_t i = 0; i < m->n_funcs; i++)
		REQUIRE(body_is_ops(m->funcs[i].body) ?
				!request->immediate :
				m->funcs[i].body == BODY_FMOD_RET && m->funcs[i].sympos <= 1 &&
					!m->strict && STREQ(m->funcs[i].object, "vmlinux"));
	require_sets(patches, n_patches, m, plan);
	for (size_t i = 0; i < n_patches; i++)
		REQUIRE(!request->immediate || patches[i].slot != plan->enter[0].slot ||
			patches[i].consistency != KLP_CONSISTENCY_IMMEDIATE);
}

static bool in_force(const struct plan_patch *patches, size_t n_patches, uint64_t serial)
{
	for (size_t i = 0; i < n_patches; i++)
		if (patches[i].serial == serial)
			return true;
	return false;
}

static bool was_in_force(const struct plan_request *q, uint64_t serial)
{
	for (size_t i = 0; i < q->n_previous; i++)
		if (q->previous[i].serial == serial)
			return true;
	return false;
}

/* Two that will be in force together: the later one goes with the earlier. */
static void require_beside(const struct meta *old, const struct meta *m)
{
	REQUIRE(!STREQ(old->name, m->name) && !funcs_meet(old, m) && !struct_ops_meet(old, m));
	REQUIRE(STREQ(old->set, m->set) ? states_allow(old, m, false) : !states_meet(old, m));
}

/* Each state of one that leaves is carried by one of its set, and lowered by none of them. */
static void require_carried(const struct meta *old, const struct plan_request *q,
			    const struct plan *plan)
{
	for (size_t i = 0; i < old->n_states; i++) {
		bool carried = false;

		for (size_t j = 0; j < plan->n_enter; j++) {
			const struct meta *m = q->previous[plan->enter[j].index].meta;

			for (size_t k = 0; k < m->n_states && STREQ(old->set, m->set); k++)
				if (m->states[k].id == old->states[i].id) {
					carried = true;
					REQUIRE(m->states[k].version >= old->states[i].version);
				}
		}
		REQUIRE(carried);
	}
}

/* Exactly who was and is not enters, in order; exactly who is and was not leaves. */
static void require_rollback(const struct plan_patch *patches, size_t n_patches,
			     const struct plan_request *q, const struct plan *plan)
{
	size_t n_enter = 0, n_leave = 0;

	REQUIRE(plan->verb == CHANGE_ROLLBACK && plan->n_enter + plan->n_leave > 0);
	for (size_t i = 0; i < n_patches; i++)
		if (!was_in_force(q, patches[i].serial))
			REQUIRE(plan->leave[n_leave++] == i);
	for (size_t i = 0; i < q->n_previous; i++)
		if (!in_force(patches, n_patches, q->previous[i].serial))
			REQUIRE(plan->enter[n_enter++].index == i);
	REQUIRE(n_enter == plan->n_enter && n_leave == plan->n_leave);
	REQUIRE(n_patches - n_leave + n_enter <= KLP_PATCHES_MAX);
	REQUIRE(plan->consistency == KLP_CONSISTENCY_IMMEDIATE || q->companion);
	for (size_t i = 0; i < n_enter; i++) {
		const struct plan_previous *e = &q->previous[plan->enter[i].index];

		REQUIRE(e->consistency == plan->consistency);
		REQUIRE(!e->meta->sticky || !q->deadline);
		REQUIRE(plan->consistency != KLP_CONSISTENCY_IMMEDIATE || !e->meta->per_task_only);
		REQUIRE(plan->enter[i].slot < KLP_GATE_SLOTS);
		for (size_t j = 0; j < n_patches; j++) {
			REQUIRE(plan->consistency != KLP_CONSISTENCY_IMMEDIATE ||
				patches[j].consistency != KLP_CONSISTENCY_IMMEDIATE ||
				patches[j].slot != plan->enter[i].slot);
			if (was_in_force(q, patches[j].serial))
				require_beside(patches[j].meta, e->meta);
		}
		for (size_t j = 0; j < i; j++) {
			REQUIRE(plan->consistency != KLP_CONSISTENCY_IMMEDIATE ||
				plan->enter[i].slot != plan->enter[j].slot);
			require_beside(q->previous[plan->enter[j].index].meta, e->meta);
		}
	}
	for (size_t i = 0; i < n_leave; i++) {
		if (n_enter > 0)
			require_carried(patches[plan->leave[i]].meta, q, plan);
		else
			REQUIRE(!patches[plan->leave[i]].meta->sticky);
	}
}

/* Who asks before a change is told what the change would be told, and maybe more. */
static void require_check_all(const struct plan_patch *patches, size_t n_patches,
			      const struct plan_request *request, const struct plan *made,
			      int result, const struct report *report)
{
	struct report_list problems = { .n = 0 };
	struct plan plan;

	REQUIRE(plan_check_all(patches, n_patches, request, &plan, &problems) == 0);
	REQUIRE((problems.n == 0) == (result == 0));
	if (result == 0) {
		REQUIRE(plan.verb == made->verb && plan.consistency == made->consistency);
		REQUIRE(plan.n_leave == made->n_leave && plan.enter[0].slot == made->enter[0].slot);
	} else {
		REQUIRE((int)problems.reports[0].outcome == result);
		REQUIRE(STREQ(problems.reports[0].detail, report->detail));
	}
	report_list_done(&problems);
}

static void run(const struct plan_patch *patches, size_t n_patches,
		const struct plan_request *request)
{
	struct report report = REPORT_INIT;
	struct plan plan, untouched;
	int r;

	memset(&plan, 0x5a, sizeof(plan));
	memset(&untouched, 0x5a, sizeof(untouched));
	r = plan_make(patches, n_patches, request, &plan, &report);
	if (request->meta && !request->changing)
		require_check_all(patches, n_patches, request, &plan, r, &report);
	if (r != 0) {
		REQUIRE(r > 0 && r < _OUTCOME_MAX && (int)report.outcome == r && report.detail);
		REQUIRE(memcmp(&plan, &untouched, sizeof(plan)) == 0);
		REQUIRE(!request->changing || r == OUTCOME_BUSY);
	} else {
		REQUIRE(!request->changing && report.outcome == OUTCOME_OK);
		require_leave(patches, n_patches, &plan);
		if (request->verb == CHANGE_ROLLBACK)
			require_rollback(patches, n_patches, request, &plan);
		else if (plan.n_enter > 0)
			require_incoming(patches, n_patches, request, &plan);
		else
			REQUIRE(plan.n_leave == 1 && plan.verb == CHANGE_DISABLE &&
				request->verb == CHANGE_DISABLE &&
				STREQ(patches[plan.leave[0]].meta->name, request->name) &&
				!patches[plan.leave[0]].meta->sticky);
	}
	report_done(&report);
}

/* Some of those in force, and some that are not any more, in the order of their serials. */
static void make_before(struct plan_request *q, struct input *in, const struct plan_patch *patches,
			size_t n_patches, unsigned int spread)
{
	static struct test_patch test_patches[BEFORE_MAX];
	static struct plan_previous previous[SETS_MAX + BEFORE_MAX];
	unsigned int bits = next(in), n_gone = next(in) % (BEFORE_MAX + 1);

	q->previous = bits == 0xff ? NULL : previous;
	for (size_t i = 0; i < n_patches; i++)
		if (bits & 1U << i % 8)
			previous[q->n_previous++] =
				(struct plan_previous){ .consistency = patches[i].consistency,
						      .serial = patches[i].serial };
	for (size_t i = 0; i < n_gone; i++) {
		patch_fill(&test_patches[i], in, 40 + next(in) % 16);
		previous[q->n_previous++] = (struct plan_previous){
			.meta = &test_patches[i].meta, .serial = 1000 + i,
			.consistency = spread < 85 ? KLP_CONSISTENCY_IMMEDIATE :
				       spread < 170 || i & 1 ? KLP_CONSISTENCY_PER_TASK :
							       KLP_CONSISTENCY_IMMEDIATE };
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct test_patch test_patches[SETS_MAX + 1];
	struct input in = { data, size };
	struct plan_patch patches[SETS_MAX];
	struct plan_request request;
	size_t n_patches = next(&in) % (SETS_MAX + 1);
	unsigned int flags = next(&in), spread = next(&in), name = next(&in);

	for (size_t i = 0; i < n_patches; i++) {
		patch_fill(&test_patches[i], &in, (unsigned int)i);
		patches[i] = (struct plan_patch){
			.meta = &test_patches[i].meta,
			.consistency = spread < 85 ? KLP_CONSISTENCY_IMMEDIATE :
				       spread < 170 || i & 1 ? KLP_CONSISTENCY_PER_TASK :
							       KLP_CONSISTENCY_IMMEDIATE,
			/* all different as long as there are enough, in an order of its own */
			.slot = (uint32_t)(i * 5 + spread) % KLP_GATE_SLOTS,
			.serial = 1 + i * 3,
		};
	}
	patch_fill(&test_patches[n_patches], &in, name);
	request = (struct plan_request){
		.verb = (enum change_verb)(flags % _CHANGE_MAX),
		.immediate = flags & 0x20, .companion = flags & 0x40, .deadline = flags & 4,
		.changing = (flags & 0x98) == 0x98,
	};
	if (request.verb == CHANGE_DISABLE)
		request.name = test_patches[n_patches].name;
	else if (request.verb == CHANGE_ROLLBACK)
		make_before(&request, &in, patches, n_patches, spread);
	else
		request.meta = &test_patches[n_patches].meta;
	run(patches, n_patches, &request);
	return 0;
}
