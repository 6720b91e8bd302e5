/* SPDX-License-Identifier: GPL-2.0-only */
/* BPF links: attach a loaded program, query a link, replace the map of a struct_ops link. fds are
 * plain ints, owned by the caller. */
#ifndef KLPD_KERN_LINK_H
#define KLPD_KERN_LINK_H

#include <stdint.h>

enum link_kind {
	LINK_FMOD_RET,
	LINK_OPS,			/* of a struct_ops map */
};

struct link_info {
	enum link_kind kind;
	uint32_t link_id;
	uint32_t prog_id;		/* 0 for LINK_OPS: its map holds its programs */
	uint32_t map_id;		/* for LINK_OPS; 0: the link was detached */
	uint32_t target_btf_id;
	uint32_t target_obj_id;
	char prog_name[64];		/* as the kernel keeps it: cut to 15 characters */
	uint64_t recursion_misses;
};

/* Attach a tracing program to the function it was loaded for. New link fd (CLOEXEC) or -errno. */
int link_attach(int prog_fd);
/* The same for a struct_ops map of a type that is attached by links. */
int link_attach_ops(int map_fd);
/* -EINVAL: the fd is neither a tracing link of attach type modify_return nor a struct_ops link. */
int link_get_info(int link_fd, struct link_info *ret);
/*
 * What a tracing link of any kind (fentry, fexit, fmod_ret) is attached to. -EINVAL: it is no
 * tracing link.
 */
int link_get_traced(int link_fd, uint32_t *ret_obj_id, uint32_t *ret_btf_id);
/*
 * Replace map `old_map_fd` of the link by struct_ops map `map_fd`, atomically for all users.
 * -EPERM: the link has another map; -ENOLINK: it was detached; -EOPNOTSUPP: the kernel cannot do
 * this with maps of this type.
 */
int link_update(int link_fd, int map_fd, int old_map_fd);
/*
 * Detach the link. It is out of the kernel's lists when this returns, even if others still hold the
 * link. Idempotent; LINK_OPS only.
 */
int link_detach(int link_fd);
/* Read the id of a map. 0 or -errno. */
int link_map_id(int map_fd, uint32_t *ret);
/* A new fd of a program by id, or -errno. */
int link_program_fd(uint32_t prog_id);

#endif
