// SPDX-License-Identifier: GPL-2.0-only
/*
 * Turns user space's description of a function into what the kernel knows about it. It trusts
 * nothing:
 *
 * - the name must be one symbol of its object, or have a symbol at the given position (sympos);
 * - for an fmod_ret body, the BTF id must be a function of that name;
 * - the entry of the function must be traceable.
 *
 * Functions of modules are looked up when the module is loaded (object.c). The caller must make
 * sure that the module does not go meanwhile.
 */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "func.h"
#include "resolve.h"

/* More symbols than any kernel has with one name. */
#define FUNC_SYMPOS_MAX	4096

struct match {
	unsigned int n, room;
	unsigned long *addrs;
	const char *name;	/* for a walk over all symbols */
};

static int func_match(void *data, unsigned long addr)
{
	struct match *m = data;

	if (m->n++ < m->room)
		m->addrs[m->n - 1] = addr;
	return 0;
}

static int func_match_in_module(void *data, const char *name, unsigned long addr)
{
	struct match *m = data;

	return strcmp(name, m->name) ? 0 : func_match(m, addr);
}

/*
 * Call func_match() for each symbol of that name in vmlinux (@module is NULL) or in the module, in
 * the order of kernel livepatch.
 */
static void func_each(struct match *m, const char *module)
{
	if (module)
		klpm_resolve_each_module_symbol(module, func_match_in_module, m);
	else
		klpm_resolve_each_symbol(func_match, m->name, m);
}

bool klpm_func_is_vmlinux(const char *object)
{
	return !strcmp(object, "vmlinux");
}

static bool func_strings_valid(const struct klp_uapi_func *u)
{
	return strnlen(u->object, sizeof(u->object)) < sizeof(u->object) &&
	       strnlen(u->symbol, sizeof(u->symbol)) < sizeof(u->symbol) && u->object[0] &&
	       u->symbol[0];
}

static int func_check_btf(const struct klp_uapi_func *u)
{
	struct btf *btf = klpm_resolve_btf_vmlinux();
	const struct btf_type *t;

	if (IS_ERR_OR_NULL(btf))
		return -EINVAL;
	t = btf_type_by_id(btf, u->btf_id);
	if (!t || !btf_type_is_func(t) ||
	    strcmp(klpm_resolve_btf_name(btf, t->name_off), u->symbol))
		return -EINVAL;
	return 0;
}

/*
 * GCC moves unlikely blocks into SYMBOL.cold. A task may be there with nothing of SYMBOL left on
 * its stack. If there are several symbols SYMBOL.cold, their names do not show which belongs to @f,
 * so all are taken.
 */
static int func_find_cold(struct func *f, const char *module)
{
	unsigned long addrs[FUNC_COLD_MAX], offset;
	char name[KLP_SYMBOL_LEN + 8];
	struct match m = { .room = FUNC_COLD_MAX, .addrs = addrs, .name = name };
	unsigned int i;

	snprintf(name, sizeof(name), "%s.cold", f->symbol);
	func_each(&m, module);
	if (m.n > FUNC_COLD_MAX)
		return -ENOTUNIQ;
	for (i = 0; i < m.n; i++) {
		f->cold[f->n_cold].addr = addrs[i];
		if (!klpm_resolve_symbol_size(addrs[i], &f->cold[f->n_cold].size, &offset) &&
		    !offset)
			f->n_cold++;
	}
	return 0;
}

/* Find the sympos-th symbol of the function's name; with sympos 0 the name must be unique. */
static int func_find(struct func *f, const char *module)
{
	struct match m = { .room = max(f->sympos, 1U), .name = f->symbol };
	int r = 0;

	if (m.room > FUNC_SYMPOS_MAX)
		return -ENOENT;
	m.addrs = kvcalloc(m.room, sizeof(*m.addrs), GFP_KERNEL);
	if (!m.addrs)
		return -ENOMEM;
	func_each(&m, module);
	if (m.n < m.room)
		r = -ENOENT;
	else if (m.n > 1 && !f->sympos)
		r = -ENOTUNIQ;
	else
		f->addr = m.addrs[m.room - 1];
	kvfree(m.addrs);
	return r;
}

static int func_locate(struct func *f, const char *module)
{
	unsigned long offset;
	int r = func_find(f, module);

	if (r)
		return r;
	if (!klpm_resolve_ftrace_location(f->addr))
		return -ENXIO;
	r = klpm_resolve_symbol_size(f->addr, &f->size, &offset);
	if (r || offset || !f->size)
		return -ENOENT;
	return func_find_cold(f, module);
}

int klpm_func_find_in_module(struct func *f, const char *module)
{
	int r = func_locate(f, module);

	if (!r && klpm_resolve_is_module_init(module, f->addr))
		r = -ENXIO;
	if (r)
		klpm_func_forget(f);
	return r;
}

void klpm_func_forget(struct func *f)
{
	f->addr = 0;
	f->size = 0;
	f->n_cold = 0;
}

static int func_check(const struct klp_uapi_func *u)
{
	bool ops = u->flags & KLP_FUNC_OPS;

	if (!func_strings_valid(u))
		return -EINVAL;
	if (u->flags & ~KLP_FUNC_OPS || u->reserved)
		return -EINVAL;
	if (ops)
		return u->btf_id ? -EINVAL : 0;
	return u->sympos > 1 || !klpm_func_is_vmlinux(u->object) ? -EINVAL : 0;
}

static int func_resolve(struct klp_uapi_func *u, struct func *f)
{
	int r = func_check(u);

	if (r)
		return r;
	f->btf_id = u->btf_id;
	f->flags = u->flags;
	f->sympos = u->sympos;
	strscpy(f->symbol, u->symbol, sizeof(f->symbol));
	if (klpm_func_is_vmlinux(u->object)) {
		r = func_locate(f, NULL);
		if (!r && !(u->flags & KLP_FUNC_OPS))
			r = func_check_btf(u);
	}
	u->addr = f->addr;
	u->size = f->size;
	return r;
}

int klpm_func_resolve_all(struct klp_uapi_func *u, struct func *f, u32 n, u32 *failed)
{
	u32 i;

	for (i = 0; i < n; i++) {
		int r = func_resolve(&u[i], &f[i]);

		if (r) {
			*failed = i;
			return r;
		}
	}
	return 0;
}
