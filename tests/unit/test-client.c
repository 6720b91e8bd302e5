/* SPDX-License-Identifier: GPL-2.0-only */
/* klpctl as a whole, from its command line to its exit status, against a fake klpd on a socket. */
#include <getopt.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>

#include "run-klpctl.h"
#include "unit.h"

/* Every error of klpd: its exit status, its sentence, what klpd said of it. */
static void test_errors(void)
{
	for (int i = OUTCOME_OK + 1; i < _OUTCOME_MAX; i++) {
		const struct outcome_info *info = outcome_info((enum outcome)i);
		char words[128];

		snprintf(words, sizeof(words), "enable %s.klp.o", strrchr(info->error, '.') + 1);
		CHECK_INT(run(words), info->exit_status);
		CHECK_STR(out, "");
		CHECK_CONTAINS(err, "klpctl: enable 'pa': function 'fu' (vmlinux)");
		if (!strstr(info->sentence, "The function"))
			CHECK_CONTAINS(err, info->sentence + 1);
		CHECK_CONTAINS(err, i == OUTCOME_VERIFIER ?
			       ".\ndetail:\n  the detail\n  more\n" : ".\ndetail: the detail\n");
		CHECK_CONTAINS(err, "cause: errno 13, Permission denied, in phase load\n");
		CHECK_CONTAINS(err, "hint: The hint.\n");
		CHECK(!strstr(err, "line one"));
		/* the same with disable, where there is no file */
		snprintf(words, sizeof(words), "disable %s", strrchr(info->error, '.') + 1);
		CHECK_INT(run(words), info->exit_status);
	}
}

static void test_sentence(void)
{
	CHECK_INT(run("enable NoSuchFunction.klp.o"), EXIT_STATUS_TARGET);
	CHECK_STR(err, "klpctl: enable 'pa': function 'fu' (vmlinux) does not exist in this "
		  "kernel.\ndetail: the detail\n"
		  "cause: errno 13, Permission denied, in phase load\nhint: The hint.\n");
}

static void test_verifier_log(void)
{
	CHECK_INT(run("enable --verifier-log VerifierRejected.klp.o"), EXIT_STATUS_KERNEL);
	CHECK_CONTAINS(err, "log:\n  line one\n   line two?[0m\n");
	CHECK(!strstr(err, "hint:"));
}

static void test_error_json(void)
{
	CHECK_INT(run("--json enable Busy.klp.o"), EXIT_STATUS_BUSY);
	CHECK(STR_HAS_PREFIX(out, "{\"error\":\"io.klpd.Manager.Busy\",\"parameters\":{\"patch\""));
	CHECK_CONTAINS(err, "klpctl: enable 'pa'");
}

static void test_foreign_errors(void)
{
	CHECK_INT(run("disable @org.varlink.service.PermissionDenied"), EXIT_STATUS_PERMISSION);
	CHECK_INT(run("disable @org.varlink.service.MethodNotFound"), EXIT_STATUS_SYSTEM);
	CHECK_INT(run("disable @org.varlink.service.InvalidParameter"), EXIT_STATUS_USAGE);
	CHECK_INT(run("disable @io.systemd.System"), EXIT_STATUS_SYSTEM);
	CHECK_INT(run("disable @io.klpd.Manager.FromTheFuture"), EXIT_STATUS_SYSTEM);
	CHECK_CONTAINS(err, "error: io.klpd.Manager.FromTheFuture\n");
}

static void test_dies(void)
{
	CHECK_INT(run("--json enable dies.klp.o"), EXIT_STATUS_UNREACHABLE);
	CHECK_CONTAINS(err, "closed the connection before it answered");
	CHECK_CONTAINS(out, "io.systemd.Disconnected");
	CHECK(server_start());
}

static void test_unreachable(void)
{
	server_stop();
	CHECK_INT(run("status"), EXIT_STATUS_UNREACHABLE);
	CHECK_STR(out, "");
	CHECK_CONTAINS(err, "klpctl: status: klpd cannot be reached.\ndetail: cannot connect to ");
	CHECK_CONTAINS(err, "hint: Start it with 'systemctl start klpd.socket'.\n");
	CHECK_INT(run("monitor"), EXIT_STATUS_UNREACHABLE);
	CHECK_INT(run("--json list"), EXIT_STATUS_UNREACHABLE);
	CHECK_CONTAINS(out, "\"io.klpd.Unreachable\"");
	CHECK(server_start());
}

