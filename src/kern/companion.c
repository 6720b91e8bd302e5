/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The companion's device: one non-blocking fd, on which an ABI was agreed. This is klpd's ABI or
 * the previous one; calls that the previous one lacks fail here, with -EOPNOTSUPP or -ENOENT. The
 * companion removes registered records when this fd is closed, so a struct companion keeps them
 * alive. All that is read from the device is bounded and terminated here; errors are the
 * companion's, unchanged.
 */
#include <string.h>

#include "kern/caps.h"
#include "kern/companion-io.h"
#include "kern/companion.h"
#include "kern/lockdown.h"
#include "util/cleanup.h"
#include "util/errno-util.h"
#include "util/text.h"

DEFINE_CLEANUP(struct companion, companion_close);

int companion_ioctl(const struct companion *c, unsigned long request, void *arg)
{
	CAPS_SCOPE(CAPS_COMPANION);

	return companion_io_call(c->fd, request, arg);
}

static int companion_open_device(struct companion *c, struct report *report)
{
	int r;

	CAPS_SCOPE(CAPS_COMPANION);

	r = companion_io_open();
	if (r >= 0) {
		c->fd = r;
		return 0;
	}
	if (r == -ENOENT || r == -ENXIO || r == -ENODEV)
		return report_set(report, OUTCOME_NO_COMPANION,
				  "there is no " KLP_DEVICE ": klp.ko is not loaded%s%s",
				  lockdown_wants_signatures() ? "; " : "",
				  lockdown_wants_signatures() ? LOCKDOWN_SIGNATURE_HELP : "");
	if (r == -ENOTTY)
		return report_set(report, OUTCOME_NO_COMPANION, KLP_DEVICE " is not a device");
	return report_errno(report, r, "cannot open " KLP_DEVICE);
}

/* -EPROTO: the companion speaks another ABI, hello.abi. */
static int companion_say_hello(struct companion *c, uint32_t abi)
{
	int r;

	c->hello = (struct klp_ioc_hello){ .abi = abi };
	r = companion_ioctl(c, KLP_IOC_HELLO, &c->hello);
	text_clean(c->hello.version, sizeof(c->hello.version), '?');
	return r == 0 && c->hello.abi != abi ? -EPROTO : r;
}

/* Agree on klpd's ABI, or on the previous one if the companion speaks that. -EPROTO: neither. */
static int companion_greet(struct companion *c)
{
	int r = companion_say_hello(c, KLP_ABI);

	return r == -EPROTO && c->hello.abi == KLP_ABI_BEFORE ?
	       companion_say_hello(c, KLP_ABI_BEFORE) : r;
}

bool companion_is_older(const struct companion *c)
{
	return c->hello.abi < KLP_ABI;
}

bool companion_speaks(uint32_t abi)
{
	return abi == KLP_ABI || abi == KLP_ABI_BEFORE;
}

static int companion_new(struct companion **ret, struct report *report)
{
	_cleanup_(companion_closep) struct companion *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	c->fd = -EBADF;
	r = companion_open_device(c, report);
	if (r != 0)
		return r;
	*ret = TAKE_PTR(c);
	return 0;
}

int companion_ask(struct klp_ioc_hello *ret, struct report *report)
{
	_cleanup_(companion_closep) struct companion *c = NULL;
	int r = companion_new(&c, report);

	if (r != 0)
		return r;
	r = companion_greet(c);
	if (r < 0 && r != -EPROTO)
		return report_errno(report, r, "klp.ko does not answer");
	*ret = c->hello;
	return 0;
}

int companion_open(struct companion **ret, struct report *report)
{
	_cleanup_(companion_closep) struct companion *c = NULL;
	int r = companion_new(&c, report);

	if (r != 0)
		return r;
	r = companion_greet(c);
	if (r == -EPROTO)
		return report_set(report, OUTCOME_COMPANION_ABI,
				  "klpd speaks version %d of " KLP_DEVICE
				  ", the loaded klp.ko (%s) version %u: klpd cannot move tasks under it; "
				  COMPANION_OTHER_HELP,
				  KLP_ABI, c->hello.version, c->hello.abi);
	if (r < 0)
		return report_errno(report, r, "klp.ko does not answer");
	r = companion_ioctl(c, KLP_IOC_CLAIM, NULL);
	if (r == -EBUSY)
		return report_set(report, OUTCOME_BUSY, "another klpd has " KLP_DEVICE);
	/* an older companion knows no claims */
	if (r < 0 && r != -ENOTTY)
		return report_errno(report, r, "cannot claim " KLP_DEVICE);
	if (companion_is_older(c))
		(void)report_set(report, OUTCOME_COMPANION_ABI,
				 "klpd speaks version %d of " KLP_DEVICE
				 ", the loaded klp.ko (%s) version %u: what is in force can be disabled, "
				 "and nothing enabled that needs it; " COMPANION_OLDER_HELP,
				 KLP_ABI, c->hello.version, c->hello.abi);
	*ret = TAKE_PTR(c);
	return 0;
}

