/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds out who else decides what a function does, before anything of a patch is made.
 *
 * Three places say it: /sys/kernel/livepatch has a directory for each function that a kernel
 * livepatch has taken; enabled_functions of tracefs marks with I who may change where the
 * function goes (livepatches too, kprobes with a post handler, other patchers), of whom there can
 * be one; the list of BPF links has the fmod_ret programs, and all the others of which a function
 * can have so many. Owns nothing, keeps nothing.
 *
 * Who would win, as it is told here: a BPF trampoline runs before what ftrace redirects to, and of
 * several fmod_ret programs the last attached runs first; the first that returns non-zero wins.
 */
#include <bpf/bpf.h>
#include <dirent.h>
#include <string.h>

#include "kern/caps.h"
#include "kern/kernel-btf.h"
#include "kern/link.h"
#include "kern/rival.h"
#include "util/cleanup.h"
#include "util/errno-util.h"

#define LIVEPATCH_DIR	"/sys/kernel/livepatch"

static const char *const enabled_files[] = {
	"/sys/kernel/tracing/enabled_functions",
	"/sys/kernel/debug/tracing/enabled_functions",
};

/* ---- kernel livepatch ---------------------------------------------------------------------- */

/* SYMBOL,POSITION in LIVEPATCH_DIR/NAME/OBJECT: 1 there is; 0. */
static int rival_livepatched_by(const char *name, const struct rival_target *target)
{
	_cleanup_free_ char *path = NULL;
	size_t length = strlen(target->symbol);
	_cleanup_closedir_ DIR *d = NULL;
	const struct dirent *e;

	if (asprintf(&path, LIVEPATCH_DIR "/%s/%s", name, target->object) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	d = opendir(path);
	while (d && (e = readdir(d)))
		if (strncmp(e->d_name, target->symbol, length) == 0 && e->d_name[length] == ',')
			return 1;
	return 0;
}

static int rival_livepatch(const struct rival_target *targets, size_t n, size_t *ret_index,
			   struct report *report)
{
	_cleanup_closedir_ DIR *d = opendir(LIVEPATCH_DIR);
	const struct dirent *e;

	while (d && (e = readdir(d)))
		for (size_t i = 0; e->d_name[0] != '.' && i < n; i++) {
			int r = rival_livepatched_by(e->d_name, &targets[i]);

			if (r < 0)
				return r;
			if (r == 0)
				continue;
			*ret_index = i;
			return report_set(report, OUTCOME_TAKEN,
					  "Function '%s' is patched by kernel livepatch '%s'; this "
					  "patch would run before it and win", targets[i].symbol,
					  e->d_name);
		}
	return 0;
}

/* ---- ftrace -------------------------------------------------------------------------------- */

/* What follows the symbol in a line: nothing for vmlinux, else the module's name in brackets. */
static bool rival_is_object(const char *between, const char *object)
{
	size_t length = strlen(object);

	if (STREQ(object, "vmlinux"))
		return *between == '\0';
	between += strspn(between, " \t");
	return between[0] == '[' && strncmp(between + 1, object, length) == 0 &&
	       between[length + 1] == ']';
}

/*
 * "SYMBOL (COUNT) R I D ...", or "SYMBOL [MODULE] (COUNT) ...": a letter or a blank for each flag,
 * in this order on all kernels.
 */
long rival_read_enabled(FILE *f, const struct rival_target *targets, size_t n)
{
	_cleanup_free_ char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, f) >= 0) {
		char *count = strstr(line, " ("), *flags = count ? strchr(count, ')') : NULL;
		size_t length = strcspn(line, " \t");

		if (!flags || strlen(flags) < STRLEN(") R I") || flags[4] != 'I')
			continue;
		*count = '\0';
		for (size_t i = 0; i < n; i++)
			if (!targets[i].hooked && strlen(targets[i].symbol) == length &&
			    strncmp(line, targets[i].symbol, length) == 0 &&
			    rival_is_object(line + length, targets[i].object))
				return (long)i;
	}
	return -1;
}

static int rival_redirected(const struct rival_target *targets, size_t n, size_t *ret_index,
			    struct report *report)
{
	_cleanup_fclose_ FILE *f = NULL;
	long found;

	for (size_t i = 0; i < ARRAY_SIZE(enabled_files) && !f; i++)
		f = fopen(enabled_files[i], "re");
	found = f ? rival_read_enabled(f, targets, n) : -1;
	if (found < 0)
		return 0;
	*ret_index = (size_t)found;
	return report_set(report, OUTCOME_TAKEN,
			  "Function '%s' is redirected by somebody else through ftrace (a kprobe "
			  "with a post handler, or another patcher); this patch would run before "
			  "it and win",
			  targets[found].symbol);
}

/* ---- BPF ----------------------------------------------------------------------------------- */

/* The id of vmlinux's BTF, by which links tell whose function ids they mean; 0: not to be found. */
static uint32_t rival_vmlinux_id(void)
{
	uint32_t id = 0;
	_cleanup_close_ int fd = kernel_btf_open("vmlinux", &id, NULL);

	return fd < 0 ? 0 : id;
}

static bool rival_is_own(uint32_t id, const struct rival_links *links)
{
	for (size_t i = 0; i < links->n_own; i++)
		if (links->own[i] == id)
			return true;
	return false;
}

/* One link: OUTCOME_TAKEN if it is somebody's fmod_ret on a target. Counts it where it is. */
static int rival_link(int fd, const struct rival_target *targets, size_t n, bool own, uint32_t vmlinux,
		      uint32_t *counts, size_t *ret_index, struct report *report)
{
	uint32_t obj_id, btf_id;
	struct link_info info;

	if (link_get_traced(fd, &obj_id, &btf_id) < 0 || (vmlinux != 0 && obj_id != vmlinux))
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (btf_id == 0 || btf_id != targets[i].btf_id)
			continue;
		counts[i]++;
		if (own || link_get_info(fd, &info) < 0 || info.kind != LINK_FMOD_RET)
			continue;
		*ret_index = i;
		return report_set(report, OUTCOME_TAKEN,
				  "Function '%s' has fmod_ret program '%s' of somebody else (link "
				  "%u); %s and win", targets[i].symbol, info.prog_name, info.link_id,
				  targets[i].traced ?
				  "this patch would be attached later, run before it" :
				  "it would run before this patch");
	}
	return 0;
}

static int rival_program(const struct rival_target *targets, size_t n, const struct rival_links *links,
			 size_t *ret_index, struct report *report)
{
	uint32_t id = 0, vmlinux = rival_vmlinux_id();
	_cleanup_free_ uint32_t *counts = calloc(n, sizeof(*counts));

	if (!counts && n > 0)
		return -ENOMEM;
	while (bpf_link_get_next_id(id, &id) == 0) {
		_cleanup_close_ int fd = bpf_link_get_fd_by_id(id);
		int r;

		if (fd < 0)
			continue;
		r = rival_link(fd, targets, n, rival_is_own(id, links), vmlinux, counts, ret_index,
			       report);
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

int rival_find(const struct rival_target *targets, size_t n, const struct rival_links *links,
	       size_t *ret_index, struct report *report)
{
	int r;

	CAPS_SCOPE(CAPS_READ);

	r = rival_livepatch(targets, n, ret_index, report);
	if (r == 0)
		r = rival_redirected(targets, n, ret_index, report);
	if (r == 0) {
		CAPS_SCOPE(CAPS_BPF);
		r = rival_program(targets, n, links, ret_index, report);
	}
	return r;
}
