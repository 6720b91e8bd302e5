/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hash table of function names. It is filled once per change from two text files of the kernel
 * with some 200,000 lines each, queried a few times and thrown away. Knows the format of the two
 * files and nothing else.
 *
 * 1. Slots: open addressing in one array. The names live in blocks that are freed together.
 * 2. Entries: the functions in the order of the file, with addresses; those of one name are a
 *    chain.
 * 3. Sorted: an index by address, in which the names of one function are adjacent.
 *
 * Where the kernel hides addresses (kernel.kptr_restrict=2) all of them read as 0, and other names
 * of a function are not known. Symbols of modules, BPF programs and trampolines carry an owner in
 * brackets. A table has the symbols of one owner, or those without an owner.
 */
#include <string.h>

#include "kern/symbols.h"
#include "util/cleanup.h"

#define SLOTS_KERNEL	(1U << 18)	/* stock kernels stay below half of it */
#define SLOTS_MODULE	(1U << 12)
#define BLOCK_SIZE	(256 * 1024)

#define NO_ENTRY	UINT32_MAX
#define ENTRY_OFFSET	4 /* bytes of an ENDBR, which may precede what ftrace changes */

struct slot {
	const char *name;	/* NULL: empty */
	uint32_t hash;
	uint32_t first, last;	/* entries of this name; NO_ENTRY: none */
	struct symbol_info info;
};

struct entry {			/* a name of a function */
	uint64_t addr;
	const char *name;
	const char *listed;	/* its name in ftrace; NULL: not traceable */
	uint32_t next;		/* next entry of this name */
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
	struct entry *entries;	/* in the order of the file */
	uint32_t *sorted;	/* by address; NULL: not sorted yet */
	uint32_t n_entries, room;
	bool addressed;		/* the kernel does not hide addresses */
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
	free(s->entries);
	free(s->sorted);
	free(s->slots);
	free(s);
	return NULL;
}

/* The slot of the name, or the empty slot where it belongs. At least one slot is always empty. */
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

/* The slot of the name, which is added if it is new; NULL: no memory. */
static struct slot *symbols_add(struct symbols *s, const char *name, size_t length)
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
		slot->first = slot->last = NO_ENTRY;
		s->n_used++;
	}
	return slot;
}

