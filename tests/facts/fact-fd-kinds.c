// SPDX-License-Identifier: GPL-2.0-only
/*
 * Assumption: /proc/self/fd distinguishes BPF maps, links and programs by name, also those opened
 * from a pin. This is needed, because BPF_OBJ_GET_INFO_BY_FD answers a request for a link's info
 * with a map's.
 * Kernel: anon_inode_getfd() and anon_inode_getfile() calls in kernel/bpf/syscall.c.
 * If it changes: kern/bpf-fd.c takes every pin for a foreign one, and klpd finds no patch after a
 * restart.
 */
#include "fact.h"

static void expect(int fd, const char *kind)
{
	char path[64], target[64] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	FACT_TRY(readlink(path, target, sizeof(target) - 1));
	if (strcmp(target, kind) != 0)
		fact_fail("'%s', not '%s'", target, kind);
}

int main(void)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);
	int map, link, program;

	fact_begin("fd-kinds");
	map = fact_map("klp_fact", 8, 0);
	expect(map, "anon_inode:bpf-map");
	link = fact_attach((uint64_t)-EACCES, &program);
	expect(link, "anon_inode:bpf_link");
	expect(program, "anon_inode:bpf-prog");
	fact_pin = FACT_DIR "/fact-fd-kinds";
	FACT_TRY(bpf_obj_pin(link, fact_pin));
	expect(FACT_TRY(bpf_obj_get(fact_pin)), "anon_inode:bpf-link");

	FACT_TRY(bpf_link_get_info_by_fd(map, &info, &size));
	return fact_ok();
}
