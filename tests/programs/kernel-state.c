// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernel-state - print what a test must not leave in the kernel, one item a line. One process
 * does what would otherwise take ten tools.
 *
 *	link ID PROGRAM-OR-MAP	a BPF link
 *	prog ID NAME		a BPF program
 *	map ID NAME		a BPF map
 *	pin PATH		a pin of a generation
 *	references N		references on the companion
 *	log LINE		a complaint of the kernel, or of a program that crashed
 *
 * Links, programs and maps are those of the kinds that klpd creates, because systemd and other
 * programs create and remove objects of other kinds.
 *
 * kernel-state log: only the complaints, without the word "log".
 */
#include <dirent.h>
#include <errno.h>
#include <linux/bpf.h>
#include <regex.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PIN_DIR		"/sys/fs/bpf/klpd"
#define REFERENCES	"/sys/module/klp/refcnt"
#define LOCKDEP		"/proc/lockdep_stats"
#define COMPLAINT	"WARNING: .*([0-9]+ at | at |possible|suspicious|inconsistent|bad |held )|" \
			"BUG: |BUG at |Oops|general protection|segfault|rcu: INFO:|refcount_t: |" \
			"INFO: trying to register|list_(add|del) corruption"

enum { LOG_READ_ALL = 3, LOG_SIZE = 10 };	/* syslog(2) */

static void die(const char *what)
{
	fprintf(stderr, "kernel-state: %s: %s\n", what, strerror(errno));
	exit(2);
}

static int bpf(int command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/*
 * The next object of a kind: its id (0 after the last) and its info. Objects that are freed
 * meanwhile are skipped.
 */
static uint32_t next_object(int next, int open_by_id, uint32_t id, void *info, uint32_t size)
{
	for (;;) {
		union bpf_attr attr = { .start_id = id };
		int fd, r;

		if (bpf(next, &attr) < 0) {
			if (errno != ENOENT)
				die("an id");
			return 0;
		}
		id = attr.next_id;
		attr = (union bpf_attr){ .start_id = id };
		fd = bpf(open_by_id, &attr);
		if (fd < 0) {
			if (errno != ENOENT)
				die("an object");
			continue;
		}
		memset(info, 0, size);
		attr = (union bpf_attr){ .info = { .bpf_fd = (uint32_t)fd, .info_len = size,
						   .info = (uintptr_t)info } };
		r = bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
		if (r < 0)
			die("an info");
		close(fd);
		return id;
	}
}

static void show_bpf(void)
{
	struct bpf_link_info link;
	struct bpf_prog_info prog;
	struct bpf_map_info map;
	uint32_t id;

	for (id = 0; (id = next_object(BPF_LINK_GET_NEXT_ID, BPF_LINK_GET_FD_BY_ID, id, &link,
				       sizeof(link)));) {
		if (link.type == BPF_LINK_TYPE_TRACING)
			printf("link %u %u\n", id, link.prog_id);
		else if (link.type == BPF_LINK_TYPE_STRUCT_OPS)
			printf("link %u %u\n", id, link.struct_ops.map_id);
	}
	for (id = 0; (id = next_object(BPF_PROG_GET_NEXT_ID, BPF_PROG_GET_FD_BY_ID, id, &prog,
				       sizeof(prog)));)
		if (prog.type == BPF_PROG_TYPE_TRACING || prog.type == BPF_PROG_TYPE_STRUCT_OPS ||
		    prog.type == BPF_PROG_TYPE_LSM)
			printf("prog %u %.16s\n", id, prog.name);
	for (id = 0; (id = next_object(BPF_MAP_GET_NEXT_ID, BPF_MAP_GET_FD_BY_ID, id, &map,
				       sizeof(map)));)
		if (map.type == BPF_MAP_TYPE_STRUCT_OPS)
			printf("map %u %.16s\n", id, map.name);
}

static void show_pins(const char *path, int depth)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		char below[1024];

		if (entry->d_name[0] == '.')
			continue;
		if (strncmp(entry->d_name, "gen-", 4) == 0)
			printf("pin %s/%s\n", path, entry->d_name);
		if (entry->d_type != DT_DIR || depth == 4)
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		show_pins(below, depth + 1);
	}
	closedir(dir);
}

static void show_references(void)
{
	FILE *f = fopen(REFERENCES, "re");
	unsigned int n = 0;

	if (f && fscanf(f, "%u", &n) != 1)
		die(REFERENCES);
	printf("references %u\n", n);
	if (f)
		fclose(f);
}

/*
 * On kernels with lockdep: report whether it has turned itself off, after which it detects
 * nothing.
 */
static void show_lockdep(const char *word)
{
	FILE *f = fopen(LOCKDEP, "re");
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (strstr(line, "debug_locks:") && strtol(strchr(line, ':') + 1, NULL, 10) == 0)
			printf("%s%s", word, line);
	if (f)
		fclose(f);
}

static void show_log(const char *word)
{
	int size = klogctl(LOG_SIZE, NULL, 0), length;
	char *text = size > 0 ? malloc((size_t)size + 1) : NULL, *line, *save = NULL;
	regex_t complaint;

	if (!text || regcomp(&complaint, COMPLAINT, REG_EXTENDED | REG_NOSUB) != 0)
		die("the log");
	length = klogctl(LOG_READ_ALL, text, size);
	if (length < 0)
		die("the log");
	text[length] = '\0';
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *end = *line == '<' ? strchr(line, '>') : NULL;

		if (regexec(&complaint, line, 0, NULL, 0) == 0)
			printf("%s%s\n", word, end ? end + 1 : line);
	}
	regfree(&complaint);
	free(text);
	show_lockdep(word);
}

int main(int argc, char *argv[])
{
	if (argc == 2 && strcmp(argv[1], "log") == 0) {
		show_log("");
		return 0;
	}
	if (argc != 1) {
		fputs("usage: kernel-state [log]\n", stderr);
		return 2;
	}
	show_bpf();
	show_pins(PIN_DIR, 0);
	show_references();
	show_log("log ");
	return 0;
}
