/* SPDX-License-Identifier: GPL-2.0-only */
/* BPF links: attach a loaded program, ask the kernel what a link is, swap the table of one. fds are
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
	uint32_t map_id;		/* of LINK_OPS; 0: it was detached */
	uint32_t target_btf_id;
	uint32_t target_obj_id;
	char prog_name[64];		/* as the kernel keeps it: cut to 15 characters */
	uint64_t recursion_misses;
};

/* New link fd (CLOEXEC) of a tracing program, attached where it was loaded for; or -errno. */
int link_attach(int prog_fd);
/* The same of a struct_ops map of a type that is attached by links. */
int link_attach_ops(int map_fd);
/* -EINVAL if fd is neither a tracing link of attach type modify_return nor one of a struct_ops
 * map. */
int link_get_info(int link_fd, struct link_info *ret);
/* What a tracing link of whatever kind (fentry, fexit, fmod_ret) is attached to. -EINVAL: it is
 * none. */
int link_get_traced(int link_fd, uint32_t *ret_obj_id, uint32_t *ret_btf_id);
/*
 * Put struct_ops map `map_fd` in place of `old_map_fd`, at one instant for all. -EPERM: the link
 * has another map; -ENOLINK: it was detached; -EOPNOTSUPP: the kernel cannot do it with maps of
 * this type.
 */
int link_update(int link_fd, int map_fd, int old_map_fd);
/* Out of the kernel's lists before this returns, whoever still holds the link. Idempotent; only
 * LINK_OPS. */
int link_detach(int link_fd);
/* Id of a map, or -errno. */
int link_map_id(int map_fd, uint32_t *ret);
/* A program fd by id, or -errno. */
int link_program_fd(uint32_t prog_id);

#endif