static void test_changes(void)
{
	CHECK_INT(run("enable ./good.klp.o"), 0);
	CHECK_STR(out, "enabled 'good' 1.0: generation 4, per task\n");
	CHECK_STR(err, "");
	CHECK_INT(run("replace replaced.klp.o"), 0);
	CHECK_STR(out, "replaced old-a, old-b by 'replaced' 1.0: generation 4, per task\n");
	CHECK_INT(run("disable good"), 0);
	CHECK_STR(out, "disabled 'good' 1.0: generation 4, per task\n");
	CHECK_INT(run("enable --no-wait running"), 0);
	CHECK_STR(out, "enable 'running' 1.0: the transition runs, see 'klpctl status'\n");
	CHECK_INT(run("enable asked"), EXIT_STATUS_REFUSED);
	CHECK_INT(run("enable --no-wait --immediate asked"), EXIT_STATUS_BUSY);
	CHECK_INT(run("--json disable good"), 0);
	CHECK(STR_HAS_PREFIX(out, "{\"name\":\"good\",\"version\":\"1.0\",\"change\":\"disable\""));
	CHECK_INT(run("--json=pretty disable good"), 0);
	CHECK_CONTAINS(out, "\n\t\"version\" : \"1.0\",\n");
	CHECK_INT(run("reverse"), 0);
	CHECK_STR(out, "transition 4 is reversed\n");
}

static void test_rollback(void)
{
	CHECK_INT(run("rollback"), 0);
	CHECK_STR(out, "rolled back: a, b in force again, c out of force: generation 4, per task\n");
	CHECK_INT(run("rollback --timeout=3"), 0);
	CHECK_STR(out, "rolled back: c out of force: generation 4, per task\n");
	CHECK_INT(run("rollback --no-wait"), 0);
	CHECK_STR(out, "rollback 'a' 1.0: the transition runs, see 'klpctl status'\n");
	CHECK_INT(run("rollback --no-wait --timeout=3"), EXIT_STATUS_NO_PATCH);
	CHECK_CONTAINS(err, "there is no earlier state to roll back to.\n");
	CHECK_INT(run("rollback --json"), 0);
	CHECK_CONTAINS(out, "\"returning\":[\"a\",\"b\"]");
	CHECK_INT(run("rollback a"), EXIT_STATUS_USAGE);
	CHECK_INT(run("rollback --immediate"), EXIT_STATUS_USAGE);
}

static void test_check(void)
{
	CHECK_INT(run("check fine.klp.o"), 0);
	CHECK_STR(out, "fine 1: nothing speaks against 'enable' (immediate; enables 2 functions for "
		  "fmod_ret until reboot)\n"
		  "\nvmlinux:f,2\n"
		  "   Prototype: int f(void)\n"
		  " Kernel says: in the kernel, 3 functions of this name, 1 clone of the compiler's, "
		  "traceable, in\n              BTF, not enabled for fmod_ret, takes 0 arguments, "
		  "returns at most 32 bits\n"
		  "     Patched: by 'old', which is in force\n"
		  "       Taken: by?[31m him\n"
		  "  This patch: fmod_ret body 'p' was not tried: it is Sunday\n"
		  "       guard: suits best: it is the best of all that there are and this line is so "
		  "long that it\n"
		  "              has to be broken\n"
		  "    fmod_ret: possible, is what the patch has: why not\n");
	CHECK_STR(err, "");
	CHECK_INT(run("check ./bad.klp.o"), EXIT_STATUS_TARGET);
	CHECK_STR(out, "bad 1: 2 problems speak against 'enable' (per task)\n"
		  "  1. NoSuchFunction: function 'f' (vmlinux) does not exist in this kernel.\n"
		  "  2. FromTheFuture: an unexpected error occurred.\n"
		  "     so it is\n     hint: Wait.\n");
	CHECK_INT(run("check --json bad.klp.o"), EXIT_STATUS_TARGET);
	CHECK(STR_HAS_PREFIX(out, "{\"name\":\"bad\""));
	CHECK_STR(err, "");
	CHECK_INT(run("check --replace bad.klp.o"), EXIT_STATUS_KERNEL);
	CHECK_STR(out, "bad 1: 1 problem speaks against 'replace' (per task; strict; in place of a, b)\n"
		  "  1. VerifierRejected: function 'f' (vmlinux): the kernel's verifier rejected a "
		  "program of the patch.\n"
		  "     one\n     two\n     hint: Read it.\n");
	CHECK_INT(run("check --replace --verifier-log bad.klp.o"), EXIT_STATUS_KERNEL);
	CHECK_CONTAINS(out, "     two\n     log:\n       all of it\n");
	CHECK_INT(run("check NotELF.klp.o"), EXIT_STATUS_FILE);
	CHECK_STR(out, "");
	CHECK_CONTAINS(err, "klpctl: check 'pa'");
	CHECK_INT(run("check --no-wait fine.klp.o"), EXIT_STATUS_USAGE);
	CHECK_INT(run("enable --replace fine.klp.o"), EXIT_STATUS_USAGE);
	CHECK_CONTAINS(err, "enable takes no option '--replace'");
	CHECK_INT(run("check"), EXIT_STATUS_USAGE);
}

