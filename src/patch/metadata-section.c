// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parses the metadata of a patch, from the bytes of its section to struct meta.
 *
 * Owns the grammar of klp/meta.h: one table of keys, one function per key, and the rules about
 * several records (which must exist, which may occur only once). A struct meta made here has passed
 * all of them, so no other file checks names, lengths or counts again.
 *
 * There are two passes. The first looks only for format=. A file made by newer tools may have keys
 * and values that klpd does not know, and it should be reported as newer, not as broken. The second
 * parses every record. Pure: no system call, and `data` is never read beyond `size`.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "patch/metadata.h"
#include "patch/metadata-text.h"
#include "util/cleanup.h"
#include "util/macro.h"

DEFINE_CLEANUP(struct meta, meta_free);

enum meta_key {
	KEY_FORMAT,
	KEY_NAME,
	KEY_VERSION,
	KEY_DESCRIPTION,
	KEY_REF,
	KEY_REPLACE,
	KEY_STRICT,
	KEY_CONSISTENCY,
	KEY_SET,
	KEY_STICKY,
	KEY_FUNC,
	KEY_STATE,
	KEY_CALLBACK,
	KEY_STRUCT_OPS,
	_KEY_MAX
};

struct parser {
	struct meta *meta;
	unsigned int seen;	/* bits: 1 << enum meta_key */
	const char *record;	/* the record being parsed */
	struct report *report;
};

/* Report that the current record breaks `rule`. */
static int record_refuse(struct parser *p, const char *rule)
{
	char quoted[META_TEXT_QUOTED];

	return report_set(p->report, OUTCOME_META_INVALID, "Metadata record '%s': %s",
			  meta_text_quote(p->record, quoted), rule);
}

static int string_take(const char *value, char **ret)
{
	char *copy = strdup(value);

	if (!copy)
		return -ENOMEM;
	*ret = copy;
	return 0;
}

/* Make room for one more zeroed element. The caller counts it. */
static int array_grow(struct parser *p, void *array, size_t n, size_t max, size_t size,
		      const char *rule)
{
	char *bigger;

	if (n >= max)
		return record_refuse(p, rule);
	bigger = reallocarray(*(void **)array, n + 1, size);
	if (!bigger)
		return -ENOMEM;
	memset(bigger + n * size, 0, size);
	*(void **)array = bigger;
	return 0;
}

static int parse_format(struct parser *p, const char *value)
{
	uint64_t format;

	if (!meta_text_decimal(value, UINT64_MAX, &format) || format == 0)
		return record_refuse(p, "the format is not a number");
	if (format > KLP_META_FORMAT)
		return report_set(p->report, OUTCOME_META_NEWER,
				  "The metadata is of format %" PRIu64 ", this klpd knows up to %d",
				  format, KLP_META_FORMAT);
	return 0;
}

static int parse_name(struct parser *p, const char *value)
{
	if (!meta_name_valid(value))
		return record_refuse(p, "a name is [a-z0-9][a-z0-9_-]* and shorter than "
				     "64 characters");
	return string_take(value, &p->meta->name);
}

static int parse_version(struct parser *p, const char *value)
{
	if (strlen(value) >= KLP_VERSION_LEN || !meta_text_ascii(value, true))
		return record_refuse(p, "a version is printable, without blanks and shorter than "
				     "32 characters");
	return string_take(value, &p->meta->version);
}

static int parse_description(struct parser *p, const char *value)
{
	if (strlen(value) >= KLP_TEXT_LEN || !meta_text_line(value))
		return record_refuse(p, "a description is one line of printable text, shorter than "
				     "256 bytes");
	return string_take(value, &p->meta->description);
}

static int parse_ref(struct parser *p, const char *value)
{
	struct meta *m = p->meta;
	int r;

	if (strlen(value) >= KLP_TEXT_LEN || !meta_text_ascii(value, false))
		return record_refuse(p, "a reference is printable ASCII, shorter than 256 "
				     "characters");
	r = array_grow(p, &m->refs, m->n_refs, KLP_REFS_MAX, sizeof(*m->refs),
		       "more than 64 references");
	if (r != 0)
		return r;
	r = string_take(value, &m->refs[m->n_refs]);
	if (r == 0)
		m->n_refs++;
	return r;
}

static int parse_yes_no(struct parser *p, const char *value, bool *ret)
{
	if (!STREQ(value, "yes") && !STREQ(value, "no"))
		return record_refuse(p, "the value is neither yes nor no");
	*ret = STREQ(value, "yes");
	return 0;
}

