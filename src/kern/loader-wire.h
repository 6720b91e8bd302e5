/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages between klpd and the loader, the process that reads a patch file for it. Neither side
 * trusts the other's numbers: a getter that finds too little data marks the message as bad and
 * returns an empty value.
 */
#ifndef KLPD_KERN_LOADER_WIRE_H
#define KLPD_KERN_LOADER_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/report.h"

enum loader_message {
	/* requests, each answered by one LOADER_ANSWER */
	LOADER_OPEN,
	LOADER_SELECT,
	LOADER_LOAD,
	/* answers; any number of LOADER_PROGRESS, which are empty, may precede LOADER_ANSWER */
	LOADER_ANSWER,
	LOADER_PROGRESS,
};

enum loader_kind {	/* what LOADER_SELECT selects */
	LOADER_FMOD_RET,
	LOADER_GUARD,
	LOADER_OVERRIDE,
	LOADER_CALLBACK,
	LOADER_STRUCT_OPS,
};

#define LOADER_MESSAGE_MAX	(4U * 1024 * 1024)	/* bytes, without descriptors */
#define LOADER_FDS_MAX		2048

struct wire {
	uint32_t type;
	uint8_t *data;
	size_t size, at;	/* bytes; `at` is the next one to be read */
	int *fds;		/* while writing: borrowed; while reading: owned until taken */
	size_t n_fds, fd_at;
	bool reading, bad;	/* bad: data was missing, or memory */
};

#define WIRE_INIT(message) ((struct wire){ .type = (message) })

/* Closes descriptors that were received and not taken. */
void wire_done(struct wire *w);

void wire_put_u32(struct wire *w, uint32_t value);
void wire_put_bytes(struct wire *w, const void *data, size_t size);
void wire_put_string(struct wire *w, const char *s);	/* may be NULL */
void wire_put_fd(struct wire *w, int fd);
/* Write the return value and the report of a function. */
void wire_put_result(struct wire *w, int result, const struct report *report);

uint32_t wire_get_u32(struct wire *w);
void wire_get_bytes(struct wire *w, void *ret, size_t size);
char *wire_get_string(struct wire *w);		/* malloc'ed, or NULL */
int wire_get_fd(struct wire *w);		/* owned by the caller; -EBADF: none */
/* Read a return value and a report. What *report already contains is kept. */
int wire_get_result(struct wire *w, struct report *report);
/* True if the whole message was read and nothing was missing. */
bool wire_is_read(const struct wire *w);

/*
 * `wait` is called when `socket` is not ready for `events` of poll(2). It returns 0 once the socket
 * is ready, or a negative errno, which is passed on. NULL: block. wire_receive() returns -ENODATA
 * at the end of the connection, -EBADMSG for an invalid message, and -EMFILE if this process has no
 * room for the received descriptors.
 */
typedef int (*wire_wait)(int socket, short events, void *userdata);
int wire_send(int socket, const struct wire *w, wire_wait wait, void *userdata);
int wire_receive(int socket, struct wire *ret, wire_wait wait, void *userdata);

#endif
