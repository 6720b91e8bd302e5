/* SPDX-License-Identifier: GPL-2.0-only */
/* Methods that change what is in force, for uid 0 only. The reply may come long after the call. */
#ifndef KLPD_KLPD_METHODS_CHANGE_H
#define KLPD_KLPD_METHODS_CHANGE_H

#include <systemd/sd-varlink.h>

int methods_change_enable(sd_varlink *client, sd_json_variant *parameters,
			  sd_varlink_method_flags_t flags, void *userdata);
int methods_change_replace(sd_varlink *client, sd_json_variant *parameters,
			   sd_varlink_method_flags_t flags, void *userdata);
int methods_change_disable(sd_varlink *client, sd_json_variant *parameters,
			   sd_varlink_method_flags_t flags, void *userdata);
int methods_change_force(sd_varlink *client, sd_json_variant *parameters,
			 sd_varlink_method_flags_t flags, void *userdata);
int methods_change_rollback(sd_varlink *client, sd_json_variant *parameters,
			    sd_varlink_method_flags_t flags, void *userdata);
int methods_change_reverse(sd_varlink *client, sd_json_variant *parameters,
			   sd_varlink_method_flags_t flags, void *userdata);

#endif
