// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the companion answers, under libFuzzer: every reply, every array that it fills and every event is
 * made of the input, whatever was asked. klpd asks all it ever asks, and what it makes of the answers
 * must be what the rest of it relies on: text that ends, counts that fit, states and ids that are told
 * apart.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "core/judge.h"
#include "core/transaction.h"
#include "core/registry.h"
#include "kern/companion-io.h"
#include "kern/companion.h"
#include "util/cleanup.h"
#include "util/macro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition) do { \
		if (!(condition)) \
			abort(); \
	} while (0)

/* More calls than klpd makes for any input: else it asks for ever. */
#define CALLS_MAX	256

static const uint8_t *input;
static size_t input_left;
static unsigned int calls;

/* What is used up is all zero. */
static void take(void *to, size_t size)
{
	size_t n = MIN(size, input_left);

	memset(to, 0, size);
	memcpy(to, input, n);
	input += n;
	input_left -= n;
}

static uint8_t take_byte(void)
{
	uint8_t byte;

	take(&byte, 1);
	return byte;
}

int companion_io_open(void)
{
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

/* As much of an array as there was room for. */
static void fill(uint64_t array, size_t n, size_t size)
{
	REQUIRE(array != 0 || n == 0);
	if (n > 0)
		take((void *)(uintptr_t)array, MIN(n, (size_t)take_byte()) * size);
}

static void fill_arrays(unsigned long request, void *arg)
{
	switch (request) {
	case KLP_IOC_STATUS: {
		struct klp_ioc_status *s = arg;

		fill(s->records, s->nr, sizeof(struct klp_uapi_patch));
		break;
	}
	case KLP_IOC_OBJECTS: {
		struct klp_ioc_objects *o = arg;

		fill(o->objects, o->nr, sizeof(struct klp_uapi_object));
		break;
	}
	case KLP_IOC_BLOCKERS: {
		struct klp_ioc_blockers *b = arg;

		fill(b->blockers, b->nr, sizeof(struct klp_uapi_blocker));
		break;
	}
	case KLP_IOC_STACK: {
		struct klp_ioc_stack *s = arg;

		fill(s->text, s->size / 64, 64);
		break;
	}
	case KLP_IOC_HOOKS: {
		struct klp_ioc_hooks *h = arg;

		fill(h->hooks, h->nr, sizeof(struct klp_uapi_hook));
		break;
	}
	default:
		break;
	}
}

int companion_io_call(int fd, unsigned long request, void *arg)
{
	static const int errors[] = {
		EPROTO, ENOENT, EBUSY, EINVAL, ENOTTY, ESRCH, EALREADY, ENOSPC
	};
	uint8_t how = take_byte();

	REQUIRE(fd >= 0 && calls++ < CALLS_MAX);
	if (_IOC_SIZE(request) > 0) {
		fill_arrays(request, arg);
		/* an answer as it was asked, now and then: it is the way to the next call */
		if (how & 0x40)
			take(arg, _IOC_SIZE(request));
	}
	return how & 0x80 ? -errors[how % ARRAY_SIZE(errors)] : 0;
}

int companion_io_read(int fd, void *buffer, size_t size)
{
	REQUIRE(fd >= 0 && calls++ < CALLS_MAX);
	if (input_left == 0)
		return -EAGAIN;
	take(buffer, size);
	return 0;
}

static void require_text(const char *text, size_t size)
{
	REQUIRE(memchr(text, '\0', size));
	for (; *text; text++)
		REQUIRE(*text >= 0x20 && *text <= 0x7e);
}

static void ask_status(struct companion *c)
{
	_cleanup_free_ struct klp_uapi_patch *records = NULL;
	struct klp_ioc_status status;

	if (companion_status(c, &status, &records) < 0)
		return;
	REQUIRE(status.nr <= KLP_RECORDS_MAX);
	for (uint32_t i = 0; i < status.nr; i++) {
		const struct judge_facts facts = {
			.pins = JUDGE_PINS_READ,
			.consistency = KLP_CONSISTENCY_PER_TASK,
			.companion = true,
			.record = records[i].state,
			.attached = true,
		};

		require_text(records[i].name, sizeof(records[i].name));
		REQUIRE(records[i].id != 0 && records[i].state != 0);
		/* what we do not know is taken away from no set */
		if (records[i].state != KLP_REGISTERED && records[i].state != KLP_FORCED_OUT)
			REQUIRE(judge(&facts) == JUDGE_TAKE || judge(&facts) == JUDGE_LEAVE);
		for (uint32_t j = 0; j < i; j++)
			REQUIRE(records[j].id != records[i].id);
	}
}

static void ask_blockers(struct companion *c, bool last)
{
	_cleanup_free_ struct klp_uapi_blocker *blockers = NULL;
	_cleanup_free_ char *stack = malloc(COMPANION_STACK_ROOM);
	uint32_t n = 0;

	REQUIRE(stack);
	if (companion_blockers(c, last, &blockers, &n) < 0)
		return;
	for (uint32_t i = 0; i < n; i++) {
		require_text(blockers[i].comm, sizeof(blockers[i].comm));
		require_text(blockers[i].reason, sizeof(blockers[i].reason));
	}
	if (n == 0 || companion_stack(c, &blockers[0], last, stack) < 0)
		return;
	REQUIRE(memchr(stack, '\0', COMPANION_STACK_ROOM));
	for (const char *p = stack; *p; p++)
		REQUIRE(*p == '\n' || (*p >= 0x20 && *p <= 0x7e));
}

static void ask_objects(struct companion *c)
{
	_cleanup_free_ struct klp_uapi_object *objects = NULL;
	struct klp_ioc_callback callback;
	uint32_t n;

	if (companion_objects(c, 1, &objects, &n) == 0) {
		REQUIRE(n <= KLP_OBJECTS_MAX);
		for (uint32_t i = 0; i < n; i++)
			require_text(objects[i].name, sizeof(objects[i].name));
	}
	if (companion_callback(c, &callback) == 0) {
		REQUIRE(callback.record != 0);
		require_text(callback.object, sizeof(callback.object));
		require_text(callback.name, sizeof(callback.name));
	}
}

static void ask_hooks(struct companion *c)
{
	_cleanup_free_ struct klp_uapi_hook *hooks = NULL;
	uint32_t n;

	if (companion_idle_hooks(c, &hooks, &n) < 0)
		return;
	for (uint32_t i = 0; i < n; i++) {
		require_text(hooks[i].object, sizeof(hooks[i].object));
		require_text(hooks[i].symbol, sizeof(hooks[i].symbol));
	}
}

static void ask_changes(struct companion *c)
{
	struct klp_uapi_func funcs[2] = {};
	struct klp_uapi_object object = {};
	struct companion_record record = { .name = "a.1", .funcs = funcs, .objects = &object,
					   .n_funcs = 2, .n_objects = 1 };
	struct companion_blame blame;
	uint32_t failed = KLP_FAILED_NONE;
	int32_t state;
	uint64_t id;
	int error;

	if (companion_allow_fmod_ret(c, funcs, 2, &failed) < 0)
		REQUIRE(failed < 2 || failed == KLP_FAILED_NONE);
	if (companion_register(c, &record, &id, &failed) < 0)
		REQUIRE(failed < 2 || failed == KLP_FAILED_NONE);
	else
		REQUIRE(id != 0);
	(void)companion_try_func(c, &funcs[0]);
	(void)companion_switch(c, &(struct companion_switch){ .enter = &id, .n_enter = 1 }, &id,
			       &blame);
	if (companion_refusal(c, 1, &error, &blame) == 0)
		REQUIRE(error < 0 && error > -4096);
	if (companion_task(c, 1, &state) == 0)
		REQUIRE(state >= -1 && state <= 1);
	(void)companion_barrier(c);
}

/* A change that runs, of the sets of this registry, with what the companion says of it. */
static void follow(struct companion *c)
{
	static struct registry w;
	static struct transaction t;
	struct meta meta = {};
	struct patch per_task = { .meta = &meta, .id = 1, .state = PATCH_LEAVING };
	struct patch immediate = { .meta = &meta, .consistency = KLP_CONSISTENCY_IMMEDIATE };
	struct klp_uapi_event event;
	bool reversed = false;
	uint32_t forced;

	w = (struct registry){ .companion = c,
			       .patches = { &immediate, &per_task },
			       .n_patches = 2 };
	t = (struct transaction){ .registry = &w, .phase = PHASE_SWITCH, .number = 1, .n_leave = 1,
				  .leave = { &per_task }, .verb = CHANGE_DISABLE };
	for (unsigned int i = 0; i < 32 && companion_read_event(c, &event) == 0; i++) {
		transaction_progress(&t, &event);
		REQUIRE(t.moved <= t.total);
		REQUIRE(registry_find_id(&w, event.transition) != &immediate);
	}
	(void)transaction_sync(&t);
	REQUIRE(t.moved <= t.total);
	(void)transaction_reverse(&t);
	(void)transaction_force(&t, &forced);
	(void)transaction_over(&t, &reversed);
	REQUIRE(t.number == 1 && t.n_leave == 1 && w.n_patches == 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(report_done) struct report report = REPORT_INIT;
	struct klp_ioc_hello hello;
	struct companion *c = NULL;
	int r;

	input = data;
	input_left = size;
	calls = 0;
	if (companion_ask(&hello, &report) == 0)
		require_text(hello.version, sizeof(hello.version));
	report_done(&report);
	r = companion_open(&c, &report);
	REQUIRE((r == 0) == (c != NULL));
	REQUIRE(r >= 0 || r == -ENOMEM);
	if (!c)
		return 0;
	require_text(companion_hello(c)->version, sizeof(companion_hello(c)->version));
	REQUIRE(companion_speaks(companion_hello(c)->abi));
	REQUIRE(companion_is_older(c) == (report.outcome == OUTCOME_COMPANION_ABI));
	ask_status(c);
	ask_blockers(c, false);
	ask_blockers(c, true);
	ask_objects(c);
	ask_hooks(c);
	ask_changes(c);
	follow(c);
	companion_close(c);
	return 0;
}
