// SPDX-License-Identifier: GPL-2.0-only
/*
 * The limits of the process that gives the bytes of a patch file to libbpf.
 *
 * It can read files and use bpf(2) to make maps, types and programs. It cannot write a file, start
 * a process, open a socket, map code, attach a program, or reach an existing program, map or link
 * by its id. CAP_SYS_ADMIN stays permitted for one reason: libbpf looks for the companion's
 * functions and types in the BTF of modules. The kernel gives out this BTF by id, and only with
 * that capability. The system call filter allows no other use of it.
 *
 * If a limit causes a signal (CPU time) or an error (memory), the parent reports it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "kern/caps.h"
#include "kern/sandbox.h"
#include "util/errno-util.h"
#include "util/fd-util.h"
#include "util/macro.h"

#define FDS_MAX		2048
#define FILTER_MAX	256

#ifndef __x86_64__
#error "the system call filter knows x86-64 only"
#endif

struct filter {
	struct sock_filter code[FILTER_MAX];
	unsigned short n;
};

static void put(struct filter *f, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf)
{
	if (f->n < FILTER_MAX)
		f->code[f->n] = (struct sock_filter)BPF_JUMP(code, k, jt, jf);
	f->n++;
}

static void put_load(struct filter *f, size_t offset)
{
	put(f, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void put_return(struct filter *f, uint32_t value)
{
	put(f, BPF_RET | BPF_K, value, 0, 0);
}

/* Offset of the low half of an argument, which holds any flags or command. */
static size_t argument(unsigned int i)
{
	return offsetof(struct seccomp_data, args) + i * sizeof(uint64_t);
}

/* Allow these calls as a whole. */
static void put_calls(struct filter *f, const int *calls, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		put(f, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i], 0, 1);
		put_return(f, SECCOMP_RET_ALLOW);
	}
}

/* Allow the call if the argument has none of these bits. */
static void put_without(struct filter *f, int call, unsigned int i, uint32_t bits)
{
	put(f, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 4);
	put_load(f, argument(i));
	put(f, BPF_JMP | BPF_JSET | BPF_K, bits, 1, 0);
	put_return(f, SECCOMP_RET_ALLOW);
	put_return(f, SECCOMP_RET_ERRNO | EPERM);
}

/* Filter bpf(2). Must come last, because it refuses all other calls. */
static void put_bpf(struct filter *f)
{
	static const uint32_t commands[] = {
		BPF_MAP_CREATE, BPF_MAP_LOOKUP_ELEM, BPF_MAP_UPDATE_ELEM, BPF_MAP_FREEZE,
		BPF_PROG_LOAD, BPF_PROG_BIND_MAP, BPF_OBJ_GET_INFO_BY_FD, BPF_BTF_LOAD,
		BPF_BTF_GET_NEXT_ID, BPF_BTF_GET_FD_BY_ID,
	};

	put(f, BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 1, 0);
	put_return(f, SECCOMP_RET_ERRNO | EPERM);
	put_load(f, argument(0));
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		put(f, BPF_JMP | BPF_JEQ | BPF_K, commands[i], 0, 1);
		put_return(f, SECCOMP_RET_ALLOW);
	}
	put(f, BPF_JMP | BPF_JEQ | BPF_K, BPF_LINK_CREATE, 0, 1);
	put_return(f, SECCOMP_RET_ERRNO | SANDBOX_NO_LINK);
	put_return(f, SECCOMP_RET_ERRNO | EPERM);
}

static int sandbox_filter(void)
{
	static const int calls[] = {
		SYS_read,
		SYS_pread64,
		SYS_readv,
		SYS_write,
		SYS_writev,
		SYS_lseek,
		SYS_close,
		SYS_fstat,
		SYS_newfstatat,
		SYS_statx,
		SYS_access,
		SYS_faccessat,
		SYS_faccessat2,
		SYS_readlink,
		SYS_readlinkat,
		SYS_munmap,
		SYS_mremap,
		SYS_madvise,
		SYS_brk,
		SYS_futex,
		SYS_rt_sigaction,
		SYS_rt_sigprocmask,
		SYS_rt_sigreturn,
		SYS_sendmsg,
		SYS_recvmsg,
		SYS_poll,
		SYS_ppoll,
		SYS_getpid,
		SYS_gettid,
		SYS_tgkill,
		SYS_exit,
		SYS_exit_group,
		SYS_restart_syscall,
		SYS_clock_gettime,
		SYS_getrandom,
		SYS_uname,
		SYS_dup,
		SYS_dup2,
		SYS_dup3,
		SYS_fcntl,
		SYS_memfd_create,
		SYS_getrlimit,
		SYS_setrlimit,
		SYS_prlimit64,
		SYS_getrusage,
		SYS_capget,
		SYS_capset,
		SYS_sched_yield,
	};
	struct filter f = { .n = 0 };
	struct sock_fprog program = { .filter = f.code };

	put_load(&f, offsetof(struct seccomp_data, arch));
	put(&f, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
	put_return(&f, SECCOMP_RET_KILL_PROCESS);
	put_load(&f, offsetof(struct seccomp_data, nr));
	put_calls(&f, calls, ARRAY_SIZE(calls));
	put_without(&f, SYS_openat, 2, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC);
	put_without(&f, SYS_mmap, 2, PROT_EXEC);
	put_without(&f, SYS_mprotect, 2, PROT_EXEC);
	put_bpf(&f);
	if (f.n > FILTER_MAX)
		return -E2BIG;
	program.len = f.n;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return errno_negative();
	return 0;
}

static int sandbox_limit(__rlimit_resource_t resource, rlim_t soft, rlim_t hard)
{
	struct rlimit now;

	if (getrlimit(resource, &now) < 0)
		return errno_negative();
	hard = MIN(hard, now.rlim_max);
	if (setrlimit(resource, &(struct rlimit){ MIN(soft, hard), hard }) < 0)
		return errno_negative();
	return 0;
}

void sandbox_renew(void)
{
	struct rusage used;

	if (getrusage(RUSAGE_SELF, &used) == 0)
		(void)sandbox_limit(RLIMIT_CPU,
				    (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec + 1 +
					     SANDBOX_CPU_SECONDS), RLIM_INFINITY);
}

/* If memory is short, the kernel is to kill this process and not klpd. */
static void sandbox_offer(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		(void)write_fd_all(fd, "1000", STRLEN("1000"));
	(void)safe_close(fd);
}

int sandbox_enter(void)
{
	int r;

	sandbox_offer();
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return errno_negative();
	r = sandbox_limit(RLIMIT_AS, SANDBOX_MEMORY_MAX, SANDBOX_MEMORY_MAX);
	if (r == 0)
		r = sandbox_limit(RLIMIT_CPU, SANDBOX_CPU_SECONDS, RLIM_INFINITY);
	if (r == 0)
		r = sandbox_limit(RLIMIT_NOFILE, FDS_MAX, FDS_MAX);
	if (r == 0)
		r = sandbox_limit(RLIMIT_FSIZE, 0, 0);
	if (r == 0)
		r = sandbox_limit(RLIMIT_CORE, 0, 0);
	if (r == 0)
		r = caps_init_only(CAPS_BPF);
	return r == 0 ? sandbox_filter() : r;
}
