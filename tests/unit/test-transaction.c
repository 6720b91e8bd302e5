/* SPDX-License-Identifier: GPL-2.0-only */
/* core/transaction: what it makes of a request and of events, without a kernel behind it. */
#include "core/transaction.h"
#include "unit.h"

static uint32_t timeout_of(uint64_t usec)
{
	struct transaction_request request = { .verb = CHANGE_DISABLE, .timeout_usec = usec };
	_cleanup_(transaction_freep) struct transaction *t = NULL;

	return transaction_new(NULL, &request, &t) == 0 ? t->timeout_ms : 77;
}

/* A limit that was asked for never becomes none, nor one that is too long a short one. */
static void test_timeout(void)
{
	CHECK_INT(timeout_of(0), 0);
	CHECK_INT(timeout_of(1), 1);
	CHECK_INT(timeout_of(1000), 1);
	CHECK_INT(timeout_of(1001), 2);
	CHECK_INT(timeout_of(60000000), 60000);
	CHECK_INT(timeout_of(1000ULL * UINT32_MAX), UINT32_MAX);
	CHECK_INT(timeout_of(1000ULL * UINT32_MAX + 1), UINT32_MAX);
	CHECK_INT(timeout_of(UINT64_MAX), UINT32_MAX);
}

static void test_progress(void)
{
	struct transaction t = { .phase = PHASE_SWITCH, .number = 4 };

	CHECK(transaction_waits(&t));
	transaction_progress(&t, &(struct klp_uapi_event){
		.type = KLP_EVENT_PROGRESS, .transition = 4, .total = 10, .moved = 7 });
	CHECK_INT(t.total, 10);
	CHECK_INT(t.moved, 7);
	CHECK(!t.timed_out);
	/* it was reversed and has completed at once: there was no other event */
	transaction_progress(&t, &(struct klp_uapi_event){
		.type = KLP_EVENT_DONE, .transition = 4, .total = 10, .moved = 11, .reversed = 1,
		.timed_out = 1 });
	CHECK_INT(t.moved, 10);
	CHECK(t.timed_out);
}

/* Complete, it cannot be reversed or forced any more, whatever number it had. */
static void test_complete(void)
{
	struct transaction t = { .phase = PHASE_RETIRE, .number = 4 };
	uint32_t forced;

	CHECK(!transaction_waits(&t));
	CHECK_INT(transaction_sync(&t), -ENOENT);
	CHECK_INT(transaction_reverse(&t), -ENOENT);
	CHECK_INT(transaction_force(&t, &forced), -ENOENT);
}

int main(void)
{
	RUN(test_timeout);
	RUN(test_progress);
	RUN(test_complete);
	return unit_end();
}
