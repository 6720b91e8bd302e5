// SPDX-License-Identifier: GPL-2.0-only
/*
 * The metadata parser: every rule of klp/meta.h is broken once, alone, and must be told by its own
 * words; every boundary is tried on both sides; an ELF is built by hand and damaged in each place
 * that the reader looks at. Failing paths are given a poisoned output, which must stay poisoned.
 */
#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "patch/metadata.h"
#include "patch/metadata-text.h"
#include "unit.h"
#include "util/cleanup.h"

DEFINE_CLEANUP(struct meta, meta_free);
#define _cleanup_meta_ _cleanup_(meta_freep)
#define _cleanup_report_ _cleanup_(report_done)

#define BASE "format=1\0name=demo\0version=1.0\0"
#define FUNC "func=vmlinux:0:fmod_ret:cmdline_proc_show:body\0"
/* A section from a literal: its own final NUL is the last byte. */
#define PARSE(text, m, r) meta_from_section(text, sizeof(text) - 1, m, r)

static struct meta *const poison = (struct meta *)(uintptr_t)0x5a5a5a5a;

/* Breaking `text` must give `outcome`, say `words`, and leave the output alone. */
#define CHECK_BAD(text, size, wanted, words) do { \
		_cleanup_report_ struct report bad_r = REPORT_INIT; \
		struct meta *bad_m = poison; \
		/* a copy of the exact size, so that ASan sees one byte too many */ \
		_cleanup_free_ char *bad_copy = (size) ? malloc(size) : NULL; \
		if (size) \
			memcpy(bad_copy, text, size); \
		CHECK_INT(meta_from_section(bad_copy, size, &bad_m, &bad_r), wanted); \
		CHECK(bad_m == poison); \
		CHECK_INT(bad_r.outcome, wanted); \
		CHECK_CONTAINS(bad_r.detail, words); \
		CHECK(bad_r.detail[strlen(bad_r.detail) - 1] != '.' || \
		      strstr(bad_r.detail, "...")); \
	} while (0)
#define BAD(text, words) CHECK_BAD(text, sizeof(text) - 1, OUTCOME_META_INVALID, words)

static void test_everything(void)
{
	static const char text[] = BASE
		"description=Schöne neue Welt\0ref=CVE-2026-0001\0ref=deadbeef fix\0replace=yes\0"
		"consistency=per-task\0set=net-9\0sticky=yes\0" FUNC "func=loop:2:guard:lo_ioctl:g\0"
		"func=vmlinux:1:override:foo.bar:g\0state=1:0\0"
		"state=18446744073709551615:4294967295\0"
		"callback=vmlinux:pre_patch:a\0callback=loop:pre_patch:a\0"
		"callback=vmlinux:post_unpatch:b\0table=tcp_congestion_ops:klp_cc:cc\0"
		"table=tcp_congestion_ops:B.2:cc2\0";
	_cleanup_report_ struct report r = REPORT_INIT;
	_cleanup_meta_ struct meta *m = NULL;

	CHECK_INT(PARSE(text, &m, &r), 0);
	CHECK_INT(r.outcome, OUTCOME_OK);
	CHECK_STR(m->name, "demo");
	CHECK_STR(m->version, "1.0");
	CHECK_STR(m->description, "Schöne neue Welt");
	CHECK_STR(m->set, "net-9");
	CHECK(m->replace && m->strict && m->per_task_only && m->sticky);
	CHECK_INT(m->n_refs, 2);
	CHECK_STR(m->refs[1], "deadbeef fix");
	CHECK_INT(m->n_funcs, 3);
	CHECK_STR(m->funcs[0].object, "vmlinux");
	CHECK_STR(m->funcs[0].symbol, "cmdline_proc_show");
	CHECK_STR(m->funcs[0].program, "body");
	CHECK_INT(m->funcs[0].sympos, 0);
	CHECK_INT(m->funcs[0].body, BODY_FMOD_RET);
	CHECK_INT(m->funcs[1].sympos, 2);
	CHECK_INT(m->funcs[1].body, BODY_GUARD);
	CHECK_INT(m->funcs[2].body, BODY_OVERRIDE);
	CHECK_STR(m->funcs[2].symbol, "foo.bar");
	CHECK_INT(m->n_states, 2);
	CHECK(m->states[1].id == UINT64_MAX && m->states[1].version == UINT32_MAX);
	CHECK_INT(m->n_callbacks, 3);
	CHECK_INT(m->callbacks[2].kind, CALLBACK_POST_UNPATCH);
	CHECK_STR(m->callbacks[1].object, "loop");
	CHECK_INT(m->n_struct_ops, 2);
	CHECK_STR(m->struct_ops[0].type, "tcp_congestion_ops");
	CHECK_STR(m->struct_ops[0].name, "klp_cc");
	CHECK_STR(m->struct_ops[0].map, "cc");
	CHECK_STR(m->struct_ops[1].name, "B.2");
}

