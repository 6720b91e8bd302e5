/* SPDX-License-Identifier: GPL-2.0-only */
/* The paths that klpd uses. Nothing else in the tree spells them. */
#ifndef KLPD_SHARED_PATHS_H
#define KLPD_SHARED_PATHS_H

#define KLPD_RUN_DIR		"/run/klpd"
#define KLPD_SOCKET		"/run/klpd/io.klpd"
#define KLPD_BPFFS		"/sys/fs/bpf"
#define KLPD_PIN_DIR		"/sys/fs/bpf/klpd"
#define KLPD_GATES_PIN		"/sys/fs/bpf/klpd/gates"
#define KLPD_PATCH_DIR		"/usr/lib/klpd/patches"
#define KLPD_GROUP		"klpd"

#endif