static void test_lists(void)
{
	CHECK_INT(run("list"), 0);
	CHECK_STR(
		out,
		"NAME     VERSION  STATE     CONSISTENCY  GENERATION  FUNCTIONS  STRUCT_OPS  SET\n"
		"cmdline  1.0      in force  per task     3           2          0           -\n"
		"b        2        leaving   immediate    12          10         1           net\n");
}

static void test_blockers(void)
{
	CHECK_INT(run("blockers"), 0);
	CHECK_STR(out, "PID   CPU  KIND    STATE  FOR    COMM         REASON\n"
		  "0     1    kernel  R      0.3 s  swapper/1    running\n"
		  "1234  0    user    -      -      e?[2J???vil  in f\n"
		  "1236  0    worker  S      12 s   iou          stacks 8\n"
		  "\nswapper/1[0]:\n  (nothing on it)\n"
		  "\niou[1236] of process 1235:\n  f+0x1/0x2\n  ? g?[0m\n");
	CHECK_INT(run("blockers --stacks=0"), 0);
	CHECK_CONTAINS(out, "stacks 0\n");
	CHECK_INT(run("blockers --json --stacks 3"), 0);
	CHECK_CONTAINS(out, "\"reason\":\"stacks 3\"");
	CHECK_INT(run("blockers --json"), 0);
	CHECK_CONTAINS(out, "\"reason\":\"stacks -1\"");
	/* JSON goes to terminals, too */
	CHECK_CONTAINS(out, "\"comm\":\"e\\u001b[2J\\u009b\\nvil\"");
	CHECK_INT(run("blockers --last"), 0);
	CHECK_CONTAINS(out, "stacks 8 last\n");
	CHECK_INT(run("blockers --last --json=pretty --stacks=1"), 0);
	CHECK_CONTAINS(out, "stacks 1 last\"");
	CHECK_CONTAINS(out, "\\u009b");
}

/* The one who waited learns which tasks were in the way. */
static void test_reversed(void)
{
	CHECK_INT(run("enable Reversed.klp.o"), EXIT_STATUS_REVERSED);
	CHECK_CONTAINS(err, "in the way: e?[2J??vil[77] for 0.3 s: in vfs_read\n"
		       "in the way: k[1] for 12 s: running\nhint: ");
	CHECK_INT(run("disable --json Reversed"), EXIT_STATUS_REVERSED);
	CHECK_CONTAINS(out, "\"pid\":77,");
	CHECK_CONTAINS(out, "\"function\":\"vfs_read\"");
	CHECK_CONTAINS(out, "\"stack\":[\"f+0x1/0x2\"]");
}

