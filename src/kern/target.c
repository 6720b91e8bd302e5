/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Judges a function before anything is created for it. If a patch cannot be attached to it, or
 * would be attached to something that its author did not mean, this code reports it in words,
 * instead of an errno of bpf(2) afterwards.
 *
 * Order of the checks on the running kernel: there is one such text symbol (kallsyms), not a
 * compiler's clone; BTF describes it; it can be traced (available_filter_functions); it has the
 * author's prototype; fmod_ret can attach, or could if enabled (probe).
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>

#include "kern/bpf-log.h"
#include "kern/btf-index.h"
#include "kern/caps.h"
#include "kern/kernel-btf.h"
#include "kern/probe.h"
#include "kern/prototype.h"
#include "kern/symbols.h"
#include "kern/target-module.h"
#include "kern/target.h"
#include "klp/meta.h"
#include "patch/metadata.h"
#include "util/cleanup.h"
#include "util/errno-util.h"

struct targets {
	struct btf *btf;
	struct btf_index *index;	/* of btf */
	struct symbols *symbols;
	struct target_module *modules;	/* those that were looked up */
};

DEFINE_CLEANUP(struct targets, targets_free);

int targets_new(struct targets **ret, struct report *report)
{
	_cleanup_(targets_freep) struct targets *t = calloc(1, sizeof(*t));
	int r;

	CAPS_SCOPE(CAPS_READ);

	if (!t)
		return -ENOMEM;
	r = symbols_new(NULL, &t->symbols);
	if (r < 0)
		return r;
	bpf_log_begin();
	t->btf = kernel_btf_read();
	if (!t->btf) {
		r = errno_negative();
		if (r == -ENOMEM)
			return r;
		return report_set(report, OUTCOME_NO_BTF, "cannot read " KERNEL_BTF_FILE ": %s",
				  strerror(-r));
	}
	r = btf_index_new(t->btf, &t->index);
	if (r == 0)
		r = symbols_read_kernel(t->symbols, report);
	if (r != 0)
		return r;
	*ret = TAKE_PTR(t);
	return 0;
}

/* The kernel passes a function's programs in a structure with an array, which has room for as many
 * as there can be. */
static const char *const program_lists[] = { "bpf_tramp_links", "bpf_tramp_nodes" };

uint32_t targets_program_limit(const struct targets *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(program_lists); i++) {
		int id = btf__find_by_name_kind(t->btf, program_lists[i], BTF_KIND_STRUCT);
		const struct btf_type *type = id > 0 ? btf__type_by_id(t->btf, (uint32_t)id) : NULL;

		for (uint32_t j = 0; type && j < btf_vlen(type); j++) {
			const struct btf_type *m =
				btf__type_by_id(t->btf, btf_members(type)[j].type);

			if (m && btf_is_array(m))
				return btf_array(m)->nelems;
		}
	}
	return 0;
}

struct targets *targets_free(struct targets *t)
{
	if (!t)
		return NULL;
	targets_forget_modules(t);
	symbols_free(t->symbols);
	btf_index_free(t->index);
	btf__free(t->btf);
	free(t);
	return NULL;
}

struct btf *targets_btf(struct targets *t)
{
	return t->btf;
}

struct target_module *targets_swap_modules(struct targets *t, struct target_module *modules)
{
	struct target_module *before = t->modules;

	t->modules = modules;
	return before;
}

void targets_forget_modules(struct targets *t)
{
	t->modules = target_modules_free(t->modules);
}

/* Why it is not traceable; all names at its address were looked up. */
static int target_untraceable(const char *symbol, const struct symbol_place *place,
			      struct report *report)
{
	static const char *const reasons[] = {
		[PART_ORDINARY] = "it is notrace, or was built without a place to hook it",
		[PART_INIT] = "it is __init, and gone since the kernel has started",
		[PART_NOINSTR] = "it is noinstr: code of the way into and out of the kernel, or of idle",
	};

	if (place->addr == 0)
		return report_set(report, OUTCOME_NOT_TRACEABLE,
				  "'%s' cannot be traced by this name, and whether it has another cannot "
				  "be told: kernel.kptr_restrict hides addresses", symbol);
	return report_set(report, OUTCOME_NOT_TRACEABLE, "'%s' cannot be traced: %s", symbol,
			  reasons[place->part]);
}

