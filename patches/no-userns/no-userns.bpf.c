// SPDX-License-Identifier: GPL-2.0-only
/*
 * no-userns: no new user namespaces.
 *
 * What is wrong: in a user namespace of one's own everybody has every capability, and with it reach of
 * code that only root could call before. Most local root holes of the last years begin there.
 *
 * What it changes: making a user namespace fails with EPERM, for everybody. The limit that programs
 * look at before they try, user.max_user_namespaces, says 0 as long as the patch is in force, and
 * what it said before afterwards. Namespaces that exist go on as they are.
 *
 * Why it is safe: create_user_ns() has changed nothing when it is entered, and both of its callers,
 * clone() and unshare(), hand its error on, as they do that of the limit.
 *
 * The limit is system state 5101: a patch that replaces this one must carry it, and finds the old
 * value in its data.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

#define EPERM 1
#define EINVAL 22
#define LIMIT "user/max_user_namespaces"

/* Data of state 5101, version 1: what the limit was, as text. */
struct limit {
	char text[16];
};

KLP_PATCH("no-userns", "1.0");
KLP_DESCRIPTION("Refuse new user namespaces");
KLP_STATE(5101, 1);
KLP_LICENSE("GPL");

KLP_GUARD(int, create_user_ns, struct cred *new)
{
	return klp_return(-EPERM);
}

/* The one before us has it already, and ours is a copy of its data. */
KLP_PRE_PATCH(vmlinux)
{
	struct limit *old = klp_state(cb, 5101, struct limit);
	int n;

	if (!old)
		return -EINVAL;
	if (klp_state_prev(cb, 5101, struct limit))
		return 0;
	n = klp_sysctl_read(cb, LIMIT, old->text, sizeof(old->text));
	return n < 0 ? n : 0;
}

KLP_POST_PATCH(vmlinux)
{
	klp_sysctl_set(cb, LIMIT, "0");
}

KLP_PRE_UNPATCH(vmlinux)
{
	struct limit *old = klp_state(cb, 5101, struct limit);

	if (old)
		klp_sysctl_write(cb, LIMIT, old->text, sizeof(old->text));
}
