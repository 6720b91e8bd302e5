// SPDX-License-Identifier: GPL-2.0-only
/*
 * klp_seq_puts() writes only to the seq_file that the running task reads. It refuses a seq_file
 * that a body forges in a map or on its stack, a copy of the real one, and an address beside it;
 * both in fmod_ret and in guard bodies. It refuses the real one while its text is copied out, and in
 * a body on a function that it was not passed to. Programs that are not bodies cannot call it: tracing
 * programs, programs on functions without a seq_file, and programs of other struct_ops types.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "companion.h"
#include "kmod-seq-puts.skel.h"

static const char *const names[] = {
	"made up in a map", "made up on the stack", "a copy of the real one", "beside the real one",
	"its file", "0", "a user address", "code", "no address",
};

/* The sizes that fit on the stack of the program. */
#define FORGED_SEQ_FILE	128
#define FORGED_FILE	320

#define N_FORGED	(sizeof(names) / sizeof(names[0]))

static struct kmod_seq_puts *skel;

static void read_version(char *text, size_t size)
{
	int fd = open("/proc/version", O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, size - 1);

	text[n > 0 ? n : 0] = '\0';
	close(fd);
}

static void test_all(const char *by)
{
	char text[4096], what[128];
	bool untouched = true;

	for (size_t i = 0; i <= N_FORGED; i++)
		skel->bss->results[i] = 1;
	read_version(text, sizeof(text));
	for (size_t i = 0; i < N_FORGED; i++) {
		snprintf(what, sizeof(what), "%s: %s", by, names[i]);
		check(skel->bss->results[i] == -EINVAL, what);
	}
	for (size_t i = 0; i < sizeof(skel->bss->victim) / sizeof(skel->bss->victim[0]); i++)
		untouched = untouched && !skel->bss->victim[i];
	snprintf(what, sizeof(what), "%s: nothing is written", by);
	check(untouched && !strstr(text, "forged"), what);
	snprintf(what, sizeof(what), "%s: the real one", by);
	check(!skel->bss->results[N_FORGED] && !strncmp(text, "genuine\n", 8), what);
}

static void test_fmod_ret(void)
{
	struct bpf_link *link = bpf_program__attach(skel->progs.by_fmod_ret);

	check(link, "attach an fmod_ret program");
	if (link)
		test_all("fmod_ret");
	bpf_link__destroy(link);
}

static void test_guard(int fd)
{
	struct klp_uapi_func f = { .object = "vmlinux", .flags = KLP_FUNC_OPS,
				   .symbol = "version_proc_show" };
	struct klp_ioc_register a = { .name = "seq-puts", .funcs = (unsigned long)&f, .nr = 1,
				      VMLINUX_ONLY };
	struct bpf_link *link;
	__u64 n;

	check(!call(fd, KLP_IOC_REGISTER, &a), "register");
	link = bpf_map__attach_struct_ops(skel->maps.guard);
	check(link && !change(fd, a.id, 0, &n) && !wait_done(fd, n), "a guard in force");
	test_all("guard");
	check(!change(fd, 0, a.id, &n) && !wait_done(fd, n), "and out");
	bpf_link__destroy(link);
}

static void test_late(int fd)
{
	struct klp_uapi_func f[2] = {
		{ .object = "vmlinux", .flags = KLP_FUNC_OPS, .symbol = "vmstat_stop" },
		{ .object = "vmlinux", .flags = KLP_FUNC_OPS, .symbol = "__check_object_size" },
	};
	struct klp_ioc_register a = { .name = "seq-puts-late", .funcs = (unsigned long)f, .nr = 2,
				      VMLINUX_ONLY };
	struct bpf_link *links[2];
	char whole[65536], text[65536];
	int vmstat = open("/proc/vmstat", O_RDONLY | O_CLOEXEC);
	ssize_t n;
	__u64 number;

	check(!call(fd, KLP_IOC_REGISTER, &a), "register two more");
	links[0] = bpf_map__attach_struct_ops(skel->maps.stop);
	links[1] = bpf_map__attach_struct_ops(skel->maps.copy_out);
	check(links[0] && links[1] && !change(fd, a.id, 0, &number) && !wait_done(fd, number),
	      "guards on the way out in force");
	n = pread(vmstat, text, sizeof(text) - 1, 3);
	text[n > 0 ? n : 0] = '\0';
	check(n > 0 && skel->bss->late_seen, "they saw the seq_file");
	n = pread(vmstat, whole, sizeof(whole) - 1, 0);
	whole[n > 0 ? n : 0] = '\0';
	check(n > 0 && skel->bss->late_copies > 1, "and text that is copied out");
	check(!strstr(text, "LATE") && !strstr(whole, "LATE"), "nothing is put into it");
	check(skel->bss->late_refused > skel->bss->late_copies && !skel->bss->late_wrote,
	      "it is refused");
	skel->bss->flood = 1;
	n = pread(vmstat, whole, sizeof(whole), 0);
	check(n > 0 && memchr(whole, 1, (size_t)n), "text after the last record of a buffer");
	skel->bss->flood = 2;
	n = pread(vmstat, whole, sizeof(whole), 0);
	check(n > 0 && !memchr(whole, 1, (size_t)n),
	      "if it does not fit, the reader gets nothing of what the buffer held before");
	check(!change(fd, 0, a.id, &number) && !wait_done(fd, number), "and out");
	bpf_link__destroy(links[0]);
	bpf_link__destroy(links[1]);
	close(vmstat);
}

