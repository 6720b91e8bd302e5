// SPDX-License-Identifier: GPL-2.0-only
/* kern/caps: nothing is effective outside scopes, scopes nest, and a process that lacks what klpd
 * needs is told so. */
#include <errno.h>
#include <stdlib.h>

#include "kern/caps.h"
#include "unit.h"

#define BIT_SYSLOG	(1ULL << 34)
#define BIT_SYS_ADMIN	(1ULL << 21)
#define BIT_BPF		(1ULL << 39)

/* CapEff, CapPrm, ... of this process. */
static unsigned long long read_set(const char *name)
{
	unsigned long long value = ~0ULL;
	FILE *f = fopen("/proc/self/status", "re");
	char line[256];

	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, name, strlen(name)) == 0)
			value = strtoull(line + strlen(name) + 1, NULL, 16);
	}
	if (f)
		fclose(f);
	return value;
}

/* Without caps_init() scopes leave everything alone. */
static void test_unmanaged(void)
{
	unsigned long long before = read_set("CapEff");
	{
		CAPS_SCOPE(CAPS_BPF);
		CHECK_INT(read_set("CapEff"), before);
	}
	CHECK_INT(read_set("CapEff"), before);
}

static void test_scopes(void)
{
	int r = caps_init();

	if (r == -EPERM)
		SKIP("CAP_BPF and the like are not given here");
	CHECK_INT(r, 0);
	CHECK_INT(read_set("CapEff"), 0);
	CHECK_INT(read_set("CapInh"), 0);
	CHECK_INT(read_set("CapAmb"), 0);
	CHECK_INT(caps_init(), 0);
	{
		CAPS_SCOPE(CAPS_BPF);
		CHECK(read_set("CapEff") & BIT_BPF);
		CHECK(!(read_set("CapEff") & BIT_SYSLOG));
		{
			CAPS_SCOPE(CAPS_READ);
			CHECK(read_set("CapEff") & BIT_BPF);
		}
		{
			CAPS_SCOPE(CAPS_COMPANION);
			CHECK(read_set("CapEff") & BIT_SYS_ADMIN);
		}
		CHECK(read_set("CapEff") & BIT_BPF);
		CHECK(!(read_set("CapEff") & BIT_SYSLOG));
	}
	CHECK_INT(read_set("CapEff"), 0);
}

int main(void)
{
	RUN(test_unmanaged);
	RUN(test_scopes);
	return unit_end();
}
