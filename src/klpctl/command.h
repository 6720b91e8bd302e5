/* SPDX-License-Identifier: GPL-2.0-only */
/* The whole command line: options, verb, exit status. */
#ifndef KLPD_KLPCTL_COMMAND_H
#define KLPD_KLPCTL_COMMAND_H

int command_run(int argc, char **argv);

#endif
