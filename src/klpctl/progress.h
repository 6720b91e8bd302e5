/* SPDX-License-Identifier: GPL-2.0-only */
/* The line that shows the progress of a transition, rewritten in place, on a terminal only. */
#ifndef KLPD_KLPCTL_PROGRESS_H
#define KLPD_KLPCTL_PROGRESS_H

#include <stdbool.h>
#include <systemd/sd-json.h>

/* Whether stderr is a terminal on which a line can be rewritten. */
bool progress_wanted(void);
/* Handle one event of Monitor; a client_event_t. */
int progress_event(sd_json_variant *parameters, void *userdata);
/* Erase the line. */
void progress_end(void);
/* "enabling 'x': 118 of 120 tasks moved" for a Transition; malloc'ed, NULL if memory is short. */
char *progress_text(sd_json_variant *transition);

#endif
