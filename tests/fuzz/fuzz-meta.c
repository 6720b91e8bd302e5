// SPDX-License-Identifier: GPL-2.0-only
/*
 * The metadata parser under libFuzzer. The first byte chooses the entry: odd = a whole ELF file,
 * even = the bytes of the section alone. What is accepted must keep every promise that the rest of
 * klpd relies on; what is refused must be told, and must leave the output alone.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "patch/metadata.h"
#include "util/macro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition) do { \
		if (!(condition)) \
			abort(); \
	} while (0)

static struct meta *const poison = (struct meta *)(uintptr_t)0x5a5a5a5a;

static void require_object(const char *object)
{
	REQUIRE(object && *object && strlen(object) < KLP_OBJECT_LEN);
	REQUIRE(!strchr(object, '/') && !strchr(object, '.'));
}

static void require_funcs(const struct meta *m)
{
	REQUIRE(m->n_funcs <= KLP_FUNCS_MAX);
	for (size_t i = 0; i < m->n_funcs; i++) {
		const struct meta_func *f = &m->funcs[i];

		require_object(f->object);
		REQUIRE(*f->symbol && strlen(f->symbol) < KLP_SYMBOL_LEN);
		REQUIRE(*f->program && strlen(f->program) < KLP_PROG_LEN);
		REQUIRE((unsigned int)f->body < _BODY_MAX);
		for (size_t j = 0; j < i; j++)
			REQUIRE(!meta_func_same(f, &m->funcs[j]));
	}
}

static void require_struct_ops(const struct meta *m)
{
	REQUIRE(m->n_struct_ops <= KLP_STRUCT_OPS_MAX && m->n_funcs + m->n_struct_ops > 0);
	for (size_t i = 0; i < m->n_struct_ops; i++) {
		const struct meta_struct_ops *t = &m->struct_ops[i];

		REQUIRE(*t->type && strlen(t->type) < KLP_STRUCT_OPS_TYPE_LEN &&
			!strpbrk(t->type, " .-/"));
		REQUIRE(*t->name && strlen(t->name) < KLP_STRUCT_OPS_NAME_LEN &&
			!strpbrk(t->name, " -/'"));
		REQUIRE(*t->map && strlen(t->map) < KLP_PROG_LEN && !strpbrk(t->map, " .-/"));
		for (size_t j = 0; j < i; j++)
			REQUIRE(!meta_struct_ops_same(t, &m->struct_ops[j]) &&
				!STREQ(t->map, m->struct_ops[j].map));
	}
}

static void require_meta(const struct meta *m)
{
	REQUIRE(m != poison && meta_name_valid(m->name));
	REQUIRE(*m->version && strlen(m->version) < KLP_VERSION_LEN);
	REQUIRE(m->description && strlen(m->description) < KLP_TEXT_LEN);
	REQUIRE(!strpbrk(m->version, " \t\n\x1b") && !strpbrk(m->description, "\n\r\x1b\x7f"));
	REQUIRE(m->set && (!*m->set || meta_name_valid(m->set)) && !STREQ(m->set, "default"));
	REQUIRE(!m->sticky || m->n_states > 0);
	REQUIRE(m->n_refs <= KLP_REFS_MAX && m->n_states <= KLP_STATES_MAX);
	REQUIRE(m->n_callbacks <= KLP_CALLBACKS_MAX);
	require_funcs(m);
	for (size_t i = 0; i < m->n_refs; i++)
		REQUIRE(*m->refs[i] && strlen(m->refs[i]) < KLP_TEXT_LEN);
	for (size_t i = 0; i < m->n_states; i++)
		REQUIRE(m->states[i].id != 0);
	for (size_t i = 0; i < m->n_callbacks; i++) {
		require_object(m->callbacks[i].object);
		REQUIRE((unsigned int)m->callbacks[i].kind < _CALLBACK_MAX);
	}
	require_struct_ops(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report report = REPORT_INIT;
	struct meta *m = poison;
	void *copy;
	bool elf;
	int r;

	if (size == 0)
		return 0;
	elf = data[0] & 1;
	size--;
	/* an own copy, aligned as a file that was read, and with its end at the end of the block */
	copy = malloc(size ? size : 1);
	if (!copy)
		return 0;
	memcpy(copy, data + 1, size);
	r = elf ? meta_from_elf(copy, size, &m, &report) :
		  meta_from_section(copy, size, &m, &report);
	free(copy);
	if (r == 0) {
		REQUIRE(report.outcome == OUTCOME_OK);
		require_meta(m);
		meta_free(m);
	} else {
		REQUIRE(m == poison && r > 0 && (int)report.outcome == r && report.detail);
		REQUIRE(r == OUTCOME_META_INVALID || r == OUTCOME_META_NEWER ||
			(elf && (r == OUTCOME_NOT_ELF || r == OUTCOME_NO_METADATA)));
		REQUIRE(!strpbrk(report.detail, "\n\x1b"));
	}
	report_done(&report);
	return 0;
}
