/* SPDX-License-Identifier: GPL-2.0-only */
/* Is a number that a body has the address of a seq_file that may be written to? See seqfile.c. */
#ifndef KLP_KMOD_SEQFILE_H
#define KLP_KMOD_SEQFILE_H

#include <linux/types.h>

/* -ENOENT, told by name in the log: this kernel's slabs are not known. May sleep. */
int klpm_seqfile_init(void);
/* The kfunc; see klp/klp.bpf.h. */
int klp_seq_puts(u64 m, const char *s__str);

#endif
