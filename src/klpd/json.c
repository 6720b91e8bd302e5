/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Turns the state of klpd into the values that interface io.klpd.Manager declares. Owns nothing. It
 * reads from the kernel only what cannot be remembered: the ids and missed calls of the links, and
 * the companion's counters. Optional fields are left out if there is nothing to report.
 */
#include <systemd/sd-json.h>

#include "core/previous.h"
#include "klpd/json-module.h"
#include "klpd/json-struct-ops.h"
#include "klpd/json-text.h"
#include "klpd/json.h"
#include "klpd/missed.h"
#include "kern/link.h"
#include "util/errno-util.h"
#include "util/macro.h"

#define STACK_LINES_MAX	256

#define _cleanup_json_ _cleanup_(sd_json_variant_unrefp)

/* Patches of the unnamed patch set have no field "set". */
#define PAIR_SET(meta) PAIR_OPTIONAL("set", *(meta)->set ? (meta)->set : NULL)

/* Append the result of a maker to an array. */
#define APPEND(array, maker) ({ \
	_cleanup_json_ sd_json_variant *append_v_ = NULL; \
	int append_r_ = (maker); \
	append_r_ < 0 ? append_r_ : sd_json_variant_append_array(&(array), append_v_); })

static int array_finish(sd_json_variant *array, sd_json_variant **ret)
{
	if (array) {
		*ret = sd_json_variant_ref(array);
		return 0;
	}
	return sd_json_variant_new_array(ret, NULL, 0);
}

static int json_function(const struct meta_func *f, const struct link_info *info, const char *state,
			 sd_json_variant **ret)
{
	return sd_json_buildo(ret,
		PAIR_TEXT("object", f->object),
		PAIR_TEXT("symbol", f->symbol),
		SD_JSON_BUILD_PAIR_UNSIGNED("sympos", f->sympos),
		PAIR_TEXT("body", body_kind_to_string(f->body)),
		PAIR_TEXT("program", f->program),
		SD_JSON_BUILD_PAIR_CONDITION(info && info->prog_id != 0, "programId",
					     SD_JSON_BUILD_UNSIGNED(info ? info->prog_id : 0)),
		SD_JSON_BUILD_PAIR_CONDITION(info != NULL, "linkId",
					     SD_JSON_BUILD_UNSIGNED(info ? info->link_id : 0)),
		SD_JSON_BUILD_PAIR_CONDITION(info != NULL, "missed",
			SD_JSON_BUILD_UNSIGNED(info ? info->recursion_misses : 0)),
		PAIR_OPTIONAL("state", state));
}

/* The state of a function that follows from a warning; NULL if none does. */
/* The states of a function that follow from warnings, from least to most serious. */
static const char *const warned_states[] = { NULL, "shared", "unknown", "not_called" };

static unsigned int json_warned_state(const struct warning *w)
{
	switch (w->kind) {
	case WARNING_FTRACE_OFF:
	case WARNING_NOT_CALLED:
		return 3;
	case WARNING_GATE:
		/* while tasks move, the body runs for some of them */
		return w->effect == EFFECT_NONE ? 3 : 0;
	case WARNING_UNREADABLE:
		return 2;
	case WARNING_PROGRAM:
	case WARNING_LIVEPATCH:
	case WARNING_REDIRECTED:
		return 1;
	default:
		return 0;
	}
}

/*
 * Indices into warned_states[], one for each function. Warnings about the whole patch apply to each
 * function.
 */
static unsigned int *json_warned_states(const struct patch *s, const struct warnings *l)
{
	unsigned int *states = calloc(s->meta->n_funcs + 1, sizeof(*states));

	for (size_t i = 0; states && i < l->n; i++) {
		unsigned int state = l->list[i].patch == s ? json_warned_state(&l->list[i]) : 0;

		for (size_t j = 0; state && j < s->meta->n_funcs; j++)
			if (l->list[i].func == j || l->list[i].func == WARNING_NO_FUNC)
				states[j] = MAX(states[j], state);
	}
	return states;
}

static enum json_link json_read_link(const struct patch *s, size_t i, struct link_info *ret)
{
	if (s->links[i] < 0)
		return JSON_LINK_GONE;
	return link_get_info(s->links[i], ret) < 0 ? JSON_LINK_UNREAD : JSON_LINK_ATTACHED;
}

