/* SPDX-License-Identifier: GPL-2.0-only */
/* Method Check. It changes nothing, but reads files and loads programs, so it is for uid 0 only. */
#ifndef KLPD_KLPD_METHODS_CHECK_H
#define KLPD_KLPD_METHODS_CHECK_H

#include <systemd/sd-varlink.h>

int methods_check(sd_varlink *client, sd_json_variant *parameters, sd_varlink_method_flags_t flags,
		  void *userdata);

#endif