#define STRUCT_OPS "table=tcp_congestion_ops:klp_cc:cc\0"

/* Nothing but struct_ops instances is a patch. */
static void test_struct_ops(void)
{
	_cleanup_meta_ struct meta *m = NULL;

	CHECK_INT(PARSE(BASE STRUCT_OPS, &m, NULL), 0);
	CHECK(m->n_funcs == 0 && m->n_struct_ops == 1);
	BAD(BASE STRUCT_OPS "table=tcp_congestion_ops:klp_cc:other\0", "stands there twice");
	BAD(BASE STRUCT_OPS "table=tcp_congestion_ops:other:cc\0", "stands there twice");
	BAD(BASE "table=tcp_congestion_ops:klp_cc\0", "not TYPE:NAME:VARIABLE");
	BAD(BASE "table=tcp_congestion_ops::cc\0", "not TYPE:NAME:VARIABLE");
	BAD(BASE "table=tcp congestion:a:cc\0", "a struct_ops instance's type is");
	BAD(BASE "table=9ops:a:cc\0", "a struct_ops instance's type is");
	BAD(BASE "table=t:a b:cc\0", "a struct_ops instance's name is");
	BAD(BASE "table=t:a-b:cc\0", "a struct_ops instance's name is");
	BAD(BASE "table=t:a/b:cc\0", "a struct_ops instance's name is");
	BAD(BASE "table=t:a:c.c\0", "a struct_ops instance's variable is");
}

static void test_defaults(void)
{
	_cleanup_meta_ struct meta *m = NULL;

	CHECK_INT(PARSE(FUNC "\0\0version=2\0\0\0name=a-_9\0format=1\0\0", &m, NULL), 0);
	CHECK_STR(m->description, "");
	CHECK_STR(m->set, "");
	CHECK(!m->replace && !m->strict && !m->per_task_only && !m->sticky);
	CHECK_INT(m->n_refs + m->n_states + m->n_callbacks + m->n_struct_ops, 0);
}

static void test_strict_default(void)
{
	static const struct {
		const char *text;
		size_t size;
		bool strict;
	} cases[] = {
#define S(t, s) { BASE FUNC t, sizeof(BASE FUNC t) - 1, s }
		S("ref=CVE-2026-1\0", true), S("ref=x\0ref=CVE-2026-1\0", true),
		S("strict=no\0ref=CVE-2026-1\0", false), S("ref=CVE-2026-1\0strict=no\0", false),
		S("strict=yes\0", true), S("ref=cve-1\0", false), S("ref=XCVE-1\0", false),
#undef S
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_meta_ struct meta *m = NULL;

		CHECK_INT(meta_from_section(cases[i].text, cases[i].size, &m, NULL), 0);
		CHECK_INT(m->strict, cases[i].strict);
	}
}

static void test_bad_shape(void)
{
	CHECK_BAD("", (size_t)0, OUTCOME_META_INVALID, "no format= record");
	BAD("\0\0", "no format= record");
	CHECK_BAD(BASE "x", sizeof(BASE "x") - 1, OUTCOME_META_INVALID, "has no end");
	BAD(BASE FUNC "colour=red\0", "'colour=red': unknown key");
	BAD(BASE FUNC "nam=x\0", "unknown key");
	BAD(BASE FUNC "namee=x\0", "unknown key");
	BAD(BASE FUNC "=x\0", "unknown key");
	BAD(BASE FUNC " ref=x\0", "unknown key");
	BAD(BASE FUNC "ref\0", "not key=value");
	BAD(BASE FUNC "ref=\0", "the value is empty");
	BAD(BASE FUNC "description=\0", "the value is empty");
	BAD("name=demo\0version=1.0\0" FUNC, "no format= record");
	BAD("format=1\0version=1.0\0" FUNC, "no name= record");
	BAD("format=1\0name=demo\0" FUNC, "no version= record");
	BAD(BASE, "neither a func= nor a table= record");
	BAD(BASE FUNC "\x1b[2J\xff=x\0", "'\\x1b[2J\\xff=x': unknown key");
}

