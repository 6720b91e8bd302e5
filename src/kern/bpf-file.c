/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One patch file in libbpf, in a fixed order:
 *
 * 1. open: nothing reaches the kernel;
 * 2. select the programs that the metadata names; what is not selected is never loaded;
 * 3. load: write struct klp_self, then verify.
 *
 * Freeing the file closes its programs and maps; the kernel frees those without other references.
 *
 * libbpf trusts its input more than a patch file deserves, so this runs in a process of its own
 * (loader.c), except in the fuzzer. The BTF is nevertheless checked before libbpf sees it.
 *
 * Each selected program has a log buffer of its own. libbpf closes everything after a failed load,
 * so only the logs show which program failed. The kernel keeps the end of a log that is too long;
 * the reason is at the end.
 *
 * A file may ask libbpf for more than a patch needs (pinned maps, other struct_ops instances of the
 * kernel). Such requests are refused or ignored, so a load has no effect except programs and maps
 * held by fd.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <string.h>

#include "kern/body-map.h"
#include "kern/body-self.h"
#include "kern/bpf-log.h"
#include "kern/caps.h"
#include "patch/elf-file.h"
#include "kern/object-ops.h"
#include "kern/bpf-file.h"
#include "kern/func-ops-type.h"
#include "kern/program-hook.h"
#include "patch/metadata.h"
#include "util/cleanup.h"
#include "util/errno-util.h"

#define LOG_SIZE	(256 * 1024)

struct selected {
	struct bpf_program *program;
	struct bpf_map *ops;	/* of a callback, NULL otherwise */
	struct body_map *body;	/* of a guard or override body, NULL otherwise */
	char *object;
	char *symbol;		/* NULL for a callback */
	uint32_t btf_id;	/* of an fmod_ret body's function, 0 otherwise */
	char *log;
};

struct bpf_file {
	struct bpf_object *bpf;
	struct selected *selected;
	size_t n_selected;
	bool has_bodies, loaded;
	void (*progress)(void);
};

DEFINE_CLEANUP(struct bpf_file, bpf_file_free);
DEFINE_CLEANUP(struct body_map, body_map_free);

/* Refuse or disable what the file asks for and a patch may not have. */
static int bpf_file_restrain(struct bpf_file *o, struct report *report)
{
	struct bpf_program *program;
	struct bpf_map *map;

	bpf_object__for_each_program(program, o->bpf)
		(void)bpf_program__set_autoload(program, false);
	bpf_object__for_each_map(map, o->bpf) {
		if (bpf_map__pin_path(map))
			return report_set(report, OUTCOME_META_INVALID,
					  "map '%s' asks to be pinned, which a patch may not",
					  bpf_map__name(map));
		if (bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS)
			(void)bpf_map__set_autocreate(map, false);
	}
	return 0;
}

int bpf_file_open(const void *data, size_t size, const char *name, struct bpf_file **ret,
		struct report *report)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = name);
	_cleanup_(bpf_file_freep) struct bpf_file *o = calloc(1, sizeof(*o));
	int r;

	if (!o)
		return -ENOMEM;
	bpf_log_begin();
	r = elf_file_check_btf(data, size, report);
	if (r == 0)
		r = program_hook_register();
	if (r != 0)
		return r;
	o->bpf = bpf_object__open_mem(data, size, &opts);
	if (!o->bpf) {
		_cleanup_free_ char *telling = NULL;

		r = errno_negative();
		if (r == -ENOMEM)
			return r;
		telling = bpf_log_telling(bpf_log_messages());
		return report_set(report, OUTCOME_META_INVALID,
				  "the file is no usable BPF object: %s", telling ?: strerror(-r));
	}
	r = bpf_file_restrain(o, report);
	if (r == 0)
		*ret = TAKE_PTR(o);
	return r;
}

struct bpf_file *bpf_file_free(struct bpf_file *o)
{
	if (!o)
		return NULL;
	bpf_object__close(o->bpf);
	for (size_t i = 0; i < o->n_selected; i++) {
		body_map_free(o->selected[i].body);
		free(o->selected[i].object);
		free(o->selected[i].symbol);
		free(o->selected[i].log);
	}
	free(o->selected);
	free(o);
	return NULL;
}

const struct btf *bpf_file_btf(const struct bpf_file *o)
{
	return bpf_object__btf(o->bpf);
}

