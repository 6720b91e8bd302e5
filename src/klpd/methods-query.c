/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Status, List, Describe, Blockers, Monitor: look at the manager's world and answer. Nothing here
 * changes what is in force. Describing a file reads it, and so is for uid 0 only.
 */
#include <stdbool.h>
#include <sys/utsname.h>

#include <systemd/sd-varlink.h>

#include "kern/trust.h"
#include "klpd/json.h"
#include "klpd/methods-query.h"
#include "klpd/monitor.h"
#include "klpd/server.h"
#include "util/macro.h"
#include "version.h"

#define _cleanup_json_ _cleanup_(sd_json_variant_unrefp)

DEFINE_CLEANUP(struct meta, meta_free);

static const sd_json_dispatch_field no_parameters[] = { { 0 } };

int methods_query_status(sd_varlink *link, sd_json_variant *parameters,
			 sd_varlink_method_flags_t flags _unused_, void *userdata)
{
	_cleanup_json_ sd_json_variant *companion = NULL, *transition = NULL, *patches = NULL,
				       *warnings = NULL;
	struct manager *m = ((struct server *)userdata)->manager;
	struct utsname kernel;
	int r;

	r = sd_varlink_dispatch(link, parameters, no_parameters, NULL);
	if (r != 0)
		return r;
	manager_refresh(m);
	(void)uname(&kernel);
	r = json_companion(m->world, &companion);
	if (r >= 0)
		r = json_transition(m->change, &transition);
	if (r >= 0)
		r = json_patches(m->world, &patches);
	if (r >= 0)
		r = json_warnings(m->world, &warnings);
	if (r < 0)
		return r;
	return sd_varlink_replybo(link,
		SD_JSON_BUILD_PAIR_STRING("version", KLPD_VERSION),
		SD_JSON_BUILD_PAIR_STRING("kernel", kernel.release),
		SD_JSON_BUILD_PAIR_UNSIGNED("generation", manager_generation(m)),
		SD_JSON_BUILD_PAIR_BOOLEAN("perTask", m->world->companion != NULL),
		SD_JSON_BUILD_PAIR_VARIANT("companion", companion),
		SD_JSON_BUILD_PAIR_CONDITION(m->change != NULL, "transition",
					     SD_JSON_BUILD_VARIANT(transition)),
		SD_JSON_BUILD_PAIR_VARIANT("patches", patches),
		SD_JSON_BUILD_PAIR_VARIANT("warnings", warnings));
}

int methods_query_list(sd_varlink *link, sd_json_variant *parameters,
		       sd_varlink_method_flags_t flags _unused_, void *userdata)
{
	_cleanup_json_ sd_json_variant *patches = NULL;
	struct server *s = userdata;
	int r;

	r = sd_varlink_dispatch(link, parameters, no_parameters, NULL);
	if (r != 0)
		return r;
	r = json_list(s->manager->world, &patches);
	if (r < 0)
		return r;
	return sd_varlink_replybo(link, SD_JSON_BUILD_PAIR_VARIANT("patches", patches));
}

struct describe_parameters {
	const char *name;
	const char *path;
};

static int describe_file(sd_varlink *link, const char *path, struct report *report,
			 sd_json_variant **ret)
{
	_cleanup_(meta_freep) struct meta *meta = NULL;
	_cleanup_free_ void *data = NULL;
	size_t size;
	int r;

	r = server_check_root(link, report);
	if (r == 0)
		r = trust_read_patch(path, &data, &size, report);
	if (r == 0)
		r = meta_from_elf(data, size, &meta, report);
	if (r == 0)
		r = json_meta(meta, ret);
	return r;
}

int methods_query_describe(sd_varlink *link, sd_json_variant *parameters,
			   sd_varlink_method_flags_t flags _unused_, void *userdata)
{
	static const sd_json_dispatch_field table[] = {
		{ "name", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
		  offsetof(struct describe_parameters, name), SD_JSON_NULLABLE },
		{ "path", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
		  offsetof(struct describe_parameters, path), SD_JSON_NULLABLE },
		{ 0 }
	};
	_cleanup_(report_done) struct report report = REPORT_INIT;
	_cleanup_json_ sd_json_variant *patch = NULL;
	struct describe_parameters p = { .name = NULL };
	const struct set *set;
	int r;

	r = sd_varlink_dispatch(link, parameters, table, &p);
	if (r != 0)
		return r;
	if (!p.name == !p.path)
		return sd_varlink_error_invalid_parameter_name(link, p.name ? "path" : "name");
	if (p.path) {
		r = describe_file(link, p.path, &report, &patch);
	} else {
		set = world_find(((struct server *)userdata)->manager->world, p.name);
		r = set ? json_set(set, &patch) :
			  report_set(&report, OUTCOME_NO_SUCH_PATCH, "No patch '%s' is in force",
				     p.name);
		report_names(&report, p.name, NULL, NULL);
	}
	if (r != 0)
		return server_reply_error(link, r, &report);
	return sd_varlink_replybo(link,
		SD_JSON_BUILD_PAIR_VARIANT("patch", patch),
		SD_JSON_BUILD_PAIR_UNSIGNED("format", KLP_META_FORMAT));
}

int methods_query_blockers(sd_varlink *link, sd_json_variant *parameters,
			   sd_varlink_method_flags_t flags _unused_, void *userdata)
{
	_cleanup_(report_done) struct report report = REPORT_INIT;
	_cleanup_free_ struct klp_uapi_blocker *blockers = NULL;
	_cleanup_json_ sd_json_variant *array = NULL;
	struct manager *m = ((struct server *)userdata)->manager;
	uint32_t n = 0;
	int r;

	r = sd_varlink_dispatch(link, parameters, no_parameters, NULL);
	if (r != 0)
		return r;
	r = m->change ? companion_blockers(m->world->companion, &blockers, &n) : -ENOENT;
	/* no transition runs, so nobody blocks one */
	if (r < 0 && r != -ENOENT) {
		(void)report_errno(&report, r, "Cannot ask the companion who blocks");
		return server_reply_error(link, r, &report);
	}
	r = json_blockers(blockers, r < 0 ? 0 : n, &array);
	if (r < 0)
		return r;
	return sd_varlink_replybo(link, SD_JSON_BUILD_PAIR_VARIANT("blockers", array));
}

int methods_query_monitor(sd_varlink *link, sd_json_variant *parameters,
			  sd_varlink_method_flags_t flags, void *userdata)
{
	_cleanup_(report_done) struct report report = REPORT_INIT;
	struct server *s = userdata;
	int r;

	r = sd_varlink_dispatch(link, parameters, no_parameters, NULL);
	if (r != 0)
		return r;
	if (!(flags & SD_VARLINK_METHOD_MORE))
		return sd_varlink_error(link, SD_VARLINK_ERROR_EXPECTED_MORE, NULL);
	r = monitor_add(s->monitor, link);
	if (r == -EBUSY)
		(void)report_set(&report, OUTCOME_BUSY, "%d clients watch already",
				 MONITOR_LINKS_MAX);
	return r < 0 ? server_reply_error(link, r, &report) : 0;
}
