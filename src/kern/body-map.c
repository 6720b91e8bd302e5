// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prepares one guard or override body for the companion. Before its program is loaded, keeps which
 * function of which record the body is for; afterwards makes a struct_ops map that contains this
 * and the program.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kern/body-map.h"
#include "kern/func-ops-type.h"
#include "klp/meta.h"
#include "util/cleanup.h"
#include "util/errno-util.h"
#include "util/fd-util.h"
#include "util/macro.h"

struct body_map {
	const char *member;
	char record[KLP_NAME_LEN];
	uint32_t index;
	int fd;
};

int body_map_new(const char *member, const char *record, uint32_t index, struct body_map **ret)
{
	struct body_map *b;

	if (strlen(record) >= sizeof(b->record))
		return -EINVAL;
	b = calloc(1, sizeof(*b));
	if (!b)
		return -ENOMEM;
	b->member = member;
	memcpy(b->record, record, strlen(record));
	b->index = index;
	b->fd = -EBADF;
	*ret = b;
	return 0;
}

struct body_map *body_map_free(struct body_map *b)
{
	if (b)
		safe_close(b->fd);
	free(b);
	return NULL;
}

int body_map_make(struct body_map *b, const struct func_ops_type *type, const char *symbol,
		  int file_btf_fd, int program_fd)
{
	const struct func_ops_body body = { b->record, b->index, b->member, program_fd };
	char name[STRLEN(KLP_OPS_PREFIX) + KLP_SYMBOL_LEN];

	(void)snprintf(name, sizeof(name), KLP_OPS_PREFIX "%s", symbol);
	b->fd = func_ops_type_make_map(type, name, file_btf_fd, &body);
	return b->fd < 0 ? b->fd : 0;
}

int body_map_fd(const struct body_map *b)
{
	return b->fd;
}