/* Add the program, with what a report of its failure will need; symbol may be NULL. */
static int bpf_file_add_program(struct bpf_file *o, struct bpf_program *program,
				struct bpf_map *ops, const char *object, const char *symbol)
{
	_cleanup_free_ char *name = strdup(object), *copy = symbol ? strdup(symbol) : NULL,
			    *log = malloc(LOG_SIZE);
	struct selected *more;
	int r;

	if (!name || (symbol && !copy) || !log)
		return -ENOMEM;
	log[0] = '\0';
	more = reallocarray(o->selected, o->n_selected + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	o->selected = more;
	r = bpf_program__set_log_buf(program, log, LOG_SIZE);
	if (r == 0)
		r = bpf_program__set_autoload(program, true);
	if (r < 0)
		return r;
	more[o->n_selected++] = (struct selected){
		.program = program,
		.ops = ops,
		.object = TAKE_PTR(name),
		.symbol = TAKE_PTR(copy),
		.log = TAKE_PTR(log),
	};
	return 0;
}

/* The same, and reports its failure. */
static int bpf_file_add_selected(struct bpf_file *o, struct bpf_program *program,
				 struct bpf_map *ops, const char *object, const char *symbol,
				 struct report *report)
{
	int r = bpf_file_add_program(o, program, ops, object, symbol);

	return r == 0 || r == -ENOMEM ? r :
	       report_errno(report, r, "cannot prepare program '%s'", bpf_program__name(program));
}

int bpf_file_select(struct bpf_file *o, const struct meta_func *f, uint32_t btf_id,
		    struct report *report)
{
	struct bpf_program *p = bpf_object__find_program_by_name(o->bpf, f->program);
	const char *section = p ? bpf_program__section_name(p) : NULL;
	int r;

	report_names(report, NULL, NULL, f->symbol);
	if (!p)
		return report_set(report, OUTCOME_META_INVALID, "the file has no BPF program '%s'",
				  f->program);
	/* "fmod_ret.s/" is refused: a sleepable fmod_ret body misses calls by the million */
	if (bpf_program__type(p) != BPF_PROG_TYPE_TRACING ||
	    bpf_program__expected_attach_type(p) != BPF_MODIFY_RETURN || !section ||
	    !STR_HAS_PREFIX(section, "fmod_ret/") ||
	    !STREQ(section + STRLEN("fmod_ret/"), f->symbol))
		return report_set(report, OUTCOME_META_INVALID,
				  "program '%s' is in section '%s', not in 'fmod_ret/%s'",
				  f->program, section ?: "?", f->symbol);
	if (bpf_program__autoload(p))
		return report_set(report, OUTCOME_META_INVALID,
				  "program '%s' is named for two functions", f->program);
	r = bpf_file_add_selected(o, p, NULL, "vmlinux", f->symbol, report);
	if (r == 0)
		o->selected[o->n_selected - 1].btf_id = btf_id;
	return r;
}

/* Find a struct_ops program, which must be in `section` and not be selected yet. */
static int bpf_file_find_ops(const struct bpf_file *o, const char *program, const char *section,
			     struct bpf_program **ret, struct report *report)
{
	struct bpf_program *p = bpf_object__find_program_by_name(o->bpf, program);

