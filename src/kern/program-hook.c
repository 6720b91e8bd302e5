// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs in the sections of bodies: "fmod_ret/FUNCTION", "struct_ops/guard" and the like.
 *
 * libbpf does not load a struct_ops program that no map of its file uses. These sections are
 * therefore registered as another program type, and the hook that libbpf calls before it loads a
 * program sets the real type. For fmod_ret, libbpf would search the names of all kernel functions
 * for each program; klpd has already found them.
 *
 * The hook receives only the program. All else belongs to the load that runs; there is one at a
 * time.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "kern/func-ops-type.h"
#include "kern/program-hook.h"
#include "util/macro.h"

#define OPS_PLACEHOLDER	BPF_PROG_TYPE_SOCKET_FILTER

static const struct program_hook *current;

static int hook_prepare(struct bpf_program *program, struct bpf_prog_load_opts *opts, long cookie)
{
	const char *section = bpf_program__section_name(program);

	(void)cookie;
	if (!current)
		return -EINVAL;
	if (current->begins)
		current->begins(current->userdata);
	if (!STR_HAS_PREFIX(section, "fmod_ret/"))
		return current->type ? func_ops_type_prepare(current->type, program, opts) :
				       -EINVAL;
	opts->attach_btf_id = current->btf_id(program, current->userdata);
	return opts->attach_btf_id ? 0 : -ESRCH;
}

int program_hook_register(void)
{
	static const struct {
		const char *section;
		enum bpf_prog_type type;
		enum bpf_attach_type attach;
	} sections[] = {
		{ "fmod_ret/", BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN },
		{ "struct_ops/guard", OPS_PLACEHOLDER, 0 },
		{ "struct_ops/override", OPS_PLACEHOLDER, 0 },
		{ "struct_ops.s/override", OPS_PLACEHOLDER, 0 },
		/* the names of the same sections in older files */
		{ "struct_ops/replace", OPS_PLACEHOLDER, 0 },
		{ "struct_ops.s/replace", OPS_PLACEHOLDER, 0 },
	};
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .prog_prepare_load_fn = hook_prepare);
	static bool done;

	for (size_t i = 0; !done && i < ARRAY_SIZE(sections); i++) {
		int r = libbpf_register_prog_handler(sections[i].section, sections[i].type,
						     sections[i].attach, &opts);

		if (r < 0)
			return r;
	}
	done = true;
	return 0;
}

void program_hook_set(const struct program_hook *hook)
{
	current = hook;
}
