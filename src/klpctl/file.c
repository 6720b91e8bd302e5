/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes absolute paths, because klpd runs in another directory. Resolving the directory here does
 * not affect trust: klpd checks each component of the path that it gets.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "klpctl/file.h"

#include "util/cleanup.h"
#include "util/errno-util.h"
#include "util/macro.h"

#define SUFFIX ".klp.o"

bool file_is_path(const char *word)
{
	size_t n = strlen(word);

	return strchr(word, '/') ||
	       (n >= STRLEN(SUFFIX) && STREQ(word + n - STRLEN(SUFFIX), SUFFIX));
}

int file_absolute(const char *word, char **ret)
{
	_cleanup_free_ char *above = NULL, *directory = NULL;
	const char *slash = strrchr(word, '/');
	const char *base = slash ? slash + 1 : word;
	char *path;

	if (!*base || STREQ(base, ".") || STREQ(base, ".."))
		return -EISDIR;
	/* keep the slash, so that "/" stays "/" */
	above = slash ? strndup(word, (size_t)(base - word)) : strdup(".");
	if (!above)
		return -ENOMEM;
	directory = realpath(above, NULL);
	if (!directory)
		return errno_negative();
	if (asprintf(&path, "%s/%s", STREQ(directory, "/") ? "" : directory, base) < 0)
		return -ENOMEM;
	*ret = path;
	return 0;
}
