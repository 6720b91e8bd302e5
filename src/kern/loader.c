// SPDX-License-Identifier: GPL-2.0-only
/*
 * Serves one klpd and one file: LOADER_OPEN, then LOADER_SELECT for each program, callback and
 * struct_ops instance, then LOADER_LOAD. Before it reads the first byte of the file it gives up all
 * that it does not need (sandbox.c). It creates programs and maps, and passes their descriptors
 * with the answer to LOADER_LOAD, in the order of the selections. It attaches nothing.
 *
 * The loader communicates only by its answers. If it dies, for whatever reason, klpd reports it.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <signal.h>

#include "kern/bpf-file.h"
#include "kern/loader-wire.h"
#include "kern/loader.h"
#include "kern/func-ops-type.h"
#include "kern/sandbox.h"
#include "klp/meta.h"
#include "patch/metadata.h"
#include "util/cleanup.h"
#include "util/fd-util.h"
#include "util/macro.h"

struct selection {
	enum loader_kind kind;
	char *name;		/* of the program, or of a struct_ops instance's map */
};

struct loader {
	struct bpf_file *file;
	char *data;		/* of the file */
	struct selection *selected;
	size_t n;
};

DEFINE_CLEANUP(struct wire, wire_done);

static int loader_open(struct loader *l, struct wire *request, struct report *report)
{
	_cleanup_free_ char *name = wire_get_string(request);
	_cleanup_close_ int fd = wire_get_fd(request);
	size_t size;
	int r;

	if (!name || !wire_is_read(request) || l->data)
		return -EBADMSG;
	r = read_fd_limited(fd, KLP_FILE_MAX, &l->data, &size);
	return r == 0 ? bpf_file_open(l->data, size, name, &l->file, report) : r;
}

static int loader_select(struct loader *l, struct wire *request, struct report *report)
{
	uint32_t kind = wire_get_u32(request), number = wire_get_u32(request);
	_cleanup_free_ char *name = wire_get_string(request), *object = wire_get_string(request),
			    *symbol = wire_get_string(request), *record = wire_get_string(request);
	const struct meta_func f = { .program = name, .object = object, .symbol = symbol };
	struct meta_callback callback = { .program = name, .object = object };
	struct selection *more;
	int when, r;

	if (!name || !object || !symbol || !record || !wire_is_read(request) || !l->file)
		return -EBADMSG;
	more = reallocarray(l->selected, l->n + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	l->selected = more;
	switch (kind) {
	case LOADER_FMOD_RET:
		r = bpf_file_select(l->file, &f, number, report);
		break;
	case LOADER_GUARD:
		r = bpf_file_select_guard(l->file, &f, record, number, report);
		break;
	case LOADER_OVERRIDE:
		r = bpf_file_select_override(l->file, &f, record, number, report);
		break;
	case LOADER_CALLBACK:
		when = callback_kind_from_string(symbol);
		if (when < 0)
			return -EBADMSG;
		callback.kind = when;
		r = bpf_file_select_callback(l->file, &callback, record, number, report);
		break;
	case LOADER_STRUCT_OPS:
		r = bpf_file_select_struct_ops(l->file, name, object, symbol, report);
		break;
	default:
		return -EBADMSG;
	}
	if (r == 0)
		more[l->n++] = (struct selection){ kind, TAKE_PTR(name) };
	return r;
}

static void loader_progress(void)
{
	struct wire w = WIRE_INIT(LOADER_PROGRESS);

	sandbox_renew();
	/* a failure is harmless: klpd will not receive the answer either */
	(void)wire_send(LOADER_SOCKET, &w, NULL, NULL);
}

/* A flag that tells whether there is a descriptor, then the descriptor. */
static void loader_put_fd(struct wire *answer, int fd)
{
	wire_put_u32(answer, fd >= 0);
	if (fd >= 0)
		wire_put_fd(answer, fd);
}

static int loader_load(struct loader *l, struct wire *request, struct report *report)
{
	bool has_gates = wire_get_u32(request), has_type = wire_get_u32(request);
	_cleanup_close_ int gates = -EBADF, btf = -EBADF;
	struct klp_self self;
	struct func_ops_type type;

	wire_get_bytes(request, &self, sizeof(self));
	wire_get_bytes(request, &type, sizeof(type));
	if (has_gates)
		gates = wire_get_fd(request);
	if (has_type)
		btf = wire_get_fd(request);
	if (!wire_is_read(request) || !l->file)
		return -EBADMSG;
	type.btf_fd = btf;
	return bpf_file_load(l->file, &self, gates, has_type ? &type : NULL, loader_progress,
			     report);
}

static void loader_put_loaded(const struct loader *l, struct wire *answer)
{
	wire_put_string(answer, NULL);
	loader_put_fd(answer, bpf_file_id_fd(l->file));
	for (size_t i = 0; i < l->n; i++)
		loader_put_fd(answer, l->selected[i].kind == LOADER_STRUCT_OPS ?
					      bpf_file_struct_ops_fd(l->file, l->selected[i].name) :
					      bpf_file_fd(l->file, l->selected[i].name));
}

static int loader_serve(struct loader *l, struct wire *request)
{
	_cleanup_(report_done) struct report report = REPORT_INIT;
	struct wire answer = WIRE_INIT(LOADER_ANSWER);
	int r;

	sandbox_renew();
	switch (request->type) {
	case LOADER_OPEN:
		r = loader_open(l, request, &report);
		break;
	case LOADER_SELECT:
		r = loader_select(l, request, &report);
		break;
	case LOADER_LOAD:
		r = loader_load(l, request, &report);
		break;
	default:
		return -EBADMSG;
	}
	if (r == -EBADMSG)
		return r;
	wire_put_result(&answer, r, &report);
	if (request->type == LOADER_LOAD && r == 0)
		loader_put_loaded(l, &answer);
	else if (request->type == LOADER_LOAD)
		wire_put_string(&answer, bpf_file_failed_program(l->file));
	r = wire_send(LOADER_SOCKET, &answer, NULL, NULL);
	wire_done(&answer);
	return r;
}

int loader_main(void)
{
	struct loader l = {};
	int r;

	(void)prctl(PR_SET_NAME, LOADER_NAME, 0, 0, 0);
	/* if klpd has died before this, its end of the socket is closed */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return EXIT_FAILURE;
	r = sandbox_enter();
	while (r == 0) {
		_cleanup_(wire_donep) struct wire *done = NULL;
		struct wire request;

		r = wire_receive(LOADER_SOCKET, &request, NULL, NULL);
		if (r < 0)
			break;
		done = &request;
		r = loader_serve(&l, &request);
	}
	/* the kernel releases all the rest */
	return r == -ENODATA ? EXIT_SUCCESS : EXIT_FAILURE;
}
