/* SPDX-License-Identifier: GPL-2.0-only */
/* kern/companion: which ABI is spoken, what one before ours lacks, and answers that make no sense. The
 * device is one of this file's. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "kern/companion-io.h"
#include "kern/companion.h"
#include "unit.h"
#include "util/cleanup.h"

static struct {
	uint32_t abi;
	int claim, registration;	/* what it answers */
	uint32_t failed;
	uint64_t id;
	uint32_t switch_flags;	/* what it was told */
	struct klp_uapi_patch records[2];
	uint32_t n_records;
} fake;

int companion_io_open(void)
{
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

int companion_io_read(int fd, void *buffer, size_t size)
{
	(void)fd;
	(void)buffer;
	(void)size;
	return -EAGAIN;
}

static int fake_hello(struct klp_ioc_hello *h)
{
	uint32_t asked = h->abi;

	*h = (struct klp_ioc_hello){ .abi = fake.abi };
	memset(h->version, '9', sizeof(h->version));
	return asked == fake.abi ? 0 : -EPROTO;
}

static int fake_register(struct klp_ioc_register *a)
{
	a->failed = fake.failed;
	a->id = fake.id;
	return fake.registration;
}

static int fake_status(struct klp_ioc_status *s)
{
	memcpy((void *)(uintptr_t)s->records, fake.records, sizeof(fake.records));
	s->nr = fake.n_records;
	return 0;
}

int companion_io_call(int fd, unsigned long request, void *arg)
{
	(void)fd;
	switch (request) {
	case KLP_IOC_HELLO:
		return fake_hello(arg);
	case KLP_IOC_CLAIM:
		return fake.claim;
	case KLP_IOC_REGISTER:
		return fake_register(arg);
	case KLP_IOC_STATUS:
		return fake_status(arg);
	case KLP_IOC_SWITCH:
		fake.switch_flags = ((struct klp_ioc_switch *)arg)->flags;
		((struct klp_ioc_switch *)arg)->transition = 1;
		return 0;
	default:
		return 0;
	}
}

/* NULL unless it is usable. */
static void greet(uint32_t abi, int claim, enum outcome wanted, struct companion **ret)
{
	struct report report = REPORT_INIT;

	memset(&fake, 0, sizeof(fake));
	fake.abi = abi;
	fake.claim = claim;
	*ret = NULL;
	(void)companion_open(ret, &report);
	CHECK_INT(report.outcome, wanted);
	if (wanted == OUTCOME_COMPANION_ABI) {
		CHECK_CONTAINS(report.detail, "speaks version 4 of /dev/klp");
		CHECK_CONTAINS(report.detail, abi == 3 ? "version 3: what is in force can be disabled" :
							 "klpd cannot move tasks under it");
	}
	report_done(&report);
}

static void check_blamed(struct companion *c, int error, uint32_t failed, uint32_t wanted)
{
	struct klp_uapi_func funcs[2] = {};
	struct klp_uapi_object object = {};
	struct companion_record record = { .name = "a.1", .funcs = funcs, .objects = &object,
					   .n_funcs = 2, .n_objects = 1 };
	uint32_t ret = 77;
	uint64_t id;

	fake.registration = error;
	fake.failed = failed;
	CHECK_INT(companion_register(c, &record, &id, &ret), error);
	CHECK_INT(ret, wanted);
}

static void check_switch_flags(struct companion *c, uint32_t wanted)
{
	const struct companion_switch leave = { .leave = (uint64_t[]){ 1 }, .n_leave = 1 };
	struct companion_blame blame;
	uint64_t number;

	CHECK_INT(companion_switch(c, &leave, &number, &blame), 0);
	CHECK_INT(fake.switch_flags, wanted);
}

static void test_ours(void)
{
	struct klp_uapi_blocker *blockers;
	struct companion *c;
	uint32_t n;

	greet(4, 0, OUTCOME_OK, &c);
	CHECK(c && !companion_is_older(c));
	CHECK_INT(strlen(companion_hello(c)->version), 31);
	check_switch_flags(c, KLP_SWITCH_NOWAIT);
	check_blamed(c, -EINVAL, 0, 0);
	check_blamed(c, -EINVAL, 2, KLP_FAILED_NONE);
	CHECK_INT(companion_blockers(c, true, &blockers, &n), 0);
	free(blockers);
	companion_close(c);
	greet(4, -EBUSY, OUTCOME_BUSY, &c);
	CHECK(!c);
}

/* The test fails if what ABI 3 lacks is asked for, or taken for granted. */
static void test_before(void)
{
	char stack[COMPANION_STACK_ROOM];
	struct klp_uapi_blocker *blockers, blocker = { .pid = 1 };
	struct klp_ioc_callback callback;
	struct companion_blame blame;
	struct companion *c;
	uint32_t n;
	int error;

	greet(3, -ENOTTY, OUTCOME_COMPANION_ABI, &c);
	CHECK(c && companion_is_older(c));
	check_switch_flags(c, 0);
	CHECK_INT(companion_blockers(c, true, &blockers, &n), -EOPNOTSUPP);
	CHECK_INT(companion_stack(c, &blocker, true, stack), -EOPNOTSUPP);
	CHECK_INT(companion_callback(c, &callback), -ENOENT);
	CHECK_INT(companion_refusal(c, 1, &error, &blame), -ENOENT);
	/* 0 may be none */
	check_blamed(c, -ENOMEM, 0, KLP_FAILED_NONE);
	check_blamed(c, -ENOENT, 0, 0);
	check_blamed(c, -ENOMEM, 1, 1);
	companion_close(c);
}

static void test_other(void)
{
	struct klp_ioc_hello hello = {};
	struct report report = REPORT_INIT;
	struct companion *c;

	greet(99, 0, OUTCOME_COMPANION_ABI, &c);
	CHECK(!c);
	greet(2, 0, OUTCOME_COMPANION_ABI, &c);
	CHECK(!c);
	CHECK_INT(companion_ask(&hello, &report), 0);
	CHECK_INT(hello.abi, 2);
	CHECK(!companion_speaks(2) && companion_speaks(3) && companion_speaks(4) &&
	      !companion_speaks(5));
	report_done(&report);
}

static void check_status(struct companion *c, uint64_t one, uint64_t two, uint32_t state,
			 uint32_t n, int wanted)
{
	_cleanup_free_ struct klp_uapi_patch *records = NULL;
	struct klp_ioc_status status;

	fake.records[0] = (struct klp_uapi_patch){ .id = one, .state = state };
	fake.records[1] = (struct klp_uapi_patch){ .id = two, .state = KLP_IN_FORCE };
	memset(fake.records[0].name, 'x', sizeof(fake.records[0].name));
	fake.n_records = n;
	CHECK_INT(companion_status(c, &status, &records), wanted);
	if (wanted == 0)
		CHECK_INT(strlen(records[0].name), sizeof(records[0].name) - 1);
}

/* An id of 0 would be that of immediate sets, a state of 0 that there is no record. */
static void test_senseless(void)
{
	struct companion_record record = { .name = "a.1" };
	struct companion *c;
	uint64_t id;

	greet(4, 0, OUTCOME_OK, &c);
	check_status(c, 1, 2, KLP_IN_FORCE, 2, 0);
	check_status(c, 1, 2, 77, 2, 0);
	check_status(c, 0, 2, KLP_IN_FORCE, 2, -EPROTO);
	check_status(c, 1, 1, KLP_IN_FORCE, 2, -EPROTO);
	check_status(c, 1, 2, 0, 2, -EPROTO);
	check_status(c, 1, 2, KLP_IN_FORCE, KLP_RECORDS_MAX + 1, -EOVERFLOW);
	CHECK_INT(companion_register(c, &record, &id, NULL), -EPROTO);
	companion_close(c);
}

int main(void)
{
	RUN(test_ours);
	RUN(test_before);
	RUN(test_other);
	RUN(test_senseless);
	return unit_end();
}
