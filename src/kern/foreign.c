/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds foreign hooks, before anything of a patch is created and while it is in force. Owns
 * nothing, keeps nothing. There are three sources:
 *
 * 1. /sys/kernel/livepatch has a directory for each function that a kernel livepatch has taken.
 * 2. ftrace marks functions that one of its users redirects (livepatches, kprobes with a post
 *    handler, other patchers); a function has at most one such user.
 * 3. The list of BPF links has the fmod_ret programs, and all other programs that count towards the
 *    limit of a function.
 *
 * Which hook wins, as reported here: a BPF trampoline runs before what ftrace redirects to. Of
 * several fmod_ret programs the last attached runs first; the first that returns non-zero wins.
 */
#include <bpf/bpf.h>
#include <dirent.h>
#include <string.h>

#include "kern/caps.h"
#include "kern/ftrace.h"
#include "kern/kernel-btf.h"
#include "kern/link.h"
#include "kern/foreign.h"
#include "kern/pin-read.h"
#include "kern/target.h"
#include "klp/meta.h"
#include "util/cleanup.h"
#include "util/errno-util.h"

#define LIVEPATCH_DIR	"/sys/kernel/livepatch"

/* ---- kernel livepatch ---------------------------------------------------------------------- */

typedef int (*livepatch_fn)(const char *patch, const char *object, const char *symbol,
			    uint32_t sympos, void *userdata);

/* An entry SYMBOL,POSITION of LIVEPATCH_DIR/PATCH/OBJECT. */
static int livepatch_function(const char *patch, const char *object, const char *name,
			      livepatch_fn fn, void *userdata)
{
	const char *comma = strrchr(name, ',');
	char symbol[KLP_SYMBOL_LEN];

	if (!comma || (size_t)(comma - name) >= sizeof(symbol))
		return 0;
	memcpy(symbol, name, (size_t)(comma - name));
	symbol[comma - name] = '\0';
	return fn(patch, object, symbol, (uint32_t)strtoul(comma + 1, NULL, 10), userdata);
}

static int livepatch_object(const char *patch, const char *object, livepatch_fn fn, void *userdata)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_closedir_ DIR *d = NULL;
	const struct dirent *e;
	int r = 0;

	if (asprintf(&path, LIVEPATCH_DIR "/%s/%s", patch, object) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	d = opendir(path);
	while (r == 0 && d && (e = readdir(d)))
		r = livepatch_function(patch, object, e->d_name, fn, userdata);
	return r;
}

int foreign_each_livepatch(livepatch_fn fn, void *userdata)
{
	_cleanup_closedir_ DIR *d = NULL;
	const struct dirent *e, *o;
	int r = 0;

	CAPS_SCOPE(CAPS_READ);

	d = opendir(LIVEPATCH_DIR);
	while (r == 0 && d && (e = readdir(d))) {
		_cleanup_free_ char *path = NULL;
		_cleanup_closedir_ DIR *patch = NULL;

		if (e->d_name[0] == '.')
			continue;
		if (asprintf(&path, LIVEPATCH_DIR "/%s", e->d_name) < 0) {
			path = NULL;
			return -ENOMEM;
		}
		patch = opendir(path);
		while (r == 0 && patch && (o = readdir(patch)))
			if (o->d_name[0] != '.' && o->d_type == DT_DIR)
				r = livepatch_object(e->d_name, o->d_name, fn, userdata);
	}
	return r;
}

struct livepatch_look {
	struct targets *kernel;
	const struct foreign_target *targets;
	size_t n;
	size_t *ret_index;
	struct report *report;
};

