// SPDX-License-Identifier: GPL-2.0-only
/*
 * Turns what user space says of a function into what the kernel knows of it, trusting nothing: the
 * name must be one symbol of the kernel image, or have a symbol at the position given; the BTF id,
 * where the body is an fmod_ret program, a function of that name; the entry traceable.
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

/* More of one name than any kernel has. */
#define FUNC_SYMPOS_MAX	4096

struct match {
	unsigned int n, room;
	unsigned long *addrs;
};

static int func_match(void *data, unsigned long addr)
{
	struct match *m = data;

	if (m->n++ < m->room)
		m->addrs[m->n - 1] = addr;
	return 0;
}

static bool func_strings_valid(const struct klp_uapi_func *u)
{
	return strnlen(u->object, sizeof(u->object)) < sizeof(u->object) &&
	       strnlen(u->symbol, sizeof(u->symbol)) < sizeof(u->symbol) && u->symbol[0];
}

static int func_check_btf(const struct klp_uapi_func *u)
{
	struct btf *btf = resolve_btf_vmlinux();
	const struct btf_type *t;

	if (IS_ERR_OR_NULL(btf))
		return -EINVAL;
	t = btf_type_by_id(btf, u->btf_id);
	if (!t || !btf_type_is_func(t) || strcmp(resolve_btf_name(btf, t->name_off), u->symbol))
		return -EINVAL;
	return 0;
}

/*
 * GCC moves unlikely blocks into SYMBOL.cold; a task may stand there with nothing of SYMBOL left on
 * its stack. Where there are several nobody says which is whose: all are taken.
 */
static int func_find_cold(struct func *f)
{
	unsigned long addrs[FUNC_COLD_MAX], offset;
	char name[KLP_UAPI_SYMBOL_LEN + 8];
	struct match m = { .room = FUNC_COLD_MAX, .addrs = addrs };
	unsigned int i;

	snprintf(name, sizeof(name), "%s.cold", f->symbol);
	resolve_each_symbol(func_match, name, &m);
	if (m.n > FUNC_COLD_MAX)
		return -ENOTUNIQ;
	for (i = 0; i < m.n; i++) {
		f->cold[f->n_cold].addr = addrs[i];
		if (!resolve_symbol_size(addrs[i], &f->cold[f->n_cold].size, &offset) && !offset)
			f->n_cold++;
	}
	return 0;
}

/* The sympos-th of this name, in the order of kernel livepatch; 0: the only one. */
static int func_find(const struct klp_uapi_func *u, unsigned long *ret)
{
	struct match m = { .room = max(u->sympos, 1U) };
	int r = 0;

	if (m.room > FUNC_SYMPOS_MAX)
		return -ENOENT;
	m.addrs = kvcalloc(m.room, sizeof(*m.addrs), GFP_KERNEL);
	if (!m.addrs)
		return -ENOMEM;
	resolve_each_symbol(func_match, u->symbol, &m);
	if (m.n < m.room)
		r = -ENOENT;
	else if (m.n > 1 && !u->sympos)
		r = -ENOTUNIQ;
	else
		*ret = m.addrs[m.room - 1];
	kvfree(m.addrs);
	return r;
}

static int func_check(const struct klp_uapi_func *u)
{
	bool ops = u->flags & KLP_FUNC_OPS;

	if (!func_strings_valid(u) || strcmp(u->object, "vmlinux"))
		return -EINVAL;
	if (u->flags & ~KLP_FUNC_OPS || u->reserved)
		return -EINVAL;
	return ops ? (u->btf_id ? -EINVAL : 0) : (u->sympos > 1 ? -EINVAL : 0);
}

static int func_resolve(struct klp_uapi_func *u, struct func *f)
{
	unsigned long offset;
	int r;

	r = func_check(u);
	if (!r)
		r = func_find(u, &f->addr);
	if (!r && !(u->flags & KLP_FUNC_OPS))
		r = func_check_btf(u);
	if (r)
		return r;
	if (!resolve_ftrace_location(f->addr))
		return -ENXIO;
	f->btf_id = u->btf_id;
	f->flags = u->flags;
	strscpy(f->symbol, u->symbol, sizeof(f->symbol));
	r = resolve_symbol_size(f->addr, &f->size, &offset);
	if (r || offset || !f->size)
		return -ENOENT;
	r = func_find_cold(f);
	u->addr = f->addr;
	u->size = f->size;
	return r;
}

int func_resolve_all(struct klp_uapi_func *u, struct func *f, u32 n, u32 *failed)
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
