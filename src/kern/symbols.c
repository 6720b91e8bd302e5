/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hash table of function names, filled once per change from two text files of the kernel of some
 * 200,000 lines each, asked a few times, thrown away. Open addressing over slots in one array; the
 * names live in blocks that are freed together. Knows the format of the two files and nothing else.
 * Symbols of modules, BPF programs and trampolines carry an owner in brackets: a table has those of
 * one owner, or those without.
 */
#include <string.h>

#include "kern/symbols.h"
#include "util/cleanup.h"

#define SLOTS_KERNEL	(1U << 18)	/* stock kernels stay below half of it */
#define SLOTS_MODULE	(1U << 12)
#define BLOCK_SIZE	(256 * 1024)

struct slot {
	const char *name;	/* NULL: empty */
	uint32_t hash;
	struct symbol_info info;
};

struct block {
	struct block *next;
	size_t used;
	char text[BLOCK_SIZE];
};

struct symbols {
	const char *module;	/* NULL: vmlinux */
	struct slot *slots;
	uint32_t n_slots;	/* a power of two */
	uint32_t n_used;
	struct block *blocks;
};

DEFINE_CLEANUP(struct symbols, symbols_free);

static uint32_t symbols_hash(const char *name, size_t length)
{
	uint32_t h = 2166136261U;	/* FNV-1a */

	for (size_t i = 0; i < length; i++)
		h = (h ^ (unsigned char)name[i]) * 16777619U;
	return h;
}

int symbols_new(const char *module, struct symbols **ret)
{
	_cleanup_(symbols_freep) struct symbols *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->module = module;
	s->n_slots = module ? SLOTS_MODULE : SLOTS_KERNEL;
	s->slots = calloc(s->n_slots, sizeof(*s->slots));
	if (!s->slots)
		return -ENOMEM;
	*ret = TAKE_PTR(s);
	return 0;
}

struct symbols *symbols_free(struct symbols *s)
{
	if (!s)
		return NULL;
	while (s->blocks) {
		struct block *b = s->blocks;

		s->blocks = b->next;
		free(b);
	}
	free(s->slots);
	free(s);
	return NULL;
}

/* The slot of the name, or the empty one where it belongs. There is always an empty one. */
static struct slot *symbols_slot(const struct symbols *s, const char *name, size_t length,
				 uint32_t hash)
{
	for (uint32_t i = hash & (s->n_slots - 1);; i = (i + 1) & (s->n_slots - 1)) {
		struct slot *slot = &s->slots[i];

		if (!slot->name ||
		    (slot->hash == hash && strncmp(slot->name, name, length) == 0 &&
		     slot->name[length] == '\0'))
			return slot;
	}
}

static int symbols_grow(struct symbols *s)
{
	struct symbols bigger = { .n_slots = s->n_slots * 2 };

	bigger.slots = calloc(bigger.n_slots, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < s->n_slots; i++) {
		const struct slot *old = &s->slots[i];

		if (old->name)
			*symbols_slot(&bigger, old->name, strlen(old->name), old->hash) = *old;
	}
	free(s->slots);
	s->slots = bigger.slots;
	s->n_slots = bigger.n_slots;
	return 0;
}

static const char *symbols_keep(struct symbols *s, const char *name, size_t length)
{
	struct block *b = s->blocks;
	char *p;

	if (length >= BLOCK_SIZE)
		return NULL;
	if (!b || BLOCK_SIZE - b->used <= length) {
		b = malloc(sizeof(*b));
		if (!b)
			return NULL;
		b->used = 0;
		b->next = s->blocks;
		s->blocks = b;
	}
	p = b->text + b->used;
	memcpy(p, name, length);
	p[length] = '\0';
	b->used += length + 1;
	return p;
}

/* What is known of the name, to be added to; NULL without memory. */
static struct symbol_info *symbols_add(struct symbols *s, const char *name, size_t length)
{
	uint32_t hash = symbols_hash(name, length);
	struct slot *slot;

	if (s->n_used >= s->n_slots / 4 * 3 && symbols_grow(s) < 0)
		return NULL;
	slot = symbols_slot(s, name, length, hash);
	if (!slot->name) {
		slot->name = symbols_keep(s, name, length);
		if (!slot->name)
			return NULL;
		slot->hash = hash;
		s->n_used++;
	}
	return &slot->info;
}

/* Length of `name` in "name.isra.0"; 0 if the compiler made no clone of a function here. */
static size_t symbols_clone_of(const char *name)
{
	static const char *const suffixes[] = { ".isra.", ".constprop.", ".part." };
	const char *dot = strchr(name, '.');

	for (size_t i = 0; dot && i < ARRAY_SIZE(suffixes); i++) {
		if (strncmp(dot, suffixes[i], strlen(suffixes[i])) == 0)
			return (size_t)(dot - name);
	}
	return 0;
}

/* What follows a name in a line, " [module]" or nothing, says that it is one of ours. */
static bool symbols_is_owner(const struct symbols *s, const char *rest)
{
	size_t length = s->module ? strlen(s->module) : 0;

	if (!s->module)
		return !strchr(rest, '[');
	rest += strspn(rest, " \t");
	return rest[0] == '[' && strncmp(rest + 1, s->module, length) == 0 && rest[length + 1] == ']';
}

/* One line "ffffffff81000000 T name" or "... t name\t[module]". */
static int symbols_add_kallsyms_line(struct symbols *s, char *line)
{
	struct symbol_info *info;
	char *type, *name, *rest;
	size_t length;

	type = strchr(line, ' ');
	if (!type || type[1] == '\0' || type[2] != ' ')
		return 0;
	name = type + 3;
	rest = name + strcspn(name, "\t\n");
	if (!strchr("tTwW", type[1]) || !symbols_is_owner(s, rest))
		return 0;
	*rest = '\0';

	info = symbols_add(s, name, strlen(name));
	if (!info)
		return -ENOMEM;
	info->n_text++;
	length = symbols_clone_of(name);
	if (length > 0) {
		info = symbols_add(s, name, length);
		if (!info)
			return -ENOMEM;
		info->n_clones++;
	}
	return 0;
}

/* One line "name" or "name [module]". */
static int symbols_add_traceable_line(struct symbols *s, char *line)
{
	size_t length = strcspn(line, " \t\n");
	struct symbol_info *info;

	if (length == 0 || !symbols_is_owner(s, line + length))
		return 0;
	info = symbols_add(s, line, length);
	if (!info)
		return -ENOMEM;
	info->traceable = true;
	return 0;
}

static int symbols_read(struct symbols *s, FILE *f,
			int (*add_line)(struct symbols *s, char *line))
{
	_cleanup_free_ char *line = NULL;
	size_t room = 0;
	int r;

	while (getline(&line, &room, f) >= 0) {
		r = add_line(s, line);
		if (r < 0)
			return r;
	}
	return ferror(f) ? -EIO : 0;
}

int symbols_read_kallsyms(struct symbols *s, FILE *f)
{
	return symbols_read(s, f, symbols_add_kallsyms_line);
}

int symbols_read_traceable(struct symbols *s, FILE *f)
{
	return symbols_read(s, f, symbols_add_traceable_line);
}

struct symbol_info symbols_find(const struct symbols *s, const char *name)
{
	size_t length = strlen(name);
	const struct slot *slot = symbols_slot(s, name, length, symbols_hash(name, length));

	return slot->name ? slot->info : (struct symbol_info){};
}