/* Check that the name stands for one function that can be traced; `where` is its object. */
static int target_judge(const struct symbols *s, const char *where, const char *symbol,
			uint32_t sympos, struct symbol_place *ret, struct report *report)
{
	struct symbol_info info = symbols_find(s, symbol);

	if (info.n_text == 0 && info.n_clones > 0)
		return report_set(report, OUTCOME_NOT_TRACEABLE,
				  "the compiler replaced '%s' by a clone of it", symbol);
	if (info.n_text == 0)
		return report_set(report, OUTCOME_NO_SUCH_FUNCTION, "%s has no function '%s'",
				  where, symbol);
	if (info.n_text > 1 && sympos == 0)
		return report_set(report, OUTCOME_AMBIGUOUS_FUNCTION, "%s has %u functions '%s'",
				  where, info.n_text, symbol);
	if (symbols_find_place(s, symbol, sympos, ret) < 0)
		return report_set(report, OUTCOME_NO_SUCH_FUNCTION,
				  "%s has %u functions '%s', and no %u.", where, info.n_text,
				  symbol, sympos);
	return ret->traceable ? 0 : target_untraceable(symbol, ret, report);
}

/* The name by which BTF describes the function: its own, or another at its address that no other
 * function has. *ret_id: 0, none. */
static const char *targets_described(const struct targets *t, const char *symbol, uint64_t addr,
				     uint32_t *ret_id)
{
	const char *name = symbol;

	*ret_id = btf_index_find(t->index, symbol);
	for (size_t i = 0; *ret_id == 0 && addr != 0; i++) {
		name = symbols_find_name(t->symbols, addr, i);
		if (!name)
			return symbol;
		if (symbols_find(t->symbols, name).n_text == 1)
			*ret_id = btf_index_find(t->index, name);
	}
	return *ret_id ? name : symbol;
}

/* Find one function of vmlinux. */
static int targets_find(const struct targets *t, const char *symbol, uint32_t sympos,
			struct target *ret, struct report *report)
{
	struct symbol_place place = { .addr = 0 };
	int r = target_judge(t->symbols, "this kernel", symbol, sympos, &place, report);

	ret->n_syms = symbols_find(t->symbols, symbol).n_text;
	ret->addr = place.addr;
	ret->listed = place.listed;
	ret->attach = targets_described(t, symbol, place.addr, &ret->btf_id);
	return r;
}

static int targets_place(struct targets *t, const char *object, const char *symbol, uint32_t sympos,
			 struct symbol_place *ret)
{
	const struct target_module *module = NULL;

	if (STREQ(object, "vmlinux"))
		return symbols_find_place(t->symbols, symbol, sympos, ret);
	if (target_module_find(&t->modules, object, t->btf, &module, NULL) != 0 || !module->loaded)
		return -ENOENT;
	return symbols_find_place(module->symbols, symbol, sympos, ret);
}

int targets_listed(struct targets *t, const char *object, const char *symbol, uint32_t sympos,
		   const char **ret)
{
	struct symbol_place place;
	int r = targets_place(t, object, symbol, sympos, &place);

	if (r < 0)
		return r;
	if (!place.listed && place.addr == 0)
		return -ENODATA;
	*ret = place.listed ?: symbol;
	return 0;
}

uint64_t targets_addr(struct targets *t, const struct meta_func *f)
{
	struct symbol_place place;

	return targets_place(t, f->object, f->symbol, f->sympos, &place) < 0 ? 0 : place.addr;
}

const char *targets_func_name(const struct targets *t, uint32_t btf_id)
{
	const struct btf_type *type = btf__type_by_id(t->btf, btf_id);

	return type && btf_is_func(type) ? btf__name_by_offset(t->btf, type->name_off) : NULL;
}

/* The FUNC_PROTO that the author wrote for the symbol; 0 if the file has none. */
static uint32_t target_author_proto(const struct btf *btf, const char *symbol)
{
	char name[STRLEN(KLP_PROTO_PREFIX) + KLP_SYMBOL_LEN];
	const struct btf_type *t;
	int id;

	if (!btf || (size_t)snprintf(name, sizeof(name), KLP_PROTO_PREFIX "%s", symbol) >=
		    sizeof(name))
		return 0;
	id = btf__find_by_name_kind(btf, name, BTF_KIND_VAR);
	t = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;
	id = t ? btf__resolve_type(btf, t->type) : -ENOENT;
	t = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;
	if (!t || !btf_is_ptr(t))
		return 0;
	id = btf__resolve_type(btf, t->type);
	t = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;
	return t && btf_is_func_proto(t) ? (uint32_t)id : 0;
}

static int target_check_proto(const struct btf *btf, uint32_t func_id, const char *symbol,
			      const struct btf *patch_btf, struct report *report)
{
	_cleanup_free_ char *kernel_text = NULL, *author_text = NULL;
	uint32_t kernel_id = btf__type_by_id(btf, func_id)->type;
	uint32_t author_id = target_author_proto(patch_btf, symbol);

	if (author_id != 0 && prototype_matches(btf, kernel_id, patch_btf, author_id))
		return 0;
	kernel_text = prototype_to_string(btf, kernel_id, symbol);
	if (author_id == 0)
		return report_set(report, OUTCOME_PROTOTYPE,
				  "the patch does not say what it takes '%s' for; this kernel has "
				  "'%s'", symbol, kernel_text ?: "?");
	author_text = prototype_to_string(patch_btf, author_id, symbol);
	return report_set(report, OUTCOME_PROTOTYPE,
			  "the patch was written for '%s', this kernel has '%s'",
			  author_text ?: "?", kernel_text ?: "?");
}

