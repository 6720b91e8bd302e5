/* SPDX-License-Identifier: GPL-2.0-only */
/* Collects what libbpf and the verifier print, and extracts the lines that matter. */
#ifndef KLPD_KERN_BPF_LOG_H
#define KLPD_KERN_BPF_LOG_H

#include "shared/outcome.h"

/*
 * Discard what libbpf has printed and collect what it prints from now on. Nothing ever goes to
 * stderr.
 */
void bpf_log_begin(void);
/* libbpf's warnings since bpf_log_begin(): whole lines, "" if there are none. Do not free. */
const char *bpf_log_messages(void);
/*
 * The significant lines of a verifier log (or of libbpf's messages): the last few before the
 * statistics, joined by " | ". malloc'ed; NULL if there are none or memory is short.
 */
char *bpf_log_telling(const char *log);
/*
 * The outcome that such a log stands for if it says that the function cannot have the body at all;
 * otherwise OUTCOME_VERIFIER.
 */
enum outcome bpf_log_outcome(const char *log);

#endif
