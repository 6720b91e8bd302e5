/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The exit statuses of klpctl. Scripts depend on these numbers, so the meaning of a number never
 * changes.
 */
#ifndef KLPD_SHARED_EXIT_STATUS_H
#define KLPD_SHARED_EXIT_STATUS_H

enum exit_status {
	EXIT_STATUS_OK = 0,
	EXIT_STATUS_SYSTEM = 1,		/* an unexpected error */
	EXIT_STATUS_USAGE = 2,		/* the command line */
	EXIT_STATUS_FILE = 3,		/* the file is not a usable patch */
	EXIT_STATUS_REFUSED = 4,	/* conflicts with what is in force, or cannot be done */
	EXIT_STATUS_TARGET = 5,		/* a kernel function that is to be patched */
	EXIT_STATUS_KERNEL = 6,		/* the verifier, or the kernel has no BTF */
	EXIT_STATUS_COMPANION = 7,	/* missing or of another ABI */
	EXIT_STATUS_NO_PATCH = 8,	/* no such patch in force */
	EXIT_STATUS_BUSY = 9,		/* another change runs, or too many connections */
	EXIT_STATUS_PERMISSION = 10,
	EXIT_STATUS_REVERSED = 11,	/* the previous patches are in force */
	EXIT_STATUS_UNREACHABLE = 12,	/* klpd does not answer */
	EXIT_STATUS_NO_TASK = 13,	/* no such task */
	EXIT_STATUS_CALLBACK = 14,	/* a pre_patch callback refused the change */
	EXIT_STATUS_PARTIAL = 15,	/* status: a patch missed calls, or is incomplete */
	_EXIT_STATUS_MAX
};

#endif
