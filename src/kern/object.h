/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One patch file: open it, select programs, load them with struct klp_self, attach them. libbpf
 * does all but the last in a process of its own (loader.h); this file holds the descriptors of what
 * that process made.
 *
 * A function with a report returns 0, -errno, or an outcome that it reported. Once a call on an
 * object returned OUTCOME_FILE_CRASHED, all later calls on it report the same.
 */
#ifndef KLPD_KERN_OBJECT_H
#define KLPD_KERN_OBJECT_H

#include <stddef.h>
#include <stdint.h>

#include "klp/meta.h"
#include "shared/report.h"

struct btf;
struct meta_callback;
struct meta_func;
struct object;

#define OBJECT_SECONDS	10	/* to answer a request, and to verify each program */

/* Nothing reaches the kernel. OUTCOME_META_INVALID: libbpf cannot parse the file. */
int object_open(const void *data, size_t size, const char *name, struct object **ret,
		struct report *report);
/* Ends the object's process if it still runs. */
struct object *object_free(struct object *o);
/* BTF of the file, checked by btf_check() and owned by the object; NULL if it has none. */
const struct btf *object_btf(const struct object *o);
/*
 * Select the fmod_ret program of a function; only selected programs are loaded. `btf_id` is the
 * function's id in the kernel's BTF. OUTCOME_META_INVALID: the file has no such program, or it is
 * not of type fmod_ret for that function.
 */
int object_select(struct object *o, const struct meta_func *f, uint32_t btf_id,
		  struct report *report);
/*
 * As object_select(), for a guard body. `record` and `index` identify it to the companion: the name
 * of its record and the index of the function in it.
 */
int object_select_guard(struct object *o, const struct meta_func *f, const char *record,
			uint32_t index, struct report *report);
/* As object_select_guard(), for an override body, which may be sleepable. */
int object_select_override(struct object *o, const struct meta_func *f, const char *record,
			   uint32_t index, struct report *report);
/* As object_select_guard(), for a callback. */
int object_select_callback(struct object *o, const struct meta_callback *callback,
			   const char *record, uint32_t index, struct report *report);
/*
 * Select a struct_ops instance: variable `map` of type `type`; its member `name` must be
 * `instance`.
 */
int object_select_struct_ops(struct object *o, const char *map, const char *type,
			     const char *instance, struct report *report);
/*
 * Verify and load, once. `gates_fd` is used for the file's map KLP_GATES_MAP. `vmlinux`, the
 * kernel's types, is read for guard and override bodies. The object's process has ended after a
 * successful load.
 *
 * OUTCOME_VERIFIER with the significant lines in detail and the whole log in report->log;
 * OUTCOME_NOT_PERMITTED if the verifier says that the function is not modifiable.
 */
int object_load(struct object *o, const struct klp_self *self, int gates_fd, struct btf *vmlinux,
		struct report *report);
/* After a failed load: the program that failed; NULL: the failure is about no program. */
const char *object_failed_program(const struct object *o);
/*
 * After loading: give the bodies the id under which the companion knows their patch. -EINVAL: not
 * loaded, or the file has no room for the id (object_load() refuses that for per-task consistency).
 */
int object_set_id(struct object *o, uint64_t id);
/* New link fd (CLOEXEC) of a selected program, after loading; or -errno. */
int object_attach(const struct object *o, const char *program);
/*
 * The same for a selected struct_ops instance, which this registers. -EEXIST: a struct_ops instance
 * of its name is registered; the map is nevertheless ready to replace that struct_ops instance by
 * link_update().
 */
int object_attach_struct_ops(const struct object *o, const char *map);
/* New fd (CLOEXEC) of a selected struct_ops instance's map, after loading; or -errno. */
int object_struct_ops_fd(const struct object *o, const char *map);

#endif
