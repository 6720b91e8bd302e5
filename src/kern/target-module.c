// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modules that a patch is for. A module may be absent, and may be loaded or unloaded at any time.
 * What is read here is true of one moment and detects mistakes of the author. The companion checks
 * it again, because only the companion can hold a module while it looks.
 */
#include <bpf/btf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kern/target-module.h"
#include "util/cleanup.h"
#include "util/errno-util.h"

#define MODULE_PATH_MAX	(KLP_OBJECT_LEN + 64)

static struct target_module *target_module_free(struct target_module *m)
{
	if (!m)
		return NULL;
	symbols_free(m->symbols);
	btf__free(m->btf);
	free(m);
	return NULL;
}
DEFINE_CLEANUP(struct target_module, target_module_free);

struct target_module *target_modules_free(struct target_module *list)
{
	while (list) {
		struct target_module *next = list->next;

		target_module_free(list);
		list = next;
	}
	return NULL;
}

static bool module_has(const char *name, const char *file)
{
	char path[MODULE_PATH_MAX];

	(void)snprintf(path, sizeof(path), "/sys/module/%s%s", name, file);
	return access(path, F_OK) == 0;
}

/* Only a loaded module has a state; what is built into the kernel has at most parameters there. */
static bool module_is_loaded(const char *name)
{
	return module_has(name, "/initstate");
}

/* A module without BTF, or with BTF that does not fit vmlinux's, describes no functions. */
static int module_read_btf(struct target_module *m, struct btf *vmlinux)
{
	char path[MODULE_PATH_MAX];

	(void)snprintf(path, sizeof(path), "/sys/kernel/btf/%s", m->name);
	m->btf = btf__parse_split(path, vmlinux);
	return !m->btf && errno == ENOMEM ? -ENOMEM : 0;
}

static int module_read(struct target_module *m, struct btf *vmlinux, struct report *report)
{
	int r;

	if (!module_is_loaded(m->name)) {
		if (!module_has(m->name, ""))
			return 0;
		return report_set(report, OUTCOME_NO_SUCH_FUNCTION,
				  "'%s' is no module here but a part of the kernel: its functions "
				  "are in vmlinux", m->name);
	}
	r = symbols_new(m->name, &m->symbols);
	if (r == 0)
		r = symbols_read_kernel(m->symbols, report);
	if (r == 0)
		r = module_read_btf(m, vmlinux);
	if (r != 0)
		return r;
	/* if the module was unloaded meanwhile, half of this may be missing */
	m->loaded = module_is_loaded(m->name);
	return 0;
}

int target_module_find(struct target_module **list, const char *name, struct btf *vmlinux,
		       const struct target_module **ret, struct report *report)
{
	_cleanup_(target_module_freep) struct target_module *m = NULL;
	int r;

	for (const struct target_module *known = *list; known; known = known->next)
		if (STREQ(known->name, name)) {
			*ret = known;
			return 0;
		}
	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	if (strlen(name) >= sizeof(m->name))
		return -ENAMETOOLONG;
	memcpy(m->name, name, strlen(name));
	r = module_read(m, vmlinux, report);
	if (r != 0)
		return r;
	m->next = *list;
	*list = m;
	*ret = TAKE_PTR(m);
	return 0;
}

/* Does not use btf__find_by_name_kind(), which would search vmlinux first. */
static uint32_t target_module_func(const struct target_module *m, const char *symbol)
{
	const struct btf *btf = m->btf;

	if (!btf)
		return 0;
	for (uint32_t id = btf__type_cnt(btf__base_btf(btf)); id < btf__type_cnt(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);

		if (btf_is_func(t) && STREQ(btf__name_by_offset(btf, t->name_off), symbol))
			return id;
	}
	return 0;
}

uint32_t target_module_described(const struct target_module *m, const char *symbol, uint32_t sympos)
{
	struct symbol_place place = { .addr = 0 };
	uint32_t id = target_module_func(m, symbol);
	const char *name;

	if (id != 0 || symbols_find_place(m->symbols, symbol, sympos, &place) < 0 ||
	    place.addr == 0)
		return id;
	for (size_t i = 0; id == 0 && (name = symbols_find_name(m->symbols, place.addr, i)); i++)
		if (symbols_find(m->symbols, name).n_text == 1)
			id = target_module_func(m, name);
	return id;
}
