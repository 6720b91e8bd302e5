/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints a Patch of the varlink interface as a block of lines. */
#ifndef KLPD_KLPCTL_PATCH_TEXT_H
#define KLPD_KLPCTL_PATCH_TEXT_H

#include <stdio.h>
#include <systemd/sd-json.h>

void patch_text_print(sd_json_variant *patch, FILE *f);

#endif
