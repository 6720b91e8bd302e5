// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures what a transition costs on a machine with many tasks, and how soon it completes once
 * there is no blocker any more; beside it the same for kernel livepatch. For guests of
 * `run --icount`, as root, with klp.ko loaded with a signal_ms that never expires. Prints rows of
 * a table; it makes no judgement about the figures.
 *
 *	bench-transition start TASKS...		klp.ko, and kernel livepatch
 *						(test_klpd_livepatch.ko)
 *	bench-transition straggle TASKS N...	N tasks in a function, then they leave it
 *	bench-transition crowd TASKS COMMAND...	no figures: runs COMMAND among TASKS tasks
 */
#include <sys/resource.h>

#include "companion.h"
#include "crowd.h"
#include "meter.h"

#define US(ns) ((ns) / 1e3)
#define MS(ns) ((ns) / 1e6)

/* The cost of one change as its caller sees it. */
struct change_cost {
	ns_t cpu;	/* CPU time of the caller, in the call that starts it */
	ns_t call;	/* duration of that call */
	ns_t done;	/* time until the change was complete */
};

static void cost_keep_worst(struct change_cost *to, const struct change_cost *c)
{
	to->cpu = c->cpu > to->cpu ? c->cpu : to->cpu;
	to->call = c->call > to->call ? c->call : to->call;
	to->done = c->done > to->done ? c->done : to->done;
}

/* ---- klp.ko ------------------------------------------------------------------------------------ */

static struct change_cost klp_change(int fd, __u64 enter, __u64 leave)
{
	ns_t t = meter_now(), cpu = meter_cpu();
	struct change_cost c;
	__u64 number;

	if (change(fd, enter, leave, &number)) {
		perror("SWITCH");
		exit(1);
	}
	c.cpu = meter_cpu() - cpu;
	c.call = meter_now() - t;
	if (wait_done(fd, number)) {
		printf("it did not complete\n");
		exit(1);
	}
	c.done = meter_now() - t;
	return c;
}

static __u64 klp_register(int fd, const char *function)
{
	__u64 id;

	if (register_patch(fd, "bench", function, &id)) {
		perror(function);
		exit(1);
	}
	return id;
}

/* Enable and disable. Returns the worst of both for each figure. */
static struct change_cost klp_cycle(int fd)
{
	__u64 id = klp_register(fd, "cmdline_proc_show");
	struct change_cost worst, c;

	worst = klp_change(fd, id, 0);
	c = klp_change(fd, 0, id);
	cost_keep_worst(&worst, &c);
	return worst;
}

static void row(const char *what, int tasks, const struct change_cost *c, ns_t observed, ns_t idle,
		const struct span *s)
{
	printf("| %-9s | %6d | %9.0f | %9.2f | %9.2f | %9.0f | %9.0f | %9.0f |\n", what, tasks,
	       US(c->cpu), MS(c->call), MS(c->done), US(s->longest), US(observed), US(idle));
	fflush(stdout);
}

/* The observer's worst delay on an idle machine. */
static ns_t idle_worst(void)
{
	observer_begin();
	crowd_pause(50);
	return observer_end();
}

static void start_klp(int fd, int tasks)
{
	struct change_cost c;
	struct span lock;
	ns_t observed;

	klp_cycle(fd);	/* warm up: excludes one-time work */
	c = klp_cycle(fd);
	observer_begin();
	klp_cycle(fd);
	observed = observer_end();
	if (!span_begin("r klp:klpm_resolve_tasklist_lock", "p klp:klpm_resolve_tasklist_unlock"))
		printf("# no probes on klp.ko\n");
	klp_cycle(fd);
	lock = span_end();
	row("klp.ko", tasks, &c, observed, idle_worst(), &lock);
}

/* ---- kernel livepatch --------------------------------------------------------------------------- */

#define RIVAL "/sys/kernel/livepatch/test_klpd_livepatch/"

static bool rival_settled(void)
{
	char c = 0;
	FILE *f = fopen(RIVAL "transition", "re");

	if (!f)
		return true;	/* disabled, and its directory is gone */
	c = fgetc(f);
	fclose(f);
	return c == '0';
}

static void rival_wait(void)
{
	while (!rival_settled())
		crowd_pause(1);
}

/* Measure disabling, which is one write; enabling does the same work. */
static struct change_cost rival_cycle(void)
{
	struct change_cost c;
	ns_t t, cpu;

	if (system("modprobe test_klpd_livepatch") != 0)
		exit(1);
	rival_wait();
	t = meter_now(), cpu = meter_cpu();
	meter_write(RIVAL "enabled", "0");
	c.cpu = meter_cpu() - cpu;
	c.call = meter_now() - t;
	rival_wait();
	c.done = meter_now() - t;
	while (system("rmmod test_klpd_livepatch 2>/dev/null") != 0)
		crowd_pause(10);
	return c;
}

static void start_rival(int tasks)
{
	struct change_cost c = rival_cycle();
	struct span lock;
	ns_t observed;

	if (system("modprobe test_klpd_livepatch") != 0)
		exit(1);
	rival_wait();
	observer_begin();
	meter_write(RIVAL "enabled", "0");
	rival_wait();
	observed = observer_end();
	while (system("rmmod test_klpd_livepatch 2>/dev/null") != 0)
		crowd_pause(10);
	/*
	 * klp_try_complete_transition() takes tasklist_lock at its entry, and calls
	 * cpus_read_lock() after releasing it.
	 */
	if (!span_begin("p klp_try_complete_transition", "p cpus_read_lock"))
		printf("# no probes on livepatch\n");
	rival_cycle();
	lock = span_end();
	row("livepatch", tasks, &c, observed, idle_worst(), &lock);
}

