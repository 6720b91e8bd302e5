/* SPDX-License-Identifier: GPL-2.0-only */
/* Words of the command line that mean files. */
#ifndef KLPD_KLPCTL_FILE_H
#define KLPD_KLPCTL_FILE_H

#include <stdbool.h>

/* It has a '/' or ends in .klp.o; otherwise it is the name of a patch. */
bool file_is_path(const char *word);
/*
 * Absolute path: its directory resolved, its last component as it is, because klpd refuses a
 * symlink there and must see it. *ret malloc'ed; -EISDIR if there is no last component, or the
 * errno of realpath(3).
 */
int file_absolute(const char *word, char **ret);

#endif
