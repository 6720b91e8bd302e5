/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Status, List, Describe, Blockers, Task, Monitor: read the manager's registry and answer. Nothing
 * here changes what is in force. Describe of a file reads the file, so it is for uid 0 only.
 */
#include <stdbool.h>
#include <sys/utsname.h>

#include <systemd/sd-varlink.h>

#include "kern/task.h"
#include "kern/trust.h"
#include "klpd/blockers.h"
#include "klpd/caller.h"
#include "klpd/json-text.h"
#include "klpd/json-warning.h"
#include "klpd/json-callback.h"
#include "klpd/json.h"
#include "klpd/methods-query.h"
#include "klpd/monitor.h"
#include "klpd/server.h"
#include "util/macro.h"
#include "version.h"

#define _cleanup_json_ _cleanup_(sd_json_variant_unrefp)

DEFINE_CLEANUP(struct meta, meta_free);

static const sd_json_dispatch_field no_parameters[] = { { 0 } };

int methods_query_status(sd_varlink *client, sd_json_variant *parameters,
			 sd_varlink_method_flags_t flags _unused_, void *userdata)
{
	_cleanup_json_ sd_json_variant *companion = NULL, *transition = NULL, *patches = NULL,
				       *sentences = NULL, *details = NULL, *previous = NULL,
				       *callback = NULL;
	_cleanup_(warnings_done) struct warnings warnings = {};
	struct manager *m = ((struct server *)userdata)->manager;
	struct utsname kernel;
	int r;

	r = sd_varlink_dispatch(client, parameters, no_parameters, NULL);
	if (r != 0)
		return r;
	manager_refresh(m);
	r = manager_look(m, &warnings);
	(void)uname(&kernel);
	if (r >= 0)
		r = json_companion(m->registry, &companion);
	if (r >= 0)
		r = json_transition(m->change, &transition);
	if (r >= 0)
		r = json_patches(m->registry, &warnings, &patches);
	if (r >= 0)
		r = json_warnings(&warnings, &sentences);
	if (r >= 0)
		r = json_warning_details(&warnings, &details);
	if (r >= 0)
		r = json_previous(m->registry, &previous);
	if (r >= 0)
		r = json_callback(m->registry, &callback);
	if (r < 0)
		return r;
	return sd_varlink_replybo(
		client, PAIR_TEXT("version", KLPD_VERSION), PAIR_TEXT("kernel", kernel.release),
		SD_JSON_BUILD_PAIR_UNSIGNED("generation", manager_generation(m)),
		SD_JSON_BUILD_PAIR_BOOLEAN("perTask", registry_can_enter(m->registry)),
		SD_JSON_BUILD_PAIR_VARIANT("companion", companion),
		SD_JSON_BUILD_PAIR_CONDITION(m->change != NULL, "transition",
					     SD_JSON_BUILD_VARIANT(transition)),
		SD_JSON_BUILD_PAIR_VARIANT("patches", patches),
		SD_JSON_BUILD_PAIR_VARIANT("warnings", sentences),
		SD_JSON_BUILD_PAIR_VARIANT("warningDetails", details),
		SD_JSON_BUILD_PAIR_CONDITION(!sd_json_variant_is_null(previous), "previous",
					     SD_JSON_BUILD_VARIANT(previous)),
		SD_JSON_BUILD_PAIR_CONDITION(!sd_json_variant_is_null(callback), "callback",
					     SD_JSON_BUILD_VARIANT(callback)));
}

int methods_query_list(sd_varlink *client, sd_json_variant *parameters,
		       sd_varlink_method_flags_t flags _unused_, void *userdata)
{
	_cleanup_(warnings_done) struct warnings warnings = {};
	_cleanup_json_ sd_json_variant *patches = NULL;
	struct server *s = userdata;
	int r;

	r = sd_varlink_dispatch(client, parameters, no_parameters, NULL);
	if (r != 0)
		return r;
	manager_refresh(s->manager);
	r = manager_look(s->manager, &warnings);
	if (r >= 0)
		r = json_list(s->manager->registry, &warnings, &patches);
	if (r < 0)
		return r;
	return sd_varlink_replybo(client, SD_JSON_BUILD_PAIR_VARIANT("patches", patches));
}

