/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the running kernel says of a function: BTF id, prototype, address, traceable or not, and
 * whether its name is ambiguous. Loads vmlinux BTF and reads kallsyms and
 * available_filter_functions once per struct targets, and again for each module that is asked for.
 */
#ifndef KLPD_KERN_TARGET_H
#define KLPD_KERN_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "kern/prototype.h"
#include "kern/symbols.h"
#include "shared/report.h"

struct btf;
struct targets;

struct target {
	uint32_t btf_id;	/* FUNC in vmlinux BTF; 0 in a module */
	uint32_t n_syms;	/* text symbols of exactly this name in its object */
	bool native;		/* the kernel itself lets fmod_ret attach: nothing to open */
	bool absent;		/* its module is not loaded, so nothing of it is known */
	uint64_t addr; /* 0: not known, because it is absent or the kernel hides addresses */
	const char *listed;	/* the name that ftrace has for it; NULL: not known */
	const char *attach;	/* fmod_ret: the name that BTF has for it */
};

enum target_place {
	PLACE_KERNEL,
	PLACE_MODULE,	/* one that is loaded */
	PLACE_ABSENT,	/* a module that is not: nothing more is known but what the author wrote */
	PLACE_BUILT_IN, /* the object is no module here but a part of the kernel */
	_PLACE_MAX
};

enum target_fmod_ret {
	FMOD_RET_UNKNOWN,
	FMOD_RET_OPEN,		/* by the kernel itself, or opened since the boot */
	FMOD_RET_CLOSED,	/* could be opened */
	FMOD_RET_IMPOSSIBLE,
	_FMOD_RET_MAX
};

/* All that is known of a function, fit for a patch or not. */
struct target_facts {
	enum target_place place;
	uint32_t n_syms;	/* functions of exactly this name in its object */
	uint32_t n_clones;	/* copies that the compiler made: name.isra.0, ... */
	bool traceable;
	bool hidden; /* the kernel hides addresses: whether it has other names is not known */
	enum symbol_part part;	/* of the kernel's code, if it is not traceable */
	char *aliases;		/* its other names, "a, b": a patch of it changes them all; NULL: none */
	bool described; /* by the kernel's BTF, as one function: shape and prototype are its */
	bool shaped;		/* there is a shape: if not described, what the author wrote */
	struct prototype_shape shape;
	char *prototype;	/* as C; NULL: nobody says */
	enum target_fmod_ret fmod_ret;
	char *reason;		/* why it is impossible, in the kernel's words; or NULL */
};

/* OUTCOME_NO_BTF, OUTCOME_SYSTEM or -ENOMEM. */
int targets_new(struct targets **ret, struct report *report);
struct targets *targets_free(struct targets *t);
struct btf *targets_btf(struct targets *t);
/*
 * How many tracing programs (fentry, fexit, fmod_ret together) this kernel lets one function have;
 * 0 if its BTF does not say. BPF_MAX_TRAMP_LINKS is in no header of user space and differs among
 * kernels.
 */
uint32_t targets_program_limit(const struct targets *t);
struct target_module;
/* Has these modules from now on. Returns those that it had, for another such call; NULL: none. */
struct target_module *targets_swap_modules(struct targets *t, struct target_module *modules);
/* Modules come and go: what was found out about them is not true for ever. */
void targets_forget_modules(struct targets *t);
/*
 * Look `symbol` of `object` up and check that fmod_ret with `sympos` can mean it. `patch_btf` is
 * the BTF of the patch file: the prototype its author wrote (klp/meta.h) must be the kernel's.
 * OUTCOME_NO_SUCH_FUNCTION, OUTCOME_AMBIGUOUS_FUNCTION, OUTCOME_NOT_TRACEABLE, OUTCOME_PROTOTYPE
 * (detail shows both prototypes as C), OUTCOME_UNSUPPORTED (a module's function, sympos > 1).
 */
int targets_resolve(struct targets *t, const char *object, const char *symbol, uint32_t sympos,
		    const struct btf *patch_btf, struct target *ret, struct report *report);
/*
 * The same for a guard or a replace body: any position can be meant and nothing has to be opened. A
 * function that BTF does not describe, or describes under a name that several have, is taken on
 * trust: btf_id 0. `object` may be a module, loaded or not; one that is built into the kernel is
 * OUTCOME_NO_SUCH_FUNCTION. One whose arguments do not fit the registers that such a body is given
 * is OUTCOME_UNSUPPORTED.
 */
int targets_resolve_guard(struct targets *t, const char *object, const char *symbol,
			  uint32_t sympos, const struct btf *patch_btf, struct target *ret,
			  struct report *report);

/*
 * The name by which ftrace lists a function, which may be another of its names; the symbol itself if
 * it is not traceable. -ENOENT: there is no such function; -ENODATA: it is not known, because the
 * kernel hides addresses. *ret is of t, and of a module's until targets_forget_modules().
 */
int targets_listed(struct targets *t, const char *object, const char *symbol, uint32_t sympos,
		   const char **ret);
/* Its address; 0: not known. */
uint64_t targets_addr(struct targets *t, const char *object, const char *symbol, uint32_t sympos);
/* Name of a FUNC of vmlinux's BTF, or NULL. */
const char *targets_func_name(const struct targets *t, uint32_t btf_id);
/*
 * What is known of `symbol` of `object`. Judges nothing, so that it is no failure if there is no
 * such function. OUTCOME_SYSTEM or -ENOMEM.
 */
int targets_facts(struct targets *t, const char *object, const char *symbol, uint32_t sympos,
		  const struct btf *patch_btf, struct target_facts *ret, struct report *report);
void target_facts_done(struct target_facts *facts);

#endif