/* s, o and l are NULL if the patch is only a file. *ret_missed is the sum over all functions. */
static int json_functions(const struct meta *m, const struct patch *s, const struct json_objects *o,
			  const struct warnings *l, sd_json_variant **ret, uint64_t *ret_missed)
{
	_cleanup_free_ unsigned int *warned = s ? json_warned_states(s, l) : NULL;
	_cleanup_json_ sd_json_variant *array = NULL;
	uint64_t missed = 0;
	int r;

	if (s && !warned)
		return -ENOMEM;
	for (size_t i = 0; i < m->n_funcs; i++) {
		struct link_info info;
		enum json_link link = s ? json_read_link(s, i, &info) : JSON_LINK_GONE;
		const char *state = s ? json_objects_state(o, s, &m->funcs[i], link) : NULL;
		bool known = link == JSON_LINK_ATTACHED;

		if (warned && warned[i] && (!state || STREQ(state, "attached")))
			state = warned_states[warned[i]];
		if (known)
			missed += info.recursion_misses;
		r = APPEND(array, json_function(&m->funcs[i], known ? &info : NULL, state,
						&append_v_));
		if (r < 0)
			return r;
	}
	*ret_missed = missed;
	return array_finish(array, ret);
}

static int json_states(const struct meta *m, sd_json_variant **ret)
{
	_cleanup_json_ sd_json_variant *array = NULL;
	int r;

	for (size_t i = 0; i < m->n_states; i++) {
		r = APPEND(array, sd_json_buildo(&append_v_,
			SD_JSON_BUILD_PAIR_UNSIGNED("id", m->states[i].id),
			SD_JSON_BUILD_PAIR_UNSIGNED("version", m->states[i].version)));
		if (r < 0)
			return r;
	}
	return array_finish(array, ret);
}

static int json_callbacks(const struct meta *m, sd_json_variant **ret)
{
	_cleanup_json_ sd_json_variant *array = NULL;
	int r;

	for (size_t i = 0; i < m->n_callbacks; i++) {
		const struct meta_callback *c = &m->callbacks[i];

		r = APPEND(array, sd_json_buildo(&append_v_,
			PAIR_TEXT("object", c->object),
			PAIR_TEXT("when", callback_kind_to_string(c->kind)),
			PAIR_TEXT("program", c->program)));
		if (r < 0)
			return r;
	}
	return array_finish(array, ret);
}

static int json_strings(char *const *strings, size_t n, sd_json_variant **ret)
{
	_cleanup_json_ sd_json_variant *array = NULL;
	int r;

	for (size_t i = 0; i < n; i++) {
		r = APPEND(array, json_text(strings[i], &append_v_));
		if (r < 0)
			return r;
	}
	return array_finish(array, ret);
}

/* names is NULL-terminated. */
static int json_names(char *const *names, sd_json_variant **ret)
{
	size_t n = 0;

	while (names[n])
		n++;
	return json_strings(names, n, ret);
}

static int json_patch(const struct meta *m, const struct patch *s, const struct json_objects *o,
		      const struct warnings *l, sd_json_variant **ret)
{
	_cleanup_json_ sd_json_variant *functions = NULL, *states = NULL, *callbacks = NULL,
				       *refs = NULL, *struct_ops = NULL;
	uint64_t missed = 0;
	int r;

	r = json_functions(m, s, o, l, &functions, &missed);
	if (r >= 0)
		r = json_states(m, &states);
	if (r >= 0)
		r = json_callbacks(m, &callbacks);
	if (r >= 0)
		r = json_struct_ops(m, s, &struct_ops);
	if (r >= 0)
		r = json_strings(m->refs, m->n_refs, &refs);
	if (r < 0)
		return r;
	r = sd_json_buildo(ret,
		PAIR_TEXT("name", m->name),
		PAIR_TEXT("version", m->version),
		PAIR_TEXT("description", m->description),
		SD_JSON_BUILD_PAIR_VARIANT("references", refs),
		SD_JSON_BUILD_PAIR_BOOLEAN("replace", m->replace),
		SD_JSON_BUILD_PAIR_BOOLEAN("strict", m->strict),
		SD_JSON_BUILD_PAIR_BOOLEAN("perTaskOnly", m->per_task_only),
		PAIR_SET(m),
		SD_JSON_BUILD_PAIR_CONDITION(m->sticky, "sticky", SD_JSON_BUILD_BOOLEAN(true)),
		SD_JSON_BUILD_PAIR_VARIANT("functions", functions),
		SD_JSON_BUILD_PAIR_VARIANT("states", states),
		SD_JSON_BUILD_PAIR_VARIANT("callbacks", callbacks),
		SD_JSON_BUILD_PAIR_VARIANT("structOps", struct_ops));
	if (r < 0 || !s)
		return r;
	return sd_json_variant_set_field_unsigned(ret, "missed", missed);
}

