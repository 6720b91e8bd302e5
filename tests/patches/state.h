/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For test patches with system state 1, the console log level: it is 8 while they are in force.
 * The data of the state keeps the previous level, and the last patch that is disabled restores
 * it. The including patch defines NAME and VERSION, and BESIDE if it does not replace other
 * patches. Callbacks write "klp-test: NAME WHAT" to the trace.
 */
#ifndef KLP_TEST_STATE_H
#define KLP_TEST_STATE_H

#define EINVAL 22
#define LEVEL "kernel/printk"

struct level {
	char old[64];	/* "" until it is read */
};

#define SAY(what)	bpf_printk("klp-test: " NAME " " what)

KLP_PATCH(NAME, KLP_STR(VERSION));
KLP_STATE(1, VERSION);
#ifndef BESIDE
KLP_REPLACE;
#endif
KLP_LICENSE("GPL");

KLP_PRE_PATCH(vmlinux)
{
	struct level *level = klp_state(cb, 1, struct level);
	__s64 before = klp_state_prev_version(cb, 1);

	if (!level)
		return -EINVAL;
	if (level->old[0]) {
		bpf_printk("klp-test: " NAME " pre_patch has the level of version %lld", before);
		return 0;
	}
	SAY("pre_patch keeps the level");
	before = klp_sysctl_read(cb, LEVEL, level->old, sizeof(level->old));
	return before < 0 ? (int)before : 0;
}

KLP_POST_PATCH(vmlinux)
{
	if (klp_state_prev_version(cb, 1) >= 0) {
		SAY("post_patch takes the level over");
		return;
	}
	SAY("post_patch raises the level");
	if (klp_sysctl_set(cb, LEVEL, "8") < 0)
		SAY("post_patch failed");
}

KLP_PRE_UNPATCH(vmlinux)
{
	SAY("pre_unpatch");
}

KLP_POST_UNPATCH(vmlinux)
{
	struct level *level = klp_state(cb, 1, struct level);

	if (klp_state_prev(cb, 1, struct level)) {
		SAY("post_unpatch leaves the level to another");
		return;
	}
	SAY("post_unpatch puts the level back");
	if (!level || klp_sysctl_write(cb, LEVEL, level->old, sizeof(level->old)) < 0)
		SAY("post_unpatch failed");
}

#endif