int targets_resolve(struct targets *t, const struct meta_func *f, const struct btf *patch_btf,
		    struct target *ret, struct report *report)
{
	_cleanup_free_ char *reason = NULL;
	struct target found = {};
	enum probe_answer answer;
	int r;

	report_names(report, NULL, f->object, f->symbol);
	if (!STREQ(f->object, "vmlinux"))
		return report_set(report, OUTCOME_UNSUPPORTED,
				  "'%s' is in module '%s', and functions of modules cannot be enabled "
				  "for fmod_ret", f->symbol, f->object);
	if (f->sympos > 1)
		return report_set(report, OUTCOME_UNSUPPORTED,
				  "an fmod_ret body cannot choose the %u. of several '%s'",
				  f->sympos, f->symbol);
	r = targets_find(t, f->symbol, f->sympos, &found, report);
	if (r == 0 && found.btf_id == 0)
		r = report_set(report, OUTCOME_NOT_TRACEABLE,
			       "the kernel's BTF does not describe '%s'", f->symbol);
	if (r == 0)
		r = target_check_proto(t->btf, found.btf_id, f->symbol, patch_btf, report);
	if (r != 0)
		return r;
	r = probe_fmod_ret(found.btf_id, &answer, &reason);
	if (r < 0)
		return report_errno(report, r, "cannot find out whether '%s' can be patched",
				    f->symbol);
	if (answer == PROBE_IMPOSSIBLE)
		return report_set(report, OUTCOME_NOT_TRACEABLE,
				  "the kernel does not let a program replace '%s': %s", f->symbol,
				  reason ?: "it gives no reason");
	found.native = answer == PROBE_PERMITTED;
	*ret = found;
	return 0;
}

/* If the module is not loaded, its functions are checked when it is. */
static int targets_resolve_module(struct targets *t, const struct meta_func *f,
				  const struct btf *patch_btf, struct target *ret,
				  struct report *report)
{
	char where[KLP_OBJECT_LEN + STRLEN("module ''")];
	const struct target_module *module;
	struct symbol_place place = { .addr = 0 };
	uint32_t func;
	int r;

	r = target_module_find(&t->modules, f->object, t->btf, &module, report);
	if (r != 0)
		return r;
	*ret = (struct target){ .absent = !module->loaded };
	if (ret->absent)
		return 0;
	(void)snprintf(where, sizeof(where), "module '%s'", f->object);
	r = target_judge(module->symbols, where, f->symbol, f->sympos, &place, report);
	ret->n_syms = symbols_find(module->symbols, f->symbol).n_text;
	ret->addr = place.addr;
	ret->listed = place.listed;
	/* as in vmlinux: BTF cannot say which of several functions it describes */
	func = ret->n_syms == 1 ? target_module_described(module, f->symbol, f->sympos) : 0;
	if (r == 0 && func != 0)
		r = target_check_proto(module->btf, func, f->symbol, patch_btf, report);
	return r;
}

/* The body was compiled for the author's prototype, which therefore counts even if the kernel's BTF
 * has none. */
static int target_check_registers(const struct btf *patch_btf, const char *symbol,
				  struct report *report)
{
	uint32_t id = target_author_proto(patch_btf, symbol);
	const char *why = id != 0 ? prototype_check_registers(patch_btf, id) : NULL;

	return why ? report_set(report, OUTCOME_UNSUPPORTED,
				"'%s' %s, so no body of this kind can take its place; patch a caller or a "
				"callee of it", symbol, why) : 0;
}

int targets_resolve_guard(struct targets *t, const struct meta_func *f, const struct btf *patch_btf,
			  struct target *ret, struct report *report)
{
	struct target found = {};
	int r;

	report_names(report, NULL, f->object, f->symbol);
	r = target_check_registers(patch_btf, f->symbol, report);
	if (r != 0)
		return r;
	if (!STREQ(f->object, "vmlinux"))
		return targets_resolve_module(t, f, patch_btf, ret, report);
	r = targets_find(t, f->symbol, f->sympos, &found, report);
	if (r != 0)
		return r;
	/* BTF has one entry for several functions of a name; which one it describes is unknown */
	if (found.n_syms > 1)
		found.btf_id = 0;
	if (found.btf_id != 0)
		r = target_check_proto(t->btf, found.btf_id, f->symbol, patch_btf, report);
	if (r == 0)
		*ret = found;
	return r;
}