int json_meta(const struct meta *meta, sd_json_variant **ret)
{
	return json_patch(meta, NULL, NULL, NULL, ret);
}

int json_loaded_patch(const struct registry *reg, const struct patch *s,
		      const struct warnings *warnings, sd_json_variant **ret)
{
	_cleanup_json_ sd_json_variant *v = NULL, *objects = NULL;
	_cleanup_(json_objects_done) struct json_objects o;
	char hash[2 * SHA256_SIZE + 1];
	int r;

	json_objects_read(reg, s, &o);
	r = json_objects(&o, &objects);
	if (r >= 0 || r == -ENODATA)
		r = json_patch(s->meta, s, &o, warnings, &v);
	if (r < 0)
		return r;
	sha256_to_string(s->sha256, hash);
	r = sd_json_variant_merge_objectbo(
		&v, PAIR_TEXT("state", patch_state_to_string(s->state)),
		PAIR_TEXT("effect", effect_to_string(warnings_effect(warnings, s))),
		PAIR_TEXT("consistency", patch_consistency_to_string(s->consistency)),
		SD_JSON_BUILD_PAIR_UNSIGNED("generation", s->serial),
		SD_JSON_BUILD_PAIR_UNSIGNED("enabledUSec", s->enabled_usec),
		SD_JSON_BUILD_PAIR_CONDITION(s->forced, "forced", SD_JSON_BUILD_BOOLEAN(true)),
		SD_JSON_BUILD_PAIR_CONDITION((o.flags & KLP_PATCH_BROKEN) ||
						     !json_struct_ops_current(s),
					     "broken", SD_JSON_BUILD_BOOLEAN(true)),
		SD_JSON_BUILD_PAIR_CONDITION((o.flags & KLP_PATCH_SKIPPED) != 0, "skipped",
					     SD_JSON_BUILD_BOOLEAN(true)),
		PAIR_TEXT("path", s->path), PAIR_TEXT("sha256", hash),
		SD_JSON_BUILD_PAIR_CONDITION(objects != NULL, "objects",
					     SD_JSON_BUILD_VARIANT(objects)));
	if (r < 0)
		return r;
	*ret = TAKE_PTR(v);
	return 0;
}

/* Patch i of those that klpd manages, then of those that it leaves alone; NULL after the last. */
static const struct patch *json_nth(const struct registry *reg, size_t i)
{
	if (i < reg->n_patches)
		return reg->patches[i];
	i -= reg->n_patches;
	return i < reg->n_incomplete ? reg->incomplete_patches[i].patch : NULL;
}

int json_patches(const struct registry *reg, const struct warnings *warnings, sd_json_variant **ret)
{
	_cleanup_json_ sd_json_variant *array = NULL;
	const struct patch *s;
	int r;

	for (size_t i = 0; (s = json_nth(reg, i)); i++) {
		r = APPEND(array, json_loaded_patch(reg, s, warnings, &append_v_));
		if (r < 0)
			return r;
	}
	return array_finish(array, ret);
}

static int json_list_entry(const struct registry *reg, const struct patch *s,
			   const struct warnings *warnings, sd_json_variant **ret)
{
	_cleanup_(json_objects_done) struct json_objects o;
	uint64_t missed = missed_count(s);
	unsigned int waiting;

	json_objects_read(reg, s, &o);
	waiting = json_objects_waiting(&o, s->meta);
	return sd_json_buildo(ret,
		PAIR_TEXT("name", s->meta->name),
		PAIR_TEXT("version", s->meta->version),
		PAIR_TEXT("state", patch_state_to_string(s->state)),
		PAIR_TEXT("effect", effect_to_string(warnings_effect(warnings, s))),
		PAIR_TEXT("consistency", patch_consistency_to_string(s->consistency)),
		SD_JSON_BUILD_PAIR_UNSIGNED("generation", s->serial),
		SD_JSON_BUILD_PAIR_UNSIGNED("functions", s->meta->n_funcs + s->n_lost),
		SD_JSON_BUILD_PAIR_UNSIGNED("structOps", s->meta->n_struct_ops),
		PAIR_SET(s->meta),
		SD_JSON_BUILD_PAIR_CONDITION(waiting > 0, "waiting", SD_JSON_BUILD_UNSIGNED(waiting)),
		SD_JSON_BUILD_PAIR_CONDITION(missed > 0, "missed", SD_JSON_BUILD_UNSIGNED(missed)));
}

