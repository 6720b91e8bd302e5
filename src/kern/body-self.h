/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes into a patch file what its bodies need to know about their patch. See body-self.c. */
#ifndef KLPD_KERN_BODY_SELF_H
#define KLPD_KERN_BODY_SELF_H

#include "klp/meta.h"
#include "shared/report.h"

struct bpf_object;

/* Call before loading. OUTCOME_META_INVALID: the file has no room for the values. */
int body_self_tell(struct bpf_object *bpf, const struct klp_self *self, int gates_fd,
		   struct report *report);
/* Borrowed fd of the map that holds the record id, after loading; -ENOENT: there is none. */
int body_self_id_fd(const struct bpf_object *bpf);

#endif
