/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Looks up a function in the running kernel: BTF id, prototype, address, whether it can be traced,
 * and whether its name is ambiguous. Loads vmlinux BTF and reads kallsyms and
 * available_filter_functions once per struct targets, and again for each module that is looked up.
 */
#ifndef KLPD_KERN_TARGET_H
#define KLPD_KERN_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "kern/prototype.h"
#include "kern/symbols.h"
#include "shared/report.h"

struct btf;
struct meta_func;
struct targets;

struct target {
	uint32_t btf_id;	/* FUNC in vmlinux BTF; 0 in a module */
	uint32_t n_syms;	/* text symbols of exactly this name in its object */
	bool native;		/* the kernel itself lets fmod_ret attach */
	bool absent;		/* its module is not loaded, so nothing is known of it */
	uint64_t addr; /* 0: not known, because it is absent or the kernel hides addresses */
	const char *listed;	/* its name in ftrace; NULL: not known */
	const char *attach;	/* fmod_ret: its name in BTF */
};

enum target_place {
	PLACE_KERNEL,
	PLACE_MODULE,	/* a loaded module */
	PLACE_ABSENT,	/* a module that is not loaded: only what the author wrote is known */
	PLACE_BUILT_IN, /* the object is built into this kernel */
	_PLACE_MAX
};

enum target_fmod_ret {
	FMOD_RET_UNKNOWN,
	FMOD_RET_ENABLED,	/* by the kernel itself, or by klp.ko since boot */
	FMOD_RET_NOT_ENABLED,	/* could be enabled */
	FMOD_RET_IMPOSSIBLE,
	_FMOD_RET_MAX
};

/* All that is known of a function, whether or not it can be patched. */
struct target_facts {
	enum target_place place;
	uint32_t n_syms;	/* functions of exactly this name in its object */
	uint32_t n_clones;	/* clones made by the compiler: name.isra.0, ... */
	bool traceable;
	bool hidden; /* the kernel hides addresses, so other names are not known */
	enum symbol_part part;	/* of the kernel's code, if it is not traceable */
	char *aliases;		/* other names, "a, b": patching it changes them all; NULL: none */
	bool described; /* the kernel's BTF describes this one function, with shape and prototype */
	bool shaped;		/* shape is set; if not described, from what the author wrote */
	struct prototype_shape shape;
	char *prototype;	/* as C; NULL: not known */
	enum target_fmod_ret fmod_ret;
	char *reason;		/* why it is impossible, in the kernel's words; or NULL */
};

/* OUTCOME_NO_BTF, OUTCOME_SYSTEM, OUTCOME_LOCKDOWN or -ENOMEM. */
int targets_new(struct targets **ret, struct report *report);
struct targets *targets_free(struct targets *t);
struct btf *targets_btf(struct targets *t);
/*
 * How many tracing programs (fentry, fexit and fmod_ret together) this kernel allows on one
 * function; 0 if its BTF does not say. No header of user space has BPF_MAX_TRAMP_LINKS, which
 * differs among kernels.
 */
uint32_t targets_program_limit(const struct targets *t);
struct target_module;
/* Use these modules from now on. Returns the previous ones, for another such call; NULL: none. */
struct target_module *targets_swap_modules(struct targets *t, struct target_module *modules);
/* Forget all modules: they are loaded and unloaded, so what is known of them becomes outdated. */
void targets_forget_modules(struct targets *t);
/*
 * Look up a function of a patch and check that fmod_ret refers to it. `patch_btf` is the BTF of the
 * patch file; the prototype that its author wrote (klp/meta.h) must be the kernel's.
 * OUTCOME_NO_SUCH_FUNCTION, OUTCOME_AMBIGUOUS_FUNCTION, OUTCOME_NOT_TRACEABLE, OUTCOME_PROTOTYPE
 * (detail shows both prototypes as C), OUTCOME_UNSUPPORTED (a function of a module, sympos > 1).
 */
int targets_resolve(struct targets *t, const struct meta_func *f, const struct btf *patch_btf,
		    struct target *ret, struct report *report);
/*
 * The same for a guard or override body: any sympos can be chosen and nothing has to be enabled. A
 * function that BTF does not describe, or describes under a name of several functions, is accepted
 * without a comparison of prototypes: btf_id 0. Its object may be a module, loaded or not; for a
 * module that is built into the kernel the result is OUTCOME_NO_SUCH_FUNCTION. OUTCOME_UNSUPPORTED:
 * arguments or return value do not fit the registers that such a body has.
 */
int targets_resolve_guard(struct targets *t, const struct meta_func *f, const struct btf *patch_btf,
			  struct target *ret, struct report *report);

/*
 * The name by which ftrace lists a function, which may be another of its names; the symbol itself
 * if it is not traceable. -ENOENT: there is no such function; -ENODATA: not known, because the
 * kernel hides addresses. *ret belongs to `t`; in a module it is valid until
 * targets_forget_modules().
 */
int targets_listed(struct targets *t, const char *object, const char *symbol, uint32_t sympos,
		   const char **ret);
/* The function's address; 0: not known. */
uint64_t targets_addr(struct targets *t, const struct meta_func *f);
/* The name of a FUNC of vmlinux's BTF, or NULL. */
const char *targets_func_name(const struct targets *t, uint32_t btf_id);
/*
 * What is known of a function of a patch. A missing function is no failure, because nothing is
 * judged here. OUTCOME_SYSTEM, OUTCOME_LOCKDOWN or -ENOMEM.
 */
int targets_facts(struct targets *t, const struct meta_func *f, const struct btf *patch_btf,
		  struct target_facts *ret, struct report *report);
void target_facts_done(struct target_facts *facts);

#endif