/* Varlink has only UTF-8: an argument that is none is told of by what it is. */
static void test_not_utf8(void)
{
	CHECK_INT(run("disable \xff\xfe\x1b"), EXIT_STATUS_USAGE);
	CHECK_STR(err, "klpctl: disable: '?" "?" "?' is not UTF-8 text, so it is no name\n");
	CHECK_INT(run("show \xc3"), EXIT_STATUS_USAGE);
	CHECK_INT(run("enable /tmp/\xff.klp.o"), EXIT_STATUS_FILE);
	CHECK_STR(err, "klpctl: enable '/tmp/?.klp.o': the file cannot be read.\n"
		  "detail: its path is not UTF-8 text: rename it\n"
		  "hint: Give the path of a patch file that exists, not of a symbolic link to one.\n");
	CHECK_INT(run("check --json /tmp/\xff.klp.o"), EXIT_STATUS_FILE);
	CHECK_CONTAINS(out, "its path is not UTF-8 text");
	CHECK_INT(run("show /tmp/\xff/x.klp.o"), EXIT_STATUS_FILE);
	CHECK_INT(run("\x9b" "31m"), EXIT_STATUS_USAGE);
	CHECK_STR(err, "klpctl: unknown verb '?31m'; see klpctl --help\n");
	CHECK_INT(run("--\xff"), EXIT_STATUS_USAGE);
	CHECK_STR(err, "klpctl: unknown option '--?'; see klpctl --help\n");
	/* with its control characters a name is one that klpd does not know */
	CHECK_INT(run("show \x1b[31mred"), EXIT_STATUS_NO_PATCH);
	CHECK(!strchr(err, '\x1b'));
	setenv("KLPD_SOCKET", "/tmp/\xff", 1);
	CHECK_INT(run("list"), EXIT_STATUS_UNREACHABLE);
	CHECK_CONTAINS(err, "detail: cannot connect to /tmp/?\n");
	setenv("KLPD_SOCKET", socket_path, 1);
}

static void test_duration(void)
{
	static const struct {
		uint64_t usec;
		const char *text;
	} cases[] = {
		{ 0, "0.0 s" }, { 9999999, "9.9 s" }, { 10000000, "10 s" }, { 299999999, "299 s" },
		{ 300000000, "5 min" }, { UINT64_MAX, "307445734561 min" },
	};
	char text[FORMAT_DURATION_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		format_duration(cases[i].usec, text, sizeof(text));
		CHECK_STR(text, cases[i].text);
	}
}

static void test_task(void)
{
	CHECK_INT(run("task 3 4 5 6"), 0);
	CHECK_STR(out, "PID  COMM   STATE\n3    e?vil  no transition\n4    e?vil  unpatched\n"
		  "5    -      patched\n6    -      unknown\n");
	CHECK_INT(run("task 4 7 5"), EXIT_STATUS_NO_TASK);
	CHECK_STR(out, "PID  COMM   STATE\n4    e?vil  unpatched\n5    -      patched\n");
	CHECK_CONTAINS(err, "klpctl: task 'pa': function 'fu' (vmlinux): there is no such task.\n");
	CHECK_INT(run("task 1"), EXIT_STATUS_NO_TASK);
	CHECK_STR(out, "");
	CHECK_INT(run("task --json 4 7"), EXIT_STATUS_NO_TASK);
	CHECK(STR_HAS_PREFIX(out, "{\"pid\":4,\"patchState\":0,"));
	CHECK_CONTAINS(out, "}\n{\"error\":\"io.klpd.Manager.NoSuchTask\"");
}

static void test_status(void)
{
	/* the patch has missed calls */
	CHECK_INT(run("status"), EXIT_STATUS_PARTIAL);
	CHECK_CONTAINS(out, "klpd: 0.1 on kernel 6.12\n");
	CHECK_CONTAINS(out, "Generation: 3\n");
	CHECK_CONTAINS(out, "Consistency: per task\n");
	CHECK_CONTAINS(out, "Companion: klp 0.1, ABI 1, 3 of 200 functions enabled for fmod_ret\n");
	CHECK_CONTAINS(out, "Transition: 4, enabling 'x?[31m': 118 of 120 tasks moved, for 7 s of "
		       "60 s, phase switch\n");
	CHECK_CONTAINS(out, "Warning: gen-9 is damaged\n");
	CHECK_CONTAINS(out, "State: in force since generation 3, per task, enabled 19");
	CHECK_CONTAINS(out, "Fixes: CVE-2026-0001, bug 7\n");
	CHECK_CONTAINS(out, "vmlinux:cmdline_proc_show, fmod_ret by program 'body'\n"
		       "               missed 3 calls: not fully in force\n"
		       "               vmlinux:f,1, fmod_ret by program 'g'\n"
		       "               loop:lo_open, guard by program 'h', waiting\n"
		       "   struct_ops: tcp_congestion_ops 'cc', swapped at one instant\n"
		       "               tcp_congestion_ops 'dd', swapped at one instant, now not this "
		       "patch's\n"
		       "       Module: 'loop' is not loaded: its functions are patched when it "
		       "comes\n");
	CHECK_CONTAINS(out, "States: 18446744073709551615 version 2\n");
	CHECK_CONTAINS(out, "  Set: net\n");
	CHECK_CONTAINS(out, "Declares: strict sticky\n");
	CHECK_CONTAINS(out, "Callbacks: pre_patch of vmlinux by program 'cb'\n");
}

