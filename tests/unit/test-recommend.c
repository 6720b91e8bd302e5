// SPDX-License-Identifier: GPL-2.0-only
/* core/recommend: from what is known of a function to what is said of each kind of body. */
#include "core/recommend.h"
#include "unit.h"
#include "util/macro.h"

static struct target_facts facts;
static struct recommend_case c;
static struct recommendation given[RECOMMEND_BODIES];

/* An ordinary function: int f(a, b), not enabled for fmod_ret, with the companion there. */
static void begin(void)
{
	facts = (struct target_facts){
		.place = PLACE_KERNEL,
		.n_syms = 1,
		.traceable = true,
		.described = true,
		.shaped = true,
		.shape = { .n_args = 2, .returns = RETURN_NARROW },
		.fmod_ret = FMOD_RET_NOT_ENABLED,
	};
	c = (struct recommend_case){ .facts = &facts, .companion = true };
}

static const struct recommendation *of(enum body_kind body)
{
	recommend_make(&c, given);
	for (size_t i = 0; i < ARRAY_SIZE(given); i++)
		if (given[i].body == body)
			return &given[i];
	return NULL;
}

#define CHECK_RECOMMENDATION(kind, wanted, words) do { \
		CHECK_STR(recommend_verdict_to_string(of(kind)->verdict), \
			  recommend_verdict_to_string(wanted)); \
		CHECK_CONTAINS(of(kind)->why, words); \
	} while (0)

static void test_ordinary(void)
{
	begin();
	CHECK_RECOMMENDATION(BODY_GUARD, RECOMMEND_BEST, "misses no call, may return any value");
	CHECK_RECOMMENDATION(BODY_FMOD_RET, RECOMMEND_POSSIBLE, "the companion enables the function");
	CHECK(!strstr(of(BODY_FMOD_RET)->why, "cannot return"));
	facts.fmod_ret = FMOD_RET_ENABLED;
	CHECK_RECOMMENDATION(BODY_FMOD_RET, RECOMMEND_POSSIBLE, "enabled for it, by the kernel itself or by");
}

static void test_override(void)
{
	begin();
	CHECK_RECOMMENDATION(BODY_OVERRIDE, RECOMMEND_POSSIBLE, "has to sleep");
	facts.n_syms = 2;
	CHECK_RECOMMENDATION(BODY_OVERRIDE, RECOMMEND_POSSIBLE, "KLP_OVERRIDE_AT says which");
	begin();
	c.immediate = true;
	CHECK_RECOMMENDATION(BODY_OVERRIDE, RECOMMEND_IMPOSSIBLE, "not with --immediate");
	begin();
	facts.shape.n_args = 7;
	CHECK_RECOMMENDATION(BODY_OVERRIDE, RECOMMEND_IMPOSSIBLE, "7 arguments, and such a body sees 6");
}

static void test_returns(void)
{
	begin();
	facts.shape.returns = RETURN_POINTER;
	CHECK_RECOMMENDATION(BODY_GUARD, RECOMMEND_BEST, "may return NULL too");
	CHECK_RECOMMENDATION(BODY_FMOD_RET, RECOMMEND_POSSIBLE, "cannot return NULL");
	facts.shape.returns = RETURN_WIDE;
	CHECK_RECOMMENDATION(BODY_FMOD_RET, RECOMMEND_POSSIBLE, "cannot return 0");
	facts.shape.returns = RETURN_VOID;
	CHECK_RECOMMENDATION(BODY_GUARD, RECOMMEND_BEST, "misses no call and costs");
	facts.shape.returns = RETURN_LARGE;
	CHECK_RECOMMENDATION(BODY_GUARD, RECOMMEND_IMPOSSIBLE, "returns a structure");
	CHECK_RECOMMENDATION(BODY_FMOD_RET, RECOMMEND_IMPOSSIBLE, "returns a structure");
}

static void test_arguments(void)
{
	begin();
	facts.shape.n_args = 6;
	CHECK_RECOMMENDATION(BODY_GUARD, RECOMMEND_BEST, "");
	facts.shape.n_args = 7;
	CHECK_RECOMMENDATION(BODY_GUARD, RECOMMEND_IMPOSSIBLE, "7 arguments, and such a body sees 6");
	CHECK_RECOMMENDATION(BODY_FMOD_RET, RECOMMEND_BEST, "");
	facts.shape.n_args = 13;
	CHECK_RECOMMENDATION(BODY_FMOD_RET, RECOMMEND_IMPOSSIBLE, "13 arguments");
	facts.shape.n_args = 2;
	facts.shape.by_value = true;
	CHECK_RECOMMENDATION(BODY_GUARD, RECOMMEND_IMPOSSIBLE, "structure by value");
	facts.shape.by_value = false;
	facts.shape.variadic = true;
	CHECK_RECOMMENDATION(BODY_FMOD_RET, RECOMMEND_IMPOSSIBLE, "variable number");
}

static void test_strict(void)
{
	begin();
	c.strict = true;
	CHECK_RECOMMENDATION(BODY_GUARD, RECOMMEND_BEST, "a strict patch needs that");
	CHECK_RECOMMENDATION(BODY_FMOD_RET, RECOMMEND_IMPOSSIBLE, "can miss calls, and the patch is strict");
}

