/* SPDX-License-Identifier: GPL-2.0-only */
/* Arguments that are file names. */
#ifndef KLPD_KLPCTL_FILE_H
#define KLPD_KLPCTL_FILE_H

#include <stdbool.h>

/* True if the argument has a '/' or ends in .klp.o; otherwise it is the name of a patch. */
bool file_is_path(const char *word);
/*
 * Make an absolute path. The directory is resolved and the last component is kept, because klpd
 * refuses a symlink there and must see it.
 *
 * Return: 0 and a malloc'ed *ret; -EISDIR if there is no last component; or the errno of
 *   realpath(3).
 */
int file_absolute(const char *word, char **ret);

#endif
