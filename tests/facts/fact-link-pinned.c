// SPDX-License-Identifier: GPL-2.0-only
/*
 * Assumption: a pinned tracing link outlives every fd, can be opened from its pin as the same
 * link, and is detached, perhaps a moment later, when the pin is unlinked.
 * Kernel: bpf_obj_pin_user(), bpf_free_inode() in kernel/bpf/inode.c, bpf_link_put().
 * If it changes: patches would not survive klpd, or could not be retired.
 */
#include "fact.h"

int main(void)
{
	struct bpf_link_info before = {}, after = {};
	uint32_t size = sizeof(before);
	int link;

	fact_begin("link-pinned");
	link = fact_attach((uint64_t)-EACCES, NULL);
	FACT_TRY(bpf_link_get_info_by_fd(link, &before, &size));
	FACT(before.type == BPF_LINK_TYPE_TRACING);
	FACT(before.tracing.attach_type == BPF_MODIFY_RETURN);
	FACT((int)before.tracing.target_btf_id == fact_btf_id(FACT_HOOK));

	fact_pin = FACT_DIR "/fact-link-pinned";
	FACT_TRY(bpf_obj_pin(link, fact_pin));
	close(link);
	FACT(fact_stat() == -EACCES);
	link = FACT_TRY(bpf_obj_get(fact_pin));
	size = sizeof(after);
	FACT_TRY(bpf_link_get_info_by_fd(link, &after, &size));
	FACT(after.id == before.id && after.prog_id == before.prog_id);

	FACT_TRY(unlink(fact_pin));
	FACT(fact_stat() == -EACCES);
	close(link);
	FACT(fact_stat_becomes(0));
	return fact_ok();
}
