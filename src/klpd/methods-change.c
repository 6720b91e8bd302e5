/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Enable, Replace, Disable, Rollback, Reverse, Force: read the parameters, call the manager,
 * answer.
 *
 * The connection is kept by reference until the change ends. If the client disconnects before that,
 * the answer is dropped. The change then goes on if it has switched, and is cancelled otherwise. A
 * call that wants no answer (oneway) keeps no reference. By the end of the change another call on
 * the connection may wait for its own answer.
 */
#include <stdbool.h>

#include <systemd/sd-varlink.h>

#include "klpd/blockers.h"
#include "klpd/caller.h"
#include "klpd/json.h"
#include "klpd/methods-change.h"
#include "klpd/server.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/macro.h"

struct change_parameters {
	const char *path;
	const char *name;
	int64_t file;		/* index of a descriptor; negative if not given */
	int immediate;
	int wait;
	uint64_t timeout_usec;	/* UINT64_MAX if not given */
};

#define TIMEOUT_FIELD \
	{ "timeoutUSec", _SD_JSON_VARIANT_TYPE_INVALID, sd_json_dispatch_uint64, \
	  offsetof(struct change_parameters, timeout_usec), SD_JSON_NULLABLE }

static const sd_json_dispatch_field file_table[] = {
	{ "path", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
	  offsetof(struct change_parameters, path), SD_JSON_MANDATORY },
	{ "fileDescriptor", _SD_JSON_VARIANT_TYPE_INVALID, sd_json_dispatch_int64,
	  offsetof(struct change_parameters, file), SD_JSON_NULLABLE },
	{ "immediate", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_tristate,
	  offsetof(struct change_parameters, immediate), SD_JSON_NULLABLE },
	{ "wait", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_tristate,
	  offsetof(struct change_parameters, wait), SD_JSON_NULLABLE },
	TIMEOUT_FIELD,
	{ 0 }
};

static const sd_json_dispatch_field rollback_table[] = {
	{ "wait", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_tristate,
	  offsetof(struct change_parameters, wait), SD_JSON_NULLABLE },
	TIMEOUT_FIELD,
	{ 0 }
};

static const sd_json_dispatch_field name_table[] = {
	{ "name", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
	  offsetof(struct change_parameters, name), SD_JSON_MANDATORY },
	{ "wait", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_tristate,
	  offsetof(struct change_parameters, wait), SD_JSON_NULLABLE },
	TIMEOUT_FIELD,
	{ 0 }
};

static void log_failure(const struct report *r, enum change_verb verb, const char *what)
{
	if (!r->patch && !what) {
		log_warning("%s failed in phase %s: %s", change_verb_to_string(verb),
			    phase_to_string(r->phase),
			    r->detail ?: outcome_info(r->outcome)->sentence);
		return;
	}
	log_warning("Patch '%s': %s failed in phase %s%s%s%s: %s", r->patch ?: what,
		    change_verb_to_string(verb), phase_to_string(r->phase),
		    r->function ? " at function '" : "", r->function ?: "", r->function ? "'" : "",
		    r->detail ?: outcome_info(r->outcome)->sentence);
}

static void reply_reversed(sd_varlink *client, const struct transaction *t)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *v = NULL, *blockers = NULL;
	_cleanup_(report_done) struct report report = REPORT_INIT;
	int r;

	(void)report_set(&report, OUTCOME_REVERSED, "%s of '%s' %s%s", change_verb_to_string(t->verb),
			 t->name, t->timed_out ? "did not complete in time and was reversed" :
						 "was reversed",
			 blockers_unknown(t->registry->companion));
	report.phase = PHASE_SWITCH;
	report_names(&report, t->name, NULL, NULL);
	r = json_report(&report, &v);
	if (r >= 0 && caller_has_our_pids(client) &&
	    blockers_json(t->registry->companion, true, BLOCKERS_STACKS_DEFAULT, BLOCKERS_USEC,
			  &blockers) >= 0)
		r = sd_json_variant_set_field(&v, "blockers", blockers);
	if (r >= 0)
		r = sd_varlink_error(client, outcome_info(OUTCOME_REVERSED)->error, v);
	if (r < 0)
		log_debug("The client of '%s' gets no reply (%s), ignoring", t->name,
			  strerrordesc_np(-r));
}

struct change_call {		/* until it is answered */
	sd_varlink *client;	/* NULL if no answer is wanted */
	enum change_verb verb;
	char *what;		/* file or patch; or NULL */
};

static struct change_call *change_call_free(struct change_call *c)
{
	if (!c)
		return NULL;
	sd_varlink_unref(c->client);
	free(c->what);
	free(c);
	return NULL;
}
DEFINE_CLEANUP(struct change_call, change_call_free);

static int change_refused(sd_varlink *client, int result, struct report *report,
			  enum change_verb verb, const char *what)
{
	if (report->outcome == OUTCOME_OK)
		(void)report_errno(report, result < 0 ? result : -EIO, "The change failed");
	log_failure(report, verb, what);
	return client ? server_reply_error(client, result, report) : 0;
}

static void on_refused(int result, struct report *report, void *userdata)
{
	_cleanup_(change_call_freep) struct change_call *c = userdata;
	int r = change_refused(c->client, result, report, c->verb, c->what);

	if (r < 0)
		log_debug("The client of '%s' gets no reply (%s), ignoring", c->what ?: "a rollback",
			  strerrordesc_np(-r));
}

