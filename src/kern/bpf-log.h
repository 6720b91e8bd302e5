/* SPDX-License-Identifier: GPL-2.0-only */
/* What libbpf and the verifier say, kept instead of printed, and the lines of it that matter. */
#ifndef KLPD_KERN_BPF_LOG_H
#define KLPD_KERN_BPF_LOG_H

#include "shared/outcome.h"

/* Forget what libbpf said so far and keep what it says from now on. Nothing goes to stderr,
 * ever. */
void bpf_log_begin(void);
/* What libbpf warned about since bpf_log_begin(): whole lines, "" if nothing. Do not free. */
const char *bpf_log_messages(void);
/*
 * The telling lines of a verifier log (or of libbpf's messages): the last few before the
 * statistics, joined by " | ". malloc'ed; NULL if there are none or no memory.
 */
char *bpf_log_telling(const char *log);
/* What such a log says about whether the function can have the body at all; OUTCOME_VERIFIER:
 * nothing. */
enum outcome bpf_log_outcome(const char *log);

#endif
