// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is read back from pins and from the companion, under libFuzzer: the header and metadata of a
 * set, what was in force before, names of records. The first byte chooses. What is accepted must be
 * what the rest of klpd relies on.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/lost.h"
#include "kern/pin-previous.h"
#include "kern/pin-read.h"
#include "util/macro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition) do { \
		if (!(condition)) \
			abort(); \
	} while (0)

static void require_set(const struct pin_patch *pin, const struct patch *s)
{
	REQUIRE(s->n_links == pin->n_links && s->n_links <= PIN_LINKS_MAX);
	REQUIRE(s->n_links == s->meta->n_funcs + s->meta->n_callbacks + s->meta->n_struct_ops);
	REQUIRE(patch_missing(s) == s->n_links && !s->lost);
	REQUIRE(s->serial > 0 && s->serial <= INT64_MAX && patch_pins(s) == pin->serial);
	REQUIRE(strlen(s->path) < sizeof(pin->header.path));
	if (s->consistency == KLP_CONSISTENCY_IMMEDIATE)
		REQUIRE(s->id == 0 && s->slot < KLP_GATE_SLOTS &&
			patch_gates_mask(s) == 1ULL << s->slot);
	else
		REQUIRE(s->consistency == KLP_CONSISTENCY_PER_TASK && s->id != 0 &&
			patch_gates_mask(s) == 0);
}

/* The numbers of the header, then the metadata; the path is that of every pin. */
static void fuzz_set(const uint8_t *data, size_t size)
{
	static struct pin_header header;
	const size_t numbers = offsetof(struct pin_header, sha256);
	struct pin_patch pin = { .serial = 7 };
	struct patch *s = NULL;
	int *links;

	if (size < numbers)
		return;
	memset(&header, 0, sizeof(header));
	memcpy(&header, data, numbers);
	memcpy(header.path, "/x.klp.o", sizeof("/x.klp.o"));
	header.meta_size = (uint32_t)(size - numbers);
	/* with so many links as it says, none of which is there */
	header.n_maps = header.n_links % (KLP_STRUCT_OPS_MAX + 1);
	if (pin_check_header(&header, header.serial, sizeof(header) + header.meta_size) < 0)
		return;
	links = malloc(header.n_links * sizeof(*links));
	pin.meta = malloc(header.meta_size);
	REQUIRE(links && pin.meta);
	memcpy(pin.meta, data + numbers, header.meta_size);
	for (size_t i = 0; i < header.n_links; i++)
		links[i] = -EBADF;
	for (size_t i = 0; i < KLP_STRUCT_OPS_MAX; i++)
		pin.maps[i] = -EBADF;
	pin.header = header;
	pin.links = links;
	pin.n_links = header.n_links;
	for (pin.n_maps = 0; pin.n_maps <= KLP_STRUCT_OPS_MAX && !s; pin.n_maps++)
		if (patch_from_pin(&pin, &s) == 0)
			require_set(&pin, s);
	patch_free(s);
	free(pin.meta);
	free(links);
}

static void fuzz_before(const uint8_t *data, size_t size)
{
	struct pin_previous *previous = NULL;
	void *copy = malloc(size ? size : 1);

	REQUIRE(copy);
	memcpy(copy, data, size);
	if (pin_previous_parse(copy, size, 7, &previous) == 0) {
		REQUIRE(previous->generation == 7 && previous->n <= PIN_PREVIOUS_MAX);
		for (size_t i = 0; i < previous->n; i++) {
			REQUIRE(strlen(previous->entries[i].name) < KLP_NAME_LEN);
			REQUIRE(strlen(previous->entries[i].path) <
				sizeof(previous->entries[i].path));
		}
	}
	free(previous);
	free(copy);
}

static void fuzz_record(const uint8_t *data, size_t size)
{
	char record[KLP_NAME_LEN] = "", name[KLP_NAME_LEN];
	uint64_t serial;

	memcpy(record, data, MIN(size, sizeof(record) - 1));
	if (!lost_parse_record(record, name, &serial))
		return;
	REQUIRE(meta_name_valid(name) && serial > 0 && serial <= INT64_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	switch (data[0] % 3) {
	case 0:
		fuzz_set(data + 1, size - 1);
		break;
	case 1:
		fuzz_before(data + 1, size - 1);
		break;
	default:
		fuzz_record(data + 1, size - 1);
	}
	return 0;
}
