/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The process that gives a patch file to libbpf, so that it is not klpd that a file can hang or
 * crash. Started by object.c as `/proc/self/exe LOADER_ARGUMENT`.
 */
#ifndef KLPD_KERN_LOADER_H
#define KLPD_KERN_LOADER_H

/* The only argument; no option of klpd, and in no help. */
#define LOADER_ARGUMENT		"--loader"
#define LOADER_NAME		"klpd-loader"
/* Descriptor of its socket. */
#define LOADER_SOCKET		3

/* Serves requests (loader-wire.h) until the other end is closed. Returns the exit status. */
int loader_main(void);

#endif
