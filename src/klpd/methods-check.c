// SPDX-License-Identifier: GPL-2.0-only
/*
 * Method Check. The reasons for which the change would be refused are the answer, not an error. An
 * error is what prevents the check: a caller without permission, or a file that is not a patch. The
 * answer comes when the file has been read; checks run one after another.
 */
#include <systemd/sd-varlink.h>

#include "klpd/caller.h"
#include "klpd/json-check.h"
#include "klpd/manager-work.h"
#include "klpd/methods-check.h"
#include "klpd/server.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/macro.h"

struct check_parameters {
	const char *path;
	int64_t file;		/* index of a descriptor; negative if not given */
	int replace;
	int immediate;
};

struct check_call {		/* until it is answered */
	sd_varlink *client;	/* NULL if no answer is wanted */
	const struct registry *registry;
};

static struct check_call *check_call_free(struct check_call *c)
{
	if (!c)
		return NULL;
	sd_varlink_unref(c->client);
	free(c);
	return NULL;
}
DEFINE_CLEANUP(struct check_call, check_call_free);

static void on_checked(int result, struct check *check, struct report *report, void *userdata)
{
	_cleanup_(check_call_freep) struct check_call *c = userdata;
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *v = NULL;
	int r = 0;

	if (!c->client)
		return;
	if (result == 0)
		r = json_check(check, c->registry, &v);
	if (r < 0)
		result = r;
	r = result == 0 ? sd_varlink_reply(c->client, v) :
			  server_reply_error(c->client, result, report);
	if (r < 0)
		log_debug("The client of a check gets no reply (%s), ignoring", strerrordesc_np(-r));
}

/* 0 if on_checked() will answer the call. */
static int check_start(sd_varlink *client, struct manager *m, const struct check_request *request)
{
	_cleanup_(check_call_freep) struct check_call *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	c->client = sd_varlink_ref(client);
	c->registry = m->registry;
	r = manager_check(m, request, client, on_checked, c);
	if (r == 0)
		TAKE_PTR(c);
	return r;
}

int methods_check(sd_varlink *client, sd_json_variant *parameters,
		  sd_varlink_method_flags_t flags, void *userdata)
{
	static const sd_json_dispatch_field table[] = {
		{ "path", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
		  offsetof(struct check_parameters, path), SD_JSON_MANDATORY },
		{ "fileDescriptor", _SD_JSON_VARIANT_TYPE_INVALID, sd_json_dispatch_int64,
		  offsetof(struct check_parameters, file), SD_JSON_NULLABLE },
		{ "replace", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_tristate,
		  offsetof(struct check_parameters, replace), SD_JSON_NULLABLE },
		{ "immediate", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_tristate,
		  offsetof(struct check_parameters, immediate), SD_JSON_NULLABLE },
		{ 0 }
	};
	_cleanup_(report_done) struct report report = REPORT_INIT;
	struct check_parameters p = { .file = -1, .replace = -1, .immediate = -1 };
	struct server *s = userdata;
	struct check_request request;
	int r;

	r = sd_varlink_dispatch(client, parameters, table, &p);
	if (r != 0)
		return r;
	request = (struct check_request){
		.path = p.path,
		.replace = p.replace > 0,
		.immediate = p.immediate > 0,
	};
	r = server_check_root(client, &report);
	if (r == 0)
		r = caller_check_file(client, p.path, p.file, &report);
	/* a oneway check changes nothing and has no reader; a client could queue any number of them */
	if (r == 0 && (flags & SD_VARLINK_METHOD_ONEWAY) != 0)
		return 0;
	if (r == 0)
		r = check_start(client, s->manager, &request);
	return r == 0 ? 0 : server_reply_error(client, r, &report);
}
