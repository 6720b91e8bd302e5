/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * src/util: macros, errno helpers, fd helpers and the log. The log is caught by putting a pipe or a
 * file in the place of stderr for the time of one call.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#include "util/cleanup.h"
#include "util/errno-util.h"
#include "util/fd-util.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/text.h"

struct thing {
	int *freed;
};

static struct thing *thing_free(struct thing *t)
{
	(*t->freed)++;
	return NULL;
}
DEFINE_CLEANUP(struct thing, thing_free);

static void test_take(void)
{
	char text[] = "x";
	char *p = text;
	int fd = 7;

	CHECK(TAKE_PTR(p) == text);
	CHECK(!p);
	CHECK_INT(TAKE_FD(fd), 7);
	CHECK_INT(fd, -EBADF);
}

static void test_cleanup(void)
{
	int freed = 0;
	struct thing thing = { &freed };

	{
		_cleanup_(thing_freep) struct thing *t = &thing;
		_cleanup_(thing_freep) struct thing *none = NULL;

		CHECK(t && !none);
	}
	CHECK_INT(freed, 1);
}

static void test_macros(void)
{
	int a[3];

	CHECK_INT(ARRAY_SIZE(a), 3);
	CHECK_INT(STRLEN("abc"), 3);
	CHECK_INT(MIN(2, 1), 1);
	CHECK_INT(MAX(2, 1), 2);
	CHECK(STR_HAS_PREFIX("klpd.service", "klpd"));
	CHECK(!STR_HAS_PREFIX("klp", "klpd"));
}

static void test_errno(void)
{
	int r, ret = 0;

	r = RET_NERRNO(open("/nonexistent/file", O_RDONLY | O_CLOEXEC));
	CHECK_INT(r, -ENOENT);
	r = RET_NERRNO(getpid());
	CHECK_INT(r, getpid());
	errno = 0;
	CHECK_INT(errno_negative(), -EIO);
	RET_GATHER(ret, 0);
	CHECK_INT(ret, 0);
	RET_GATHER(ret, -EPERM);
	RET_GATHER(ret, -EIO);
	RET_GATHER(ret, 0);
	CHECK_INT(ret, -EPERM);
}

static void test_close(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0);
	errno = ENOTTY;
	CHECK_INT(safe_close(fd), -EBADF);
	CHECK_INT(errno, ENOTTY);
	CHECK_INT(fcntl(fd, F_GETFD), -1);
	CHECK_INT(safe_close(-EBADF), -EBADF);
}

/* A file without a name that holds `size` bytes. */
static int make_file(size_t size)
{
	int fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	for (size_t i = 0; fd >= 0 && i < size; i++)
		if (write_fd_all(fd, &"0123456789"[i % 10], 1) < 0)
			return safe_close(fd);
	if (fd >= 0 && lseek(fd, 0, SEEK_SET) != 0)
		return safe_close(fd);
	return fd;
}

static void check_read(size_t size, size_t max)
{
	_cleanup_close_ int fd = make_file(size);
	_cleanup_free_ char *data = NULL;
	size_t n = 99;
	int r;

	CHECK(fd >= 0);
	r = read_fd_limited(fd, max, &data, &n);
	if (size > max) {
		CHECK_INT(r, -EFBIG);
		CHECK(!data);
		CHECK_INT(n, 99);
		return;
	}
	CHECK_INT(r, 0);
	CHECK_INT(n, size);
	CHECK_INT(data[size], 0);
	for (size_t i = 0; i < size; i++)
		CHECK_INT(data[i], "0123456789"[i % 10]);
}

static void test_read_limits(void)
{
	static const size_t sizes[] = { 0, 1, 10, 4095, 4096, 4097, 8192, 10000 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes) && !unit.bad; i++) {
		check_read(sizes[i], sizes[i]);
		check_read(sizes[i], sizes[i] + 1);
		check_read(sizes[i], sizes[i] + 5000);
		if (sizes[i] > 0)
			check_read(sizes[i], sizes[i] - 1);
	}
	check_read(3, 0);
}

static void test_read_file(void)
{
	_cleanup_free_ char *data = NULL;
	size_t n = 0;

	CHECK_INT(read_file_limited("/proc/self/status", 65536, &data, &n), 0);
	CHECK(n > 0);
	CHECK_CONTAINS(data, "Pid:");
	CHECK_INT(read_file_limited("/proc/self/status", SIZE_MAX, &data, &n), -EINVAL);
	CHECK_INT(read_file_limited("/nonexistent/file", 10, &data, &n), -ENOENT);
	CHECK_INT(read_file_limited("/", 10, &data, &n), -EISDIR);
}

