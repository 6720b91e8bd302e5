/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One patch file: opened, told who it is, loaded, attached. libbpf does all but the last in a
 * process of its own (loader.h); here are the descriptors of what it made.
 *
 * Each function that has a report: -errno, or an outcome told there. What OUTCOME_FILE_CRASHED says
 * of a call, all later ones of this object say as well.
 */
#ifndef KLPD_KERN_OBJECT_H
#define KLPD_KERN_OBJECT_H

#include <stddef.h>
#include <stdint.h>

#include "klp/meta.h"
#include "shared/report.h"

struct btf;
struct object;

#define OBJECT_SECONDS	10	/* for an answer, and for each program to be verified */

/* Nothing reaches the kernel. OUTCOME_META_INVALID if libbpf cannot make sense of it. */
int object_open(const void *data, size_t size, const char *name, struct object **ret,
		struct report *report);
/* Ends its process, if there still is one. */
struct object *object_free(struct object *o);
/* BTF of the file, which has passed btf_check(), owned by the object; NULL if it has none. */
const struct btf *object_btf(const struct object *o);
/* Only programs that are told here will be loaded; `symbol` is the attach target, and `btf_id` of it
 * that of the kernel. OUTCOME_META_INVALID if the file has no such program or it is not of type
 * fmod_ret for that symbol. */
int object_select(struct object *o, const char *program, const char *symbol, uint32_t btf_id,
		  struct report *report);
/* The same for a guard body: what the companion is to know it by, the name of its record and the
 * index in it, is told to it here. */
int object_select_guard(struct object *o, const char *program, const char *object,
			const char *symbol, const char *record, uint32_t index,
			struct report *report);
/* The same for a replace body, which may be one that sleeps. */
int object_select_replace(struct object *o, const char *program, const char *object,
			  const char *symbol, const char *record, uint32_t index,
			  struct report *report);
/* The same for a callback of `object`; `when` as in the metadata. */
int object_select_callback(struct object *o, const char *program, const char *object,
			   const char *when, const char *record, uint32_t index,
			   struct report *report);
/* A table of the kernel's: variable `map`, of type `type`, whose member name says `table`. */
int object_select_table(struct object *o, const char *map, const char *type, const char *table,
			struct report *report);
/*
 * Verify and load, once; `gates_fd` is for the file's map KLP_GATES_MAP. For guard and replace bodies
 * the types of the kernel, `vmlinux`, are read. OUTCOME_VERIFIER with the telling lines in detail and
 * the whole log in report->log; OUTCOME_NOT_PERMITTED if the verifier says that the function is not
 * modifiable. The process has ended after it.
 */
int object_load(struct object *o, const struct klp_self *self, int gates_fd, struct btf *vmlinux,
		struct report *report);
/* After a load that failed: the program it was about; NULL: it was not about one. */
const char *object_failed_program(const struct object *o);
/* Once loaded: tell the bodies under which id the companion knows their set. -EINVAL: not loaded,
 * or the file has no room for it (which object_load() refuses for per-task consistency). */
int object_set_id(struct object *o, uint64_t id);
/* New link fd (CLOEXEC) of a selected program, once loaded; or -errno. */
int object_attach(const struct object *o, const char *program);
/*
 * The same of a selected table, which registers it. -EEXIST: there is one of its name; even then
 * its map is ready to take the place of that one by link_update().
 */
int object_attach_table(const struct object *o, const char *map);
/* New fd (CLOEXEC) of a selected table's map, once loaded; or -errno. */
int object_table_fd(const struct object *o, const char *map);

#endif