/* The livepatch may use another name of the same function. */
static int foreign_is_livepatched(const char *patch, const char *object, const char *symbol,
				  uint32_t sympos, void *userdata)
{
	struct livepatch_look *look = userdata;
	const char *listed = symbol;

	if (look->kernel && targets_listed(look->kernel, object, symbol, sympos, &listed) < 0)
		listed = symbol;
	for (size_t i = 0; i < look->n; i++) {
		const struct foreign_target *t = &look->targets[i];

		if (!STREQ(t->object, object) ||
		    (!STREQ(t->symbol, symbol) && !STREQ(t->listed, listed)))
			continue;
		*look->ret_index = i;
		return report_set(look->report, OUTCOME_TAKEN,
				  "Function '%s' is patched by kernel livepatch '%s'; this patch would "
				  "run before it and win", t->symbol, patch);
	}
	return 0;
}

/* ---- ftrace -------------------------------------------------------------------------------- */

static int foreign_redirected(const struct foreign_target *targets, size_t n, size_t *ret_index,
			      struct report *report)
{
	_cleanup_free_ struct ftrace_func *funcs = calloc(n, sizeof(*funcs));

	if (!funcs && n > 0)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		funcs[i] = (struct ftrace_func){ .object = targets[i].object,
						.symbol = targets[i].listed };
	if (ftrace_look(funcs, n) < 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (targets[i].hooked || (!funcs[i].redirected && !funcs[i].foreign))
			continue;
		*ret_index = i;
		return report_set(report, OUTCOME_TAKEN, funcs[i].redirected ?
				  "Function '%s' is redirected through ftrace from outside klpd (a kprobe "
				  "with a post handler, or another patcher); this patch would run before "
				  "it and win" :
				  "Function '%s' has a foreign trampoline that is not BPF's; klpd cannot "
				  "determine which of the two would win", targets[i].symbol);
	}
	return 0;
}

/* ---- BPF ----------------------------------------------------------------------------------- */

uint32_t foreign_vmlinux_id(void)
{
	_cleanup_close_ int fd = -EBADF;
	uint32_t id = 0;

	CAPS_SCOPE(CAPS_BPF);

	fd = kernel_btf_open("vmlinux", &id, NULL);
	return fd < 0 ? 0 : id;
}

