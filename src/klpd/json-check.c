// SPDX-License-Identifier: GPL-2.0-only
/*
 * The findings of core/check.c as the values that method Check declares. Owns nothing and asks
 * nothing. What is not known is left out.
 */
#include "klpd/json-check.h"
#include "klpd/json-text.h"
#include "klpd/json.h"
#include "util/cleanup.h"
#include "util/macro.h"

#define _cleanup_json_ _cleanup_(sd_json_variant_unrefp)

static const char *check_returns(const struct target_facts *f)
{
	static const char *const names[] = {
		[RETURN_VOID] = "void",
		[RETURN_NARROW] = "narrow",
		[RETURN_WIDE] = "wide",
		[RETURN_POINTER] = "pointer",
		[RETURN_LARGE] = "large",
	};
	_Static_assert(ARRAY_SIZE(names) == _RETURN_MAX, "a kind of value without a name");

	return f->shaped ? names[f->shape.returns] : NULL;
}

static const char *check_fmod_ret(const struct target_facts *f)
{
	static const char *const names[] = {
		[FMOD_RET_ENABLED] = "enabled",
		[FMOD_RET_NOT_ENABLED] = "not_enabled",
		[FMOD_RET_IMPOSSIBLE] = "impossible",
	};
	_Static_assert(ARRAY_SIZE(names) == _FMOD_RET_MAX, "an answer without a name");

	return names[f->fmod_ret];
}

static int check_recommendations(const struct check_func *f, sd_json_variant **ret)
{
	_cleanup_json_ sd_json_variant *array = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(f->recommendations); i++) {
		_cleanup_json_ sd_json_variant *v = NULL;
		const struct recommendation *a = &f->recommendations[i];
		int r;

		r = sd_json_buildo(&v,
			PAIR_TEXT("body", body_kind_to_string(a->body)),
			PAIR_TEXT("verdict", recommend_verdict_to_string(a->verdict)),
			PAIR_TEXT("why", a->why));
		if (r >= 0)
			r = sd_json_variant_append_array(&array, v);
		if (r < 0)
			return r;
	}
	*ret = TAKE_PTR(array);
	return 0;
}

static int check_function(const struct meta_func *m, const struct check_func *f,
			  sd_json_variant **ret)
{
	const struct target_facts *facts = &f->facts;
	bool known = facts->place == PLACE_KERNEL || facts->place == PLACE_MODULE;
	_cleanup_json_ sd_json_variant *recommendations = NULL;
	int r;

	r = check_recommendations(f, &recommendations);
	if (r < 0)
		return r;
	return sd_json_buildo(ret,
		PAIR_TEXT("object", m->object),
		PAIR_TEXT("symbol", m->symbol),
		SD_JSON_BUILD_PAIR_UNSIGNED("sympos", m->sympos),
		PAIR_TEXT("body", body_kind_to_string(m->body)),
		PAIR_TEXT("program", m->program),
		PAIR_OPTIONAL("prototype", facts->prototype),
		SD_JSON_BUILD_PAIR_BOOLEAN("described", facts->described),
		SD_JSON_BUILD_PAIR_CONDITION(facts->place != PLACE_BUILT_IN, "loaded",
					     SD_JSON_BUILD_BOOLEAN(known)),
		SD_JSON_BUILD_PAIR_CONDITION(known, "namesakes",
					     SD_JSON_BUILD_UNSIGNED(facts->n_syms)),
		SD_JSON_BUILD_PAIR_CONDITION(known, "clones",
					     SD_JSON_BUILD_UNSIGNED(facts->n_clones)),
		SD_JSON_BUILD_PAIR_CONDITION(facts->shaped, "arguments",
					     SD_JSON_BUILD_UNSIGNED(facts->shape.n_args)),
		PAIR_OPTIONAL("returns", check_returns(facts)),
		SD_JSON_BUILD_PAIR_CONDITION(known, "traceable",
					     SD_JSON_BUILD_BOOLEAN(facts->traceable)),
		PAIR_OPTIONAL("aliases", facts->aliases),
		PAIR_OPTIONAL("fmodRet", check_fmod_ret(facts)),
		PAIR_OPTIONAL("owner", f->owner),
		PAIR_OPTIONAL("taken", f->taken),
		PAIR_TEXT("loadTest", check_load_test_to_string(f->load_test)),
		PAIR_OPTIONAL("notTried", f->not_tried),
		SD_JSON_BUILD_PAIR_VARIANT("recommendations", recommendations));
}

static int check_functions(const struct check *c, sd_json_variant **ret)
{
	const struct meta *m = c->incoming.patch->meta;
	int r = sd_json_variant_new_array(ret, NULL, 0);

	for (size_t i = 0; r >= 0 && c->looked && i < m->n_funcs; i++) {
		_cleanup_json_ sd_json_variant *v = NULL;

		r = check_function(&m->funcs[i], &c->funcs[i], &v);
		if (r >= 0)
			r = sd_json_variant_append_array(ret, v);
	}
	return r;
}

/* The parameters of the error reply, and the name of the error. */
static int check_problems(const struct check *c, sd_json_variant **ret)
{
	int r = sd_json_variant_new_array(ret, NULL, 0);

	for (size_t i = 0; r >= 0 && i < c->problems.n; i++) {
		const struct report *p = &c->problems.reports[i];
		_cleanup_json_ sd_json_variant *v = NULL;

		r = json_report(p, &v);
		if (r >= 0)
			r = sd_json_variant_set_field_string(&v, "error",
							     outcome_info(p->outcome)->error);
		if (r >= 0)
			r = sd_json_variant_append_array(ret, v);
	}
	return r;
}

/* The patches that would leave; empty if another change runs, because they are not known then. */
static int check_replaced(const struct check *c, const struct registry *reg, sd_json_variant **ret)
{
	int r = sd_json_variant_new_array(ret, NULL, 0);

	for (size_t i = 0; r >= 0 && i < c->plan.n_leave; i++) {
		_cleanup_json_ sd_json_variant *v = NULL;

		r = json_text(reg->patches[c->plan.leave[i]]->meta->name, &v);
		if (r >= 0)
			r = sd_json_variant_append_array(ret, v);
	}
	return r;
}

int json_check(const struct check *c, const struct registry *reg, sd_json_variant **ret)
{
	_cleanup_json_ sd_json_variant *functions = NULL, *problems = NULL, *replaced = NULL;
	const struct meta *m = c->incoming.patch->meta;
	int r;

	r = check_functions(c, &functions);
	if (r >= 0)
		r = check_problems(c, &problems);
	if (r >= 0)
		r = check_replaced(c, reg, &replaced);
	if (r < 0)
		return r;
	return sd_json_buildo(ret,
		PAIR_TEXT("name", m->name),
		PAIR_TEXT("version", m->version),
		PAIR_TEXT("change", change_verb_to_string(c->plan.verb)),
		PAIR_TEXT("consistency", patch_consistency_to_string(c->plan.consistency)),
		SD_JSON_BUILD_PAIR_VARIANT("replaced", replaced),
		SD_JSON_BUILD_PAIR_UNSIGNED("enablesForFmodRet", c->enables),
		SD_JSON_BUILD_PAIR_BOOLEAN("strict", m->strict),
		SD_JSON_BUILD_PAIR_VARIANT("problems", problems),
		SD_JSON_BUILD_PAIR_VARIANT("functions", functions));
}
