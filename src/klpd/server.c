/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Owns the listening socket, the connections and the table of methods. The mode of the socket (root
 * and group klpd) decides which clients can connect; the credentials of the peer, checked at each
 * call, decide whether it may change anything. The answers to calls leave klpd here, with one
 * format for all errors.
 */
#include <stdbool.h>

#include <systemd/sd-varlink.h>

#include "klpd/json.h"
#include "klpd/manager-work.h"
#include "klpd/methods-change.h"
#include "klpd/methods-check.h"
#include "klpd/methods-query.h"
#include "klpd/methods-repair.h"
#include "klpd/monitor.h"
#include "klpd/server.h"
#include "shared/varlink-io.klpd.h"
#include "util/macro.h"
#include "version.h"

int server_new(struct server **ret)
{
	_cleanup_(server_freep) struct server *s = NULL;
	int r;

	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->listener = LISTENER_INIT;
	r = sd_varlink_server_new(&s->varlink, SD_VARLINK_SERVER_INHERIT_USERDATA);
	if (r < 0)
		return r;
	sd_varlink_server_set_userdata(s->varlink, s);
	(void)sd_varlink_server_set_description(s->varlink, "klpd");
	r = sd_varlink_server_set_info(s->varlink, "klpd", "klpd", KLPD_VERSION, NULL);
	if (r < 0)
		return r;
	r = listener_open(&s->listener);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(s);
	return 0;
}

static void on_disconnect(sd_varlink_server *varlink _unused_, sd_varlink *client, void *userdata)
{
	struct server *s = userdata;

	monitor_remove(s->monitor, client);
	manager_client_gone(s->manager, client);
	connection_gone(&s->connections, client);
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
	r = sd_varlink_server_bind_disconnect(s->varlink, on_disconnect);
	if (r < 0)
		return r;
	r = connections_start(&s->connections, s->varlink, m->event);
	if (r < 0)
		return r;
	return listener_start(&s->listener, &s->connections, m->event);
}

struct server *server_free(struct server *s)
{
	if (!s)
		return NULL;
	listener_done(&s->listener);
	connections_done(&s->connections);
	if (s->varlink)
		(void)sd_varlink_server_bind_disconnect(s->varlink, NULL);
	monitor_free(s->monitor);
	sd_varlink_server_unref(s->varlink);
	free(s);
	return NULL;
}

bool server_is_root(const struct server *s, const sd_varlink *client)
{
	const struct connection *c = connection_find(&s->connections, client);

	return c && c->root;
}

int server_check_root(sd_varlink *client, struct report *report)
{
	const struct server *s = sd_varlink_get_userdata(client);
	const struct connection *c = connection_find(&s->connections, client);
	int r = c ? peer_check_root(&c->peer, report) : -ESRCH;

	if (r != -ESRCH)
		return r;
	/* the process has ended since, so its credentials at connect time count */
	return c && c->root ? 0 : report_set(report, OUTCOME_PERMISSION,
					     "The caller has ended, so its credentials are not known");
}

int server_reply_error(sd_varlink *client, int result, struct report *report)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *v = NULL;
	int r;

	if (report->outcome == OUTCOME_OK)
		(void)report_errno(report, result < 0 ? result : -EIO, "The call failed");
	r = json_report(report, &v);
	if (r < 0)
		return r;
	return sd_varlink_error(client, outcome_info(report->outcome)->error, v);
}