static void start(int fd, int tasks)
{
	struct crowd *crowd = crowd_make(tasks, NULL);

	start_klp(fd, tasks);
	if (!access("/sys/kernel/livepatch", F_OK))
		start_rival(tasks);
	crowd_end(crowd);
}

/* ---- stragglers --------------------------------------------------------------------------------- */

static ns_t *straggler_left;	/* shared: when the last one was back in user space */

static void straggler_noop(int sig)
{
	(void)sig;
}

static void straggler_sleep(void)
{
	struct timespec t = { .tv_sec = 1000000 };
	ns_t now, old;

	signal(SIGUSR1, straggler_noop);
	nanosleep(&t, NULL);
	now = meter_now();
	for (old = *straggler_left; now > old;)
		if (__atomic_compare_exchange_n(straggler_left, &old, now, false, __ATOMIC_SEQ_CST,
						__ATOMIC_SEQ_CST))
			break;
}

/* Passes are at most 40 ms apart: let the tasks leave at several moments between two passes. */
#define PHASES		8
#define PHASE_MS	6

struct wait {
	unsigned int found;	/* tasks in the function, as the transition counts them */
	ns_t called, left;	/* time to completion, since they were told to leave and since they left */
	ns_t observed;		/* worst delay of the observer while they were blockers */
};

/* `out` makes the tasks leave, `left` returns when the last one has left. */
static struct wait straggle(int fd, const char *function, int phase, void (*out)(void *arg),
			    ns_t (*left)(void), void *arg)
{
	__u64 id = klp_register(fd, function), number;
	struct wait w = {};
	ns_t go, last, done;

	observer_begin();
	if (change(fd, id, 0, &number)) {
		perror("SWITCH");
		exit(1);
	}
	poll(NULL, 0, 1000 + phase * PHASE_MS);
	struct klp_ioc_status s = status(fd, NULL, 0);
	w.found = s.transition.total - s.transition.moved;
	w.observed = observer_end();
	go = meter_now();
	out(arg);
	if (wait_done(fd, number)) {
		printf("it did not complete\n");
		exit(1);
	}
	done = meter_now();
	last = left();
	w.called = done - go;
	w.left = last && done > last ? done - last : 0;
	klp_change(fd, 0, id);
	return w;
}

static void straggle_phases(int fd, const char *what, int tasks, int n,
			    struct wait (*one)(int fd, int n, int phase))
{
	struct wait worst = {}, best = {}, w;
	ns_t late = 0;

	for (int phase = 0; phase < PHASES; phase++) {
		w = one(fd, n, phase);
		late = w.observed > late ? w.observed : late;
		if (!phase || w.left < best.left)
			best = w;
		if (w.left >= worst.left)
			worst = w;
	}
	printf("| %-7s | %6d | %5d | %5u | %11.2f | %9.2f | %10.2f | %9.0f |\n", what, tasks, n, worst.found,
	       MS(worst.called), MS(best.left), MS(worst.left), US(late));
	fflush(stdout);
}

static void user_out(void *crowd)
{
	crowd_signal(crowd, SIGUSR1);
}

static ns_t user_left(void)
{
	return *straggler_left;
}

static void kthread_out(void *unused)
{
	(void)unused;
	meter_write("/sys/module/test_klpd_sleepers/parameters/leave", "1");
}

static ns_t kthread_left(void)
{
	FILE *f = fopen("/sys/module/test_klpd_sleepers/parameters/left_ns", "re");
	ns_t t = 0;

	if (!f || fscanf(f, "%llu", &t) != 1)
		t = 0;
	if (f)
		fclose(f);
	return t;
}

static struct wait straggle_user(int fd, int n, int phase)
{
	struct crowd *stragglers;
	struct wait w;

	straggler_left = mmap(NULL, sizeof(ns_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			      -1, 0);
	stragglers = crowd_make(n, straggler_sleep);
	w = straggle(fd, "hrtimer_nanosleep", phase, user_out, user_left, stragglers);
	crowd_end(stragglers);
	munmap(straggler_left, sizeof(ns_t));
	return w;
}

static struct wait straggle_kthread(int fd, int n, int phase)
{
	struct wait w;
	char text[64];

	snprintf(text, sizeof(text), "modprobe test_klpd_sleepers n=%d", n);
	if (system(text) != 0)
		exit(1);
	poll(NULL, 0, 500);
	w = straggle(fd, "down_killable", phase, kthread_out, kthread_left, NULL);
	if (system("rmmod test_klpd_sleepers") != 0)
		exit(1);
	return w;
}

static int among(int tasks, char **command)
{
	struct crowd *crowd = crowd_make(tasks, NULL);
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		execvp(command[0], command);
		crowd_die(command[0]);
	}
	waitpid(pid, &status, 0);
	crowd_end(crowd);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
	struct rlimit r = { RLIM_INFINITY, RLIM_INFINITY };
	struct crowd *crowd;
	int fd, i;

	if (argc < 3)
		return 2;
	setrlimit(RLIMIT_NPROC, &r);
	companion_begin("bench");
	if (!strcmp(argv[1], "crowd"))
		return among(atoi(argv[2]), argv + 3);
	fd = device();
	observer_init();
	if (!strcmp(argv[1], "start")) {
		for (i = 2; i < argc; i++)
			start(fd, atoi(argv[i]));
		return 0;
	}
	crowd = crowd_make(atoi(argv[2]), NULL);
	for (i = 3; i < argc; i++) {
		straggle_phases(fd, "user", crowd->n, atoi(argv[i]), straggle_user);
		straggle_phases(fd, "kthread", crowd->n, atoi(argv[i]), straggle_kthread);
	}
	crowd_end(crowd);
	return 0;
}