static void test_bad_once(void)
{
	BAD(BASE FUNC "format=1\0", "only once");
	BAD(BASE FUNC "name=demo\0", "only once");
	BAD(BASE FUNC "version=1.0\0", "only once");
	BAD(BASE FUNC "description=a\0description=a\0", "only once");
	BAD(BASE FUNC "replace=no\0replace=no\0", "only once");
	BAD(BASE FUNC "strict=no\0strict=yes\0", "only once");
	BAD(BASE FUNC "consistency=any\0consistency=any\0", "only once");
	BAD(BASE FUNC "set=a\0set=a\0", "only once");
	BAD(BASE FUNC "state=1:1\0sticky=yes\0sticky=yes\0", "only once");
	BAD(BASE FUNC FUNC, "stands there twice");
	BAD(BASE FUNC "func=vmlinux:1:fmod_ret:cmdline_proc_show:body2\0", "stands there twice");
	BAD(BASE FUNC "state=1:1\0state=1:2\0", "state stands there twice");
	BAD(BASE FUNC "callback=vmlinux:pre_patch:a\0callback=vmlinux:pre_patch:b\0",
	    "callback stands there twice");
}

static void test_format(void)
{
#define FORMAT(f) "name=x\0weird\0format=" f "\0"
#define NEWER(f) CHECK_BAD(FORMAT(f), sizeof(FORMAT(f)) - 1, OUTCOME_META_NEWER, "format " f)
	NEWER("2");
	NEWER("18446744073709551615");
	BAD(FORMAT("18446744073709551616"), "not a number");
	BAD(FORMAT("0"), "not a number");
	BAD(FORMAT("01"), "not a number");
	BAD(FORMAT("+1"), "not a number");
	BAD(FORMAT(" 1"), "not a number");
	BAD(FORMAT("1 "), "not a number");
	BAD(FORMAT(""), "not a number");
	BAD(FORMAT("1"), "not key=value");
	/* the first decides: nobody hides a second behind it */
	BAD(BASE FUNC "format=2\0", "only once");
#undef NEWER
#undef FORMAT
}

static void test_bad_values(void)
{
	BAD("format=1\0version=1\0name=Demo\0" FUNC, "a name is");
	BAD("format=1\0version=1\0name=-demo\0" FUNC, "a name is");
	BAD("format=1\0version=1\0name=../x\0" FUNC, "a name is");
	BAD("format=1\0name=a\0version=1 0\0" FUNC, "a version is");
	BAD("format=1\0name=a\0version=1\t0\0" FUNC, "a version is");
	BAD("format=1\0name=a\0version=\xc3\xb6\0" FUNC, "a version is");
	BAD(BASE FUNC "description=a\nb\0", "a description is");
	BAD(BASE FUNC "description=\x1b[31m\0", "a description is");
	BAD(BASE FUNC "description=\xff\0", "a description is");
	BAD(BASE FUNC "ref=a\nb\0", "a reference is");
	BAD(BASE FUNC "ref=\xc3\xb6\0", "a reference is");
	BAD(BASE FUNC "replace=true\0", "neither yes nor no");
	BAD(BASE FUNC "strict=YES\0", "neither yes nor no");
	BAD(BASE FUNC "consistency=per_task\0", "neither any nor per-task");
}