static void test_show(void)
{
	CHECK_INT(run("show cmdline"), 0);
	CHECK(STR_HAS_PREFIX(out, "cmdline 1.0\n        State: in force"));
	CHECK_INT(run("show cmdline.klp.o"), 0);
	CHECK_INT(run("show /etc/x"), 0);
	CHECK_INT(run("show other"), EXIT_STATUS_NO_PATCH);
	CHECK_INT(run("show /nonexistent/dir/x.klp.o"), EXIT_STATUS_FILE);
	CHECK_CONTAINS(err, "klpctl: show '/nonexistent/dir/x.klp.o': the file cannot be read.\n");
	CHECK_INT(run("enable /etc/"), EXIT_STATUS_FILE);
}

static void test_monitor(void)
{
	CHECK_INT(run("monitor"), 0);
	CHECK_CONTAINS(out, ": snapshot, generation 3; enabling 'x?[31m': 118 of 120 tasks moved; "
		       "in the kernel: cmdline 1.0 in force, b 2 leaving (missed 7 calls)\n");
	CHECK_CONTAINS(out, ": retired, generation 4\n");
	CHECK_INT(run("monitor --json"), 0);
	CHECK(STR_HAS_PREFIX(out, "{\"event\":\"snapshot\",\"generation\":3"));
	CHECK_CONTAINS(out, "}\n{\"event\":\"retired\"");
}

static void test_usage(void)
{
	static const char *const bad[] = {
		"", "frob", "enable", "enable a b", "status x", "--frob", "-x", "status --immediate",
		"list --verifier-log", "--json=yaml list", "--no-wait=1 enable a", "disable a b",
		"disable --immediate a", "status --stacks=1", "blockers --stacks", "blockers --stacks=x",
		"task", "task x", "task 4 0", "task 2147483648", "task --timeout=1 4",
		"blockers --stacks=-1", "blockers --stacks=", "status --last", "blockers --last=1",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		CHECK_INT(run(bad[i]), EXIT_STATUS_USAGE);
		CHECK_STR(out, "");
		CHECK(STR_HAS_PREFIX(err, "klpctl: "));
		CHECK(strchr(err, '\n') == err + strlen(err) - 1);
	}
}

/* What came through the terminal, up to the line being taken away: a read need not give all of it. */
static void read_terminal(int master, char *text, size_t size)
{
	size_t used = 0;
	ssize_t n;

	do {
		n = read(master, text + used, size - 1 - used);
		used += n > 0 ? (size_t)n : 0;
		text[used] = '\0';
	} while (n > 0 && used < size - 1 && !strstr(text, "\r\033[K"));
}

/* On a terminal: the line is there while it waits and gone at the end. */
static void test_progress(void)
{
	char text[4096];
	int master, slave;

	if (openpty(&master, &slave, NULL, NULL, NULL) < 0)
		SKIP("no pseudo terminals here");
	setenv("TERM", "xterm", 1);
	CHECK_INT(run_on(slave, "enable slow"), 0);
	read_terminal(master, text, sizeof(text));
	CHECK_STR(out, "enabled 'slow' 1.0: generation 4, per task\n");
	CHECK_STR(text, "\renabling 'x?[31m': 118 of 120 tasks moved\033[K\r\033[K");
	CHECK_INT(run_on(slave, "enable --no-wait good"), 0);
	setenv("TERM", "dumb", 1);
	CHECK_INT(run_on(slave, "enable slow"), 0);
	fcntl(master, F_SETFL, O_NONBLOCK);
	CHECK_INT(read(master, text, sizeof(text)), -1);
	close(master);
	close(slave);
}