static int parse_replace(struct parser *p, const char *value)
{
	return parse_yes_no(p, value, &p->meta->replace);
}

static int parse_strict(struct parser *p, const char *value)
{
	return parse_yes_no(p, value, &p->meta->strict);
}

static int parse_consistency(struct parser *p, const char *value)
{
	if (!STREQ(value, "any") && !STREQ(value, "per-task"))
		return record_refuse(p, "the value is neither any nor per-task");
	p->meta->per_task_only = STREQ(value, "per-task");
	return 0;
}

static int check_object(struct parser *p, const char *object)
{
	if (strlen(object) >= KLP_OBJECT_LEN || !meta_text_module(object))
		return record_refuse(p, "an object is vmlinux or the name of a module");
	return 0;
}

static int check_program(struct parser *p, const char *program)
{
	if (strlen(program) >= KLP_PROG_LEN || !meta_text_identifier(program, ""))
		return record_refuse(p, "a program is a C identifier shorter than 128 characters");
	return 0;
}

/* The set without a name is called "default", so no set may have that name. */
static int parse_set(struct parser *p, const char *value)
{
	if (!meta_name_valid(value) || STREQ(value, "default"))
		return record_refuse(p, "a set is [a-z0-9][a-z0-9_-]*, shorter than 64 characters, "
				     "and not 'default', which is the one without a name");
	return string_take(value, &p->meta->set);
}

static int parse_sticky(struct parser *p, const char *value)
{
	return parse_yes_no(p, value, &p->meta->sticky);
}

/* Fills *f. On an error *f may be incomplete, and the caller frees its strings. */
static int func_fill(struct parser *p, char **fields, struct meta_func *f)
{
	uint64_t sympos;
	int body = body_kind_from_string(fields[2]), r;

	r = check_object(p, fields[0]);
	if (r == 0)
		r = check_program(p, fields[4]);
	if (r != 0)
		return r;
	if (!meta_text_decimal(fields[1], UINT32_MAX, &sympos))
		return record_refuse(p, "a symbol position is a decimal number");
	if (body < 0)
		return record_refuse(p, "a body is fmod_ret, guard or override");
	if (strlen(fields[3]) >= KLP_SYMBOL_LEN || !meta_text_identifier(fields[3], ".$"))
		return record_refuse(p, "this is not the name of a kernel function");

	f->sympos = (uint32_t)sympos;
	f->body = (enum body_kind)body;
	r = string_take(fields[0], &f->object);
	if (r == 0)
		r = string_take(fields[3], &f->symbol);
	if (r == 0)
		r = string_take(fields[4], &f->program);
	return r;
}

static int parse_func(struct parser *p, const char *value)
{
	_cleanup_free_ char *copy = strdup(value);
	struct meta *m = p->meta;
	struct meta_func *f;
	char *fields[5];
	int r;

	if (!copy)
		return -ENOMEM;
	if (!meta_text_split(copy, fields, ARRAY_SIZE(fields)))
		return record_refuse(p, "not OBJECT:SYMPOS:BODY:SYMBOL:PROGRAM");
	r = array_grow(p, &m->funcs, m->n_funcs, KLP_FUNCS_MAX, sizeof(*f),
		       "more than 256 functions");
	if (r != 0)
		return r;
	f = &m->funcs[m->n_funcs++];
	r = func_fill(p, fields, f);
	if (r != 0)
		return r;
	for (size_t i = 0; i + 1 < m->n_funcs; i++)
		if (meta_func_same(&m->funcs[i], f))
			return record_refuse(p, "the function stands there twice (positions 0 and "
					     "1 are the same)");
	return 0;
}

static int parse_state(struct parser *p, const char *value)
{
	_cleanup_free_ char *copy = strdup(value);
	struct meta *m = p->meta;
	uint64_t id, version;
	char *fields[2];
	int r;

	if (!copy)
		return -ENOMEM;
	if (!meta_text_split(copy, fields, ARRAY_SIZE(fields)))
		return record_refuse(p, "not ID:VERSION");
	if (!meta_text_decimal(fields[0], UINT64_MAX, &id) || id == 0)
		return record_refuse(p, "a state's id is a decimal number from 1 to 2^64-1");
	if (!meta_text_decimal(fields[1], UINT32_MAX, &version))
		return record_refuse(p, "a state's version is a decimal number from 0 to 2^32-1");
	for (size_t i = 0; i < m->n_states; i++)
		if (m->states[i].id == id)
			return record_refuse(p, "the state stands there twice");
	r = array_grow(p, &m->states, m->n_states, KLP_STATES_MAX, sizeof(*m->states),
		       "more than 64 states");
	if (r != 0)
		return r;
	m->states[m->n_states++] = (struct meta_state){ .id = id, .version = (uint32_t)version };
	return 0;
}

