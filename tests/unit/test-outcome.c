/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The outcome table against the varlink interface: one error for each outcome and the other way
 * round, with the fields that all errors have, and no symbol or field without a comment.
 */
#include <string.h>
#include <systemd/sd-varlink-idl.h>

#include "unit.h"

#include "shared/exit-status.h"
#include "shared/outcome.h"
#include "shared/varlink-io.klpd.h"
#include "util/cleanup.h"
#include "util/macro.h"

static const sd_varlink_interface *const interface = &vl_interface_io_klpd_Manager;

static const sd_varlink_symbol *find_error(const char *name)
{
	for (size_t i = 0; interface->symbols[i]; i++)
		if (interface->symbols[i]->symbol_type == SD_VARLINK_ERROR &&
		    STREQ(interface->symbols[i]->name, name))
			return interface->symbols[i];
	return NULL;
}

static void test_table(void)
{
	for (int i = OUTCOME_OK + 1; i < _OUTCOME_MAX; i++) {
		const struct outcome_info *info = outcome_info((enum outcome)i);

		CHECK(info->error && info->sentence && info->hint);
		CHECK(info->exit_status > 0 && info->exit_status < _EXIT_STATUS_MAX);
		CHECK(info->exit_status != EXIT_STATUS_USAGE);
		CHECK(info->exit_status != EXIT_STATUS_UNREACHABLE);
		CHECK_INT(outcome_from_error(info->error), i);
		CHECK(STR_HAS_PREFIX(info->error, VARLINK_INTERFACE "."));
		CHECK(*info->sentence && info->sentence[strlen(info->sentence) - 1] != '.');
		CHECK(!*info->hint || info->hint[strlen(info->hint) - 1] == '.');
	}
}

static void test_outside(void)
{
	CHECK(!outcome_info(OUTCOME_OK)->error);
	CHECK_INT(outcome_info(OUTCOME_OK)->exit_status, 0);
	CHECK(outcome_info(_OUTCOME_MAX) == outcome_info(OUTCOME_SYSTEM));
	CHECK(outcome_info((enum outcome)-1) == outcome_info(OUTCOME_SYSTEM));
	CHECK_INT(outcome_from_error("io.klpd.Manager.Nonsense"), OUTCOME_SYSTEM);
	CHECK_INT(outcome_from_error(NULL), OUTCOME_SYSTEM);
	CHECK_STR(phase_to_string(PHASE_PLAN), "plan");
	CHECK_STR(phase_to_string(PHASE_RETIRE), "retire");
	CHECK_STR(phase_to_string(_PHASE_MAX), "unknown");
	CHECK_STR(phase_to_string((enum phase)-1), "unknown");
}

static void test_errors_declared(void)
{
	int declared = 0;

	for (int i = OUTCOME_OK + 1; i < _OUTCOME_MAX; i++) {
		const char *name = outcome_info((enum outcome)i)->error;

		CHECK(find_error(name + STRLEN(VARLINK_INTERFACE ".")));
	}
	for (size_t i = 0; interface->symbols[i]; i++)
		if (interface->symbols[i]->symbol_type == SD_VARLINK_ERROR)
			declared++;
	CHECK_INT(declared, _OUTCOME_MAX - 1);
}

static void test_error_fields(void)
{
	static const char *const names[] = {
		"patch", "object", "function", "phase", "errno", "detail", "hint", "log",
		"blockers",	/* of Reversed alone */
	};

	for (size_t i = 0; interface->symbols[i]; i++) {
		const sd_varlink_symbol *s = interface->symbols[i];
		size_t n = 0;

		if (s->symbol_type != SD_VARLINK_ERROR)
			continue;
		for (const sd_varlink_field *f = s->fields; f->name; f++)
			if (f->field_type != _SD_VARLINK_FIELD_COMMENT) {
				CHECK(n < ARRAY_SIZE(names));
				CHECK_STR(f->name, names[n]);
				n++;
			}
		CHECK_INT(n, ARRAY_SIZE(names) - !STREQ(s->name, "Reversed"));
	}
}

static void test_all_commented(void)
{
	bool comment = false;

	for (size_t i = 0; interface->symbols[i]; i++) {
		const sd_varlink_symbol *s = interface->symbols[i];
		bool field_comment = false;

		if (s->symbol_type == _SD_VARLINK_SYMBOL_COMMENT ||
		    s->symbol_type == _SD_VARLINK_INTERFACE_COMMENT) {
			comment = s->symbol_type == _SD_VARLINK_SYMBOL_COMMENT;
			continue;
		}
		if (!comment)
			UNIT_FAIL("%s has no comment", s->name);
		comment = false;
		for (const sd_varlink_field *f = s->fields; f->name; f++) {
			bool is = f->field_type == _SD_VARLINK_FIELD_COMMENT;

			if (!is && !field_comment)
				UNIT_FAIL("%s.%s has no comment", s->name, f->name);
			field_comment = is;
		}
	}
}

static void test_phases_declared(void)
{
	for (size_t i = 0; interface->symbols[i]; i++) {
		const sd_varlink_symbol *s = interface->symbols[i];
		int n = 0;

		if (!STREQ(s->name, "Phase"))
			continue;
		for (const sd_varlink_field *f = s->fields; f->name; f++)
			if (f->field_type == SD_VARLINK_ENUM_VALUE) {
				CHECK_STR(f->name, phase_to_string((enum phase)n));
				n++;
			}
		CHECK_INT(n, _PHASE_MAX);
		return;
	}
	UNIT_FAIL("no enum Phase");
}

static void test_idl_text(void)
{
	_cleanup_free_ char *text = NULL;

	CHECK(sd_varlink_idl_format(interface, &text) >= 0);
	CHECK_CONTAINS(text, "interface io.klpd.Manager");
	CHECK_CONTAINS(text, "\terrno: ?int");
	CHECK_CONTAINS(text, "method Monitor() -> (");
}

int main(void)
{
	RUN(test_table);
	RUN(test_outside);
	RUN(test_errors_declared);
	RUN(test_error_fields);
	RUN(test_all_commented);
	RUN(test_phases_declared);
	RUN(test_idl_text);
	return unit_end();
}
