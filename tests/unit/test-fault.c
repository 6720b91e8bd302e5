/* SPDX-License-Identifier: GPL-2.0-only */
/* core/fault: inert unless told, and then at one point only. Each case is a process of its own,
 * because klpd reads the variable once; a file that it names is read again. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/fault.h"
#include "unit.h"

/* 0, 1 for -EIO, 100 + signal if it was killed. */
static int outcome_at(const char *text, enum phase phase, unsigned int point)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (text)
			(void)setenv("KLPD_FAULT", text, 1);
		else
			(void)unsetenv("KLPD_FAULT");
		_exit(fault_point(phase, point) < 0 ? 1 : 0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	return WIFSIGNALED(status) ? 100 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void test_inert(void)
{
	CHECK_INT(outcome_at(NULL, PHASE_PLAN, 0), 0);
	CHECK_INT(outcome_at("", PHASE_PLAN, 0), 0);
	CHECK_INT(outcome_at("plan", PHASE_PLAN, 0), 0);
	CHECK_INT(outcome_at("plan:", PHASE_PLAN, 0), 0);
	CHECK_INT(outcome_at("plan::fail", PHASE_PLAN, 0), 0);
	CHECK_INT(outcome_at("plan:0:explode", PHASE_PLAN, 0), 0);
	CHECK_INT(outcome_at("nophase:0:fail", PHASE_PLAN, 0), 0);
	CHECK_INT(outcome_at("pla:0:fail", PHASE_PLAN, 0), 0);
}

static void test_one_point(void)
{
	CHECK_INT(outcome_at("attach:2:fail", PHASE_ATTACH, 2), 1);
	CHECK_INT(outcome_at("attach:2:fail", PHASE_ATTACH, 1), 0);
	CHECK_INT(outcome_at("attach:2:fail", PHASE_PIN, 2), 0);
	CHECK_INT(outcome_at("retire:0:kill", PHASE_RETIRE, 0), 100 + SIGKILL);
}

static void test_list(void)
{
	CHECK_INT(outcome_at("attach:2:fail,pin:1:kill", PHASE_ATTACH, 2), 1);
	CHECK_INT(outcome_at("attach:2:fail,pin:1:kill", PHASE_PIN, 1), 100 + SIGKILL);
	CHECK_INT(outcome_at("attach:2:fail,pin:1:kill", PHASE_PIN, 2), 0);
	CHECK_INT(outcome_at("attach:2:explode,pin:1:fail", PHASE_PIN, 1), 1);
	CHECK_INT(outcome_at("attach:2:fail,", PHASE_ATTACH, 1), 0);
}

/* The file is read at each point, so that one process may meet several. */
static void test_file(void)
{
	char path[] = "/tmp/klpd-fault-XXXXXX";
	int fd = mkstemp(path);

	CHECK(fd >= 0);
	CHECK_INT(outcome_at("/tmp/klpd-no-such-file", PHASE_PIN, 1), 0);
	CHECK_INT(outcome_at(path, PHASE_PIN, 1), 0);
	CHECK_INT(pwrite(fd, "pin:1:fail\n", 11, 0), 11);
	CHECK_INT(outcome_at(path, PHASE_PIN, 1), 1);
	CHECK_INT(outcome_at(path, PHASE_PIN, 2), 0);
	(void)setenv("KLPD_FAULT", path, 1);
	CHECK(fault_point(PHASE_PIN, 1) < 0);
	CHECK_INT(pwrite(fd, "pin:2:fail\n", 11, 0), 11);
	CHECK_INT(fault_point(PHASE_PIN, 1), 0);
	CHECK(fault_point(PHASE_PIN, 2) < 0);
	CHECK_INT(ftruncate(fd, 0), 0);
	CHECK_INT(fault_point(PHASE_PIN, 2), 0);
	close(fd);
	(void)unlink(path);
}

int main(void)
{
	RUN(test_inert);
	RUN(test_one_point);
	RUN(test_list);
	RUN(test_file);
	return unit_end();
}
