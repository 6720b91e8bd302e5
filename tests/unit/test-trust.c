// SPDX-License-Identifier: GPL-2.0-only
/*
 * kern/trust: files that only root could have written, and each way of not being one. Runs as root
 * in a directory that can be trusted, which /tmp cannot.
 */
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kern/trust.h"
#include "klp/meta.h"
#include "unit.h"

static char dir[64];		/* root's alone, from "/" down */
static const char *unusable;	/* why there is none */

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return done;
}

/* The first of some places where files of this test can be trusted. */
static void set_up(void)
{
	static const char *const places[] = { "/run", "/dev/shm", "/dev" };
	struct stat st;

	umask(0022);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && geteuid() == 0; i++) {
		if (stat(places[i], &st) < 0 || st.st_uid != 0 || (st.st_mode & 0022))
			continue;
		snprintf(dir, sizeof(dir), "%s/klpd-test-XXXXXX", places[i]);
		if (mkdtemp(dir)) {
			chmod(dir, 0755);
			return;
		}
	}
	unusable = geteuid() == 0 ? "no directory to be trusted" : "not root";
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* `name` in our directory; good until the third call from now. */
static const char *at(const char *name)
{
	static char paths[3][128];
	static int turn;

	turn = (turn + 1) % 3;
	snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", dir, name);
	return paths[turn];
}

static int try(const char *path, struct report *report)
{
	void *data = NULL;
	size_t size = 0;
	int r;

	*report = REPORT_INIT;
	r = trust_read_patch(path, &data, &size, report);
	free(data);
	return r;
}

static void expect(const char *path, int wanted, const char *detail)
{
	struct report report;
	int r = try(path, &report);

	CHECK_INT(r, wanted);
	if (detail)
		CHECK_CONTAINS(report.detail, detail);
	report_done(&report);
}

static void test_good(void)
{
	void *data = NULL;
	size_t size = 0;

	if (unusable)
		SKIP(unusable);
	CHECK(mkdir(at("a"), 0755) == 0 && write_text(at("a/x"), "hello"));
	CHECK_INT(trust_read_patch(at("a/x"), &data, &size, NULL), 0);
	CHECK_INT(size, 5);
	CHECK(memcmp(data, "hello", 5) == 0);
	free(data);
	expect(at("./a//x"), 0, NULL);
	/* a symlink above the last component is followed, and what it leads to is judged */
	CHECK(symlink("a", at("link")) == 0);
	expect(at("link/x"), 0, NULL);
}

static void test_paths(void)
{
	if (unusable)
		SKIP(unusable);
	expect("a/x", OUTCOME_FILE_UNREADABLE, "not absolute");
	expect("", OUTCOME_FILE_UNREADABLE, "not absolute");
	expect(at("a/../a/x"), OUTCOME_FILE_UNREADABLE, "'..'");
	expect(at("a/.."), OUTCOME_FILE_UNREADABLE, "'..'");
	expect(at("a/"), OUTCOME_FILE_UNREADABLE, "does not name a file");
	expect(at("a/."), OUTCOME_FILE_UNREADABLE, "does not name a file");
	expect("/", OUTCOME_FILE_UNREADABLE, "does not name a file");
	expect(at("a/none"), OUTCOME_FILE_UNREADABLE, "No such file");
	expect(at("none/x"), OUTCOME_FILE_UNREADABLE, "No such file");
}

static void test_kinds(void)
{
	if (unusable)
		SKIP(unusable);
	CHECK(symlink("x", at("a/s")) == 0 && mkfifo(at("a/fifo"), 0644) == 0);
	expect(at("a/s"), OUTCOME_FILE_UNTRUSTED, "symbolic link");
	expect(at("a/fifo"), OUTCOME_FILE_UNTRUSTED, "regular");
	expect(at("a"), OUTCOME_FILE_UNTRUSTED, "regular");
}

static void test_modes(void)
{
	if (unusable)
		SKIP(unusable);
	CHECK(chmod(at("a/x"), 0664) == 0);
	expect(at("a/x"), OUTCOME_FILE_UNTRUSTED, "group");
	CHECK(chmod(at("a/x"), 0646) == 0);
	expect(at("a/x"), OUTCOME_FILE_UNTRUSTED, "all users");
	CHECK(chmod(at("a/x"), 0600) == 0);
	expect(at("a/x"), 0, NULL);
	CHECK(chmod(at("a"), 0775) == 0);
	expect(at("a/x"), OUTCOME_FILE_UNTRUSTED, at("a'"));
	CHECK(chmod(at("a"), 01777) == 0);
	expect(at("a/x"), OUTCOME_FILE_UNTRUSTED, "all users");
	/* also when it is reached another way */
	expect(at("link/x"), OUTCOME_FILE_UNTRUSTED, "all users");
	CHECK(chmod(at("a"), 0755) == 0);
	if (chown(at("a/x"), 65534, 0) == 0) {
		expect(at("a/x"), OUTCOME_FILE_UNTRUSTED, "uid 65534");
		CHECK(chown(at("a/x"), 0, 0) == 0 && chown(at("a"), 65534, 0) == 0);
		expect(at("a/x"), OUTCOME_FILE_UNTRUSTED, "uid 65534");
		CHECK(chown(at("a"), 0, 0) == 0);
	}
}

static void test_size(void)
{
	if (unusable)
		SKIP(unusable);
	CHECK(truncate(at("a/x"), KLP_FILE_MAX) == 0);
	expect(at("a/x"), 0, NULL);
	CHECK(truncate(at("a/x"), KLP_FILE_MAX + 1) == 0);
	expect(at("a/x"), OUTCOME_FILE_UNREADABLE, "larger");
	CHECK(truncate(at("a/x"), 0) == 0);
	expect(at("a/x"), 0, NULL);
}

int main(void)
{
	set_up();
	RUN(test_good);
	RUN(test_paths);
	RUN(test_kinds);
	RUN(test_modes);
	RUN(test_size);
	if (!unusable)
		nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return unit_end();
}
