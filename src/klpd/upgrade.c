// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements klpd --check-upgrade, which compares the contents of the kernel with what this klpd
 * supports. It reads pins, links and the companion's own description, all of which may be read
 * while another klpd runs. Promises to change nothing and to claim nothing. What cannot be
 * determined counts as in force.
 */
#include <stdio.h>
#include <string.h>

#include "core/patch.h"
#include "kern/caps.h"
#include "kern/companion.h"
#include "kern/found.h"
#include "klpd/upgrade.h"
#include "shared/exit-status.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/macro.h"
#include "version.h"

struct upgrade {
	struct pin_patch *pins;
	size_t n_pins;
	struct found found;
};

static void upgrade_done(struct upgrade *u)
{
	pin_sets_free(u->pins, u->n_pins);
	found_done(&u->found);
}

static int upgrade_read(struct upgrade *u)
{
	size_t foreign;
	int r = pin_load_all(&u->pins, &u->n_pins, &foreign);

	/* without a bpffs or without the directory there are no pins */
	if (r < 0 && r != -ENOENT)
		return log_error_errno(r, "Cannot read the pins: %m");
	r = found_links(&u->found);
	if (r < 0)
		return log_error_errno(r, "Cannot look for what is in the kernel: %m");
	return 0;
}

/* Whether the companion moved tasks for this patch. One that cannot be read may be such a patch. */
static bool upgrade_is_per_task(const struct pin_patch *pin)
{
	return pin->problem != 0 || pin->header.consistency == KLP_CONSISTENCY_PER_TASK;
}

static bool upgrade_link_is_per_task(const struct found_link *l)
{
	return l->kind == FOUND_FMOD_RET ? l->consistency == KLP_CONSISTENCY_PER_TASK :
					   l->kind != FOUND_STRUCT_OPS;
}

/* Log the name of the patch. This takes from the pin what the name needs. */
static void upgrade_name(struct pin_patch *pin)
{
	_cleanup_(patch_freep) struct patch *s = NULL;

	if (pin->problem == 0 && patch_from_pin(pin, &s) == 0)
		log_error("  patch '%s' %s", s->meta->name, s->meta->version);
	else
		log_error("  pins gen-%llu, which cannot be read", (unsigned long long)pin->serial);
}

/* Fail if patches are in force through a companion that this klpd does not speak to. */
static int upgrade_check_companion(struct upgrade *u, const struct klp_ioc_hello *hello)
{
	size_t n = 0;

	for (size_t i = 0; i < u->n_pins; i++)
		n += upgrade_is_per_task(&u->pins[i]);
	for (size_t i = 0; i < u->found.n; i++)
		n += upgrade_link_is_per_task(&u->found.links[i]);
	if (n == 0)
		return EXIT_STATUS_OK;
	log_error("Patches are in force by the loaded klp.ko (%s), which speaks ABI %u of " KLP_DEVICE
		  "; klpd " KLPD_VERSION " speaks %d and %d, and could not disable them. Disable them with "
		  "the klpd that is installed, or keep it until the next boot", hello->version,
		  hello->abi, KLP_ABI, KLP_ABI_BEFORE);
	for (size_t i = 0; i < u->n_pins; i++)
		if (upgrade_is_per_task(&u->pins[i]))
			upgrade_name(&u->pins[i]);
	return EXIT_STATUS_COMPANION;
}

static int upgrade_check_pins(const struct upgrade *u)
{
	int status = EXIT_STATUS_OK;

	for (size_t i = 0; i < u->n_pins; i++) {
		if (u->pins[i].problem != -EPROTO)
			continue;
		log_error("Pins gen-%llu were made by a newer klpd than " KLPD_VERSION ", which could not "
			  "disable their patches. Disable them with the klpd that is installed, or keep "
			  "that klpd until the next boot", (unsigned long long)u->pins[i].serial);
		status = EXIT_STATUS_REFUSED;
	}
	return status;
}

int upgrade_check(void)
{
	_cleanup_(report_done) struct report report = REPORT_INIT;
	_cleanup_(upgrade_done) struct upgrade u = {};
	struct klp_ioc_hello hello;
	int status, r;

	r = caps_init();
	if (r < 0) {
		log_error_errno(r, "klpd lacks a capability that it needs: %m");
		return EXIT_STATUS_SYSTEM;
	}
	if (upgrade_read(&u) < 0)
		return EXIT_STATUS_SYSTEM;
	r = companion_ask(&hello, &report);
	if (r != 0 && r != OUTCOME_NO_COMPANION) {
		log_error("%s", report.detail ?: "The companion does not answer");
		return EXIT_STATUS_SYSTEM;
	}
	status = upgrade_check_pins(&u);
	if (status == EXIT_STATUS_OK && r == 0 && !companion_speaks(hello.abi))
		status = upgrade_check_companion(&u, &hello);
	if (status != EXIT_STATUS_OK)
		return status;
	printf("klpd " KLPD_VERSION " speaks ABI %d and %d of " KLP_DEVICE, KLP_ABI, KLP_ABI_BEFORE);
	if (r == 0)
		printf(", the loaded klp.ko (%s) ABI %u", hello.version, hello.abi);
	puts(r == 0 && !companion_speaks(hello.abi) ? ", by which nothing is in force" : "");
	return EXIT_STATUS_OK;
}
