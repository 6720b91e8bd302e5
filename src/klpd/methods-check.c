// SPDX-License-Identifier: GPL-2.0-only
/*
 * Method Check. What the change would be refused for is the answer and no error; an error is what
 * keeps the question from being asked: who may not, and a file that is no patch.
 */
#include <systemd/sd-varlink.h>

#include "klpd/caller.h"
#include "klpd/json-check.h"
#include "klpd/methods-check.h"
#include "klpd/server.h"
#include "util/macro.h"

struct check_parameters {
	const char *path;
	int64_t file;		/* index of a descriptor; negative: not given */
	int replace;
	int immediate;
};

int methods_check(sd_varlink *link, sd_json_variant *parameters,
		  sd_varlink_method_flags_t flags _unused_, void *userdata)
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
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *v = NULL;
	_cleanup_(report_done) struct report report = REPORT_INIT;
	struct check_parameters p = { .file = -1, .replace = -1, .immediate = -1 };
	struct manager *m = ((struct server *)userdata)->manager;
	_cleanup_(check_freep) struct check *check = NULL;
	struct check_request request;
	int r;

	r = sd_varlink_dispatch(link, parameters, table, &p);
	if (r != 0)
		return r;
	request = (struct check_request){
		.path = p.path,
		.replace = p.replace > 0,
		.immediate = p.immediate > 0,
	};
	r = server_check_root(link, &report);
	if (r == 0)
		r = caller_check_file(link, p.path, p.file, &report);
	if (r == 0)
		r = manager_check(m, &request, &check, &report);
	if (r != 0)
		return server_reply_error(link, r, &report);
	r = json_check(check, m->world, &v);
	return r < 0 ? r : sd_varlink_reply(link, v);
}