int json_list(const struct registry *reg, const struct warnings *warnings, sd_json_variant **ret)
{
	_cleanup_json_ sd_json_variant *array = NULL;
	const struct patch *s;
	int r;

	for (size_t i = 0; (s = json_nth(reg, i)); i++) {
		r = APPEND(array, json_list_entry(reg, s, warnings, &append_v_));
		if (r < 0)
			return r;
	}
	return array_finish(array, ret);
}

int json_previous(const struct registry *reg, sd_json_variant **ret)
{
	_cleanup_json_ sd_json_variant *array = NULL;
	_cleanup_free_ struct pin_previous *previous = NULL;
	int r;

	/* the warnings report a rollback point that cannot be used */
	if (previous_load(reg, &previous, NULL) != 0)
		return sd_json_variant_new_null(ret);
	for (size_t i = 0; i < previous->n; i++) {
		const struct pin_previous_entry *e = &previous->entries[i];

		r = APPEND(array, sd_json_buildo(&append_v_,
			PAIR_TEXT("name", e->name),
			PAIR_TEXT("version", e->version),
			PAIR_TEXT("consistency", patch_consistency_to_string(e->consistency))));
		if (r < 0)
			return r;
	}
	return array_finish(array, ret);
}

int json_companion(const struct registry *reg, sd_json_variant **ret)
{
	_cleanup_free_ struct klp_uapi_patch *records = NULL;
	const struct klp_ioc_hello *hello;
	struct klp_ioc_status status;
	int r;

	if (!reg->companion)
		return sd_json_buildo(ret,
				      SD_JSON_BUILD_PAIR_BOOLEAN("loaded",
								 reg->companion_report.outcome ==
									 OUTCOME_COMPANION_ABI),
				      PAIR_OPTIONAL("problem", reg->companion_report.detail));
	hello = companion_hello(reg->companion);
	r = companion_status(reg->companion, &status, &records);
	return sd_json_buildo(ret,
		SD_JSON_BUILD_PAIR_BOOLEAN("loaded", true),
		SD_JSON_BUILD_PAIR_UNSIGNED("abi", hello->abi),
		PAIR_TEXT("version", hello->version),
		SD_JSON_BUILD_PAIR_UNSIGNED("fmodRetCap", hello->fmod_ret_cap),
		SD_JSON_BUILD_PAIR_UNSIGNED("fmodRetUsed",
					    r < 0 ? hello->fmod_ret_used : status.fmod_ret_used),
		SD_JSON_BUILD_PAIR_BOOLEAN("reliableStacks",
					   (hello->features & KLP_FEATURE_RELIABLE_STACKS) != 0),
		SD_JSON_BUILD_PAIR_CONDITION(r >= 0, "forced",
					     SD_JSON_BUILD_UNSIGNED(r < 0 ? 0 : status.forced)),
		/* a companion that speaks the previous ABI has a detail, too */
		PAIR_OPTIONAL("problem", r < 0 ? "Its status cannot be read" :
						 reg->companion_report.detail));
}

int json_transition(const struct transaction *t, sd_json_variant **ret)
{
	_cleanup_json_ sd_json_variant *leaving = NULL, *returning = NULL;
	int r;

	if (!t)
		return sd_json_variant_new_null(ret);
	r = json_names(t->replaced, &leaving);
	if (r >= 0)
		r = json_names(t->returning, &returning);
	if (r < 0)
		return r;
	return sd_json_buildo(ret,
		SD_JSON_BUILD_PAIR_UNSIGNED("number", t->number),
		PAIR_TEXT("change", change_verb_to_string(t->verb)),
		PAIR_OPTIONAL("entering", t->verb == CHANGE_DISABLE ? NULL :
					  t->verb == CHANGE_ROLLBACK ? t->returning[0] : t->name),
		SD_JSON_BUILD_PAIR_VARIANT("leaving", leaving),
		SD_JSON_BUILD_PAIR_BOOLEAN("reversed", t->reversed),
		SD_JSON_BUILD_PAIR_UNSIGNED("total", t->total),
		SD_JSON_BUILD_PAIR_UNSIGNED("moved", t->moved),
		SD_JSON_BUILD_PAIR_UNSIGNED("startedUSec", t->started_usec),
		SD_JSON_BUILD_PAIR_UNSIGNED("runningUSec", transaction_running_usec(t)),
		SD_JSON_BUILD_PAIR_CONDITION(t->timeout_ms > 0, "timeoutUSec",
					     SD_JSON_BUILD_UNSIGNED(1000ULL * t->timeout_ms)),
		SD_JSON_BUILD_PAIR_BOOLEAN("timedOut", t->timed_out),
		PAIR_TEXT("phase", phase_to_string(t->phase)),
		SD_JSON_BUILD_PAIR_CONDITION(t->verb == CHANGE_ROLLBACK, "returning",
					     SD_JSON_BUILD_VARIANT(returning)));
}

