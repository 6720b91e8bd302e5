/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For tests of the planner: patches are built from short notes by patch(), sets in force by set(),
 * and a refusal is checked with its words and its output.
 */
#ifndef KLPD_UNIT_PLAN_PATCH_H
#define KLPD_UNIT_PLAN_PATCH_H

#include <stdint.h>
#include <string.h>

#include "core/plan.h"
#include "unit.h"
#include "util/cleanup.h"

#define _cleanup_report_ _cleanup_(report_done)

struct test_patch {
	struct meta meta;
	struct meta_func funcs[2];
	struct meta_state state;
	struct meta_callback callback;
	struct meta_struct_ops struct_ops;
};

/* A patch that plans well: one fmod_ret body on `symbol` of vmlinux. */
static struct test_patch patch(const char *name, const char *symbol)
{
	return (struct test_patch){
		.meta = { .name = (char *)name, .version = (char *)"1.0",
			  .description = (char *)"", .set = (char *)"", .n_funcs = 1 },
		.funcs = { { (char *)"vmlinux", (char *)symbol, (char *)"p", 0, BODY_FMOD_RET },
			   { (char *)"vmlinux", (char *)"second", (char *)"q", 0,
			     BODY_FMOD_RET } },
		.state = { .id = 7 },
		.callback = { (char *)"vmlinux", (char *)"p", CALLBACK_POST_PATCH },
		.struct_ops = { (char *)"tcp_congestion_ops", (char *)"cc", (char *)"m" },
	};
}

/* The arrays of a patch are inside it, so its meta is only good where it stands. */
static struct meta *meta(struct test_patch *p)
{
	p->meta.funcs = p->funcs;
	p->meta.states = &p->state;
	p->meta.callbacks = &p->callback;
	p->meta.struct_ops = &p->struct_ops;
	return &p->meta;
}

static inline struct plan_patch set(struct test_patch *p, uint32_t consistency, uint32_t slot)
{
	return (struct plan_patch){ .meta = meta(p), .consistency = consistency, .slot = slot };
}

#define PER_TASK(p)		set(p, KLP_CONSISTENCY_PER_TASK, 0)
#define IMMEDIATE(p, slot)	set(p, KLP_CONSISTENCY_IMMEDIATE, slot)

static inline struct plan_request request(enum change_verb verb, struct test_patch *p)
{
	return (struct plan_request){ .verb = verb, .meta = meta(p), .companion = true };
}

static inline void check_refused(const struct plan_patch *patches, size_t n,
				 const struct plan_request *request, int outcome, const char *words)
{
	_cleanup_report_ struct report r = REPORT_INIT;
	struct plan plan, untouched;

	memset(&plan, 0x5a, sizeof(plan));
	memset(&untouched, 0x5a, sizeof(untouched));
	CHECK_INT(plan_make(patches, n, request, &plan, &r), outcome);
	CHECK_INT(r.outcome, outcome);
	CHECK_CONTAINS(r.detail, words);
	CHECK_STR(r.patch, request->meta ? request->meta->name : request->name);
	CHECK(memcmp(&plan, &untouched, sizeof(plan)) == 0);
	CHECK_INT(plan_make(patches, n, request, &plan, NULL), outcome);
}

#endif