static int foreign_compare_id(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static bool foreign_is_own(uint32_t id, const uint32_t *own, size_t n_own)
{
	return n_own > 0 && bsearch(&id, own, n_own, sizeof(*own), foreign_compare_id);
}

static bool foreign_is_at(const struct foreign_target *t, uint32_t btf_id, const char *listed)
{
	return (btf_id != 0 && btf_id == t->btf_id) ||
	       (listed && STREQ(t->object, "vmlinux") && STREQ(t->listed, listed));
}

/* A search of the links. */
struct foreign_search {
	struct targets *kernel;
	const struct foreign_target *targets;
	size_t n;
	uint32_t vmlinux;	/* id of its BTF; 0: not known */
	uint32_t *counts;	/* tracing programs of each target */
};

/* One link: OUTCOME_TAKEN if it is a foreign fmod_ret program on a target. Counts it per target. */
static int foreign_link(const struct foreign_search *s, int fd, bool own, size_t *ret_index,
			struct report *report)
{
	const char *name, *listed = NULL;
	uint32_t obj_id, btf_id;
	struct link_info info;

	if (link_get_traced(fd, &obj_id, &btf_id) < 0 || (s->vmlinux != 0 && obj_id != s->vmlinux))
		return 0;
	name = s->kernel && !own ? targets_func_name(s->kernel, btf_id) : NULL;
	if (name && targets_listed(s->kernel, "vmlinux", name, 0, &listed) < 0)
		listed = NULL;
	for (size_t i = 0; i < s->n; i++) {
		if (!foreign_is_at(&s->targets[i], btf_id, listed))
			continue;
		s->counts[i]++;
		if (own || link_get_info(fd, &info) < 0 || info.kind != LINK_FMOD_RET)
			continue;
		*ret_index = i;
		return report_set(report, OUTCOME_TAKEN,
				  "Function '%s' has foreign fmod_ret program '%s' (link %u); %s and "
				  "win", s->targets[i].symbol, info.prog_name, info.link_id,
				  s->targets[i].traced ?
				  "this patch would be attached later, run before it" :
				  "it would run before this patch");
	}
	return 0;
}

static int foreign_program(struct targets *kernel, const struct foreign_target *targets, size_t n,
			   const struct foreign_links *links, size_t *ret_index,
			   struct report *report)
{
	_cleanup_free_ uint32_t *counts = calloc(n, sizeof(*counts));
	const struct foreign_search search = { kernel, targets, n, foreign_vmlinux_id(), counts };
	uint32_t id = 0;

	if (!counts && n > 0)
		return -ENOMEM;
	for (;;) {
		_cleanup_close_ int fd = -EBADF;
		int r;

		if (bpf_link_get_next_id(id, &id) < 0) {
			if (errno == ENOENT)
				break;
			return report_errno(report, errno_negative(), "Cannot look for BPF programs at "
					    "the functions of the patch");
		}
		fd = bpf_link_get_fd_by_id(id);
		r = fd < 0 ? errno_negative() : 0;
		if (r < 0 && pin_is_our_trouble(r))
			return report_errno(report, r, "Cannot read a BPF link, so it is not known whether "
					    "another program has a function of the patch");
		if (fd < 0)
			continue;
		r = foreign_link(&search, fd, foreign_is_own(id, links->own, links->n_own),
				 ret_index, report);
		if (r != 0)
			return r;
	}
	for (size_t i = 0; i < n; i++) {
		if (!targets[i].traced || links->limit == 0 || counts[i] < links->limit)
			continue;
		*ret_index = i;
		return report_set(report, OUTCOME_PROGRAM_LIMIT,
				  "Function '%s' has %u tracing programs; this kernel lets a function "
				  "have no more than %u", targets[i].symbol, counts[i],
				  links->limit);
	}
	return 0;
}

/* 0: *ret is a foreign fmod_ret program. -EINVAL: another kind of link; -ENOENT: it has gone. */
static int foreign_read(uint32_t id, struct foreign_program *ret)
{
	_cleanup_close_ int fd = bpf_link_get_fd_by_id(id);
	struct link_info info;
	int r = fd < 0 ? errno_negative() : link_get_info(fd, &info);

	if (r < 0)
		return r;
	if (info.kind != LINK_FMOD_RET)
		return -EINVAL;
	*ret = (struct foreign_program){
		.link_id = id,
		.obj_id = info.target_obj_id,
		.btf_id = info.target_btf_id,
	};
	(void)snprintf(ret->name, sizeof(ret->name), "%s", info.prog_name);
	return 0;
}

int foreign_each_program(const uint32_t *own, size_t n_own,
			 int (*fn)(const struct foreign_program *p, void *userdata), void *userdata,
			 int *ret_failed)
{
	struct foreign_program p;
	uint32_t id = 0;
	int r = 0;

	CAPS_SCOPE(CAPS_BPF);

	*ret_failed = 0;
	while (r == 0) {
		int failed;

		if (bpf_link_get_next_id(id, &id) < 0) {
			/* the last one was read */
			if (errno != ENOENT)
				*ret_failed = errno_negative();
			break;
		}
		if (foreign_is_own(id, own, n_own))
			continue;
		failed = foreign_read(id, &p);
		/* EACCES: a security module does not let klpd read the program */
		if (failed == 0)
			r = fn(&p, userdata);
		else if (failed == -EACCES || pin_is_our_trouble(failed))
			*ret_failed = failed;
	}
	return r;
}

int foreign_find(struct targets *kernel, const struct foreign_target *targets, size_t n,
		 const struct foreign_links *links, size_t *ret_index, struct report *report)
{
	struct livepatch_look look = { kernel, targets, n, ret_index, report };
	int r;

	CAPS_SCOPE(CAPS_READ);

	r = foreign_each_livepatch(foreign_is_livepatched, &look);
	if (r == 0)
		r = foreign_redirected(targets, n, ret_index, report);
	if (r == 0) {
		CAPS_SCOPE(CAPS_BPF);
		r = foreign_program(kernel, targets, n, links, ret_index, report);
	}
	return r;
}
