/* SPDX-License-Identifier: GPL-2.0-only */
/* Methods that change nothing, open to every client that can connect. */
#ifndef KLPD_KLPD_METHODS_QUERY_H
#define KLPD_KLPD_METHODS_QUERY_H

#include <systemd/sd-varlink.h>

int methods_query_status(sd_varlink *client, sd_json_variant *parameters,
			 sd_varlink_method_flags_t flags, void *userdata);
int methods_query_list(sd_varlink *client, sd_json_variant *parameters,
		       sd_varlink_method_flags_t flags, void *userdata);
int methods_query_describe(sd_varlink *client, sd_json_variant *parameters,
			   sd_varlink_method_flags_t flags, void *userdata);
int methods_query_blockers(sd_varlink *client, sd_json_variant *parameters,
			   sd_varlink_method_flags_t flags, void *userdata);
int methods_query_task(sd_varlink *client, sd_json_variant *parameters,
		       sd_varlink_method_flags_t flags, void *userdata);
int methods_query_monitor(sd_varlink *client, sd_json_variant *parameters,
			  sd_varlink_method_flags_t flags, void *userdata);

#endif