static void on_done(const struct transaction *t, bool complete, void *userdata)
{
	_cleanup_(change_call_freep) struct change_call *c = userdata;
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *v = NULL;
	sd_varlink *client = c->client;
	int r;

	if (!client)
		return;
	if (complete && t->refusal.outcome != OUTCOME_OK) {
		struct report refusal = t->refusal;	/* t still owns its strings */

		(void)server_reply_error(client, refusal.outcome, &refusal);
		return;
	}
	if (complete && t->reversed) {
		reply_reversed(client, t);
		return;
	}
	r = json_change(t, complete, &v);
	if (r >= 0)
		r = sd_varlink_reply(client, v);
	if (r < 0)
		log_debug("The client of '%s' gets no reply (%s), ignoring", t->name,
			  strerrordesc_np(-r));
}

/* 0 if the call is answered, or on_refused() or on_done() will answer it. */
static int change_start(sd_varlink *client, struct manager *m,
			const struct transaction_request *request, bool wait, struct report *report)
{
	_cleanup_(change_call_freep) struct change_call *c = calloc(1, sizeof(*c));
	const char *what = request->path ?: request->name;
	int r;

	if (!c)
		return -ENOMEM;
	c->verb = request->verb;
	c->client = sd_varlink_ref(client);
	c->what = what ? strdup(what) : NULL;
	if (what && !c->what)
		return -ENOMEM;
	r = manager_change(m, request, wait, &(struct manager_waiter){
		.client = client,
		.refused = on_refused,
		.done = on_done,
		.userdata = c,
	}, report);
	/* one of the callbacks owns c, and may have freed it already */
	if (r == 0)
		TAKE_PTR(c);
	return r;
}

static int change(sd_varlink *client, sd_json_variant *parameters, sd_varlink_method_flags_t flags,
		  enum change_verb verb, const sd_json_dispatch_field *table, struct server *s)
{
	_cleanup_(report_done) struct report report = REPORT_INIT;
	struct change_parameters p = { .file = -1, .immediate = -1, .wait = -1,
				       .timeout_usec = UINT64_MAX };
	struct transaction_request request = { .verb = verb };
	int r;

	r = sd_varlink_dispatch(client, parameters, table, &p);
	if (r != 0)
		return r;
	request.path = p.path;
	request.name = p.name;
	request.immediate = p.immediate > 0;
	request.deadline = p.timeout_usec != UINT64_MAX && p.timeout_usec != 0;
	request.timeout_usec = p.timeout_usec == UINT64_MAX ? MANAGER_TIMEOUT_USEC : p.timeout_usec;

	r = server_check_root(client, &report);
	if (r == 0 && p.path)
		r = caller_check_file(client, p.path, p.file, &report);
	if (r == 0)
		r = change_start(flags & SD_VARLINK_METHOD_ONEWAY ? NULL : client, s->manager,
				 &request, p.wait != 0, &report);
	return r == 0 ? 0 : change_refused(client, r, &report, verb, p.path ?: p.name);
}

int methods_change_enable(sd_varlink *client, sd_json_variant *parameters,
			  sd_varlink_method_flags_t flags, void *userdata)
{
	return change(client, parameters, flags, CHANGE_ENABLE, file_table, userdata);
}

int methods_change_replace(sd_varlink *client, sd_json_variant *parameters,
			   sd_varlink_method_flags_t flags, void *userdata)
{
	return change(client, parameters, flags, CHANGE_REPLACE, file_table, userdata);
}

int methods_change_disable(sd_varlink *client, sd_json_variant *parameters,
			   sd_varlink_method_flags_t flags, void *userdata)
{
	return change(client, parameters, flags, CHANGE_DISABLE, name_table, userdata);
}

int methods_change_rollback(sd_varlink *client, sd_json_variant *parameters,
			    sd_varlink_method_flags_t flags, void *userdata)
{
	return change(client, parameters, flags, CHANGE_ROLLBACK, rollback_table, userdata);
}

int methods_change_reverse(sd_varlink *client, sd_json_variant *parameters,
			   sd_varlink_method_flags_t flags _unused_, void *userdata)
{
	_cleanup_(report_done) struct report report = REPORT_INIT;
	static const sd_json_dispatch_field table[] = { { 0 } };
	struct server *s = userdata;
	uint64_t number;
	int r;

	r = sd_varlink_dispatch(client, parameters, table, NULL);
	if (r != 0)
		return r;
	r = server_check_root(client, &report);
	if (r == 0)
		r = manager_reverse(s->manager, &number, &report);
	if (r != 0)
		return server_reply_error(client, r, &report);
	return sd_varlink_replybo(client, SD_JSON_BUILD_PAIR_UNSIGNED("number", number));
}

int methods_change_force(sd_varlink *client, sd_json_variant *parameters,
			 sd_varlink_method_flags_t flags _unused_, void *userdata)
{
	_cleanup_(report_done) struct report report = REPORT_INIT;
	static const sd_json_dispatch_field table[] = { { 0 } };
	struct server *s = userdata;
	uint32_t forced = 0;
	uint64_t number;
	int r;

	r = sd_varlink_dispatch(client, parameters, table, NULL);
	if (r != 0)
		return r;
	r = server_check_root(client, &report);
	if (r == 0)
		r = manager_force(s->manager, &number, &forced, &report);
	if (r != 0)
		return server_reply_error(client, r, &report);
	return sd_varlink_replybo(client, SD_JSON_BUILD_PAIR_UNSIGNED("number", number),
				  SD_JSON_BUILD_PAIR_UNSIGNED("forced", forced));
}
