/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One patch file in libbpf, in the loader process (loader.h): open it, write struct klp_self into
 * it, load it. Holds every program and map by fd; bpf_file_free() closes them.
 */
#ifndef KLPD_KERN_BPF_FILE_H
#define KLPD_KERN_BPF_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "klp/meta.h"
#include "shared/report.h"

struct btf;
struct bpf_file;
struct func_ops_type;
struct meta_callback;
struct meta_func;

/* Nothing reaches the kernel. OUTCOME_META_INVALID: libbpf cannot parse the file. */
int bpf_file_open(const void *data, size_t size, const char *name, struct bpf_file **ret,
		struct report *report);
struct bpf_file *bpf_file_free(struct bpf_file *o);
/* BTF of the file, owned by the object; NULL if it has none. */
const struct btf *bpf_file_btf(const struct bpf_file *o);
/*
 * Select the fmod_ret program of a function; only selected programs are loaded. `btf_id` is the
 * function's id in the kernel's BTF. OUTCOME_META_INVALID: the file has no such program, it is
 * not of type fmod_ret for that function, or it is already selected.
 */
int bpf_file_select(struct bpf_file *o, const struct meta_func *f, uint32_t btf_id,
		    struct report *report);
/*
 * As bpf_file_select(), for a guard body. `record` and `index` identify it to the companion: the
 * name of its record and the index of the function in it.
 */
int bpf_file_select_guard(struct bpf_file *o, const struct meta_func *f, const char *record,
			  uint32_t index, struct report *report);
/* As bpf_file_select_guard(), for an override body, which may be sleepable. */
int bpf_file_select_override(struct bpf_file *o, const struct meta_func *f, const char *record,
			     uint32_t index, struct report *report);
/* As bpf_file_select_guard(), for a callback. */
int bpf_file_select_callback(struct bpf_file *o, const struct meta_callback *c, const char *record,
			     uint32_t index, struct report *report);
/*
 * Select a struct_ops instance: variable `map` of type `type`; its member `name` must be
 * `instance`.
 */
int bpf_file_select_struct_ops(struct bpf_file *o, const char *map, const char *type,
			       const char *instance, struct report *report);
/*
 * Write `self` into section KLP_SELF_SECTION, use gates_fd for map KLP_GATES_MAP, then verify and
 * load. Create the maps of guard and override bodies, of `type`; NULL if there are no such bodies.
 * `progress`, if not NULL, is called before each program of a body is verified.
 *
 * OUTCOME_VERIFIER with the significant lines in detail and the whole log in report->log;
 * OUTCOME_NOT_PERMITTED if the verifier says that the function is not modifiable.
 */
int bpf_file_load(struct bpf_file *o, const struct klp_self *self, int gates_fd,
		  const struct func_ops_type *type, void (*progress)(void), struct report *report);
/* After a failed load: the program that failed; NULL: the failure is about no program. */
const char *bpf_file_failed_program(const struct bpf_file *o);
/*
 * After loading, each a borrowed fd or -errno: what a link of a selected program is made of (the
 * program, or the map that holds it); the map of a selected struct_ops instance; the map that holds
 * the record id, -ENOENT if the file has none.
 */
int bpf_file_fd(const struct bpf_file *o, const char *program);
int bpf_file_struct_ops_fd(const struct bpf_file *o, const char *map);
int bpf_file_id_fd(const struct bpf_file *o);

#endif