struct companion *companion_close(struct companion *c)
{
	if (!c)
		return NULL;
	safe_close(c->fd);
	free(c);
	return NULL;
}

int companion_fd(const struct companion *c)
{
	return c->fd;
}

const struct klp_ioc_hello *companion_hello(const struct companion *c)
{
	return &c->hello;
}

int companion_read_event(struct companion *c, struct klp_uapi_event *ret)
{
	struct klp_uapi_event event;
	int r;

	CAPS_SCOPE(CAPS_COMPANION);

	r = companion_io_read(c->fd, &event, sizeof(event));
	if (r == 0)
		*ret = event;
	return r;
}

/*
 * Return the index that the companion blames, never beyond what it was given. Before ABI 4 the
 * companion also says 0 if it blames no function; 0 is then believed only for errors about a
 * function.
 */
static void companion_blame_func(const struct companion *c, int error, uint32_t failed, uint32_t n,
				 uint32_t *ret_failed)
{
	bool unsure = companion_is_older(c) && failed == 0 && error != -ENOENT && error != -ENXIO &&
		      error != -ENOTUNIQ;

	if (ret_failed)
		*ret_failed = failed < n && !unsure ? failed : KLP_FAILED_NONE;
}

int companion_allow_fmod_ret(struct companion *c, struct klp_uapi_func *funcs, uint32_t n,
			     uint32_t *ret_failed)
{
	struct klp_ioc_allow_fmod_ret arg = {
		.funcs = (uintptr_t)funcs,
		.nr = n,
		.failed = KLP_FAILED_NONE,
	};
	int r = companion_ioctl(c, KLP_IOC_ALLOW_FMOD_RET, &arg);

	if (r < 0)
		companion_blame_func(c, r, arg.failed, n, ret_failed);
	else
		c->hello.fmod_ret_used = arg.fmod_ret_used;
	return r;
}

int companion_register(struct companion *c, const struct companion_record *record, uint64_t *ret_id,
		       uint32_t *ret_failed)
{
	struct klp_ioc_register arg = {
		.funcs = (uintptr_t)record->funcs,
		.objects = (uintptr_t)record->objects,
		.callbacks = (uintptr_t)record->callbacks,
		.states = (uintptr_t)record->states,
		.nr = record->n_funcs,
		.nr_objects = record->n_objects,
		.nr_callbacks = record->n_callbacks,
		.nr_states = record->n_states,
		.failed = KLP_FAILED_NONE,
	};
	int r;

	if (strlen(record->name) >= sizeof(arg.name))
		return -ENAMETOOLONG;
	memcpy(arg.name, record->name, strlen(record->name));
	r = companion_ioctl(c, KLP_IOC_REGISTER, &arg);
	if (r < 0) {
		companion_blame_func(c, r, arg.failed, record->n_funcs, ret_failed);
		return r;
	}
	if (arg.id == 0)
		return -EPROTO;
	*ret_id = arg.id;
	return 0;
}

int companion_try_func(struct companion *c, const struct klp_uapi_func *f)
{
	/* a function with a guard, for which nothing has to be enabled */
	struct klp_uapi_func func = { .sympos = f->sympos, .flags = KLP_FUNC_OPS };
	struct klp_uapi_object object = {};
	struct companion_record record = {
		.name = ".try",		/* no patch has this name */
		.funcs = &func,
		.objects = &object,
		.n_funcs = 1,
		.n_objects = 1,
	};
	uint32_t failed;
	uint64_t id;
	int r;

	memcpy(func.object, f->object, sizeof(func.object));
	memcpy(func.symbol, f->symbol, sizeof(func.symbol));
	memcpy(object.name, f->object, MIN(sizeof(object.name), sizeof(f->object)));
	r = companion_register(c, &record, &id, &failed);
	return r < 0 ? r : companion_unregister(c, id);
}

int companion_unregister(struct companion *c, uint64_t id)
{
	struct klp_ioc_unregister arg = { .id = id };

	return companion_ioctl(c, KLP_IOC_UNREGISTER, &arg);
}

int companion_switch(struct companion *c, const struct companion_switch *s,
		     uint64_t *ret_transition, struct companion_blame *ret_blame)
{
	struct klp_ioc_switch arg = {
		.nr_enter = s->n_enter,
		.nr_leave = s->n_leave,
		.timeout_ms = s->timeout_ms,
		.flags = companion_is_older(c) ? 0 : KLP_SWITCH_NOWAIT,
	};
	int r;

	*ret_blame = (struct companion_blame){ .record = 0 };
	if (s->n_enter > ARRAY_SIZE(arg.enter) || s->n_leave > ARRAY_SIZE(arg.leave))
		return -E2BIG;
	if (s->n_enter > 0)
		memcpy(arg.enter, s->enter, s->n_enter * sizeof(*s->enter));
	if (s->n_leave > 0)
		memcpy(arg.leave, s->leave, s->n_leave * sizeof(*s->leave));
	r = companion_ioctl(c, KLP_IOC_SWITCH, &arg);
	if (r < 0) {
		*ret_blame = (struct companion_blame){ arg.failed, arg.failed_index,
						       arg.callback_error };
		return r;
	}
	*ret_transition = arg.transition;
	return 0;
}

