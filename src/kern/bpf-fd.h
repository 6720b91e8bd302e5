/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests which kind of BPF object a file descriptor is. The bpf(2) info call answers for any kind,
 * with overlapping layouts, so a map could pass for a link. */
#ifndef KLPD_KERN_BPF_FD_H
#define KLPD_KERN_BPF_FD_H

#include <stdbool.h>

bool bpf_fd_is_map(int fd);
bool bpf_fd_is_link(int fd);
bool bpf_fd_is_program(int fd);

#endif