static int parse_callback(struct parser *p, const char *value)
{
	_cleanup_free_ char *copy = strdup(value);
	struct meta *m = p->meta;
	struct meta_callback *c;
	char *fields[3];
	int kind, r;

	if (!copy)
		return -ENOMEM;
	if (!meta_text_split(copy, fields, ARRAY_SIZE(fields)))
		return record_refuse(p, "not OBJECT:WHEN:PROGRAM");
	r = check_object(p, fields[0]);
	if (r == 0)
		r = check_program(p, fields[2]);
	if (r != 0)
		return r;
	kind = callback_kind_from_string(fields[1]);
	if (kind < 0)
		return record_refuse(p, "a callback is pre_patch, post_patch, pre_unpatch or "
				     "post_unpatch");
	for (size_t i = 0; i < m->n_callbacks; i++)
		if ((int)m->callbacks[i].kind == kind && STREQ(m->callbacks[i].object, fields[0]))
			return record_refuse(p, "the callback stands there twice for this object");
	r = array_grow(p, &m->callbacks, m->n_callbacks, KLP_CALLBACKS_MAX, sizeof(*c),
		       "more than 64 callbacks");
	if (r != 0)
		return r;
	c = &m->callbacks[m->n_callbacks++];
	c->kind = (enum callback_kind)kind;
	r = string_take(fields[0], &c->object);
	return r != 0 ? r : string_take(fields[2], &c->program);
}

/* Fills *t. On an error *t may be incomplete, and the caller frees its strings. */
static int struct_ops_fill(struct parser *p, char **fields, struct meta_struct_ops *t)
{
	int r;

	if (strlen(fields[0]) >= KLP_STRUCT_OPS_TYPE_LEN || !meta_text_identifier(fields[0], ""))
		return record_refuse(p, "a struct_ops instance's type is a C identifier "
				     "shorter than 64 characters");
	if (strlen(fields[1]) >= KLP_STRUCT_OPS_NAME_LEN ||
	    strspn(fields[1], "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.") !=
		    strlen(fields[1]))
		return record_refuse(
			p, "a struct_ops instance's name is [A-Za-z0-9_.]* and shorter than 64 "
			   "characters");
	if (strlen(fields[2]) >= KLP_PROG_LEN || !meta_text_identifier(fields[2], ""))
		return record_refuse(
			p, "a struct_ops instance's variable is a C identifier shorter than 128 "
			   "characters");
	r = string_take(fields[0], &t->type);
	if (r == 0)
		r = string_take(fields[1], &t->name);
	return r == 0 ? string_take(fields[2], &t->map) : r;
}

static int parse_struct_ops(struct parser *p, const char *value)
{
	_cleanup_free_ char *copy = strdup(value);
	struct meta *m = p->meta;
	struct meta_struct_ops *t;
	char *fields[3];
	int r;

	if (!copy)
		return -ENOMEM;
	if (!meta_text_split(copy, fields, ARRAY_SIZE(fields)))
		return record_refuse(p, "not TYPE:NAME:VARIABLE");
	r = array_grow(p, &m->struct_ops, m->n_struct_ops, KLP_STRUCT_OPS_MAX, sizeof(*t),
		       "more than 16 struct_ops instances");
	if (r != 0)
		return r;
	t = &m->struct_ops[m->n_struct_ops++];
	r = struct_ops_fill(p, fields, t);
	for (size_t i = 0; r == 0 && i + 1 < m->n_struct_ops; i++)
		if (meta_struct_ops_same(&m->struct_ops[i], t) ||
		    STREQ(m->struct_ops[i].map, t->map))
			r = record_refuse(p, "the instance or its variable stands there twice");
	return r;
}

