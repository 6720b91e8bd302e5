/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The process that gives a patch file to libbpf, so that a file cannot hang or crash klpd itself.
 * object.c starts it as `/proc/self/exe LOADER_ARGUMENT`.
 */
#ifndef KLPD_KERN_LOADER_H
#define KLPD_KERN_LOADER_H

/* The only argument. It is not an option of klpd and appears in no help text. */
#define LOADER_ARGUMENT		"--loader"
#define LOADER_NAME		"klpd-loader"
/* File descriptor of the loader's socket. */
#define LOADER_SOCKET		3

/* Serves requests (loader-wire.h) until the other end is closed. Returns the exit status. */
int loader_main(void);

#endif
