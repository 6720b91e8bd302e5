// SPDX-License-Identifier: GPL-2.0-only
/*
 * core/effect: each source that cannot be read makes the patches that it is about unknown, never
 * whole; and a gate that is not open is told. All sources are this file's.
 */
#include <fcntl.h>

#include "core/effect.h"
#include "kern/companion-io.h"
#include "kern/foreign.h"
#include "kern/ftrace.h"
#include "kern/link.h"
#include "unit.h"
#include "util/macro.h"

static struct fake {
	int ftrace, status, objects, link, map, programs;	/* errors; 0: it answers */
	bool off;		/* ftrace is */
	bool called;		/* the list has the functions */
	uint32_t state, flags;	/* of the record; state 0: there is none */
	uint64_t gates;
	uint32_t held;		/* map that the link of the table holds */
	bool in_module;		/* another program has an fmod_ret program in a module */
	bool traced;		/* and a BPF trampoline is called at each function */
} fake;

bool ftrace_is_off(void) { return fake.off; }
int ftrace_look_in(FILE *f _unused_, struct ftrace_func *funcs _unused_, size_t n _unused_) { return 0; }
int ftrace_look(struct ftrace_func *funcs, size_t n)
{
	for (size_t i = 0; i < n && fake.ftrace == 0; i++) {
		funcs[i].enabled = fake.called;
		funcs[i].redirected = fake.called && strpbrk(funcs[i].symbol, "f?");
		funcs[i].direct = fake.traced || (fake.called && !funcs[i].redirected);
	}
	return fake.ftrace;
}

int companion_io_open(void) { return open("/dev/null", O_RDWR | O_CLOEXEC); }
int companion_io_read(int fd _unused_, void *buffer _unused_, size_t size _unused_) { return -EAGAIN; }
int companion_io_call(int fd _unused_, unsigned long request, void *arg)
{
	struct klp_ioc_objects *objects = arg;
	struct klp_ioc_status *status = arg;

	switch (request) {
	case KLP_IOC_STATUS:
		((struct klp_uapi_patch *)(uintptr_t)status->records)[0] = (struct klp_uapi_patch){
			.id = 7, .state = fake.state, .flags = fake.flags, .nr_funcs = 1 };
		status->nr = fake.state != 0;
		return fake.status;
	case KLP_IOC_OBJECTS:
		for (int i = 0; i < 2; i++)
			((struct klp_uapi_object *)(uintptr_t)objects->objects)[i] =
				(struct klp_uapi_object){ .flags = KLP_OBJECT_LOADED | KLP_OBJECT_PATCHED };
		memcpy(((struct klp_uapi_object *)(uintptr_t)objects->objects)[0].name, "vmlinux", 8);
		memcpy(((struct klp_uapi_object *)(uintptr_t)objects->objects)[1].name, "btrfs", 6);
		objects->nr = 2;
		return fake.state == 0 ? -ENOENT : fake.objects;
	case KLP_IOC_HOOKS:
		((struct klp_ioc_hooks *)arg)->nr = 0;
		return 0;
	default:
		return 0;
	}
}

int link_attach(int prog_fd _unused_) { return -EBADF; }
int link_attach_ops(int map_fd _unused_) { return -EBADF; }
int link_program_fd(uint32_t prog_id _unused_) { return -EBADF; }
int link_update(int link _unused_, int map _unused_, int old _unused_) { return -EBADF; }
int link_detach(int link _unused_) { return -EBADF; }
int link_get_traced(int link _unused_, uint32_t *obj _unused_, uint32_t *id _unused_) { return -EBADF; }
int link_map_id(int map _unused_, uint32_t *ret) { return *ret = 9, fake.map; }
int link_get_info(int link, struct link_info *ret)
{
	*ret = (struct link_info){ .kind = link == 12 ? LINK_OPS : LINK_FMOD_RET,
				   .link_id = (uint32_t)link, .map_id = fake.held };
	return fake.link;
}

uint32_t foreign_vmlinux_id(void) { return 1; }
int foreign_each_livepatch(int (*fn)(const char *, const char *, const char *, uint32_t, void *) _unused_,
			   void *userdata _unused_) { return 0; }
int foreign_find(struct targets *kernel _unused_, const struct foreign_target *t _unused_, size_t n _unused_,
		 const struct foreign_links *links _unused_, size_t *i _unused_,
		 struct report *report _unused_) { return 0; }