struct describe_parameters {
	const char *name;
	const char *path;
	int64_t file;		/* index of a descriptor; negative if not given */
};

static int describe_file(sd_varlink *client, const char *path, int64_t file, struct report *report,
			 sd_json_variant **ret)
{
	_cleanup_(meta_freep) struct meta *meta = NULL;
	_cleanup_free_ void *data = NULL;
	size_t size;
	int r;

	r = server_check_root(client, report);
	if (r == 0)
		r = caller_check_file(client, path, file, report);
	if (r == 0)
		r = trust_read_patch(path, &data, &size, report);
	if (r == 0)
		r = meta_from_elf(data, size, &meta, report);
	if (r == 0)
		r = json_meta(meta, ret);
	return r;
}

static int describe_set(struct manager *m, const char *name, struct report *report,
			sd_json_variant **ret)
{
	_cleanup_(warnings_done) struct warnings warnings = {};
	const struct incomplete_patch *u;
	const struct patch *patch;
	int r;

	report_names(report, name, NULL, NULL);
	/* look first, because it may recover the registry */
	r = manager_look(m, &warnings);
	if (r < 0)
		return r;
	patch = registry_find(m->registry, name);
	u = patch ? NULL : registry_find_incomplete(m->registry, name);
	patch = u ? u->patch : patch;
	if (!patch)
		return report_set(report, OUTCOME_NO_SUCH_PATCH, "No patch '%s' is in force", name);
	return json_loaded_patch(m->registry, patch, &warnings, ret);
}

int methods_query_describe(sd_varlink *client, sd_json_variant *parameters,
			   sd_varlink_method_flags_t flags _unused_, void *userdata)
{
	static const sd_json_dispatch_field table[] = {
		{ "name", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
		  offsetof(struct describe_parameters, name), SD_JSON_NULLABLE },
		{ "path", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
		  offsetof(struct describe_parameters, path), SD_JSON_NULLABLE },
		{ "fileDescriptor", _SD_JSON_VARIANT_TYPE_INVALID, sd_json_dispatch_int64,
		  offsetof(struct describe_parameters, file), SD_JSON_NULLABLE },
		{ 0 }
	};
	_cleanup_(report_done) struct report report = REPORT_INIT;
	_cleanup_json_ sd_json_variant *patch = NULL;
	struct describe_parameters p = { .file = -1 };
	struct manager *m = ((struct server *)userdata)->manager;
	int r;

	r = sd_varlink_dispatch(client, parameters, table, &p);
	if (r != 0)
		return r;
	if (!p.name == !p.path)
		return sd_varlink_error_invalid_parameter_name(client, p.name ? "path" : "name");
	if (p.path) {
		r = describe_file(client, p.path, p.file, &report, &patch);
	} else {
		r = describe_set(m, p.name, &report, &patch);
	}
	if (r != 0)
		return server_reply_error(client, r, &report);
	return sd_varlink_replybo(client,
		SD_JSON_BUILD_PAIR_VARIANT("patch", patch),
		SD_JSON_BUILD_PAIR_UNSIGNED("format", KLP_META_FORMAT));
}

struct blockers_parameters {
	uint64_t stacks;
	int last;
};