	if (!p || !STREQ(bpf_program__section_name(p), section))
		return report_set(report, OUTCOME_META_INVALID,
				  "the file has no program '%s' in section '%s'", program, section);
	if (bpf_program__autoload(p))
		return report_set(report, OUTCOME_META_INVALID,
				  "program '%s' is named for two functions or callbacks", program);
	*ret = p;
	return 0;
}

/* Select the function's program, which must be in `section`, as its body. */
static int bpf_file_select_body(struct bpf_file *o, const struct meta_func *f, const char *section,
				const char *record, uint32_t index, struct report *report)
{
	_cleanup_(body_map_freep) struct body_map *body = NULL;
	struct bpf_program *p;
	int r;

	r = body_map_new(strrchr(section, '/') + 1, record, index, &body);
	if (r < 0)
		return r;
	r = bpf_file_find_ops(o, f->program, section, &p, report);
	if (r == 0)
		r = bpf_file_add_selected(o, p, NULL, f->object, f->symbol, report);
	if (r != 0)
		return r;
	o->selected[o->n_selected - 1].body = TAKE_PTR(body);
	o->has_bodies = true;
	return 0;
}

int bpf_file_select_guard(struct bpf_file *o, const struct meta_func *f, const char *record,
			  uint32_t index, struct report *report)
{
	int r;

	report_names(report, NULL, f->object, f->symbol);
	r = object_ops_check_call(o->bpf, report);
	return r == 0 ? bpf_file_select_body(o, f, "struct_ops/guard", record, index, report) : r;
}

int bpf_file_select_override(struct bpf_file *o, const struct meta_func *f, const char *record,
			     uint32_t index, struct report *report)
{
	const struct bpf_program *p = bpf_object__find_program_by_name(o->bpf, f->program);
	/* the first is the one that a refusal names; the last two are from older files */
	static const char *const sections[] = {
		"struct_ops/override", "struct_ops.s/override",
		"struct_ops/replace", "struct_ops.s/replace",
	};
	const char *section = sections[0];

	report_names(report, NULL, f->object, f->symbol);
	for (size_t i = 0; p && i < ARRAY_SIZE(sections); i++)
		if (STREQ(bpf_program__section_name(p), sections[i]))
			section = sections[i];
	return bpf_file_select_body(o, f, section, record, index, report);
}

int bpf_file_select_callback(struct bpf_file *o, const struct meta_callback *c, const char *record,
			     uint32_t index, struct report *report)
{
	const char *when = callback_kind_to_string(c->kind);
	char name[STRLEN(KLP_CALLBACK_OPS_PREFIX) + KLP_WHEN_LEN + STRLEN("__") +
		  KLP_OBJECT_LEN];
	char section[STRLEN("struct_ops.s/") + KLP_WHEN_LEN];
	struct bpf_program *p;
	struct bpf_map *map;
	int r;

	report_names(report, NULL, c->object, NULL);
	(void)snprintf(name, sizeof(name), KLP_CALLBACK_OPS_PREFIX "%s__%s", when, c->object);
	(void)snprintf(section, sizeof(section), "struct_ops.s/%s", when);
	r = object_ops_select_callback(o->bpf, name, record, index, &map, report);
	if (r == 0)
		r = bpf_file_find_ops(o, c->program, section, &p, report);
	return r == 0 ? bpf_file_add_selected(o, p, map, c->object, NULL, report) : r;
}

static bool bpf_file_is_selected(const struct bpf_file *o, const struct bpf_program *program)
{
	for (size_t i = 0; i < o->n_selected; i++)
		if (o->selected[i].program == program)
			return true;
	return false;
}

/*
 * libbpf itself loads the programs that a created struct_ops instance calls, and no other
 * struct_ops programs. Only libbpf knows which ones these are, so each candidate has a log.
 */
int bpf_file_select_struct_ops(struct bpf_file *o, const char *map, const char *type,
			       const char *instance, struct report *report)
{
	struct bpf_program *p;
	struct bpf_map *m;
	int r;

	r = object_ops_select_struct_ops(o->bpf, map, type, instance, &m, report);
	if (r != 0)
		return r;
	bpf_object__for_each_program(p, o->bpf) {
		if (bpf_program__type(p) != BPF_PROG_TYPE_STRUCT_OPS || bpf_file_is_selected(o, p))
			continue;
		r = bpf_file_add_program(o, p, NULL, "vmlinux", NULL);
		if (r == 0)
			r = bpf_program__set_autoload(p, false);
		if (r < 0)
			return r == -ENOMEM ? r : report_errno(report, r, "cannot prepare program '%s'",
							       bpf_program__name(p));
	}
	return 0;
}

/* The program that libbpf could not load: it left a log, or a warning names it. */
static const struct selected *bpf_file_find_failed(const struct bpf_file *o)
{
	for (size_t i = 0; i < o->n_selected; i++) {
		if (o->selected[i].log[0] != '\0')
			return &o->selected[i];
	}
	for (size_t i = 0; i < o->n_selected; i++) {
		char named[STRLEN("prog '':") + KLP_PROG_LEN + 1];

		(void)snprintf(named, sizeof(named), "prog '%s':",
			       bpf_program__name(o->selected[i].program));
		if (strstr(bpf_log_messages(), named))
			return &o->selected[i];
	}
	return NULL;
}

static int bpf_file_report_failure(const struct bpf_file *o, int error, struct report *report)
{
	const struct selected *failed = bpf_file_find_failed(o);
	/* without a verifier's log the reason is libbpf's: a relocation, a missing kfunc */
	const char *log = failed && failed->log[0] != '\0' ? failed->log : bpf_log_messages();
	_cleanup_free_ char *telling = bpf_log_telling(log);
	const char *name = failed ? bpf_program__name(failed->program) : "?";
	bool told = report && report->outcome != OUTCOME_OK;
	int r;

	if (error == -ENOMEM)
		return error;
	if (failed)
		report_names(report, NULL, failed->object, failed->symbol);
	if (error == -EPERM || !telling)
		return report_errno(report, error, "program '%s' cannot be loaded", name);
	r = report_set(report, bpf_log_outcome(log), "program '%s': %s", name, telling);
	if (report && !told && !report->log) {
		report_log(report, log);
		report->error = -error;
	}
	return r;
}

static int bpf_file_make_maps(struct bpf_file *o, const struct func_ops_type *type,
			      struct report *report)
{
	for (size_t i = 0; i < o->n_selected; i++) {
		const struct selected *s = &o->selected[i];
		int r;

		if (!s->body)
			continue;
		r = body_map_make(s->body, type, s->symbol, bpf_object__btf_fd(o->bpf),
				  bpf_program__fd(s->program));
		if (r >= 0)
			continue;
		report_names(report, NULL, s->object, s->symbol);
		return r == -ENOMEM ? r :
		       report_errno(report, r, "cannot make the map of program '%s'",
				    bpf_program__name(s->program));
	}
	return 0;
}

static uint32_t bpf_file_btf_id(const struct bpf_program *program, void *userdata)
{
	const struct bpf_file *o = userdata;

	for (size_t i = 0; i < o->n_selected; i++)
		if (o->selected[i].program == program)
			return o->selected[i].btf_id;
	return 0;
}

static void bpf_file_begins(void *userdata)
{
	((struct bpf_file *)userdata)->progress();
}

/* Complete the struct_ops maps, so that links can be made of them. */
static int bpf_file_ready(struct bpf_file *o, struct report *report)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, o->bpf) {
		int r = bpf_map__fd(map) >= 0 && bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS ?
			object_ops_ready(map) : 0;

		if (r < 0)
			return report_errno(report, r, "cannot fill '%s'", bpf_map__name(map));
	}
	return 0;
}

