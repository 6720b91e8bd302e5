// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stacks that pass through BPF trampolines and through frames of kprobes and ftrace. A sleeper
 * sleeps in a chain of functions, some of which are traced or patched. It must not block a
 * transition of a function that is not on its stack. A transition of any function of the chain,
 * above, below or at the trampoline, must name that function and never move the sleeper.
 *
 * Only functions of the chain are traced, by programs that do nothing. Each transition patches
 * one function, without a program of its own.
 */
#include <sys/syscall.h>

#include "change.h"

/*
 * In the order of the calls. /proc/PID/stack leaves out the last one, which belongs to the
 * scheduler.
 */
static const char *const chain[] = {
	"__x64_sys_clock_nanosleep", "common_nsleep", "hrtimer_nanosleep", "do_nanosleep",
};
#define CHAIN	(sizeof(chain) / sizeof(chain[0]))

static int links[16];
static unsigned int n_links;

static void attach(const char *function, enum bpf_attach_type type)
{
	struct bpf_insn insns[] = {
		FACT_INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0),
		FACT_INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = type,
		    .attach_btf_id = (uint32_t)fact_btf_id(function));
	int program;

	if (type == BPF_MODIFY_RETURN)
		change_allow_fmod_ret(function);
	program = bpf_prog_load(BPF_PROG_TYPE_TRACING, "klp_fact", "GPL", insns, 2, &opts);
	if (program < 0)
		fact_fail("%s: no program of type %d: %s", function, type, strerror(-program));
	links[n_links++] = FACT_TRY(bpf_link_create(program, 0, type, NULL));
	close(program);
}

static void detach(void)
{
	while (n_links)
		close(links[--n_links]);
}

static pid_t sleeper(void)
{
	struct timespec t = { .tv_sec = 1000000 };
	pid_t pid = change_fork();

	if (!pid)
		for (;;)
			syscall(SYS_clock_nanosleep, CLOCK_REALTIME, 0, &t, NULL);
	for (unsigned int i = 0; i < CHAIN - 1; i++)
		while (!change_stands_in(pid, chain[i]))
			change_breathe();
	return pid;
}

/* A change of a function that is not on the stack completes although the sleeper sleeps on. */
static void unrelated(const char *how, pid_t pid)
{
	__u64 id = change_register("cmdline_proc_show"), n = change_switch(id, 0);

	while (change_state(pid) == 0) {
		const char *reason = change_reason(pid);

		if (change_status().passes > 20)
			fact_fail("%s: held up by the sleeper (%s)", how, reason ?: "moved since");
		change_breathe();
	}
	FACT(change_wait(n) == 0);
	FACT(change_wait(change_switch(0, id)) == 0);
}

static bool is_named(pid_t pid, const char *want)
{
	const char *reason = change_reason(pid);

	return reason && !strcmp(reason, want);
}

/* A change of `function` waits for the sleeper, which is inside it. */
static void related(const char *how, pid_t pid, const char *function)
{
	char want[KLP_REASON_LEN];
	__u64 n = change_switch(change_register(function), 0);

	snprintf(want, sizeof(want), "in %s", function);
	while (change_status().number == n && change_status().passes < 6)
		change_breathe();
	if (change_state(pid) != 0)
		fact_fail("%s: moved though it sleeps in %s", how, function);
	if (!is_named(pid, want))
		fact_fail("%s: not '%s' but '%s'", how, want, change_reason(pid) ?: "nothing");
	change_reverse(n);
	FACT(change_wait(n) == 1);
}

static void all(const char *how, pid_t pid)
{
	unrelated(how, pid);
	for (unsigned int i = 0; i < CHAIN; i++)
		related(how, pid, chain[i]);
	printf("# %s\n", how);
	fflush(stdout);
}

/*
 * A sleeper below the programs attached now; then the same sleeper after they have been detached.
 */
static void through(const char *how)
{
	char text[128];
	pid_t pid = sleeper();

	all(how, pid);
	detach();
	snprintf(text, sizeof(text), "%s, and detached since", how);
	all(text, pid);
	change_bury(pid);
}

static void one(const char *function, enum bpf_attach_type type, const char *kind)
{
	char text[96];

	attach(function, type);
	snprintf(text, sizeof(text), "%s at %s", kind, function);
	through(text);
}

static void write_to(const char *file, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/kernel/tracing/%s", file);
	/* Opening kprobe_events with "w" would truncate it, which removes all kprobe events. */
	f = fopen(path, strncmp(file, "kprobe", 6) ? "we" : "r+e");
	if (!f || fputs(text, f) < 0 || fclose(f))
		fact_fail("%s: %s", path, strerror(errno));
}

/* A kretprobe replaces the return address with its own, and so does function_graph. */
static void tracers(void)
{
	write_to("kprobe_events", "p:fact_p hrtimer_nanosleep");
	write_to("events/kprobes/fact_p/enable", "1");
	attach("hrtimer_nanosleep", BPF_TRACE_FEXIT);
	through("kprobe and fexit at hrtimer_nanosleep");
	write_to("events/kprobes/fact_p/enable", "0");
	write_to("kprobe_events", "-:fact_p");
	write_to("kprobe_events", "r:fact_r hrtimer_nanosleep");
	write_to("events/kprobes/fact_r/enable", "1");
	through("kretprobe at hrtimer_nanosleep");
	attach("common_nsleep", BPF_MODIFY_RETURN);
	through("kretprobe below fmod_ret");
	write_to("events/kprobes/fact_r/enable", "0");
	write_to("kprobe_events", "-:fact_r");
	write_to("set_ftrace_filter", "common_nsleep");
	write_to("current_tracer", "function");
	attach("common_nsleep", BPF_TRACE_FEXIT);
	through("function tracer and fexit at common_nsleep");
	write_to("current_tracer", "function_graph");
	attach("hrtimer_nanosleep", BPF_TRACE_FEXIT);
	through("function_graph at common_nsleep, fexit at hrtimer_nanosleep");
	write_to("current_tracer", "nop");
	write_to("set_ftrace_filter", "");
}

int main(void)
{
	pid_t before;

	fact_begin("trampolines");
	change_begin();
	for (unsigned int i = 0; i < CHAIN; i++)
		fact_btf_id(chain[i]);
	before = sleeper();
	all("nothing traced", before);
	for (unsigned int i = 0; i < CHAIN; i++)
		one(chain[i], BPF_TRACE_FEXIT, "fexit");
	one("hrtimer_nanosleep", BPF_TRACE_FENTRY, "fentry");
	one("common_nsleep", BPF_MODIFY_RETURN, "fmod_ret");
	for (unsigned int i = 0; i < CHAIN; i++)
		attach(chain[i], i % 2 ? BPF_TRACE_FEXIT : BPF_MODIFY_RETURN);
	attach(chain[1], BPF_TRACE_FENTRY);
	attach(chain[1], BPF_MODIFY_RETURN);
	all("traced after it fell asleep", before);
	through("four trampolines nested");
	tracers();
	all("after all that", before);
	change_bury(before);
	return fact_ok();
}
