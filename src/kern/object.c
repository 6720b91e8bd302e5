// SPDX-License-Identifier: GPL-2.0-only
/*
 * klpd's side of the loader, the process in which libbpf reads a patch file, and the programs and
 * maps that the loader made, by fd. Each file has a new process, started from klpd's own executable
 * with nothing but a socket. klpd has a thread, so the child of a plain fork could do next to
 * nothing.
 *
 * Whatever happens to the process, and however long it takes, becomes an outcome here, and nothing
 * of it is left afterwards. coroutine_wait() waits for its answers. Other coroutines run meanwhile,
 * so after a request each function here may find that much has changed.
 *
 * On this side only the metadata and the BTF of the file are read. klpd's own code parses the
 * metadata. btf-check.c checks the BTF before it is used; klpd needs it to compare the author's
 * prototypes with the kernel's.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kern/caps.h"
#include "patch/elf-file.h"
#include "kern/link.h"
#include "kern/loader-wire.h"
#include "kern/loader.h"
#include "kern/object.h"
#include "kern/func-ops-type.h"
#include "kern/sandbox.h"
#include "patch/metadata.h"
#include "util/coroutine.h"
#include "util/errno-util.h"
#include "util/macro.h"

struct selected {
	enum loader_kind kind;
	char *name;		/* of the program, or of a struct_ops instance's map */
	int fd;			/* -EBADF before loading, or if loading did not make it */
};

struct object {
	pid_t pid;		/* 0: has ended */
	int socket;
	uint64_t deadline;	/* of the present request: CLOCK_MONOTONIC, ms */
	struct btf *btf;
	struct selected *selected;
	size_t n_selected;
	char *failed;
	char *crash;		/* how the process failed, once it has */
	int id_fd;		/* of the map with the record id */
	bool has_bodies, loaded;
};

DEFINE_CLEANUP(struct object, object_free);
DEFINE_CLEANUP(struct func_ops_type, func_ops_type_free);

/* ---- the process --------------------------------------------------------------------------- */

static int process_spawn(int socket, pid_t *ret)
{
	char name[] = LOADER_NAME, argument[] = LOADER_ARGUMENT;
	char *argv[] = { name, argument, NULL }, *envp[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int r;

	r = -posix_spawn_file_actions_init(&actions);
	if (r < 0)
		return r;
	r = -posix_spawnattr_init(&attributes);
	if (r < 0) {
		(void)posix_spawn_file_actions_destroy(&actions);
		return r;
	}
	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	r = -posix_spawn_file_actions_adddup2(&actions, socket, LOADER_SOCKET);
	for (int fd = 0; r == 0 && fd < LOADER_SOCKET; fd++)
		r = -posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
	if (r == 0)
		r = -posix_spawn_file_actions_addclosefrom_np(&actions, LOADER_SOCKET + 1);
	if (r == 0)
		r = -posix_spawnattr_setsigmask(&attributes, &none);
	if (r == 0)
		r = -posix_spawnattr_setsigdefault(&attributes, &all);
	if (r == 0)
		r = -posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK |
							   POSIX_SPAWN_SETSIGDEF);
	if (r == 0)
		r = -posix_spawn(ret, "/proc/self/exe", &actions, &attributes, argv, envp);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return r;
}

