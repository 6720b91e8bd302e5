/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Owns the listening socket and the table of methods. Who may connect is said by the socket's mode
 * (root and group klpd); who may change anything is asked of the peer at each call. Errors leave
 * klpd here and nowhere else, all in one form.
 */
#include <grp.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include <systemd/sd-varlink.h>

#include "klpd/caller.h"
#include "klpd/json.h"
#include "klpd/methods-change.h"
#include "klpd/methods-check.h"
#include "klpd/methods-query.h"
#include "klpd/methods-repair.h"
#include "klpd/monitor.h"
#include "klpd/server.h"
#include "shared/paths.h"
#include "shared/varlink-io.klpd.h"
#include "util/errno-util.h"
#include "util/log.h"
#include "util/macro.h"
#include "version.h"

#define CONNECTIONS_MAX		256
#define CONNECTIONS_UID_MAX	64

/* Started by hand: a socket as klpd.socket would make it. */
static int server_listen(sd_varlink_server *s)
{
	const struct group *group;
	int r;

	if (mkdir(KLPD_RUN_DIR, 0755) < 0 && errno != EEXIST)
		return errno_negative();
	r = sd_varlink_server_listen_address(s, KLPD_SOCKET, 0660);
	if (r < 0)
		return r;
	group = getgrnam(KLPD_GROUP);
	if (group && chown(KLPD_SOCKET, (uid_t)-1, group->gr_gid) < 0)
		log_warning_errno(errno_negative(), "Cannot give '%s' to group '%s', going on: %m",
				  KLPD_SOCKET, KLPD_GROUP);
	return 0;
}

int server_new(struct server **ret)
{
	_cleanup_(server_freep) struct server *s = NULL;
	int r;

	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	r = sd_varlink_server_new(&s->varlink, SD_VARLINK_SERVER_ACCOUNT_UID |
					       SD_VARLINK_SERVER_INHERIT_USERDATA);
	if (r < 0)
		return r;
	sd_varlink_server_set_userdata(s->varlink, s);
	(void)sd_varlink_server_set_description(s->varlink, "klpd");
	(void)sd_varlink_server_set_connections_max(s->varlink, CONNECTIONS_MAX);
	(void)sd_varlink_server_set_connections_per_uid_max(s->varlink, CONNECTIONS_UID_MAX);
	r = sd_varlink_server_set_info(s->varlink, "klpd", "klpd", KLPD_VERSION, NULL);
	if (r < 0)
		return r;
	r = sd_varlink_server_listen_auto(s->varlink);
	if (r == 0)
		r = server_listen(s->varlink);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(s);
	return 0;
}

static int on_connect(sd_varlink_server *varlink _unused_, sd_varlink *link, void *userdata _unused_)
{
	caller_accept(link);
	return 0;
}

static void on_disconnect(sd_varlink_server *varlink _unused_, sd_varlink *link, void *userdata)
{
	struct server *s = userdata;

	monitor_remove(s->monitor, link);
}

int server_start(struct server *s, struct manager *m)
{
	int r;

	s->manager = m;
	r = monitor_new(m, &s->monitor);
	if (r < 0)
		return r;
	r = sd_varlink_server_add_interface(s->varlink, &vl_interface_io_klpd_Manager);
	if (r < 0)
		return r;
	r = sd_varlink_server_bind_method_many(s->varlink,
		VARLINK_INTERFACE ".Enable", methods_change_enable,
		VARLINK_INTERFACE ".Replace", methods_change_replace,
		VARLINK_INTERFACE ".Disable", methods_change_disable,
		VARLINK_INTERFACE ".Rollback", methods_change_rollback,
		VARLINK_INTERFACE ".Reverse", methods_change_reverse,
		VARLINK_INTERFACE ".Force", methods_change_force,
		VARLINK_INTERFACE ".Check", methods_check,
		VARLINK_INTERFACE ".Repair", methods_repair,
		VARLINK_INTERFACE ".Status", methods_query_status,
		VARLINK_INTERFACE ".List", methods_query_list,
		VARLINK_INTERFACE ".Describe", methods_query_describe,
		VARLINK_INTERFACE ".Blockers", methods_query_blockers,
		VARLINK_INTERFACE ".Task", methods_query_task,
		VARLINK_INTERFACE ".Monitor", methods_query_monitor);
	if (r < 0)
		return r;
	r = sd_varlink_server_bind_connect(s->varlink, on_connect);
	if (r < 0)
		return r;
	r = sd_varlink_server_bind_disconnect(s->varlink, on_disconnect);
	if (r < 0)
		return r;
	return sd_varlink_server_attach_event(s->varlink, m->event, SD_EVENT_PRIORITY_NORMAL);
}

struct server *server_free(struct server *s)
{
	if (!s)
		return NULL;
	if (s->varlink)
		(void)sd_varlink_server_bind_disconnect(s->varlink, NULL);
	monitor_free(s->monitor);
	sd_varlink_server_unref(s->varlink);
	free(s);
	return NULL;
}

int server_check_root(sd_varlink *link, struct report *report)
{
	uid_t uid;
	int r;

	r = sd_varlink_get_peer_uid(link, &uid);
	if (r < 0)
		return report_errno(report, r, "Cannot tell who the caller is");
	if (uid == 0)
		return 0;
	return report_set(report, OUTCOME_PERMISSION, "Only root may do this, the caller is uid %u",
			  (unsigned int)uid);
}

int server_reply_error(sd_varlink *link, int result, struct report *report)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *v = NULL;
	int r;

	if (report->outcome == OUTCOME_OK)
		(void)report_errno(report, result < 0 ? result : -EIO, "The call failed");
	r = json_report(report, &v);
	if (r < 0)
		return r;
	return sd_varlink_error(link, outcome_info(report->outcome)->error, v);
}
