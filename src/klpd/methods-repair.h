/* SPDX-License-Identifier: GPL-2.0-only */
/* Method Repair of io.klpd.Manager. */
#ifndef KLPD_KLPD_METHODS_REPAIR_H
#define KLPD_KLPD_METHODS_REPAIR_H

#include <systemd/sd-varlink.h>

int methods_repair(sd_varlink *client, sd_json_variant *parameters, sd_varlink_method_flags_t flags,
		   void *userdata);

#endif