/* Returns the wait status of the process; kills it if it still runs. */
static int process_end(struct object *o)
{
	int status = 0;

	o->socket = safe_close(o->socket);
	if (o->pid > 0) {
		(void)kill(o->pid, SIGKILL);
		while (waitpid(o->pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	o->pid = 0;
	return status;
}

static int process_start(struct object *o)
{
	int pair[2], r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return errno_negative();
	r = process_spawn(pair[1], &o->pid);
	(void)safe_close(pair[1]);
	o->socket = pair[0];
	if (r < 0)
		o->pid = 0;
	return r;
}

/* Keeps the reason, because later calls must report the same. */
static int object_crashed(struct object *o, int error, struct report *report)
{
	bool late = error == -ETIMEDOUT;
	int status, r = 0;

	if (!o->crash) {
		/* a process that is dying keeps its reason, whatever signal follows */
		status = process_end(o);
		if (late)
			r = asprintf(&o->crash, "did not answer for %u s", OBJECT_SECONDS);
		else if (error == -ENOMEM)
			r = asprintf(&o->crash, "wanted more than %u MiB of memory",
				     SANDBOX_MEMORY_MAX >> 20);
		else if (error == -EBADMSG)
			o->crash = strdup("gave an answer that is none");
		else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
			r = asprintf(&o->crash, "worked for more than %u s", SANDBOX_CPU_SECONDS);
		else if (WIFSIGNALED(status))
			r = asprintf(&o->crash, "was ended by signal %d (%s)", WTERMSIG(status),
				     sigdescr_np(WTERMSIG(status)) ?: "?");
		else
			r = asprintf(&o->crash, "ended with status %d and no answer",
				     WEXITSTATUS(status));
	}
	if (r < 0)
		o->crash = NULL;
	if (!o->crash)
		return -ENOMEM;
	return report_set(report, OUTCOME_FILE_CRASHED, "The process that reads the file %s", o->crash);
}

static int object_wait(int socket, short events, void *userdata)
{
	const struct object *o = userdata;

	return coroutine_wait(socket, events, o->deadline);
}

/* No caller wants the result of the process any more. */
static int object_cancelled(struct object *o, struct report *report)
{
	(void)process_end(o);
	return report_set(report, OUTCOME_CANCELLED, "It was cancelled while the file was read");
}

/* At most one for each program, and a loader has no more descriptors than this. */
#define PROGRESS_MAX LOADER_FDS_MAX

/* Send a request and wait for the answer; *ret is what follows its result. Consumes the request. */
static int object_ask(struct object *o, struct wire *request, struct wire *ret,
		      struct report *report)
{
	struct wire answer = { .bad = true };
	unsigned int progress = 0;
	int r;

	if (coroutine_is_cancelled()) {
		wire_done(request);
		return object_cancelled(o, report);
	}
	if (o->crash || o->socket < 0) {
		wire_done(request);
		return o->crash ? object_crashed(o, 0, report) : -EINVAL;
	}
	o->deadline = monotonic_ms() + OBJECT_SECONDS * 1000;
	r = wire_send(o->socket, request, object_wait, o);
	while (r == 0) {
		r = wire_receive(o->socket, &answer, object_wait, o);
		if (r < 0 || answer.type != LOADER_PROGRESS)
			break;
		wire_done(&answer);
		/* a loader that only reports progress would keep klpd from its event loop */
		if (++progress > PROGRESS_MAX)
			r = -EBADMSG;
		o->deadline = monotonic_ms() + OBJECT_SECONDS * 1000;
	}
	wire_done(request);
	if (r == -ECANCELED)
		return object_cancelled(o, report);
	if (r == -EMFILE)
		return report_errno(report, r, "cannot take the programs over");
	if (r < 0)
		return r == -ENOMEM ? r : object_crashed(o, r, report);
	r = wire_get_result(&answer, report);
	if (answer.bad || answer.type != LOADER_ANSWER || r == -ENOMEM) {
		wire_done(&answer);
		return object_crashed(o, r == -ENOMEM ? r : -EBADMSG, report);
	}
	*ret = answer;
	return r;
}

/* ---- the file ------------------------------------------------------------------------------ */

/* Sealed, so that the loader reads exactly what was checked here. */
static int file_to_fd(const void *data, size_t size)
{
	_cleanup_close_ int fd = memfd_create("klp-patch", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int r;

	if (fd < 0)
		return errno_negative();
	r = write_fd_all(fd, data, size);
	if (r < 0)
		return r;
	if (lseek(fd, 0, SEEK_SET) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return errno_negative();
	return TAKE_FD(fd);
}

static int object_read_btf(struct object *o, const void *data, size_t size, struct report *report)
{
	_cleanup_(elf_endp) Elf *elf = NULL;
	struct elf_section btf = { .data = NULL };
	int r;

	r = elf_file_check_btf(data, size, report);
	if (r == 0)
		r = elf_file_open(data, size, &elf, report);
	if (r == 0)
		r = elf_file_find(elf, data, size, BTF_ELF_SEC, &btf, report);
	if (r != 0 || !btf.data)
		return r;
	o->btf = btf__new(btf.data, (uint32_t)btf.size);
	if (o->btf)
		return 0;
	r = errno_negative();
	return r == -ENOMEM ? r : report_set(report, OUTCOME_META_INVALID,
					     "The file's BTF cannot be read: %s", strerrordesc_np(-r));
}

int object_open(const void *data, size_t size, const char *name, struct object **ret,
		struct report *report)
{
	_cleanup_(object_freep) struct object *o = calloc(1, sizeof(*o));
	struct wire request = WIRE_INIT(LOADER_OPEN), answer = { .bad = true };
	_cleanup_close_ int fd = -EBADF;
	int r;

	if (!o)
		return -ENOMEM;
	o->socket = o->id_fd = -EBADF;
	r = object_read_btf(o, data, size, report);
	if (r != 0)
		return r;
	if (coroutine_is_cancelled())
		return object_cancelled(o, report);
	fd = file_to_fd(data, size);
	r = fd < 0 ? fd : process_start(o);
	if (r < 0)
		return r == -ENOMEM ? r : report_errno(report, r, "Cannot start the process that reads "
						       "the file");
	wire_put_string(&request, name);
	wire_put_fd(&request, fd);
	r = object_ask(o, &request, &answer, report);
	wire_done(&answer);
	if (r == 0)
		*ret = TAKE_PTR(o);
	return r;
}

struct object *object_free(struct object *o)
{
	if (!o)
		return NULL;
	(void)process_end(o);
	for (size_t i = 0; i < o->n_selected; i++) {
		(void)safe_close(o->selected[i].fd);
		free(o->selected[i].name);
	}
	free(o->selected);
	(void)safe_close(o->id_fd);
	btf__free(o->btf);
	free(o->failed);
	free(o->crash);
	free(o);
	return NULL;
}

const struct btf *object_btf(const struct object *o)
{
	return o->btf;
}

/* ---- selections ---------------------------------------------------------------------------- */

/* What LOADER_SELECT asks for. */
struct choice {
	enum loader_kind kind;
	uint32_t number;
	const char *name, *object, *symbol, *record;
};

static int select_one(struct object *o, const struct choice *c, struct report *report)
{
	struct wire request = WIRE_INIT(LOADER_SELECT), answer = { .bad = true };
	_cleanup_free_ char *copy = strdup(c->name);
	struct selected *more = copy ? reallocarray(o->selected, o->n_selected + 1, sizeof(*more)) :
				       NULL;
	int r;

	if (!more)
		return -ENOMEM;
	o->selected = more;
	wire_put_u32(&request, c->kind);
	wire_put_u32(&request, c->number);
	wire_put_string(&request, c->name);
	wire_put_string(&request, c->object);
	wire_put_string(&request, c->symbol);
	wire_put_string(&request, c->record);
	r = object_ask(o, &request, &answer, report);
	wire_done(&answer);
	if (r == 0)
		more[o->n_selected++] = (struct selected){ c->kind, TAKE_PTR(copy), -EBADF };
	o->has_bodies = o->has_bodies ||
			(r == 0 && (c->kind == LOADER_GUARD || c->kind == LOADER_OVERRIDE));
	return r;
}

int object_select(struct object *o, const struct meta_func *f, uint32_t btf_id,
		  struct report *report)
{
	const struct choice c = { LOADER_FMOD_RET, btf_id, f->program, "vmlinux", f->symbol, "" };

	return select_one(o, &c, report);
}

int object_select_guard(struct object *o, const struct meta_func *f, const char *record,
			uint32_t index, struct report *report)
{
	const struct choice c = { LOADER_GUARD, index, f->program, f->object, f->symbol, record };

	return select_one(o, &c, report);
}

int object_select_override(struct object *o, const struct meta_func *f, const char *record,
			   uint32_t index, struct report *report)
{
	const struct choice c = { LOADER_OVERRIDE, index, f->program, f->object, f->symbol,
				  record };

	return select_one(o, &c, report);
}

int object_select_callback(struct object *o, const struct meta_callback *callback,
			   const char *record, uint32_t index, struct report *report)
{
	const struct choice c = { LOADER_CALLBACK, index, callback->program, callback->object,
				  callback_kind_to_string(callback->kind), record };

	return select_one(o, &c, report);
}

int object_select_struct_ops(struct object *o, const char *map, const char *type,
			     const char *instance, struct report *report)
{
	const struct choice c = { LOADER_STRUCT_OPS, 0, map, type, instance, "" };

	return select_one(o, &c, report);
}

/* ---- load and attach ----------------------------------------------------------------------- */

static int take_fd(struct wire *answer)
{
	return wire_get_u32(answer) ? wire_get_fd(answer) : -EBADF;
}

int object_load(struct object *o, const struct klp_self *self, int gates_fd, struct btf *vmlinux,
		struct report *report)
{
	struct wire request = WIRE_INIT(LOADER_LOAD), answer = { .bad = true };
	_cleanup_(func_ops_type_freep) struct func_ops_type *type = NULL;
	int r = 0;

	if (o->loaded)
		return -EALREADY;
	if (o->has_bodies) {
		CAPS_SCOPE(CAPS_BPF);

		r = func_ops_type_new(vmlinux, &type, report);
	}
	if (r != 0)
		return r;
	wire_put_u32(&request, gates_fd >= 0);
	wire_put_u32(&request, type != NULL);
	wire_put_bytes(&request, self, sizeof(*self));
	wire_put_bytes(&request, type ?: &(struct func_ops_type){ .btf_fd = -EBADF },
		       sizeof(*type));
	if (gates_fd >= 0)
		wire_put_fd(&request, gates_fd);
	if (type)
		wire_put_fd(&request, type->btf_fd);
	r = object_ask(o, &request, &answer, report);
	free(o->failed);
	o->failed = wire_get_string(&answer);
	if (r == 0) {
		o->id_fd = take_fd(&answer);
		for (size_t i = 0; i < o->n_selected; i++)
			o->selected[i].fd = take_fd(&answer);
		if (!wire_is_read(&answer))
			r = object_crashed(o, -EBADMSG, report);
		o->loaded = r == 0;
		(void)process_end(o);
	}
	wire_done(&answer);
	return r;
}

const char *object_failed_program(const struct object *o)
{
	return o->failed;
}

int object_set_id(struct object *o, uint64_t id)
{
	const uint32_t zero = 0;

	CAPS_SCOPE(CAPS_BPF);

	if (!o->loaded || o->id_fd < 0)
		return -EINVAL;
	return bpf_map_update_elem(o->id_fd, &zero, &id, BPF_ANY) < 0 ? errno_negative() : 0;
}

/* -ENOENT: nothing of this name was selected, or it is not loaded. */
static int object_find(const struct object *o, const char *name, bool struct_ops)
{
	for (size_t i = 0; i < o->n_selected; i++)
		if (o->loaded && (o->selected[i].kind == LOADER_STRUCT_OPS) == struct_ops &&
		    STREQ(o->selected[i].name, name))
			return (int)i;
	return -ENOENT;
}

int object_attach(const struct object *o, const char *program)
{
	int i = object_find(o, program, false);

	if (i < 0)
		return i;
	if (o->selected[i].fd < 0)
		return -EINVAL;
	return o->selected[i].kind == LOADER_FMOD_RET ? link_attach(o->selected[i].fd) :
							link_attach_ops(o->selected[i].fd);
}

int object_attach_struct_ops(const struct object *o, const char *map)
{
	int i = object_find(o, map, true);

	return i < 0 ? i : link_attach_ops(o->selected[i].fd);
}

int object_struct_ops_fd(const struct object *o, const char *map)
{
	int i = object_find(o, map, true);
	int fd = i < 0 ? i : fcntl(o->selected[i].fd, F_DUPFD_CLOEXEC, 3);

	return i < 0 ? i : fd < 0 ? errno_negative() : fd;
}
