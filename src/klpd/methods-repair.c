// SPDX-License-Identifier: GPL-2.0-only
/*
 * Repair: answers with the planned actions and, unless it is a dry run, with their results. If
 * patches leave task by task, the answer comes when they have left. The connection is kept by
 * reference until then.
 */
#include <stdbool.h>

#include <systemd/sd-varlink.h>

#include "klpd/json-text.h"
#include "klpd/manager-pins.h"
#include "klpd/methods-repair.h"
#include "klpd/server.h"
#include "util/log.h"
#include "util/macro.h"

#define _cleanup_json_ _cleanup_(sd_json_variant_unrefp)

struct repair_parameters {
	int dry_run;
	int wait;
	uint64_t timeout_usec;	/* UINT64_MAX if not given */
};

static const sd_json_dispatch_field repair_table[] = {
	{ "dryRun", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_tristate,
	  offsetof(struct repair_parameters, dry_run), SD_JSON_NULLABLE },
	{ "wait", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_tristate,
	  offsetof(struct repair_parameters, wait), SD_JSON_NULLABLE },
	{ "timeoutUSec", _SD_JSON_VARIANT_TYPE_INVALID, sd_json_dispatch_uint64,
	  offsetof(struct repair_parameters, timeout_usec), SD_JSON_NULLABLE },
	{ 0 }
};

struct repair_call {		/* while tasks move */
	sd_varlink *client;
	struct manager *manager;
	sd_json_variant *actions;
};

static int json_actions(const struct repair *repair, sd_json_variant **ret)
{
	_cleanup_json_ sd_json_variant *array = NULL;
	int r = sd_json_variant_new_array(&array, NULL, 0);

	for (size_t i = 0; r >= 0 && i < repair->n; i++) {
		const struct repair_action *a = &repair->actions[i];
		_cleanup_json_ sd_json_variant *v = NULL;

		r = sd_json_buildo(&v,
			PAIR_TEXT("kind", repair_kind_to_string(a->kind)),
			PAIR_TEXT("patch", a->name),
			PAIR_TEXT("text", a->text),
			SD_JSON_BUILD_PAIR_CONDITION(a->error != 0, "errno",
						     SD_JSON_BUILD_INTEGER(-a->error)));
		if (r >= 0)
			r = sd_json_variant_append_array(&array, v);
	}
	if (r < 0)
		return r;
	*ret = TAKE_PTR(array);
	return 0;
}

static int repair_reply(sd_varlink *client, const struct manager *m, sd_json_variant *actions,
			bool complete)
{
	return sd_varlink_replybo(client,
		SD_JSON_BUILD_PAIR_VARIANT("actions", actions),
		SD_JSON_BUILD_PAIR_BOOLEAN("complete", complete),
		SD_JSON_BUILD_PAIR_UNSIGNED("generation", manager_generation(m)));
}

static struct repair_call *repair_call_free(struct repair_call *c)
{
	if (!c)
		return NULL;
	sd_json_variant_unref(c->actions);
	sd_varlink_unref(c->client);
	free(c);
	return NULL;
}
DEFINE_CLEANUP(struct repair_call, repair_call_free);

static void on_done(const struct transaction *t, bool complete, void *userdata)
{
	_cleanup_(repair_call_freep) struct repair_call *c = userdata;
	_cleanup_(report_done) struct report report = REPORT_INIT;
	int r;

	if (complete && t->reversed) {
		(void)report_set(&report, OUTCOME_REVERSED, "What was to be taken out of force %s",
				 t->timed_out ? "did not leave in time, and stays" : "stays");
		report.phase = PHASE_SWITCH;
		r = server_reply_error(c->client, OUTCOME_REVERSED, &report);
	} else {
		r = repair_reply(c->client, c->manager, c->actions, complete);
	}
	if (r < 0)
		log_debug("The client of a repair gets no reply (%s), ignoring", strerrordesc_np(-r));
}

/* 0 if the call is answered, or on_done() will answer it. */
static int repair_start(sd_varlink *client, struct manager *m, const struct repair_parameters *p,
			struct repair *repair, struct report *report)
{
	_cleanup_(repair_call_freep) struct repair_call *c = calloc(1, sizeof(*c));
	const struct manager_repair change = {
		.timeout_usec = p->timeout_usec == UINT64_MAX ? MANAGER_TIMEOUT_USEC :
								p->timeout_usec,
		.wait = p->wait != 0,
		.waiter = { .done = on_done, .userdata = c },
	};
	bool runs = false;
	int r;

	if (!c)
		return -ENOMEM;
	c->manager = m;
	c->client = sd_varlink_ref(client);
	/*
	 * make the list now, because on_done() may need it: when a change begins, all other actions
	 * are done or have failed
	 */
	r = json_actions(repair, &c->actions);
	if (r < 0)
		return r;
	r = manager_repair(m, repair, &change, &runs, report);
	if (r != 0)
		return r;
	if (runs) {
		/* on_done() owns c, and may have freed it already */
		TAKE_PTR(c);
		return 0;
	}
	c->actions = sd_json_variant_unref(c->actions);
	r = json_actions(repair, &c->actions);
	return r < 0 ? r : repair_reply(client, m, c->actions, true);
}

int methods_repair(sd_varlink *client, sd_json_variant *parameters,
		   sd_varlink_method_flags_t flags _unused_, void *userdata)
{
	_cleanup_(report_done) struct report report = REPORT_INIT;
	_cleanup_(repair_done) struct repair repair = { .n = 0 };
	_cleanup_json_ sd_json_variant *actions = NULL;
	struct repair_parameters p = { .dry_run = -1, .wait = -1, .timeout_usec = UINT64_MAX };
	struct manager *m = ((struct server *)userdata)->manager;
	int r;

	r = sd_varlink_dispatch(client, parameters, repair_table, &p);
	if (r != 0)
		return r;
	r = server_check_root(client, &report);
	if (r == 0)
		r = manager_plan_repair(m, &repair, &report);
	if (r == 0 && p.dry_run > 0) {
		r = json_actions(&repair, &actions);
		return r < 0 ? r : repair_reply(client, m, actions, false);
	}
	if (r == 0)
		r = repair_start(client, m, &p, &repair, &report);
	if (r == 0)
		return 0;
	if (report.outcome == OUTCOME_OK)
		(void)report_errno(&report, r < 0 ? r : -EIO, "The repair failed");
	log_warning("Repair failed: %s", report.detail ?: outcome_info(report.outcome)->sentence);
	return server_reply_error(client, r, &report);
}
