/* SPDX-License-Identifier: GPL-2.0-only */
/* What the bodies of a file are told of the set they are in. See body-self.c. */
#ifndef KLPD_KERN_BODY_SELF_H
#define KLPD_KERN_BODY_SELF_H

#include "klp/meta.h"
#include "shared/report.h"

struct bpf_object;

/* Before loading. OUTCOME_META_INVALID: the file has no room for it. */
int body_self_tell(struct bpf_object *bpf, const struct klp_self *self, int gates_fd,
		   struct report *report);
/* Once loaded: borrowed, of the map whose only value is the id; -ENOENT. */
int body_self_id_fd(const struct bpf_object *bpf);

#endif