/* Nothing moves: the line names the first blocker, and klpd was asked for it. */
static void test_stalled(void)
{
	struct winsize size = { .ws_row = 24, .ws_col = 50 };
	char text[4096];
	int master, slave;

	if (openpty(&master, &slave, NULL, NULL, NULL) < 0)
		SKIP("no pseudo terminals here");
	setenv("TERM", "xterm", 1);
	setenv("FAKE_STALL", "1", 1);
	CHECK(server_start());
	CHECK_INT(run_on(slave, "enable stalled"), 0);
	CHECK_STR(out, "enabled 'stalled' 1.0: generation 4, per task\n");
	read_terminal(master, text, sizeof(text));
	CHECK_STR(text, "\renabling 'x?[31m': 118 of 120 tasks moved\033[K"
		  "\renabling 'x?[31m': 118 of 120 tasks moved; waiting for swapper/1[0], running\033[K"
		  "\r\033[K");
	/* on a narrow terminal it ends where the line ends */
	CHECK_INT(ioctl(slave, TIOCSWINSZ, &size), 0);
	CHECK_INT(run_on(slave, "enable stalled"), 0);
	read_terminal(master, text, sizeof(text));
	CHECK_CONTAINS(text, "\renabling 'x?[31m': 118 of 120 tasks moved; waitin\033[K");
	unsetenv("FAKE_STALL");
	CHECK(server_start());
	close(master);
	close(slave);
}

static void test_full_output(void)
{
	char *argv[] = { (char *)"klpctl", (char *)"list", NULL };
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC), status = 0;
	pid_t pid;

	if (fd < 0)
		SKIP("no /dev/full");
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		dup2(fd, STDOUT_FILENO);
		_exit(redirect("err", STDERR_FILENO) < 0 ? 99 : command_run(2, argv));
	}
	close(fd);
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_INT(WEXITSTATUS(status), EXIT_STATUS_SYSTEM);
}

static void test_file(void)
{
	_cleanup_free_ char *path = NULL;

	CHECK(file_is_path("a.klp.o") && file_is_path("./a") && file_is_path(".klp.o"));
	CHECK(!file_is_path("a") && !file_is_path("") && !file_is_path("a.klp.o.bak"));
	CHECK_INT(file_absolute("/etc/../etc//x", &path), 0);
	CHECK_STR(path, "/etc/x");
	free(TAKE_PTR(path));
	CHECK_INT(file_absolute("/x", &path), 0);
	CHECK_STR(path, "/x");
	CHECK_INT(file_absolute("/etc/..", NULL), -EISDIR);
	CHECK_INT(file_absolute("/nonexistent/x", NULL), -ENOENT);
}

static int remove_all(void)
{
	char path[80];

	snprintf(path, sizeof(path), "%s/out", directory);
	unlink(path);
	snprintf(path, sizeof(path), "%s/err", directory);
	unlink(path);
	return rmdir(directory);
}

int main(void)
{
	int r;

	if (!mkdtemp(directory))
		return 1;
	snprintf(socket_path, sizeof(socket_path), "%s/socket", directory);
	setenv("KLPD_SOCKET", socket_path, 1);
	if (!server_start())
		return 1;
	RUN(test_errors);
	RUN(test_sentence);
	RUN(test_verifier_log);
	RUN(test_error_json);
	RUN(test_foreign_errors);
	RUN(test_dies);
	RUN(test_unreachable);
	RUN(test_changes);
	RUN(test_rollback);
	RUN(test_check);
	RUN(test_lists);
	RUN(test_blockers);
	RUN(test_reversed);
	RUN(test_not_utf8);
	RUN(test_task);
	RUN(test_duration);
	RUN(test_status);
	RUN(test_show);
	RUN(test_monitor);
	RUN(test_usage);
	RUN(test_progress);
	RUN(test_stalled);
	RUN(test_full_output);
	RUN(test_file);
	server_stop();
	r = unit_end();
	if (r != 0)
		fprintf(stderr, "left for a look: %s\n", directory);
	else if (remove_all() < 0)
		return 1;
	free(out);
	free(err);
	return r;
}
