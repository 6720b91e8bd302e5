/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads what /proc says about one thread, which may end at any time so that its id is reused. */
#include "kern/task.h"
#include "util/cleanup.h"
#include "util/text.h"

int task_comm(int32_t pid, char ret[static TASK_COMM_SIZE])
{
	_cleanup_free_ char *text = NULL;
	char path[32];
	size_t n;
	int r;

	(void)snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	r = read_file_limited(path, 4096, &text, &n);
	if (r == -ENOENT)
		return -ESRCH;
	if (r < 0)
		return r;
	if (n > 0 && text[n - 1] == '\n')
		text[n - 1] = '\0';
	(void)snprintf(ret, TASK_COMM_SIZE, "%s", text);
	text_clean(ret, TASK_COMM_SIZE, '?');
	return 0;
}
