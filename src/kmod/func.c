// SPDX-License-Identifier: GPL-2.0-only
/*
 * Turns what user space says of a function into what the kernel knows of it, trusting nothing: the
 * name must be one symbol of the kernel image, the BTF id a function of that name, the entry
 * traceable.
 */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/err.h>
#include <linux/string.h>

#include "func.h"
#include "resolve.h"

struct match {
	unsigned long first;
	unsigned int n;
};

static int func_match(void *data, unsigned long addr)
{
	struct match *m = data;

	if (!m->n++)
		m->first = addr;
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

/* GCC moves unlikely blocks into SYMBOL.cold; a task may stand there with nothing of SYMBOL left
 * on its stack. */
static void func_find_cold(struct func *f)
{
	char name[KLP_UAPI_SYMBOL_LEN + 8];
	struct match m = {};
	unsigned long offset;

	snprintf(name, sizeof(name), "%s.cold", f->symbol);
	resolve_each_symbol(func_match, name, &m);
	if (m.n != 1 || resolve_symbol_size(m.first, &f->cold_size, &offset) || offset)
		f->cold_size = 0;
	else
		f->cold_addr = m.first;
}

static int func_resolve(struct klp_uapi_func *u, struct func *f)
{
	unsigned long offset;
	struct match m = {};
	int r;

	if (!func_strings_valid(u) || strcmp(u->object, "vmlinux") || u->sympos > 1)
		return -EINVAL;
	resolve_each_symbol(func_match, u->symbol, &m);
	if (!m.n)
		return -ENOENT;
	if (m.n > 1 && !u->sympos)
		return -ENOTUNIQ;
	r = func_check_btf(u);
	if (r)
		return r;
	if (!resolve_ftrace_location(m.first))
		return -ENXIO;
	f->addr = m.first;
	f->btf_id = u->btf_id;
	strscpy(f->symbol, u->symbol, sizeof(f->symbol));
	r = resolve_symbol_size(f->addr, &f->size, &offset);
	if (r || offset || !f->size)
		return -ENOENT;
	func_find_cold(f);
	u->addr = f->addr;
	u->size = f->size;
	return 0;
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
