/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One patch file as libbpf sees it, in the process that reads it (loader.h): open, tell the body
 * who it is, load. Holds every program and map by fd; freeing it closes them.
 */
#ifndef KLPD_KERN_BPF_FILE_H
#define KLPD_KERN_BPF_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "klp/meta.h"
#include "shared/report.h"

struct btf;
struct bpf_file;
struct ops_type;

/* Nothing reaches the kernel. OUTCOME_META_INVALID if libbpf cannot make sense of it. */
int bpf_file_open(const void *data, size_t size, const char *name, struct bpf_file **ret,
		struct report *report);
struct bpf_file *bpf_file_free(struct bpf_file *o);
/* BTF of the file, owned by the object; NULL if it has none. */
const struct btf *bpf_file_btf(const struct bpf_file *o);
/* Only programs that are told here will be loaded; `symbol` is the attach target. -ENOENT if the
 * file has no such program or it is not of type fmod_ret for that symbol (OUTCOME_META_INVALID). */
/* `btf_id`: of that function in the kernel's BTF. */
int bpf_file_select(struct bpf_file *o, const char *program, const char *symbol, uint32_t btf_id,
		    struct report *report);
/* The same for a guard body: what the companion is to know it by, the name of its record and the
 * index in it, is told to it here. */
int bpf_file_select_guard(struct bpf_file *o, const char *program, const char *object,
			const char *symbol, const char *record, uint32_t index,
			struct report *report);
/* The same for a replace body, which may be one that sleeps. */
int bpf_file_select_replace(struct bpf_file *o, const char *program, const char *object,
			  const char *symbol, const char *record, uint32_t index,
			  struct report *report);
/* The same for a callback of `object`; `when` as in the metadata. */
int bpf_file_select_callback(struct bpf_file *o, const char *program, const char *object,
			   const char *when, const char *record, uint32_t index,
			   struct report *report);
/* A table of the kernel's: variable `map`, of type `type`, whose member name says `table`. */
int bpf_file_select_table(struct bpf_file *o, const char *map, const char *type, const char *table,
			struct report *report);
/*
 * Before loading: write `self` into section KLP_SELF_SECTION and use gates_fd for map
 * KLP_GATES_MAP. Then verify and load, and make the maps of guard and replace bodies, of `type`;
 * NULL: there are none. `progress`, if not NULL, is called before each program of a body is
 * verified. OUTCOME_VERIFIER with the telling lines in detail and the whole log in report->log;
 * OUTCOME_NOT_PERMITTED if the verifier says that the function is not modifiable.
 */
int bpf_file_load(struct bpf_file *o, const struct klp_self *self, int gates_fd,
		  const struct ops_type *type, void (*progress)(void), struct report *report);
/* After a load that failed: the program it was about; NULL: it was not about one. */
const char *bpf_file_failed_program(const struct bpf_file *o);
/*
 * Once loaded, each borrowed or -errno: what a link of a selected program is made of (the program,
 * or the map that holds it); the map of a selected table; and the map whose value is the id under
 * which the companion knows the set, -ENOENT if the file has none.
 */
int bpf_file_fd(const struct bpf_file *o, const char *program);
int bpf_file_table_fd(const struct bpf_file *o, const char *map);
int bpf_file_id_fd(const struct bpf_file *o);

#endif