int methods_query_blockers(sd_varlink *client, sd_json_variant *parameters,
			   sd_varlink_method_flags_t flags _unused_, void *userdata)
{
	static const sd_json_dispatch_field table[] = {
		{ "stacks", _SD_JSON_VARIANT_TYPE_INVALID, sd_json_dispatch_uint64,
		  offsetof(struct blockers_parameters, stacks), SD_JSON_NULLABLE },
		{ "last", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_tristate,
		  offsetof(struct blockers_parameters, last), SD_JSON_NULLABLE },
		{ 0 }
	};
	struct blockers_parameters p = { .stacks = BLOCKERS_STACKS_DEFAULT, .last = -1 };
	_cleanup_(report_done) struct report report = REPORT_INIT;
	_cleanup_json_ sd_json_variant *array = NULL;
	const struct server *s = userdata;
	struct manager *m = s->manager;
	bool root = server_is_root(s, client);
	int r;

	r = sd_varlink_dispatch(client, parameters, table, &p);
	if (r != 0)
		return r;
	manager_refresh(m);
	r = caller_check_pids(client, &report);
	if (r != 0)
		return server_reply_error(client, r, &report);
	/* without a transition the companion is not asked, because no task blocks */
	if (!root)
		p.stacks = MIN(p.stacks, (uint64_t)BLOCKERS_STACKS_OTHERS_MAX);
	r = blockers_json(m->change || p.last > 0 ? m->registry->companion : NULL, p.last > 0,
			  p.stacks, root ? BLOCKERS_USEC : BLOCKERS_OTHERS_USEC, &array);
	if (r == -EOPNOTSUPP)
		(void)report_set(&report, OUTCOME_COMPANION_ABI, "The loaded klp.ko speaks ABI %u of "
				 KLP_DEVICE " and does not keep what was in the way",
				 companion_hello(m->registry->companion)->abi);
	if (r < 0) {
		(void)report_errno(&report, r, "Cannot ask the companion which tasks block");
		return server_reply_error(client, r, &report);
	}
	return sd_varlink_replybo(client, SD_JSON_BUILD_PAIR_VARIANT("blockers", array));
}

static int task_state(struct manager *m, int32_t pid, int32_t *ret_state, struct report *report)
{
	const struct report *why = &m->registry->companion_report;
	int r;

	manager_refresh(m);
	if (!m->registry->companion)
		return report_set(report, why->outcome ?: OUTCOME_NO_COMPANION, "%s",
				  why->detail ?: "There is no companion to ask");
	r = companion_task(m->registry->companion, pid, ret_state);
	if (r == -ESRCH)
		return report_set(report, OUTCOME_NO_SUCH_TASK, "No thread has the id %d", (int)pid);
	return r < 0 ? report_errno(report, r, "Cannot ask the companion for task %d", (int)pid) : 0;
}

int methods_query_task(sd_varlink *client, sd_json_variant *parameters,
		       sd_varlink_method_flags_t flags _unused_, void *userdata)
{
	static const sd_json_dispatch_field table[] = {
		{ "pid", _SD_JSON_VARIANT_TYPE_INVALID, sd_json_dispatch_int32, 0,
		  SD_JSON_MANDATORY },
		{ 0 }
	};
	_cleanup_(report_done) struct report report = REPORT_INIT;
	char comm[TASK_COMM_SIZE];
	int32_t pid = 0, state = -1;
	bool named;
	int r;

	r = sd_varlink_dispatch(client, parameters, table, &pid);
	if (r != 0)
		return r;
	/* 0 would mean the caller itself, or an idle task without a name of its own */
	if (pid <= 0)
		return sd_varlink_error_invalid_parameter_name(client, "pid");
	r = caller_check_pids(client, &report);
	if (r != 0)
		return server_reply_error(client, r, &report);
	r = task_state(((struct server *)userdata)->manager, pid, &state, &report);
	if (r != 0)
		return server_reply_error(client, r, &report);
	named = task_comm(pid, comm) == 0;
	return sd_varlink_replybo(client,
		SD_JSON_BUILD_PAIR_INTEGER("pid", pid),
		SD_JSON_BUILD_PAIR_INTEGER("patchState", state),
		SD_JSON_BUILD_PAIR_CONDITION(named, "comm", JSON_BUILD_TEXT(comm)));
}

int methods_query_monitor(sd_varlink *client, sd_json_variant *parameters,
			  sd_varlink_method_flags_t flags, void *userdata)
{
	_cleanup_(report_done) struct report report = REPORT_INIT;
	struct server *s = userdata;
	bool root;
	int r;

	r = sd_varlink_dispatch(client, parameters, no_parameters, NULL);
	if (r != 0)
		return r;
	if (!(flags & SD_VARLINK_METHOD_MORE))
		return sd_varlink_error(client, SD_VARLINK_ERROR_EXPECTED_MORE, NULL);
	root = server_is_root(s, client);
	r = monitor_add(s->monitor, client, root);
	if (r == -EBUSY)
		(void)report_set(&report, OUTCOME_TOO_MANY, "There are too many connections that watch: %d",
				 root ? MONITOR_ROOT_MAX : MONITOR_OTHERS_MAX);
	return r < 0 ? server_reply_error(client, r, &report) : 0;
}
