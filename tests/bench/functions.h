/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The functions that the benchmarks patch, for patches and kernel modules. BENCH_1, _10 and _100
 * call X(name) for that many functions: system calls that nothing in a guest makes, all with the
 * same prototype, and present in every kernel. Calls are measured on jiffies64_to_nsecs(), which
 * is tiny, exported, and hardly ever called.
 */
#ifndef KLPD_TESTS_BENCH_FUNCTIONS_H
#define KLPD_TESTS_BENCH_FUNCTIONS_H

#define BENCH_1(X) \
	X(acct)
#define BENCH_10(X) \
	BENCH_1(X) \
	X(add_key) X(adjtimex) X(alarm) X(cachestat) X(chroot) X(clock_adjtime) X(clock_settime) \
	X(copy_file_range) X(creat)
#define BENCH_100(X) \
	BENCH_10(X) \
	X(epoll_create) X(eventfd) X(fallocate) X(fanotify_init) X(fanotify_mark) X(fchdir) \
	X(fchmodat2) X(fchown) X(fdatasync) X(flistxattr) X(fremovexattr) X(fsconfig) X(fsetxattr) \
	X(fsmount) X(fsopen) X(fspick) X(futimesat) X(get_mempolicy) X(getitimer) X(getpriority) \
	X(io_cancel) X(io_destroy) X(io_getevents) X(io_pgetevents) X(io_setup) X(io_submit) \
	X(ioprio_get) X(ioprio_set) X(kcmp) X(kexec_load) X(keyctl) X(landlock_add_rule) X(lchown) \
	X(link) X(listxattr) X(llistxattr) X(lremovexattr) X(lsetxattr) X(migrate_pages) \
	X(mincore) X(mlock2) X(mount_setattr) X(move_mount) X(move_pages) X(mq_getsetattr) \
	X(mq_notify) X(mq_open) X(mq_timedreceive) X(mq_timedsend) X(mq_unlink) X(msgctl) X(msgget) \
	X(msgrcv) X(msgsnd) X(vmsplice) X(name_to_handle_at) X(open_by_handle_at) X(open_tree) \
	X(personality) X(pidfd_getfd) X(pivot_root) X(process_madvise) X(process_vm_readv) \
	X(process_vm_writev) X(quotactl) X(readahead) X(recvmmsg) X(remap_file_pages) \
	X(removexattr) X(request_key) X(rt_sigqueueinfo) X(sched_rr_get_interval) X(semctl) \
	X(semget) X(semop) X(semtimedop) X(setdomainname) X(setfsgid) X(setfsuid) X(sethostname) \
	X(setns) X(setpriority) X(shmat) X(shmctl) X(shmdt) X(shmget) X(swapoff) X(swapon) \
	X(syncfs) X(tee)

#endif