static const struct {
	const char *name;
	bool once;
	bool needed;
	int (*parse)(struct parser *p, const char *value);
} keys[] = {
	[KEY_FORMAT]		= { "format", true, true, parse_format },
	[KEY_NAME]		= { "name", true, true, parse_name },
	[KEY_VERSION]		= { "version", true, true, parse_version },
	[KEY_DESCRIPTION]	= { "description", true, false, parse_description },
	[KEY_REF]		= { "ref", false, false, parse_ref },
	[KEY_REPLACE]		= { "replace", true, false, parse_replace },
	[KEY_STRICT]		= { "strict", true, false, parse_strict },
	[KEY_CONSISTENCY]	= { "consistency", true, false, parse_consistency },
	[KEY_SET]		= { "set", true, false, parse_set },
	[KEY_STICKY]		= { "sticky", true, false, parse_sticky },
	[KEY_FUNC]		= { "func", false, false, parse_func },
	[KEY_STATE]		= { "state", false, false, parse_state },
	[KEY_CALLBACK]		= { "callback", false, false, parse_callback },
	[KEY_STRUCT_OPS]		= { "table", false, false, parse_struct_ops },
};
_Static_assert(ARRAY_SIZE(keys) == _KEY_MAX, "a key without a parser");

/* The key of a record and the start of its value; -ENOENT: unknown key. */
static int record_key(const char *record, const char **ret_value)
{
	for (int i = 0; i < _KEY_MAX; i++) {
		size_t n = strlen(keys[i].name);

		if (strncmp(record, keys[i].name, n) == 0 && record[n] == '=') {
			*ret_value = record + n + 1;
			return i;
		}
	}
	return -ENOENT;
}

static int record_parse(struct parser *p)
{
	const char *value;
	int key = record_key(p->record, &value);

	if (key < 0)
		return record_refuse(p, strchr(p->record, '=') ? "unknown key" : "not key=value");
	if (keys[key].once && (p->seen & 1u << key))
		return record_refuse(p, "the key may stand only once");
	if (!*value)
		return record_refuse(p, "the value is empty");
	p->seen |= 1u << key;
	return keys[key].parse(p, value);
}

/* Pass one: refuse an unknown format. Duplicates are left to pass two. */
static int section_check_format(struct parser *p, const char *data, size_t size)
{
	const char *value;

	for (size_t at = 0; at < size; at += strlen(data + at) + 1) {
		p->record = data + at;
		if (record_key(p->record, &value) == KEY_FORMAT)
			return parse_format(p, value);
	}
	return 0;
}

static int section_parse(struct parser *p, const char *data, size_t size)
{
	int r = section_check_format(p, data, size);

	/* empty strings are padding that compilers put between variables */
	for (size_t at = 0; r == 0 && at < size; at += strlen(data + at) + 1) {
		p->record = data + at;
		if (*p->record)
			r = record_parse(p);
	}
	if (r != 0)
		return r;
	for (int i = 0; i < _KEY_MAX; i++)
		if (keys[i].needed && !(p->seen & 1u << i))
			return report_set(p->report, OUTCOME_META_INVALID,
					  "The metadata has no %s= record", keys[i].name);
	if (p->meta->n_funcs + p->meta->n_struct_ops == 0)
		return report_set(p->report, OUTCOME_META_INVALID,
				  "The metadata has neither a func= nor a table= record");
	/* states tell a replacing patch what cannot be undone, so a sticky patch needs one */
	if (p->meta->sticky && p->meta->n_states == 0)
		return report_set(p->report, OUTCOME_META_INVALID,
				  "The patch is sticky and has no state= record, which would say "
				  "what cannot be undone");
	return 0;
}

/* Apply defaults for absent records. */
static int section_defaults(struct parser *p)
{
	struct meta *m = p->meta;
	int r = 0;

	for (size_t i = 0; i < m->n_refs && !(p->seen & 1u << KEY_STRICT); i++)
		m->strict = m->strict || STR_HAS_PREFIX(m->refs[i], "CVE-");
	if (!m->description)
		r = string_take("", &m->description);
	if (r == 0 && !m->set)
		r = string_take("", &m->set);
	return r;
}

int meta_from_section(const void *data, size_t size, struct meta **ret, struct report *report)
{
	_cleanup_(meta_freep) struct meta *m = NULL;
	struct parser p = { .report = report };
	int r;

	if (size > KLP_META_MAX)
		return report_set(report, OUTCOME_META_INVALID,
				  "The metadata has %zu bytes, more than the %d allowed", size,
				  KLP_META_MAX);
	if (size > 0 && ((const char *)data)[size - 1] != '\0')
		return report_set(report, OUTCOME_META_INVALID,
				  "The last record of the metadata has no end");
	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	p.meta = m;
	r = section_parse(&p, data, size);
	if (r == 0)
		r = section_defaults(&p);
	if (r != 0) {
		report_names(report, m->name, NULL, NULL);
		return r;
	}
	*ret = TAKE_PTR(m);
	return 0;
}