static void facts_add_symbol(struct target_facts *facts, struct symbol_info info)
{
	facts->n_syms = info.n_text;
	facts->n_clones = info.n_clones;
	facts->traceable = info.traceable;
}

/* Add the other names at its address, and the part of the code that it belongs to. */
static void facts_add_place(struct target_facts *facts, const struct symbols *s, const char *symbol,
			    uint32_t sympos)
{
	struct symbol_place place;
	const char *name;

	if (symbols_find_place(s, symbol, sympos, &place) < 0)
		return;
	facts->traceable = place.traceable;
	facts->hidden = place.addr == 0;
	facts->part = place.part;
	for (size_t i = 0; (name = symbols_find_name(s, place.addr, i)); i++) {
		char *more;

		if (STREQ(name, symbol))
			continue;
		if (asprintf(&more, "%s%s%s", facts->aliases ?: "", facts->aliases ? ", " : "", name) < 0)
			return;
		free(facts->aliases);
		facts->aliases = more;
	}
}

/* From FUNC `func_id` of the kernel; if that is 0, from what the author wrote. */
static void facts_add_prototype(struct target_facts *facts, const struct btf *btf, uint32_t func_id,
				const char *symbol, const struct btf *patch_btf)
{
	uint32_t proto_id = func_id ? btf__type_by_id(btf, func_id)->type :
				      target_author_proto(patch_btf, symbol);

	facts->described = func_id != 0;
	if (!func_id)
		btf = patch_btf;
	if (proto_id == 0)
		return;
	facts->shaped = prototype_get_shape(btf, proto_id, &facts->shape);
	facts->prototype = prototype_to_string(btf, proto_id, symbol);
}

static void facts_add_fmod_ret(struct target_facts *facts, uint32_t btf_id)
{
	static const enum target_fmod_ret known[] = {
		[PROBE_PERMITTED] = FMOD_RET_ENABLED,
		[PROBE_NOT_ENABLED] = FMOD_RET_NOT_ENABLED,
		[PROBE_IMPOSSIBLE] = FMOD_RET_IMPOSSIBLE,
	};
	enum probe_answer answer;

	if (btf_id == 0 || !facts->traceable)
		facts->fmod_ret = FMOD_RET_IMPOSSIBLE;
	else if (probe_fmod_ret(btf_id, &answer, &facts->reason) == 0)
		facts->fmod_ret = known[answer];
}

static int facts_of_module(struct targets *t, const struct meta_func *f,
			   const struct btf *patch_btf, struct target_facts *facts,
			   struct report *report)
{
	_cleanup_(report_done) struct report built_in = REPORT_INIT;
	const struct target_module *module;
	uint32_t func = 0;
	int r;

	facts->fmod_ret = FMOD_RET_IMPOSSIBLE;
	r = target_module_find(&t->modules, f->object, t->btf, &module, &built_in);
	if (r == OUTCOME_NO_SUCH_FUNCTION) {
		facts->place = PLACE_BUILT_IN;
		return 0;
	}
	if (r != 0)
		return r < 0 ? r : report_set(report, (enum outcome)r, "%s",
					      built_in.detail ?: "its symbols cannot be read");
	facts->place = module->loaded ? PLACE_MODULE : PLACE_ABSENT;
	if (module->loaded) {
		facts_add_symbol(facts, symbols_find(module->symbols, f->symbol));
		facts_add_place(facts, module->symbols, f->symbol, f->sympos);
		func = facts->n_syms == 1 ?
			       target_module_described(module, f->symbol, f->sympos) : 0;
	}
	facts_add_prototype(facts, module->btf, func, f->symbol, patch_btf);
	return 0;
}

int targets_facts(struct targets *t, const struct meta_func *f, const struct btf *patch_btf,
		  struct target_facts *ret, struct report *report)
{
	struct target_facts facts = { .place = PLACE_KERNEL };
	uint32_t id;
	int r = 0;

	if (STREQ(f->object, "vmlinux")) {
		facts_add_symbol(&facts, symbols_find(t->symbols, f->symbol));
		facts_add_place(&facts, t->symbols, f->symbol, f->sympos);
		(void)targets_described(t, f->symbol, targets_addr(t, f), &id);
		facts_add_prototype(&facts, t->btf, facts.n_syms == 1 ? id : 0, f->symbol,
				    patch_btf);
		facts_add_fmod_ret(&facts, facts.n_syms > 0 ? id : 0);
	} else {
		r = facts_of_module(t, f, patch_btf, &facts, report);
	}
	if (r == 0)
		*ret = facts;
	else
		target_facts_done(&facts);
	return r;
}

void target_facts_done(struct target_facts *facts)
{
	free(facts->prototype);
	free(facts->aliases);
	free(facts->reason);
	*facts = (struct target_facts){};
}
