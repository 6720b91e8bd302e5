// SPDX-License-Identifier: GPL-2.0-only
/*
 * Assumption: bpffs refuses names with a dot, for pins and directories, with EPERM, and creates
 * directories with the requested mode 0700.
 * Kernel: bpf_lookup() in kernel/bpf/inode.c.
 * If it changes: nothing breaks; kern/pin.c could use other names.
 */
#include "fact.h"

int main(void)
{
	struct stat st;
	int map;

	fact_begin("bpffs-names");
	map = fact_map("klp_fact", 8, 0);
	FACT_REFUSED(bpf_obj_pin(map, FACT_DIR "/fact.name"), EPERM);
	FACT_REFUSED(mkdir(FACT_DIR "/fact.dir", 0700), EPERM);
	FACT_TRY(mkdir(FACT_DIR "/fact-dir", 0700));
	FACT_TRY(stat(FACT_DIR "/fact-dir", &st));
	rmdir(FACT_DIR "/fact-dir");
	FACT(S_ISDIR(st.st_mode) && (st.st_mode & 07777) == 0700 && st.st_uid == 0);
	return fact_ok();
}
