/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * klpctl, the command line of klpd. All of it is in command.c, so that tests can run it without a
 * process of its own.
 */
#include "klpctl/command.h"

int main(int argc, char **argv)
{
	return command_run(argc, argv);
}