static void test_set_and_sticky(void)
{
	struct meta a = { .set = (char *)"" }, b = { .set = (char *)"net" };
	_cleanup_meta_ struct meta *m = NULL;

	BAD(BASE FUNC "set=Net\0", "a set is");
	BAD(BASE FUNC "set=-net\0", "a set is");
	BAD(BASE FUNC "set=a b\0", "a set is");
	BAD(BASE FUNC "set=\xc3\xb6\0", "a set is");
	BAD(BASE FUNC "set=\0", "the value is empty");
	/* it is what the set without a name is called */
	BAD(BASE FUNC "set=default\0", "not 'default'");
	BAD(BASE FUNC "sticky=1\0", "neither yes nor no");
	/* what cannot be undone must be said; wherever it is said */
	BAD(BASE FUNC "sticky=yes\0", "is sticky and has no state=");
	CHECK_INT(PARSE(BASE "sticky=yes\0" FUNC "state=1:0\0", &m, NULL), 0);
	CHECK(m->sticky);
	m = meta_free(m);
	CHECK_INT(PARSE(BASE FUNC "sticky=no\0", &m, NULL), 0);
	CHECK(!m->sticky);
	CHECK(!meta_same_set(&a, &b) && meta_same_set(&a, &a) && meta_same_set(m, &a));
}

static void test_bad_funcs(void)
{
	BAD(BASE "func=vmlinux:0:fmod_ret:f\0", "not OBJECT:SYMPOS");
	BAD(BASE "func=vmlinux:0:fmod_ret:f:p:q\0", "not OBJECT:SYMPOS");
	BAD(BASE "func=vmlinux::fmod_ret:f:p\0", "not OBJECT:SYMPOS");
	BAD(BASE "func=vmlinux:0:fmod_ret:f:\0", "not OBJECT:SYMPOS");
	BAD(BASE "func=:0:fmod_ret:f:p\0", "not OBJECT:SYMPOS");
	BAD(BASE "func=vm-linux:0:fmod_ret:f:p\0", "an object is");
	BAD(BASE "func=../x:0:fmod_ret:f:p\0", "an object is");
	BAD(BASE "func=vmlinux:-1:fmod_ret:f:p\0", "position is a decimal");
	BAD(BASE "func=vmlinux:0x1:fmod_ret:f:p\0", "position is a decimal");
	BAD(BASE "func=vmlinux:4294967296:fmod_ret:f:p\0", "position is a decimal");
	BAD(BASE "func=vmlinux:0:fentry:f:p\0", "a body is");
	BAD(BASE "func=vmlinux:0:fmod_ret:1f:p\0", "not the name of a kernel function");
	BAD(BASE "func=vmlinux:0:fmod_ret:.f:p\0", "not the name of a kernel function");
	BAD(BASE "func=vmlinux:0:fmod_ret:f/g:p\0", "not the name of a kernel function");
	BAD(BASE "func=vmlinux:0:fmod_ret:f:p.q\0", "a program is");
	BAD(BASE "func=vmlinux:0:fmod_ret:f:9p\0", "a program is");
	BAD(BASE FUNC "state=0:1\0", "id is a decimal");
	BAD(BASE FUNC "state=18446744073709551616:1\0", "id is a decimal");
	BAD(BASE FUNC "state=1:4294967296\0", "version is a decimal");
	BAD(BASE FUNC "state=1:\0", "not ID:VERSION");
	BAD(BASE FUNC "state=1\0", "not ID:VERSION");
	BAD(BASE FUNC "callback=vmlinux:pre_patch\0", "not OBJECT:WHEN:PROGRAM");
	BAD(BASE FUNC "callback=vmlinux:before:p\0", "a callback is");
	BAD(BASE FUNC "callback=vm linux:pre_patch:p\0", "an object is");
	BAD(BASE FUNC "callback=vmlinux:pre_patch:p-q\0", "a program is");
}

/* BASE without `name`, plus one record of `head`, n times 'a', `tail`. */
static void check_length(const char *head, size_t n, const char *tail, int wanted)
{
	static const char base[] = "format=1\0version=1.0\0" FUNC;
	bool named = strncmp(head, "name=", 5) == 0;
	_cleanup_free_ char *text = calloc(1, sizeof(base) + n + 1024);
	struct meta *m = NULL;
	size_t size = sizeof(base) - 1;

	CHECK(text);
	memcpy(text, base, size);
	if (!named) {
		memcpy(text + size, "name=x", 7);
		size += 7;
	}
	memcpy(text + size, head, strlen(head));
	size += strlen(head);
	memset(text + size, 'a', n);
	size += n;
	memcpy(text + size, tail, strlen(tail) + 1);
	size += strlen(tail) + 1;
	CHECK_INT(meta_from_section(text, size, &m, NULL), wanted);
	CHECK((wanted == 0) == (m != NULL));
	meta_free(m);
}