int json_change(const struct transaction *t, bool complete, sd_json_variant **ret)
{
	_cleanup_json_ sd_json_variant *replaced = NULL, *returning = NULL;
	bool rollback = t->verb == CHANGE_ROLLBACK;
	int r;

	r = rollback || t->verb == CHANGE_REPLACE || t->verb == CHANGE_REPAIR ?
	    json_names(t->replaced, &replaced) : json_strings(NULL, 0, &replaced);
	if (r >= 0)
		r = json_names(t->returning, &returning);
	if (r < 0)
		return r;
	return sd_json_buildo(ret,
		PAIR_TEXT("name", t->name),
		PAIR_TEXT("version", t->version),
		PAIR_TEXT("change", change_verb_to_string(t->verb)),
		SD_JSON_BUILD_PAIR_UNSIGNED("generation", t->generation),
		PAIR_TEXT("consistency", patch_consistency_to_string(t->consistency)),
		SD_JSON_BUILD_PAIR_BOOLEAN("complete", complete),
		SD_JSON_BUILD_PAIR_VARIANT("replaced", replaced),
		SD_JSON_BUILD_PAIR_CONDITION(rollback, "returning",
					     SD_JSON_BUILD_VARIANT(returning)));
}

/* One string for each line; lines beyond STACK_LINES_MAX are dropped. */
static int json_stack(const char *text, sd_json_variant **ret)
{
	_cleanup_free_ char *copy = strdup(text);
	char *lines[STACK_LINES_MAX + 1] = {}, *rest = copy;

	if (!copy)
		return -ENOMEM;
	for (size_t n = 0; n < STACK_LINES_MAX && rest && *rest; n++)
		lines[n] = strsep(&rest, "\n");
	return sd_json_variant_new_array_strv(ret, lines);
}

static const char *json_task_kind(const struct klp_uapi_blocker *b)
{
	if (b->flags & KLP_TASK_KTHREAD)
		return "kernel";
	return b->flags & KLP_TASK_USER_WORKER ? "worker" : "user";
}

int json_blocker(const struct klp_uapi_blocker *b, const char *stack, sd_json_variant **ret)
{
	const char state[] = { b->state > ' ' && b->state <= '~' ? (char)b->state : '?', '\0' };
	_cleanup_json_ sd_json_variant *lines = NULL;
	const char *function = NULL;
	int r;

	if (STR_HAS_PREFIX(b->reason, "in "))
		function = b->reason + STRLEN("in ");
	r = stack ? json_stack(stack, &lines) : 0;
	if (r < 0)
		return r;
	return sd_json_buildo(ret,
		SD_JSON_BUILD_PAIR_INTEGER("pid", b->pid),
		SD_JSON_BUILD_PAIR_UNSIGNED("cpu", b->cpu),
		SD_JSON_BUILD_PAIR_BOOLEAN("kthread", (b->flags & KLP_TASK_KTHREAD) != 0),
		PAIR_TEXT("comm", b->comm),
		PAIR_TEXT("reason", b->reason),
		PAIR_OPTIONAL("function", function),
		SD_JSON_BUILD_PAIR_INTEGER("processId", b->tgid),
		PAIR_TEXT("kind", json_task_kind(b)),
		PAIR_TEXT("state", state),
		SD_JSON_BUILD_PAIR_UNSIGNED("blockingUSec", b->blocking_ns / 1000),
		SD_JSON_BUILD_PAIR_CONDITION(stack != NULL, "stack", SD_JSON_BUILD_VARIANT(lines)));
}

int json_report(const struct report *r, sd_json_variant **ret)
{
	return sd_json_buildo(ret,
		PAIR_OPTIONAL("patch", r->patch),
		PAIR_OPTIONAL("object", r->object),
		PAIR_OPTIONAL("function", r->function),
		PAIR_TEXT("phase", phase_to_string(r->phase)),
		SD_JSON_BUILD_PAIR_CONDITION(r->error != 0, "errno",
					     SD_JSON_BUILD_INTEGER(r->error)),
		PAIR_TEXT("detail", r->detail ? r->detail : ""),
		PAIR_TEXT("hint", outcome_info(r->outcome)->hint),
		PAIR_OPTIONAL("log", r->log));
}
