/* SPDX-License-Identifier: GPL-2.0-only */
/* What libbpf is told of the program of a body, just before it loads it. See program-hook.c. */
#ifndef KLPD_KERN_PROGRAM_HOOK_H
#define KLPD_KERN_PROGRAM_HOOK_H

#include <stdint.h>

struct bpf_program;
struct ops_type;

struct program_hook {
	const struct ops_type *type;	/* of guard and replace bodies; NULL: there are none */
	/* BTF id of the function that an fmod_ret body is for, in that of vmlinux; 0: none */
	uint32_t (*btf_id)(const struct bpf_program *program, void *userdata);
	void (*begins)(void *userdata);	/* each time; may be NULL */
	void *userdata;
};

/* Before the first file is opened: libbpf leaves programs in the sections of bodies to us. */
int program_hook_register(void);
/* Until called with NULL, which it is in between: the load that runs. Borrowed. */
void program_hook_set(const struct program_hook *hook);

#endif