static void test_lengths(void)
{
	static const struct {
		const char *head;
		const char *tail;
		size_t longest;
	} cases[] = {
		{ "name=", "", KLP_NAME_LEN - 1 },
		{ "set=", "", KLP_NAME_LEN - 1 },
		{ "description=", "", KLP_TEXT_LEN - 1 },
		{ "ref=", "", KLP_TEXT_LEN - 1 },
		{ "func=", ":0:guard:f:p", KLP_OBJECT_LEN - 1 },
		{ "func=vmlinux:0:guard:", ":p", KLP_SYMBOL_LEN - 1 },
		{ "func=vmlinux:0:guard:f:", "", KLP_PROG_LEN - 1 },
		{ "callback=", ":pre_patch:p", KLP_OBJECT_LEN - 1 },
		{ "callback=vmlinux:pre_patch:", "", KLP_PROG_LEN - 1 },
		{ "table=", ":n:m", KLP_STRUCT_OPS_TYPE_LEN - 1 },
		{ "table=t:", ":m", KLP_STRUCT_OPS_NAME_LEN - 1 },
		{ "table=t:n:", "", KLP_PROG_LEN - 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases) && !unit.bad; i++) {
		check_length(cases[i].head, cases[i].longest, cases[i].tail, 0);
		check_length(cases[i].head, cases[i].longest + 1, cases[i].tail,
			     OUTCOME_META_INVALID);
		check_length(cases[i].head, 60000, cases[i].tail, OUTCOME_META_INVALID);
	}
	BAD("format=1\0name=a\0" FUNC "version=12345678901234567890123456789012\0", "a version is");
}

/* BASE, and `n` records of `format`, which takes a number. */
static void check_count(const char *format, unsigned int n, const char *words)
{
	_cleanup_report_ struct report r = REPORT_INIT;
	_cleanup_meta_ struct meta *m = NULL;
	_cleanup_free_ char *text = calloc(1, KLP_META_MAX);
	size_t size = sizeof(BASE FUNC) - 1;

	CHECK(text);
	memcpy(text, BASE FUNC, size);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	for (unsigned int i = 1; i <= n; i++)
		size += (size_t)snprintf(text + size, KLP_META_MAX - size, format, i) + 1;
#pragma GCC diagnostic pop
	CHECK_INT(meta_from_section(text, size, &m, &r), words ? OUTCOME_META_INVALID : 0);
	if (words)
		CHECK_CONTAINS(r.detail, words);
}

static void test_counts(void)
{
	check_count("func=vmlinux:0:guard:f%u:p", KLP_FUNCS_MAX - 1, NULL);
	check_count("func=vmlinux:0:guard:f%u:p", KLP_FUNCS_MAX, "more than 256 functions");
	check_count("ref=%u", KLP_REFS_MAX, NULL);
	check_count("ref=%u", KLP_REFS_MAX + 1, "more than 64 references");
	check_count("state=%u:1", KLP_STATES_MAX, NULL);
	check_count("state=%u:1", KLP_STATES_MAX + 1, "more than 64 states");
	check_count("callback=m%u:pre_patch:p", KLP_CALLBACKS_MAX, NULL);
	check_count("callback=m%u:pre_patch:p", KLP_CALLBACKS_MAX + 1, "more than 64 callbacks");
	check_count("table=t:n%1$u:m%1$u", KLP_STRUCT_OPS_MAX, NULL);
	check_count("table=t:n%1$u:m%1$u", KLP_STRUCT_OPS_MAX + 1,
		    "more than 16 struct_ops instances");
}

