// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints the prototype of a kernel function in C, from the kernel's own BTF: "int (struct
 * task_struct *, unsigned int)". resolve.c compares it as a string with the prototype that klp.ko
 * was compiled with. Names of parameters are left out; names of types are those of the function's
 * declaration.
 */
#include <linux/btf.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "prototype.h"
#include "resolve.h"

#define PROTOTYPE_DEPTH	16	/* no function that klp.ko calls has more levels */

struct prototype {
	const struct btf *btf;
	char *text;
	size_t n, room;
};

static void prototype_add(struct prototype *p, const char *text)
{
	p->n += scnprintf(p->text + p->n, p->room - p->n, "%s", text);
}

/* Compilers spell these differently in BTF. */
static const char *prototype_int(const char *name)
{
	return !strcmp(name, "long unsigned int") ? "unsigned long" :
	       !strcmp(name, "long int") ? "long" :
	       !strcmp(name, "_Bool") ? "bool" : name;
}

static void prototype_type(struct prototype *p, u32 id, int depth);

static void prototype_params(struct prototype *p, const struct btf_type *t, int depth)
{
	const struct btf_param *param = btf_params(t);
	u32 i, n = btf_type_vlen(t);

	prototype_add(p, n ? "(" : "(void");
	for (i = 0; i < n; i++) {
		if (i)
			prototype_add(p, ", ");
		prototype_type(p, param[i].type, depth);
	}
	prototype_add(p, ")");
}

static void prototype_pointer(struct prototype *p, u32 id, int depth)
{
	const struct btf_type *to = btf_type_by_id(p->btf, id);

	if (to && btf_type_is_func_proto(to)) {
		prototype_type(p, to->type, depth);
		prototype_add(p, " (*)");
		prototype_params(p, to, depth);
		return;
	}
	prototype_type(p, id, depth);
	prototype_add(p, p->n && p->text[p->n - 1] == '*' ? "*" : " *");
}

static void prototype_type(struct prototype *p, u32 id, int depth)
{
	const struct btf_type *t = btf_type_by_id(p->btf, id);

	if (!id) {
		prototype_add(p, "void");
		return;
	}
	if (!t || !depth--) {
		prototype_add(p, "?");
		return;
	}
	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_PTR:
		prototype_pointer(p, t->type, depth);
		return;
	case BTF_KIND_TYPE_TAG:
		prototype_type(p, t->type, depth);
		return;
	case BTF_KIND_CONST:
		prototype_add(p, "const ");
		prototype_type(p, t->type, depth);
		return;
	case BTF_KIND_STRUCT:
		prototype_add(p, "struct ");
		break;
	case BTF_KIND_UNION:
		prototype_add(p, "union ");
		break;
	case BTF_KIND_ENUM:
		prototype_add(p, "enum ");
		break;
	case BTF_KIND_FWD:
		prototype_add(p, btf_type_kflag(t) ? "union " : "struct ");
		break;
	case BTF_KIND_INT:
		prototype_add(p, prototype_int(klpm_resolve_btf_name(p->btf, t->name_off) ?: "?"));
		return;
	case BTF_KIND_TYPEDEF:
		break;
	default:
		prototype_add(p, "?");
		return;
	}
	prototype_add(p, klpm_resolve_btf_name(p->btf, t->name_off) ?: "?");
}

void klpm_prototype_print(const struct btf *btf, u32 func, char *text, size_t room)
{
	const struct btf_type *t = btf_type_by_id(btf, func), *proto;
	struct prototype p = { .btf = btf, .text = text, .room = room };

	text[0] = '\0';
	proto = t && btf_type_is_func(t) ? btf_type_by_id(btf, t->type) : NULL;
	if (!proto || !btf_type_is_func_proto(proto))
		return;
	prototype_type(&p, proto->type, PROTOTYPE_DEPTH);
	prototype_add(&p, " ");
	prototype_params(&p, proto, PROTOTYPE_DEPTH);
}