int foreign_each_program(const uint32_t *own _unused_, size_t n _unused_,
			 int (*fn)(const struct foreign_program *p, void *userdata), void *userdata,
			 int *ret_failed)
{
	*ret_failed = fake.programs;
	return fake.in_module ? fn(&(struct foreign_program){ .link_id = 99, .obj_id = 2, .btf_id = 5,
							      .name = "x" }, userdata) : 0;
}

int gate_open(struct gate **ret _unused_) { return -EBADF; }
struct gate *gate_close(struct gate *g _unused_) { return NULL; }
int gate_fd(const struct gate *g _unused_) { return -EBADF; }
uint32_t gate_map_id(const struct gate *g _unused_) { return 0; }
int gate_pin(const struct gate *g _unused_) { return 0; }
uint64_t gate_read(const struct gate *g _unused_) { return fake.gates; }
int gate_switch(struct gate *g _unused_, uint64_t a _unused_, uint64_t b _unused_) { return -EBADF; }
uint64_t gate_generation(const struct gate *g _unused_) { return 1; }
void gate_raise_generation(struct gate *g _unused_, uint64_t n _unused_) {}

/* "guard": per task, of the companion; "fmod": immediate, with a table. */
static struct meta_func guard_func = { .object = (char *)"vmlinux", .symbol = (char *)"f",
				       .program = (char *)"p", .body = BODY_GUARD };
static struct meta_func fmod_func = { .object = (char *)"vmlinux", .symbol = (char *)"g",
				      .program = (char *)"p", .body = BODY_FMOD_RET };
static struct meta_struct_ops table = { .name = (char *)"t", .type = (char *)"tcp_congestion_ops",
				   .map = (char *)"t" };
static struct meta guard_meta = { .name = (char *)"guard", .funcs = &guard_func, .n_funcs = 1 };
static struct meta fmod_meta = { .name = (char *)"fmod", .funcs = &fmod_func, .n_funcs = 1 };
static int guard_links[] = { 10 }, fmod_links[] = { 11, 12 };
static uint32_t guard_ids[] = { 10 }, fmod_ids[] = { 11, 12 };
static struct patch guard = { .id = 7, .consistency = KLP_CONSISTENCY_PER_TASK, .serial = 1,
			      .state = PATCH_IN_FORCE, .meta = &guard_meta, .links = guard_links,
			      .link_ids = guard_ids, .n_links = 1 };
static struct patch fmod = { .slot = 3, .consistency = KLP_CONSISTENCY_IMMEDIATE, .serial = 2,
			     .state = PATCH_IN_FORCE, .meta = &fmod_meta, .links = fmod_links,
			     .link_ids = fmod_ids, .n_links = 2, .maps = { 13 } };
static struct registry *reg;

static void whole(void)
{
	fake = (struct fake){ .called = true, .state = KLP_IN_FORCE, .gates = 1 << 3, .held = 9 };
}

static void look(struct warnings *ret)
{
	warnings_done(ret);
	CHECK_INT(effect_look(reg, ret), 0);
}

/* The effects of the two, and the first word of what is said. */
static void check_look(enum effect of_guard, enum effect of_fmod, const char *part)
{
	struct warnings l = {};
	enum effect a, b;
	bool told = !part;

	look(&l);
	a = warnings_effect(&l, &guard);
	b = warnings_effect(&l, &fmod);
	for (size_t i = 0; part && i < l.n; i++)
		told = told || strstr(l.list[i].text, part);
	for (size_t i = 0; i < l.n && (!told || !part); i++)
		fprintf(stderr, "# told: %s\n", l.list[i].text);
	told = told && (part || l.n == 0);
	warnings_done(&l);
	whole();
	CHECK_STR(effect_to_string(a), effect_to_string(of_guard));
	CHECK_STR(effect_to_string(b), effect_to_string(of_fmod));
	CHECK(told);
}

static void test_whole(void)
{
	whole();
	check_look(EFFECT_WHOLE, EFFECT_WHOLE, NULL);
}

static void test_list(void)
{
	static const int errors[] = { -ENOENT, -EACCES, -EPERM, -EMFILE, -EIO, -ENOMEM };

	whole();
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		fake.ftrace = errors[i];
		check_look(EFFECT_UNKNOWN, EFFECT_UNKNOWN, strerrordesc_np(-errors[i]));
	}
	fake.ftrace = -ENOENT;
	check_look(EFFECT_UNKNOWN, EFFECT_UNKNOWN, "mount -t tracefs");
	/* what is known counts more */
	fake.ftrace = -ENOENT;
	fake.off = true;
	check_look(EFFECT_NONE, EFFECT_NONE, "ftrace is off");
}