static void test_section_size(void)
{
	_cleanup_report_ struct report r = REPORT_INIT;
	_cleanup_free_ char *text = calloc(1, KLP_META_MAX + 1);
	struct meta *m = NULL;

	CHECK(text);
	memcpy(text, BASE FUNC, sizeof(BASE FUNC) - 1);
	CHECK_INT(meta_from_section(text, KLP_META_MAX, &m, &r), 0);
	m = meta_free(m);
	CHECK_INT(meta_from_section(text, KLP_META_MAX + 1, &m, &r), OUTCOME_META_INVALID);
	CHECK(!m);
	CHECK_CONTAINS(r.detail, "more than the 65536 allowed");
}

static void test_report_names_the_patch(void)
{
	_cleanup_report_ struct report r = REPORT_INIT;
	struct meta *m = NULL;

	CHECK_INT(PARSE(BASE "func=x\0", &m, &r), OUTCOME_META_INVALID);
	CHECK_STR(r.patch, "demo");
}

static void test_text(void)
{
	char buf[META_TEXT_QUOTED], fields[] = "a:b:c", *f[3];
	char longer[300];
	uint64_t n = 7;

	CHECK(meta_text_line("") && meta_text_line("ö € 𝄞 ~"));
	CHECK(!meta_text_line("\xc0\xaf") && !meta_text_line("\xed\xa0\x80"));
	CHECK(!meta_text_line("\xf4\x90\x80\x80") && !meta_text_line("\xe2\x80\xae" "x"));
	CHECK(!meta_text_line("\xc2\x85") && !meta_text_line("\xe2\x80\xa8"));
	CHECK(!meta_text_line("\xe2\x82") && !meta_text_line("\x80") && !meta_text_line("\x7f"));
	CHECK(meta_text_decimal("0", 0, &n) && n == 0);
	CHECK(!meta_text_decimal("5", 3, &n) && !meta_text_decimal("12", 11, &n) && n == 0);
	CHECK(meta_text_decimal("11", 11, &n) && n == 11);
	CHECK(!meta_text_decimal("", 9, &n) && !meta_text_decimal("00", 9, &n));
	CHECK(meta_text_split(fields, f, 3));
	CHECK_STR(f[2], "c");
	memset(longer, '\1', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	CHECK(strlen(meta_text_quote(longer, buf)) < sizeof(buf));
	CHECK_CONTAINS(buf, "\\x01...");
}

static void test_small_functions(void)
{
	struct meta_func a = { (char *)"vmlinux", (char *)"f", (char *)"p", 0, BODY_FMOD_RET };
	struct meta_func b = a;

	b.sympos = 1;
	b.program = (char *)"q";
	b.body = BODY_GUARD;
	CHECK(meta_func_same(&a, &b));
	b.sympos = 2;
	CHECK(!meta_func_same(&a, &b));
	b = a;
	b.object = (char *)"loop";
	CHECK(!meta_func_same(&a, &b));
	CHECK(!meta_free(NULL));
	CHECK_STR(body_kind_to_string(BODY_OVERRIDE), "override");
	CHECK_STR(body_kind_to_string((enum body_kind)99), "unknown");
	CHECK_INT(body_kind_from_string("guard"), BODY_GUARD);
	CHECK_INT(body_kind_from_string("override"), BODY_OVERRIDE);
	CHECK_INT(body_kind_from_string("replace"), BODY_OVERRIDE);
	CHECK(body_kind_from_string("fentry") < 0 && callback_kind_from_string("") < 0);
	CHECK_STR(callback_kind_to_string(CALLBACK_POST_PATCH), "post_patch");
	CHECK_STR(callback_kind_to_string((enum callback_kind)-1), "unknown");
	CHECK(meta_name_valid("0a") && !meta_name_valid("") && !meta_name_valid("_a"));
}

int main(void)
{
	RUN(test_everything);
	RUN(test_struct_ops);
	RUN(test_defaults);
	RUN(test_strict_default);
	RUN(test_bad_shape);
	RUN(test_bad_once);
	RUN(test_format);
	RUN(test_bad_values);
	RUN(test_set_and_sticky);
	RUN(test_bad_funcs);
	RUN(test_lengths);
	RUN(test_counts);
	RUN(test_section_size);
	RUN(test_report_names_the_patch);
	RUN(test_text);
	RUN(test_small_functions);
	return unit_end();
}
