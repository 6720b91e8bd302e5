// SPDX-License-Identifier: GPL-2.0-only
/*
 * Assumption: a tracing link that is not pinned is detached at once when its last fd is closed,
 * also by the death of the process that held it.
 * Kernel: bpf_link_release(), bpf_link_put_direct() in kernel/bpf/syscall.c.
 * If it changes: a klpd killed between ATTACH and PIN would leave bodies behind that no process
 * knows.
 */
#include <sys/wait.h>

#include "fact.h"

int main(void)
{
	int link, copy, pipes[2];
	pid_t child;
	char c;

	fact_begin("link-last-fd");
	link = fact_attach((uint64_t)-EACCES, NULL);
	copy = FACT_TRY(dup(link));
	close(link);
	FACT(fact_stat() == -EACCES);
	close(copy);
	FACT(fact_stat() == 0);

	/* The child holds the only fd when it dies. */
	link = fact_attach((uint64_t)-EPERM, NULL);
	FACT_TRY(pipe(pipes));
	child = FACT_TRY(fork());
	if (child == 0)
		_exit(read(pipes[0], &c, 1) == 1 ? 0 : 1);
	close(link);
	FACT(fact_stat() == -EPERM);
	FACT_TRY(write(pipes[1], "x", 1));
	FACT_TRY(waitpid(child, NULL, 0));
	FACT(fact_stat_becomes(0));
	return fact_ok();
}
