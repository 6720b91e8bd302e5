/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks that a number from a body is the address of a seq_file that may be written to. See
 * seqfile.c.
 */
#ifndef KLP_KMOD_SEQFILE_H
#define KLP_KMOD_SEQFILE_H

#include <linux/types.h>

/*
 * Learn the slab caches of this kernel's seq_files and files. Returns -ENOENT, and logs it, if
 * they cannot be found; -ENOMEM or an error of the files it opens. May sleep.
 */
int klpm_seqfile_init(void);
/* The kfunc; see klp/kfunc.bpf.h. */
int klp_seq_puts(u64 m, const char *s__str);

#endif
