/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text into JSON. klpd has checked most text when it read it. It has not checked type names in a
 * BPF object, paths, and output of libbpf and the kernel; one invalid byte there would fail the
 * whole answer.
 */
#include "klpd/json-text.h"

#include "util/cleanup.h"
#include "util/text.h"

int json_text(const char *text, sd_json_variant **ret)
{
	_cleanup_free_ char *copy = text_copy_utf8(text ? text : "", true);

	return copy ? sd_json_variant_new_string(ret, copy) : -ENOMEM;
}

int json_text_build(sd_json_variant **ret, const char *name _unused_, void *text)
{
	return json_text(text, ret);
}