int companion_reverse(struct companion *c, uint64_t transition, bool reversed)
{
	struct klp_ioc_reverse arg = { .transition = transition, .reversed = reversed };

	return companion_ioctl(c, KLP_IOC_REVERSE, &arg);
}

int companion_force(struct companion *c, uint64_t transition, uint32_t *ret_forced)
{
	struct klp_ioc_force arg = { .transition = transition };
	int r;

	r = companion_ioctl(c, KLP_IOC_FORCE, &arg);
	if (r < 0)
		return r;
	*ret_forced = arg.forced;
	return 0;
}

int companion_refusal(struct companion *c, uint64_t transition, int *ret_error,
		      struct companion_blame *ret_blame)
{
	struct klp_ioc_refusal arg = { .transition = transition };
	int r;

	if (companion_is_older(c))
		return -ENOENT;
	r = companion_ioctl(c, KLP_IOC_REFUSAL, &arg);
	if (r < 0)
		return r;
	*ret_error = arg.error > 0 && arg.error < 4096 ? -(int)arg.error : -EIO;
	*ret_blame = (struct companion_blame){ arg.failed, arg.failed_index, arg.callback_error };
	return 0;
}

int companion_callback(struct companion *c, struct klp_ioc_callback *ret)
{
	struct klp_ioc_callback arg = {};
	int r;

	if (companion_is_older(c))
		return -ENOENT;
	r = companion_ioctl(c, KLP_IOC_CALLBACK, &arg);
	if (r < 0)
		return r;
	if (arg.record == 0)
		return -ENOENT;
	text_clean(arg.object, sizeof(arg.object), '?');
	text_clean(arg.name, sizeof(arg.name), '?');
	*ret = arg;
	return 0;
}

/* Clean the names. Refuse ids that are 0 or duplicate: klpd cannot act on such a list. */
static int companion_check_records(struct klp_uapi_patch *records, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		text_clean(records[i].name, sizeof(records[i].name), '?');
		if (records[i].id == 0 || records[i].state == 0)
			return -EPROTO;
		for (uint32_t j = 0; j < i; j++)
			if (records[j].id == records[i].id)
				return -EPROTO;
	}
	return 0;
}

int companion_status(struct companion *c, struct klp_ioc_status *status,
		     struct klp_uapi_patch **records)
{
	_cleanup_free_ struct klp_uapi_patch *found = NULL;
	struct klp_ioc_status arg = {};
	int r;

	found = calloc(KLP_RECORDS_MAX, sizeof(*found));
	if (!found)
		return -ENOMEM;
	arg.records = (uintptr_t)found;
	arg.nr = KLP_RECORDS_MAX;
	r = companion_ioctl(c, KLP_IOC_STATUS, &arg);
	if (r < 0)
		return r;
	/* more than the ABI allows */
	if (arg.nr > KLP_RECORDS_MAX)
		return -EOVERFLOW;
	r = companion_check_records(found, arg.nr);
	if (r < 0)
		return r;
	*status = arg;
	*records = TAKE_PTR(found);
	return 0;
}

int companion_objects(struct companion *c, uint64_t id, struct klp_uapi_object **ret,
		      uint32_t *ret_n)
{
	_cleanup_free_ struct klp_uapi_object *found = NULL;
	struct klp_ioc_objects arg = { .id = id, .nr = KLP_OBJECTS_MAX };
	int r;

	found = calloc(KLP_OBJECTS_MAX, sizeof(*found));
	if (!found)
		return -ENOMEM;
	arg.objects = (uintptr_t)found;
	r = companion_ioctl(c, KLP_IOC_OBJECTS, &arg);
	if (r < 0)
		return r;
	if (arg.nr > KLP_OBJECTS_MAX)
		return -EOVERFLOW;
	for (uint32_t i = 0; i < arg.nr; i++)
		text_clean(found[i].name, sizeof(found[i].name), '?');
	*ret_n = arg.nr;
	*ret = TAKE_PTR(found);
	return 0;
}

int companion_task(struct companion *c, int32_t pid, int32_t *ret_state)
{
	struct klp_ioc_task arg = { .pid = pid };
	int r;

	r = companion_ioctl(c, KLP_IOC_TASK, &arg);
	if (r < 0)
		return r;
	if (arg.state < -1 || arg.state > 1)
		return -EPROTO;
	*ret_state = arg.state;
	return 0;
}

/* Raises no capability: the ioctl needs none, and the thread of grace.c calls this. */
int companion_barrier(struct companion *c)
{
	return companion_io_call(c->fd, KLP_IOC_BARRIER, NULL);
}