static void test_write_closed(void)
{
	CHECK_INT(write_fd_all(-EBADF, "x", 1), -EBADF);
	CHECK_INT(write_fd_all(-EBADF, "x", 0), 0);
}

/* stderr is a file from log_begin() on; log_end() puts it back and tells what was written. */
static int log_saved = -EBADF;
static int log_file = -EBADF;

static bool log_begin(void)
{
	fflush(stderr);
	log_file = make_file(0);
	log_saved = dup(STDERR_FILENO);
	return log_file >= 0 && log_saved >= 0 && dup2(log_file, STDERR_FILENO) >= 0;
}

static char *log_end(void)
{
	char *text = NULL;
	size_t n;

	dup2(log_saved, STDERR_FILENO);
	log_saved = safe_close(log_saved);
	if (lseek(log_file, 0, SEEK_SET) != 0 ||
	    read_fd_limited(log_file, 100000, &text, &n) < 0)
		text = NULL;
	log_file = safe_close(log_file);
	return text;
}

static void test_log_levels(void)
{
	_cleanup_free_ char *text = NULL;
	int r;

	CHECK_INT(log_get_level(), LOG_INFO);
	CHECK(log_begin());
	log_debug("hidden");
	log_info("shown %d", 1);
	errno = ENOTTY;
	r = log_error_errno(-ENOENT, "Cannot open '%s': %m", "x");
	text = log_end();
	CHECK_INT(r, -ENOENT);
	CHECK_INT(errno, ENOTTY);
	CHECK_STR(text, "shown 1\nCannot open 'x': No such file or directory\n");
	CHECK_INT(log_debug_errno(EPERM, "hidden"), -EPERM);
	CHECK_INT(log_level_from_string("debug"), LOG_DEBUG);
	CHECK_INT(log_level_from_string("error"), LOG_ERR);
	CHECK_INT(log_level_from_string("4"), LOG_WARNING);
	CHECK_INT(log_level_from_string("44"), -EINVAL);
	CHECK_INT(log_level_from_string(""), -EINVAL);
	CHECK_INT(log_level_from_string("loud"), -EINVAL);
}

static void test_log_one_line(void)
{
	_cleanup_free_ char *text = NULL;
	char *big = malloc(10000);

	CHECK(big);
	memset(big, 'x', 9999);
	big[9999] = '\0';
	CHECK(log_begin());
	log_info("a\n<0>forged \033[31m\xc3\xa4");
	log_info("%s", big);
	text = log_end();
	free(big);
	CHECK(text);
	CHECK(STR_HAS_PREFIX(text, "a?<0>forged ?[31m\xc3\xa4\nxxx"));
	CHECK(strlen(text) < 2100);
	CHECK_INT(text[strlen(text) - 1], '\n');
}

static void test_log_journal(void)
{
	_cleanup_free_ char *journal = NULL, *other = NULL;
	char stream[64];
	struct stat st;

	CHECK(log_begin());
	fstat(log_file, &st);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev,
		 (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	log_set_name("name");
	log_warning("w");
	journal = log_end();
	CHECK_STR(journal, "<4>w\n");
	/* inherited, but stderr is something else */
	setenv("JOURNAL_STREAM", "1:1", 1);
	CHECK(log_begin());
	log_warning("w");
	other = log_end();
	unsetenv("JOURNAL_STREAM");
	log_set_name(NULL);
	CHECK_STR(other, "name: w\n");
}

static void test_text_clean(void)
{
	char text[] = "a\x1b[2J\n\xff\x7f~ b", full[4] = { 'a', '\n', 'b', 'c' }, empty[1] = { 'x' };

	text_clean(text, sizeof(text), '?');
	CHECK_STR(text, "a?[2J???~ b");
	text_clean(full, sizeof(full), '\n');
	CHECK_STR(full, "a\nb");
	text_clean(empty, sizeof(empty), '?');
	CHECK_STR(empty, "");
}

int main(void)
{
	RUN(test_take);
	RUN(test_cleanup);
	RUN(test_macros);
	RUN(test_errno);
	RUN(test_close);
	RUN(test_read_limits);
	RUN(test_read_file);
	RUN(test_write_closed);
	RUN(test_log_levels);
	RUN(test_log_one_line);
	RUN(test_log_journal);
	RUN(test_text_clean);
	return unit_end();
}