int bpf_file_load(struct bpf_file *o, const struct klp_self *self, int gates_fd,
		  const struct func_ops_type *type, void (*progress)(void), struct report *report)
{
	const struct program_hook hook = {
		.type = type,
		.btf_id = bpf_file_btf_id,
		.begins = progress ? bpf_file_begins : NULL,
		.userdata = o,
	};
	int r;

	CAPS_SCOPE(CAPS_BPF);

	if (o->loaded || (o->has_bodies && !type))
		return -EINVAL;
	o->progress = progress;
	bpf_log_begin();
	r = body_self_tell(o->bpf, self, gates_fd, report);
	if (r != 0)
		return r;
	program_hook_set(&hook);
	r = bpf_object__load(o->bpf);
	program_hook_set(NULL);
	if (r < 0)
		return bpf_file_report_failure(o, r, report);
	r = o->has_bodies ? bpf_file_make_maps(o, type, report) : 0;
	if (r == 0)
		r = bpf_file_ready(o, report);
	if (r == 0)
		o->loaded = true;
	return r;
}

const char *bpf_file_failed_program(const struct bpf_file *o)
{
	const struct selected *failed = bpf_file_find_failed(o);

	return failed ? bpf_program__name(failed->program) : NULL;
}

int bpf_file_id_fd(const struct bpf_file *o)
{
	return o->loaded ? body_self_id_fd(o->bpf) : -ENOENT;
}

int bpf_file_fd(const struct bpf_file *o, const char *program)
{
	for (size_t i = 0; i < o->n_selected; i++) {
		const struct selected *s = &o->selected[i];

		if (!o->loaded || !STREQ(bpf_program__name(s->program), program))
			continue;
		/* the map calls another program than the metadata names */
		if (bpf_program__fd(s->program) < 0)
			return -EINVAL;
		if (s->body)
			return body_map_fd(s->body);
		return s->ops ? bpf_map__fd(s->ops) : bpf_program__fd(s->program);
	}
	return -ENOENT;
}

int bpf_file_struct_ops_fd(const struct bpf_file *o, const char *map)
{
	const struct bpf_map *m = bpf_object__find_map_by_name(o->bpf, map);

	return o->loaded && m ? bpf_map__fd(m) : -ENOENT;
}
