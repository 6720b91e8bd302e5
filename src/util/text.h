/* SPDX-License-Identifier: GPL-2.0-only */
/* Text that others chose: task names, what the kernel prints. */
#ifndef KLPD_UTIL_TEXT_H
#define KLPD_UTIL_TEXT_H

#include <stddef.h>

/*
 * Terminate it inside its `size` bytes, and make every byte that is not printable ASCII a '?', so
 * that none is a control sequence or spoils JSON. A newline becomes `newline`.
 */
void text_clean(char *text, size_t size, char newline);

#endif
