// SPDX-License-Identifier: GPL-2.0-only
/*
 * A whole patch file under libFuzzer: all that is done with its bytes before the kernel sees any.
 * Metadata, BTF, libbpf's open, the selection of programs, and prototypes as text. Files without
 * valid metadata come no further than they do in klpd, and are not kept.
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "patch/metadata.h"
#include "kern/bpf-file.h"
#include "kern/prototype.h"
#include "util/cleanup.h"
#include "util/macro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition) do { \
		if (!(condition)) \
			abort(); \
	} while (0)
#define RECORD		"record.1"
#define PROTOTYPES_MAX	32

DEFINE_CLEANUP(struct meta, meta_free);
DEFINE_CLEANUP(struct bpf_file, bpf_file_free);

static void try_prototypes(const struct btf *btf)
{
	struct prototype_shape shape;
	unsigned int n = 0;

	for (uint32_t id = 1; btf && id < btf__type_cnt(btf) && n < PROTOTYPES_MAX; id++) {
		if (!btf_is_func_proto(btf__type_by_id(btf, id)))
			continue;
		n++;
		free(prototype_to_string(btf, id, "function"));
		REQUIRE(prototype_get_shape(btf, id, &shape));
		(void)prototype_check_registers(btf, id);
		(void)prototype_matches(btf, id, btf, id);
	}
}

/* Each failure is told, and none twice. */
static void told(int r, struct report *report)
{
	REQUIRE(r <= 0 ? report->outcome == OUTCOME_OK : (int)report->outcome == r);
	report_done(report);
}

static void try_func(struct bpf_file *o, const struct meta_func *f, uint32_t i)
{
	struct report report = REPORT_INIT;
	int r;

	switch (f->body) {
	case BODY_FMOD_RET:
		r = bpf_file_select(o, f, i + 1, &report);
		break;
	case BODY_GUARD:
		r = bpf_file_select_guard(o, f, RECORD, i, &report);
		break;
	default:
		r = bpf_file_select_override(o, f, RECORD, i, &report);
		break;
	}
	told(r, &report);
}

static void try_selections(struct bpf_file *o, const struct meta *m)
{
	struct report report = REPORT_INIT;

	for (size_t i = 0; i < m->n_funcs; i++)
		try_func(o, &m->funcs[i], (uint32_t)i);
	for (size_t i = 0; i < m->n_callbacks; i++)
		told(bpf_file_select_callback(o, &m->callbacks[i], RECORD, (uint32_t)i, &report),
		     &report);
	for (size_t i = 0; i < m->n_struct_ops; i++)
		told(bpf_file_select_struct_ops(o, m->struct_ops[i].map, m->struct_ops[i].type,
						m->struct_ops[i].name, &report),
		     &report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(bpf_file_freep) struct bpf_file *o = NULL;
	_cleanup_(meta_freep) struct meta *m = NULL;
	struct report report = REPORT_INIT;
	/* aligned as a file that was read, and with its end at the end of the block */
	_cleanup_free_ void *copy = malloc(size ? size : 1);
	int r;

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	r = meta_from_elf(copy, size, &m, &report);
	report_done(&report);
	if (r != 0)
		return -1;
	r = bpf_file_open(copy, size, m->name, &o, &report);
	told(r, &report);
	if (r != 0)
		return 0;
	try_prototypes(bpf_file_btf(o));
	try_selections(o, m);
	return 0;
}