static int symbols_add_entry(struct symbols *s, struct slot *slot, uint64_t addr)
{
	if (s->n_entries == s->room) {
		uint32_t room = MAX(s->room * 2, 1024U);
		struct entry *more = reallocarray(s->entries, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		s->entries = more;
		s->room = room;
	}
	s->entries[s->n_entries] = (struct entry){ addr, slot->name, NULL, NO_ENTRY };
	if (slot->first == NO_ENTRY)
		slot->first = s->n_entries;
	else
		s->entries[slot->last].next = s->n_entries;
	slot->last = s->n_entries++;
	slot->info.n_text++;
	s->addressed = s->addressed || addr != 0;
	return 0;
}

/* Length of `name` in "name.isra.0"; 0 if the name is not that of a compiler's clone. */
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

/* True if the rest of a line, " [module]" or nothing, is the owner of this table. */
static bool symbols_is_owner(const struct symbols *s, const char *rest)
{
	size_t length = s->module ? strlen(s->module) : 0;

	if (!s->module)
		return !strchr(rest, '[');
	rest += strspn(rest, " \t");
	return rest[0] == '[' && strncmp(rest + 1, s->module, length) == 0 &&
	       rest[length + 1] == ']';
}

/* One line "ffffffff81000000 T name" or "... t name\t[module]". */
static int symbols_add_kallsyms_line(struct symbols *s, char *line)
{
	char *type, *name, *rest;
	struct slot *slot;
	size_t length;

	type = strchr(line, ' ');
	if (!type || type[1] == '\0' || type[2] != ' ')
		return 0;
	/* half of the lines are data */
	if (!strchr("tTwW", type[1]))
		return 0;
	name = type + 3;
	rest = name + strcspn(name, "\t\n");
	if (!symbols_is_owner(s, rest))
		return 0;
	*rest = '\0';

	slot = symbols_add(s, name, strlen(name));
	if (!slot || symbols_add_entry(s, slot, strtoull(line, NULL, 16)) < 0)
		return -ENOMEM;
	length = symbols_clone_of(name);
	if (length > 0) {
		slot = symbols_add(s, name, length);
		if (!slot)
			return -ENOMEM;
		slot->info.n_clones++;
	}
	return 0;
}

static int entry_compare(const void *a, const void *b, void *userdata)
{
	const struct symbols *s = userdata;
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;

	if (s->entries[i].addr != s->entries[j].addr)
		return s->entries[i].addr < s->entries[j].addr ? -1 : 1;
	return i < j ? -1 : i > j;
}

/* The entries of vmlinux are in order already, which one pass confirms. */
static int symbols_sort(struct symbols *s)
{
	bool in_order = true;

	if (s->sorted)
		return 0;
	s->sorted = calloc(s->n_entries + 1, sizeof(*s->sorted));
	if (!s->sorted)
		return -ENOMEM;
	for (uint32_t i = 0; i < s->n_entries; i++) {
		s->sorted[i] = i;
		in_order = in_order && (i == 0 || s->entries[i - 1].addr <= s->entries[i].addr);
	}
	if (!in_order)
		qsort_r(s->sorted, s->n_entries, sizeof(*s->sorted), entry_compare, s);
	return 0;
}

/* Where the names of this address begin in `sorted`. */
static uint32_t symbols_lower(const struct symbols *s, uint64_t addr)
{
	uint32_t low = 0, high = s->n_entries;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (s->entries[s->sorted[middle]].addr < addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const char *symbols_find_name(const struct symbols *s, uint64_t addr, size_t i)
{
	uint32_t at;

	if (!s->addressed || !s->sorted || i >= s->n_entries)
		return NULL;
	at = symbols_lower(s, addr) + (uint32_t)i;
	if (at >= s->n_entries || s->entries[s->sorted[at]].addr != addr)
		return NULL;
	return s->entries[s->sorted[at]].name;
}

/* One line "name" or "name [module]". */
static int symbols_add_traceable_line(struct symbols *s, char *line)
{
	size_t length = strcspn(line, " \t\n");
	struct slot *slot;

	if (length == 0 || !symbols_is_owner(s, line + length))
		return 0;
	slot = symbols_add(s, line, length);
	if (!slot)
		return -ENOMEM;
	slot->info.traceable = true;
	/* the line does not say which of several functions of this name it means */
	for (uint32_t i = slot->first; i != NO_ENTRY; i = s->entries[i].next)
		s->entries[i].listed = slot->name;
	return 0;
}

/* Mark all names of the function at this address as traceable. */
static void symbols_mark(struct symbols *s, uint64_t addr, const char *listed)
{
	for (uint32_t at = symbols_lower(s, addr);
	     at < s->n_entries && s->entries[s->sorted[at]].addr == addr; at++) {
		struct entry *e = &s->entries[s->sorted[at]];

		e->listed = listed;
		symbols_slot(s, e->name, strlen(e->name),
			     symbols_hash(e->name, strlen(e->name)))->info.traceable = true;
	}
}

/* One line "ADDRESS name" or "ADDRESS name [module]". */
static int symbols_add_traceable_addr(struct symbols *s, char *line)
{
	char *name = strchr(line, ' ');
	uint64_t addr = strtoull(line, NULL, 16);
	struct slot *slot;
	size_t length;

	if (!name)
		return 0;
	name++;
	if (!s->addressed)
		return symbols_add_traceable_line(s, name);
	length = strcspn(name, " \t\n");
	if (length == 0 || !symbols_is_owner(s, name + length))
		return 0;
	slot = symbols_add(s, name, length);
	if (!slot)
		return -ENOMEM;
	symbols_mark(s, addr, slot->name);
	symbols_mark(s, addr - ENTRY_OFFSET, slot->name);
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
	int r = symbols_sort(s);

	return r < 0 ? r : symbols_read(s, f, symbols_add_traceable_line);
}

int symbols_read_traceable_addrs(struct symbols *s, FILE *f)
{
	int r = symbols_sort(s);

	return r < 0 ? r : symbols_read(s, f, symbols_add_traceable_addr);
}

static uint64_t symbols_addr(const struct symbols *s, const char *name)
{
	const struct slot *slot = symbols_slot(s, name, strlen(name),
					       symbols_hash(name, strlen(name)));

	return slot->name && slot->first != NO_ENTRY ? s->entries[slot->first].addr : 0;
}

static enum symbol_part symbols_part(const struct symbols *s, uint64_t addr)
{
	static const struct {
		const char *begin, *end;
		enum symbol_part part;
	} parts[] = {
		{ "_sinittext", "_einittext", PART_INIT },
		{ "__noinstr_text_start", "__noinstr_text_end", PART_NOINSTR },
		{ "__entry_text_start", "__entry_text_end", PART_NOINSTR },
		{ "__cpuidle_text_start", "__cpuidle_text_end", PART_NOINSTR },
	};

	for (size_t i = 0; addr != 0 && i < ARRAY_SIZE(parts); i++)
		if (addr >= symbols_addr(s, parts[i].begin) && addr < symbols_addr(s, parts[i].end))
			return parts[i].part;
	return PART_ORDINARY;
}

int symbols_find_place(const struct symbols *s, const char *name, uint32_t sympos,
		       struct symbol_place *ret)
{
	size_t length = strlen(name);
	const struct slot *slot = symbols_slot(s, name, length, symbols_hash(name, length));
	uint32_t i = slot->name ? slot->first : NO_ENTRY;
	const struct entry *e;

	for (uint32_t n = 1; i != NO_ENTRY && n < sympos; n++)
		i = s->entries[i].next;
	if (i == NO_ENTRY)
		return -ENOENT;
	e = &s->entries[i];
	*ret = (struct symbol_place){
		.addr = e->addr,
		.traceable = e->listed != NULL,
		.listed = e->listed,
		.part = e->listed ? PART_ORDINARY : symbols_part(s, e->addr),
	};
	return 0;
}

struct symbol_info symbols_find(const struct symbols *s, const char *name)
{
	size_t length = strlen(name);
	const struct slot *slot = symbols_slot(s, name, length, symbols_hash(name, length));

	return slot->name ? slot->info : (struct symbol_info){};
}
