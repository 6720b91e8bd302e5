/* SPDX-License-Identifier: GPL-2.0-only */
/* Formats an error reply by itself, because sd-varlink sends one only as the answer to a call. */
#include <sys/socket.h>

#include <systemd/sd-json.h>

#include "klpd/json-text.h"
#include "klpd/json.h"
#include "klpd/refusal.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/macro.h"

void refusal_send(int fd, const struct report *report)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *parameters = NULL, *v = NULL;
	_cleanup_free_ char *text = NULL;
	int r;

	r = json_report(report, &parameters);
	if (r >= 0)
		r = sd_json_buildo(&v,
			PAIR_TEXT("error", outcome_info(report->outcome)->error),
			SD_JSON_BUILD_PAIR_VARIANT("parameters", parameters));
	if (r >= 0)
		r = sd_json_variant_format(v, 0, &text);
	if (r < 0) {
		log_debug("Cannot make a refusal (%s), ignoring", strerrordesc_np(-r));
		return;
	}
	(void)send(fd, text, strlen(text) + 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}
