/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets the load options of a body's program just before libbpf loads it. See program-hook.c. */
#ifndef KLPD_KERN_PROGRAM_HOOK_H
#define KLPD_KERN_PROGRAM_HOOK_H

#include <stdint.h>

struct bpf_program;
struct func_ops_type;

struct program_hook {
	const struct func_ops_type *type; /* of guard and override bodies; NULL: there are none */
	/* BTF id in vmlinux of the function that an fmod_ret body is for; 0: none */
	uint32_t (*btf_id)(const struct bpf_program *program, void *userdata);
	void (*begins)(void *userdata);	/* called for each program; may be NULL */
	void *userdata;
};

/*
 * Call before the first file is opened: libbpf then leaves programs in the sections of bodies to
 * klpd.
 */
int program_hook_register(void);
/* Set the hook of the load that follows; NULL, as at start, when no load runs. Borrowed. */
void program_hook_set(const struct program_hook *hook);

#endif
