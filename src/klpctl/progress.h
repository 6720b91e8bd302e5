/* SPDX-License-Identifier: GPL-2.0-only */
/* The line that says how far a transition is, rewritten in place, on a terminal only. */
#ifndef KLPD_KLPCTL_PROGRESS_H
#define KLPD_KLPCTL_PROGRESS_H

#include <stdbool.h>
#include <systemd/sd-json.h>

/* stderr is a terminal. */
bool progress_wanted(void);
/* For one event of Monitor; a client_event_t. */
int progress_event(sd_json_variant *parameters, void *userdata);
/* Take the line away. */
void progress_end(void);
/* "enabling 'x': 118 of 120 tasks moved" of a Transition; malloc'ed, NULL if memory is short. */
char *progress_text(sd_json_variant *transition);

#endif