static void test_companion(void)
{
	begin();
	c.companion = false;
	CHECK_RECOMMENDATION(BODY_GUARD, RECOMMEND_COMPANION, "modprobe klp");
	CHECK_RECOMMENDATION(BODY_FMOD_RET, RECOMMEND_COMPANION, "modprobe klp");
	facts.fmod_ret = FMOD_RET_ENABLED;
	CHECK_RECOMMENDATION(BODY_FMOD_RET, RECOMMEND_BEST, "works without the companion");
	begin();
	c.immediate = true;
	CHECK_RECOMMENDATION(BODY_GUARD, RECOMMEND_IMPOSSIBLE, "not with --immediate");
	CHECK_RECOMMENDATION(BODY_FMOD_RET, RECOMMEND_BEST, "");
}

static void test_names(void)
{
	begin();
	facts.n_syms = 2;
	facts.described = false;
	CHECK_RECOMMENDATION(BODY_GUARD, RECOMMEND_BEST, "2 functions have this name: KLP_GUARD_AT says which");
	CHECK_RECOMMENDATION(BODY_GUARD, RECOMMEND_BEST, "taken on trust");
	CHECK_RECOMMENDATION(BODY_FMOD_RET, RECOMMEND_IMPOSSIBLE, "reaches the first only");
	c.sympos = 1;
	CHECK_RECOMMENDATION(BODY_FMOD_RET, RECOMMEND_POSSIBLE, "");
	c.sympos = 2;
	CHECK_RECOMMENDATION(BODY_GUARD, RECOMMEND_BEST, "");
	CHECK(!strstr(of(BODY_GUARD)->why, "KLP_GUARD_AT"));
	CHECK_RECOMMENDATION(BODY_FMOD_RET, RECOMMEND_IMPOSSIBLE, "first function of a name only");
	c.sympos = 3;
	CHECK_RECOMMENDATION(BODY_GUARD, RECOMMEND_IMPOSSIBLE, "only 2 functions have this name");
}

static void test_hopeless(void)
{
	begin();
	facts.traceable = false;
	CHECK_RECOMMENDATION(BODY_GUARD, RECOMMEND_IMPOSSIBLE, "cannot be traced");
	CHECK_RECOMMENDATION(BODY_FMOD_RET, RECOMMEND_IMPOSSIBLE, "cannot be traced");
	facts.n_syms = 0;
	CHECK_RECOMMENDATION(BODY_GUARD, RECOMMEND_IMPOSSIBLE, "no such function");
	facts.n_clones = 1;
	CHECK_RECOMMENDATION(BODY_GUARD, RECOMMEND_IMPOSSIBLE, "clones of it");
	facts.place = PLACE_BUILT_IN;
	CHECK_RECOMMENDATION(BODY_FMOD_RET, RECOMMEND_IMPOSSIBLE, "write it for vmlinux");
}

static void test_modules(void)
{
	begin();
	facts.place = PLACE_MODULE;
	CHECK_RECOMMENDATION(BODY_GUARD, RECOMMEND_BEST, "");
	CHECK_RECOMMENDATION(BODY_FMOD_RET, RECOMMEND_IMPOSSIBLE, "functions of modules");
	facts = (struct target_facts){ .place = PLACE_ABSENT, .fmod_ret = FMOD_RET_IMPOSSIBLE };
	CHECK_RECOMMENDATION(BODY_GUARD, RECOMMEND_BEST, "is patched when it comes");
	CHECK_RECOMMENDATION(BODY_FMOD_RET, RECOMMEND_IMPOSSIBLE, "functions of modules");
}

static void test_kernel_says_no(void)
{
	begin();
	facts.fmod_ret = FMOD_RET_IMPOSSIBLE;
	facts.described = false;
	CHECK_RECOMMENDATION(BODY_FMOD_RET, RECOMMEND_IMPOSSIBLE, "BTF does not describe");
	facts.reason = (char *)"it does not return";
	CHECK_RECOMMENDATION(BODY_FMOD_RET, RECOMMEND_IMPOSSIBLE, "the kernel says: it does not return");
	CHECK_RECOMMENDATION(BODY_GUARD, RECOMMEND_BEST, "");
}

/* Whatever is known: at most one is best, it is the first that is possible, each has its reason. */
static void test_all(void)
{
	for (unsigned int bits = 0; bits < 1U << 12; bits++) {
		bool before = false;

		facts = (struct target_facts){
			.place = bits & 3,
			.n_syms = (bits >> 2) & 3,
			.traceable = bits & 1 << 4,
			.described = bits & 1 << 5,
			.shaped = bits & 1 << 5,
			.shape.returns = (bits >> 6) % _RETURN_MAX,
			.fmod_ret = (bits >> 6) & 3,
		};
		c = (struct recommend_case){ &facts, (bits >> 8) & 1, bits & 1 << 9, bits & 1 << 10,
					  bits & 1 << 11 };
		recommend_make(&c, given);
		for (size_t i = 0; i < ARRAY_SIZE(given); i++) {
			CHECK(*given[i].why && strlen(given[i].why) + 1 < sizeof(given[i].why));
			CHECK(given[i].verdict != RECOMMEND_POSSIBLE || before);
			CHECK(given[i].verdict != RECOMMEND_BEST || !before);
			before = before || given[i].verdict == RECOMMEND_BEST;
			CHECK(!c.strict || given[i].body != BODY_FMOD_RET ||
			      given[i].verdict == RECOMMEND_IMPOSSIBLE);
		}
	}
}

int main(void)
{
	RUN(test_ordinary);
	RUN(test_override);
	RUN(test_returns);
	RUN(test_arguments);
	RUN(test_strict);
	RUN(test_companion);
	RUN(test_names);
	RUN(test_hopeless);
	RUN(test_modules);
	RUN(test_kernel_says_no);
	RUN(test_all);
	return unit_end();
}
