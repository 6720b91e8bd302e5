// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads ftrace's switch, and enabled_functions of tracefs. The latter has a line for a function
 * only if the kernel's code at its entry was really changed to call something. A function without a
 * line runs as it was built, whatever hook, link or trampoline exists for it. Owns nothing, keeps
 * nothing.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "kern/caps.h"
#include "kern/ftrace.h"
#include "util/cleanup.h"
#include "util/errno-util.h"

#define SWITCH_FILE	"/proc/sys/kernel/ftrace_enabled"
#define NONE		SIZE_MAX

static const char *const enabled_files[] = {
	"/sys/kernel/tracing/enabled_functions",
	"/sys/kernel/debug/tracing/enabled_functions",
};

bool ftrace_is_off(void)
{
	_cleanup_fclose_ FILE *f = fopen(SWITCH_FILE, "re");
	int value = 1;

	/* without the switch, ftrace cannot be switched off */
	return f && fscanf(f, "%d", &value) == 1 && value == 0;
}

/* Hash table of functions by name: heads of chains. The size is a power of two. */
struct ftrace_index {
	struct ftrace_func *funcs;
	size_t *heads;
	size_t size;
};

static size_t ftrace_hash(const char *name, size_t length)
{
	uint32_t h = 2166136261U;	/* FNV-1a */

	for (size_t i = 0; i < length; i++)
		h = (h ^ (unsigned char)name[i]) * 16777619U;
	return h;
}

static int ftrace_index_make(struct ftrace_index *ix, struct ftrace_func *funcs, size_t n)
{
	ix->funcs = funcs;
	ix->size = 16;
	while (ix->size < 2 * n)
		ix->size *= 2;
	ix->heads = calloc(ix->size, sizeof(*ix->heads));
	if (!ix->heads)
		return -ENOMEM;
	for (size_t i = 0; i < ix->size; i++)
		ix->heads[i] = NONE;
	for (size_t i = 0; i < n; i++) {
		size_t *head = &ix->heads[ftrace_hash(funcs[i].symbol, strlen(funcs[i].symbol)) &
					  (ix->size - 1)];

		funcs[i].next = *head;
		*head = i;
	}
	return 0;
}

/* True if what follows the symbol names the object: nothing for vmlinux, else "[MODULE]". */
static bool ftrace_is_object(const char *between, const char *object)
{
	size_t length = strlen(object);

	between += strspn(between, " \t");
	if (STREQ(object, "vmlinux"))
		return *between == '\0';
	return between[0] == '[' && strncmp(between + 1, object, length) == 0 &&
	       between[length + 1] == ']';
}

/*
 * True for "direct-->NAME+..." or "direct(jmp)-->NAME+...", in the line or in one that follows, if
 * NAME is not a BPF trampoline.
 */
static bool ftrace_is_foreign(const char *text)
{
	const char *direct = strstr(text, "direct"), *arrow = direct ? strstr(direct, "-->") : NULL;

	/* without a name nothing is known of it */
	return arrow && strncmp(arrow + 3, "0x", 2) != 0 &&
	       strncmp(arrow + 3, "bpf_trampoline_", strlen("bpf_trampoline_")) != 0;
}

/*
 * "SYMBOL (COUNT) R I D ...", or "SYMBOL [MODULE] (COUNT) ...". There is a letter or a blank for
 * each flag, in this order on all kernels. Cuts the line after the module.
 */
static void ftrace_take_line(const struct ftrace_index *ix, char *line, size_t *last)
{
	char *count = strstr(line, " ("), *flags = count ? strchr(count, ')') : NULL;
	size_t length = strcspn(line, " \t");

	*last = NONE;
	if (!flags || strlen(flags) < strlen(") R I D"))
		return;
	*count = '\0';
	for (size_t i = ix->heads[ftrace_hash(line, length) & (ix->size - 1)]; i != NONE;
	     i = ix->funcs[i].next) {
		struct ftrace_func *f = &ix->funcs[i];

		if (strlen(f->symbol) != length || strncmp(f->symbol, line, length) != 0 ||
		    !ftrace_is_object(line + length, f->object))
			continue;
		f->enabled = true;
		f->redirected = f->redirected || flags[4] == 'I';
		f->direct = f->direct || flags[6] == 'D';
		f->foreign = f->foreign || ftrace_is_foreign(flags);
		if (*last == NONE)
			*last = i;
	}
}

/* A continuation of the line before, which applies to all functions of that name. */
static void ftrace_take_more(const struct ftrace_index *ix, const char *line, size_t last)
{
	if (last == NONE || !ftrace_is_foreign(line))
		return;
	for (size_t i = last; i != NONE; i = ix->funcs[i].next)
		if (strcmp(ix->funcs[i].symbol, ix->funcs[last].symbol) == 0 &&
		    strcmp(ix->funcs[i].object, ix->funcs[last].object) == 0)
			ix->funcs[i].foreign = true;
}

int ftrace_look_in(FILE *f, struct ftrace_func *funcs, size_t n)
{
	struct ftrace_index ix = { .size = 0 };
	_cleanup_free_ size_t *heads = NULL;
	_cleanup_free_ char *line = NULL;
	size_t room = 0, last = NONE;
	int r = ftrace_index_make(&ix, funcs, n);

	heads = ix.heads;
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		funcs[i].enabled = funcs[i].redirected = funcs[i].direct = funcs[i].foreign = false;
	errno = 0;
	while (getline(&line, &room, f) >= 0) {
		if (*line == '\t')
			ftrace_take_more(&ix, line, last);
		else
			ftrace_take_line(&ix, line, &last);
	}
	/* a list of which a part is missing would say of functions that nothing is called there */
	return feof(f) ? 0 : errno != 0 ? errno_negative() : -EIO;
}

int ftrace_look(struct ftrace_func *funcs, size_t n)
{
	_cleanup_fclose_ FILE *f = NULL;
	int r = -ENOENT;

	CAPS_SCOPE(CAPS_READ);

	for (size_t i = 0; i < ARRAY_SIZE(enabled_files) && !f; i++) {
		f = fopen(enabled_files[i], "re");
		/* the second place is often missing; what was wrong with the first says more */
		if (!f && r == -ENOENT)
			r = errno_negative();
	}
	return f ? ftrace_look_in(f, funcs, n) : r;
}