static void test_refused(const char *name)
{
	struct kmod_seq_puts *s = kmod_seq_puts__open();
	struct bpf_program *p;
	char what[64];
	int r;

	bpf_object__for_each_program(p, s->obj)
		bpf_program__set_autoload(p, !strcmp(bpf_program__name(p), name));
	bpf_map__set_autocreate(s->maps.guard, false);
	bpf_map__set_autocreate(s->maps.stop, false);
	bpf_map__set_autocreate(s->maps.copy_out, false);
	r = kmod_seq_puts__load(s);
	snprintf(what, sizeof(what), "%s does not load", name);
	check(r == -EACCES, what);
	kmod_seq_puts__destroy(s);
}

/* Returns an fd for the BTF of klp.ko, or -1. */
static int companion_btf(void)
{
	__u32 id = 0;

	while (!bpf_btf_get_next_id(id, &id)) {
		char name[64] = "";
		struct bpf_btf_info info = { .name = (unsigned long)name, .name_len = sizeof(name) };
		__u32 size = sizeof(info);
		int fd = bpf_btf_get_fd_by_id(id);

		if (fd >= 0 && !bpf_btf_get_info_by_fd(fd, &info, &size) && !strcmp(name, "klp"))
			return fd;
		close(fd);
	}
	return -1;
}

static int member(const char *type, const char *name, int *ret_type)
{
	const struct btf_type *t;

	*ret_type = btf__find_by_name_kind(btf, type, BTF_KIND_STRUCT);
	t = btf__type_by_id(btf, *ret_type);
	for (int i = 0; t && i < btf_vlen(t); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_members(t)[i].name_off), name))
			return i;
	return -1;
}

/* Call klp_gate() in a program of another struct_ops type. Returns -errno of the load. */
static int load_other_type(void)
{
	struct btf *mine = btf__load_module_btf("klp", btf);
	int type, fds[2] = { 0, companion_btf() };
	int i = member("tcp_congestion_ops", "undo_cwnd", &type);
	struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_1 },
		{ .code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_KFUNC_CALL, .off = 1,
		  .imm = mine ? btf__find_by_name_kind(mine, "klp_gate", BTF_KIND_FUNC) : 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = (enum bpf_attach_type)i,
		    .attach_btf_id = (__u32)type, .fd_array = fds);
	int r = 0;

	if (i >= 0 && fds[1] >= 0 && insns[1].imm > 0)
		r = bpf_prog_load(BPF_PROG_TYPE_STRUCT_OPS, "other", "GPL", insns,
				  sizeof(insns) / sizeof(insns[0]), &opts);
	if (r > 0)
		close(r);
	close(fds[1]);
	btf__free(mine);
	return r;
}

static __s64 size_of(const char *type)
{
	int id = btf__find_by_name_kind(btf, type, BTF_KIND_STRUCT);

	return id > 0 ? btf__resolve_size(btf, id) : id;
}

int main(void)
{
	struct klp_uapi_func f;
	struct klp_ioc_allow_fmod_ret o = { .funcs = (unsigned long)&f, .nr = 1 };
	int fd;

	companion_begin("seq-puts");
	/* With lockdep, locks are large. */
	if (size_of("seq_file") > FORGED_SEQ_FILE || size_of("file") > FORGED_FILE)
		companion_skip("a seq_file and a file do not fit on a stack of a program here");
	libbpf_set_print(NULL);
	fd = device();
	f = func("version_proc_show");
	check(!call(fd, KLP_IOC_ALLOW_FMOD_RET, &o), "enable the function for fmod_ret");
	skel = kmod_seq_puts__open_and_load();
	if (!skel)
		companion_die("load");
	skel->bss->reader = (__u32)getpid();
	test_fmod_ret();
	test_guard(fd);
	test_late(fd);
	test_refused("by_tracer");
	test_refused("by_other");
	check(load_other_type() == -EACCES, "nor does a program of another type");
	kmod_seq_puts__destroy(skel);
	close(fd);
	return companion_end();
}