static void test_companion(void)
{
	whole();
	fake.status = -EPERM;
	check_look(EFFECT_UNKNOWN, EFFECT_WHOLE, "klp.ko does not tell its records");
	fake.objects = -EMFILE;
	check_look(EFFECT_UNKNOWN, EFFECT_WHOLE, "klp.ko does not tell which modules");
	fake.flags = KLP_PATCH_BROKEN;
	check_look(EFFECT_PARTLY, EFFECT_WHOLE, "is not whole");
	fake.flags = KLP_PATCH_SKIPPED;
	check_look(EFFECT_PARTLY, EFFECT_WHOLE, "skipped");
}

static void test_gates(void)
{
	whole();
	fake.gates = ~(1ULL << 3);
	check_look(EFFECT_WHOLE, EFFECT_NONE, "its bit of the gates word");
	fake.state = 0;
	check_look(EFFECT_NONE, EFFECT_WHOLE, "no record of it");
	fake.state = KLP_FORCED_OUT;
	check_look(EFFECT_NONE, EFFECT_WHOLE, "no record of it");
	fake.state = KLP_LEAVING;
	check_look(EFFECT_PARTLY, EFFECT_WHOLE, "another user of /dev/klp moves them");
	/* klpd itself moves them */
	guard.state = PATCH_LEAVING;
	fake.state = KLP_LEAVING;
	check_look(EFFECT_WHOLE, EFFECT_WHOLE, NULL);
	guard.state = PATCH_IN_FORCE;
}

static void test_bpf(void)
{
	whole();
	fake.programs = -EMFILE;
	check_look(EFFECT_UNKNOWN, EFFECT_UNKNOWN, "the kernel's BPF programs");
	fake.link = -EMFILE;
	check_look(EFFECT_WHOLE, EFFECT_UNKNOWN, "its BPF link, which counts missed calls");
}

static void test_module(void)
{
	whole();
	fake.in_module = fake.traced = true;
	check_look(EFFECT_WHOLE, EFFECT_WHOLE, NULL);
	guard_func.object = (char *)"btrfs";
	fake.in_module = true;
	check_look(EFFECT_WHOLE, EFFECT_WHOLE, NULL);
	fake.in_module = fake.traced = true;
	check_look(EFFECT_UNKNOWN, EFFECT_WHOLE, "which may be this one");
	guard_func.object = (char *)"vmlinux";
}

static void test_tables(void)
{
	whole();
	fmod_meta.struct_ops = &table;
	fmod_meta.n_struct_ops = 1;
	check_look(EFFECT_WHOLE, EFFECT_WHOLE, NULL);
	fake.held = 8;
	check_look(EFFECT_WHOLE, EFFECT_PARTLY, "changed or detached its struct_ops");
	fake.map = -EMFILE;
	check_look(EFFECT_WHOLE, EFFECT_UNKNOWN, "of a struct_ops instance of it cannot be read");
	fmod_meta.struct_ops = NULL;
	fmod_meta.n_struct_ops = 0;
}

static void test_name(void)
{
	char *hidden = (char *)"", **listed = &hidden;

	whole();
	fmod.listed = listed;
	check_look(EFFECT_WHOLE, EFFECT_UNKNOWN, "kernel.kptr_restrict=1");
	fmod.listed = NULL;
	guard_func.symbol = (char *)"?";
	check_look(EFFECT_UNKNOWN, EFFECT_WHOLE, "has lost its metadata");
	guard_func.symbol = (char *)"f";
}

int main(void)
{
	struct report report = REPORT_INIT;

	reg = calloc(1, sizeof(*reg));
	if (!reg || companion_open(&reg->companion, &report) != 0)
		return 1;
	reg->patches[reg->n_patches++] = &guard;
	reg->patches[reg->n_patches++] = &fmod;
	RUN(test_whole);
	RUN(test_list);
	RUN(test_companion);
	RUN(test_gates);
	RUN(test_bpf);
	RUN(test_module);
	RUN(test_tables);
	RUN(test_name);
	companion_close(reg->companion);
	free(reg);
	return unit_end();
}
