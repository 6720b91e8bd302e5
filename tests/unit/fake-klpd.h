/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A klpd that knows nothing and answers everything, for the tests of klpctl. It runs in a child
 * process on a socket of its own and speaks the real interface, so that sd-varlink holds what both
 * sides say against it.
 *
 * The base name of the file, or the name of the patch, says what the answer to a change is:
 *	good, replaced, running	success; in one piece, in place of two others, not complete yet
 *	slow			success after some time, in which Monitor tells of progress
 *	stalled			success once somebody asked for the blockers
 *	dies			the server ends without an answer
 *	@NAME			the error NAME of varlink or sd-varlink, without klpd's fields
 *	anything else		the error io.klpd.Manager.(that), with all fields
 */
#ifndef KLPD_TESTS_FAKE_KLPD_H
#define KLPD_TESTS_FAKE_KLPD_H

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <systemd/sd-event.h>
#include <systemd/sd-varlink.h>
#include <unistd.h>

#include "shared/varlink-io.klpd.h"

#define FAKE_METHOD(name) \
	static int name(sd_varlink *link, sd_json_variant *parameters __attribute__((unused)), \
			sd_varlink_method_flags_t flags __attribute__((unused)), \
			void *userdata __attribute__((unused)))
#define S(key, value) SD_JSON_BUILD_PAIR_STRING(key, value)
#define N(key, value) SD_JSON_BUILD_PAIR_UNSIGNED(key, value)
#define B(key, value) SD_JSON_BUILD_PAIR_BOOLEAN(key, value)
#define SEND(send, link, text) do { \
		sd_json_variant *fake_v = NULL; \
		int fake_r = sd_json_parse(text, 0, &fake_v, NULL, NULL); \
		if (fake_r >= 0) \
			fake_r = send(link, fake_v); \
		sd_json_variant_unref(fake_v); \
		return fake_r; \
	} while (0)

#define FAKE_LIST \
	"[{\"name\":\"cmdline\",\"version\":\"1.0\",\"state\":\"in_force\"," \
	"\"consistency\":\"per_task\",\"generation\":3,\"functions\":2,\"structOps\":0}," \
	"{\"name\":\"b\",\"version\":\"2\",\"state\":\"leaving\",\"consistency\":\"immediate\"," \
	"\"generation\":12,\"functions\":10,\"structOps\":1,\"set\":\"net\",\"missed\":7}]"
#define FAKE_TRANSITION \
	"{\"number\":4,\"change\":\"enable\",\"entering\":\"x\\u001b[31m\",\"leaving\":[]," \
	"\"reversed\":false,\"total\":120,\"moved\":118,\"startedUSec\":1000000,\"runningUSec\":7900000," \
	"\"timeoutUSec\":60000000,\"timedOut\":false,\"phase\":\"switch\"}"
#define FAKE_BLOCKERS \
	"[{\"pid\":77,\"cpu\":1,\"kthread\":false,\"comm\":\"e\\u001b[2J\\u009bvil\"," \
	"\"reason\":\"in vfs_read\",\"function\":\"vfs_read\",\"blockingUSec\":310000}," \
	"{\"pid\":1,\"cpu\":0,\"kthread\":true,\"comm\":\"k\",\"reason\":\"running\"," \
	"\"blockingUSec\":12345678,\"stack\":[\"f+0x1/0x2\"]}]"
#define FAKE_PATCH \
	"{\"name\":\"cmdline\",\"version\":\"1.0\",\"description\":\"Hide it\"," \
	"\"references\":[\"CVE-2026-0001\",\"bug 7\"],\"replace\":false,\"strict\":true," \
	"\"perTaskOnly\":false,\"set\":\"net\",\"sticky\":true,\"functions\":[{\"object\":\"vmlinux\"," \
	"\"symbol\":\"cmdline_proc_show\",\"sympos\":0,\"body\":\"fmod_ret\"," \
	"\"program\":\"body\",\"missed\":3},{\"object\":\"vmlinux\",\"symbol\":\"f\"," \
	"\"sympos\":1,\"body\":\"fmod_ret\",\"program\":\"g\",\"missed\":0}," \
	"{\"object\":\"loop\",\"symbol\":\"lo_open\",\"sympos\":0,\"body\":\"guard\"," \
	"\"program\":\"h\",\"missed\":0,\"state\":\"waiting\"}]," \
	"\"states\":[{\"id\":18446744073709551615,\"version\":2}]," \
	"\"callbacks\":[{\"object\":\"vmlinux\",\"when\":\"pre_patch\",\"program\":\"cb\"}]," \
	"\"structOps\":[{\"type\":\"tcp_congestion_ops\",\"name\":\"cc\",\"map\":\"m\"," \
	"\"current\":true},{\"type\":\"tcp_congestion_ops\",\"name\":\"dd\",\"map\":\"n\"," \
	"\"current\":false}]," \
	"\"state\":\"in_force\",\"consistency\":\"per_task\",\"generation\":3," \
	"\"enabledUSec\":1,\"path\":\"/p/cmdline.klp.o\",\"sha256\":\"00ff\",\"missed\":3," \
	"\"objects\":[{\"name\":\"vmlinux\",\"loaded\":true,\"patched\":true}," \
	"{\"name\":\"loop\",\"loaded\":false,\"patched\":false}]}"

static int fake_success(sd_varlink *link, const char *change, const char *name, int complete,
			int replaced)
{
	char *names[] = { (char *)"old-a", (char *)"old-b", NULL };

	return sd_varlink_replybo(link, S("name", name), S("version", "1.0"), S("change", change),
				  N("generation", 4), S("consistency", "per_task"),
				  B("complete", complete),
				  SD_JSON_BUILD_PAIR_STRV("replaced", replaced ? names : NULL));
}

static sd_varlink *fake_stalled;

static int fake_later(sd_event_source *source __attribute__((unused)),
		      uint64_t usec __attribute__((unused)), void *userdata)
{
	sd_varlink *link = userdata;

	(void)fake_success(link, "enable", "slow", 1, 0);
	sd_varlink_unref(link);
	return 0;
}

static int fake_answer(sd_varlink *link, const char *change, const char *what)
{
	__attribute__((cleanup(sd_json_variant_unrefp))) sd_json_variant *blockers = NULL;
	char error[128];

	if (strcmp(what, "good") == 0)
		return fake_success(link, change, what, 1, 0);
	if (strcmp(what, "replaced") == 0)
		return fake_success(link, change, what, 1, 1);
	if (strcmp(what, "running") == 0)
		return fake_success(link, change, what, 0, 0);
	if (strcmp(what, "stalled") == 0) {
		fake_stalled = sd_varlink_ref(link);
		return 0;
	}
	if (strcmp(what, "dies") == 0)
		_exit(0);
	if (strcmp(what, "slow") == 0)
		return sd_event_add_time_relative(sd_varlink_get_event(link), NULL,
						  CLOCK_MONOTONIC, 300000, 1000, fake_later,
						  sd_varlink_ref(link));
	if (*what == '@')
		return sd_varlink_error(link, what + 1, NULL);
	snprintf(error, sizeof(error), "%s.%s", VARLINK_INTERFACE, what);
	if (strcmp(what, "Reversed") == 0)
		(void)sd_json_parse(FAKE_BLOCKERS, 0, &blockers, NULL, NULL);
	return sd_varlink_errorbo(link, error, S("patch", "pa"), S("object", "vmlinux"),
				  S("function", "fu"), S("phase", "load"), N("errno", 13),
				  S("detail", strcmp(what, "VerifierRejected") == 0 ?
						"the detail | more" : "the detail"), S("hint", "The hint."),
				  S("log", "line one\n\tline two\033[0m\n"),
				  SD_JSON_BUILD_PAIR_CONDITION(blockers != NULL, "blockers",
							       SD_JSON_BUILD_VARIANT(blockers)));
}

static int fake_change(sd_varlink *link, const char *change, sd_json_variant *parameters)
{
	const char *path = sd_json_variant_string(sd_json_variant_by_key(parameters, "path"));
	char what[128];
	char *end;

	if (*path != '/')
		return sd_varlink_error_invalid_parameter_name(link, "path");
	snprintf(what, sizeof(what), "%s", strrchr(path, '/') + 1);
	end = strstr(what, ".klp.o");
	if (end)
		*end = '\0';
	/* what was asked for beside the path comes back as success of another name */
	if (strcmp(what, "asked") == 0)
		snprintf(what, sizeof(what), "%s%s",
			 sd_json_variant_by_key(parameters, "immediate") ? "Busy" : "",
			 sd_json_variant_by_key(parameters, "wait") ? "" : "Strict");
	return fake_answer(link, change, what);
}

FAKE_METHOD(fake_enable)
{
	return fake_change(link, "enable", parameters);
}

FAKE_METHOD(fake_replace)
{
	return fake_change(link, "replace", parameters);
}

FAKE_METHOD(fake_disable)
{
	return fake_answer(link, "disable",
			   sd_json_variant_string(sd_json_variant_by_key(parameters, "name")));
}

/* Two come back, or, with a time limit, nothing does; one leaves. */
FAKE_METHOD(fake_rollback)
{
	static char *two[] = { (char *)"a", (char *)"b", NULL }, *one[] = { (char *)"c", NULL };
	sd_json_variant *timeout = sd_json_variant_by_key(parameters, "timeoutUSec");
	sd_json_variant *wait = sd_json_variant_by_key(parameters, "wait");

	if (wait && timeout)
		return fake_answer(link, "rollback", "NoPrevious");
	return sd_varlink_replybo(link, S("name", "a"), S("version", "1.0"),
				  S("change", "rollback"), N("generation", 4),
				  S("consistency", "per_task"),
				  SD_JSON_BUILD_PAIR_BOOLEAN("complete", !wait),
				  SD_JSON_BUILD_PAIR_STRV("replaced", one),
				  SD_JSON_BUILD_PAIR_STRV("returning", timeout ? one + 1 : two));
}

FAKE_METHOD(fake_reverse)
{
	return sd_varlink_replybo(link, N("number", 4));
}

FAKE_METHOD(fake_status)
{
	SEND(sd_varlink_reply, link,
	     "{\"version\":\"0.1\",\"kernel\":\"6.12\",\"generation\":3,\"perTask\":true,"
	     "\"companion\":{\"loaded\":true,\"abi\":1,\"version\":\"0.1\",\"fmodRetCap\":200,"
	     "\"fmodRetUsed\":3,\"reliableStacks\":true},\"transition\":" FAKE_TRANSITION ","
	     "\"patches\":[" FAKE_PATCH "],\"warnings\":[\"gen-9 is damaged\"]}");
}

FAKE_METHOD(fake_list)
{
	SEND(sd_varlink_reply, link, "{\"patches\":" FAKE_LIST "}");
}

FAKE_METHOD(fake_describe)
{
	sd_json_variant *path = sd_json_variant_by_key(parameters, "path");
	sd_json_variant *name = sd_json_variant_by_key(parameters, "name");

	if (!path == !name)
		return sd_varlink_error_invalid_parameter_name(link, "name");
	if (name && strcmp(sd_json_variant_string(name), "cmdline") != 0)
		return fake_answer(link, "", "NoSuchPatch");
	SEND(sd_varlink_reply, link, "{\"patch\":" FAKE_PATCH ",\"format\":1}");
}

/* fine.klp.o, and one with problems, which are more with --replace. */
FAKE_METHOD(fake_check)
{
	const char *path = sd_json_variant_string(sd_json_variant_by_key(parameters, "path"));
	int replace = sd_json_variant_by_key(parameters, "replace") != NULL;

	if (strstr(path, "NotELF"))
		return fake_answer(link, "", "NotELF");
	if (!strstr(path, "fine"))
		SEND(sd_varlink_reply, link,
		     replace ? "{\"name\":\"bad\",\"version\":\"1\",\"change\":\"replace\","
		     "\"consistency\":\"per_task\",\"replaced\":[\"a\",\"b\"],"
		     "\"enablesForFmodRet\":0,"
		     "\"strict\":true,\"problems\":[{\"error\":\"io.klpd.Manager.VerifierRejected\","
		     "\"function\":\"f\",\"detail\":\"one | two\",\"hint\":\"Read it.\","
		     "\"log\":\"all of it\"}],\"functions\":[]}" :
		     "{\"name\":\"bad\",\"version\":\"1\",\"change\":\"enable\","
		     "\"consistency\":\"per_task\",\"replaced\":[],\"enablesForFmodRet\":0,"
		     "\"strict\":false,"
		     "\"problems\":[{\"error\":\"io.klpd.Manager.NoSuchFunction\",\"function\":\"f\","
		     "\"detail\":\"\",\"hint\":\"\"},{\"error\":\"io.klpd.Manager.FromTheFuture\","
		     "\"detail\":\"so it is\",\"hint\":\"Wait.\"}],\"functions\":[]}");
	SEND(sd_varlink_reply, link,
	     "{\"name\":\"fine\",\"version\":\"1\",\"change\":\"enable\",\"consistency\":\"immediate\","
	     "\"replaced\":[],\"enablesForFmodRet\":2,\"strict\":false,\"problems\":[],"
	     "\"functions\":[{"
	     "\"object\":\"vmlinux\",\"symbol\":\"f\",\"sympos\":2,\"body\":\"fmod_ret\",\"program\":\"p\","
	     "\"prototype\":\"int f(void)\",\"described\":true,\"loaded\":true,\"namesakes\":3,"
	     "\"clones\":1,\"arguments\":0,\"returns\":\"narrow\",\"traceable\":true,"
	     "\"fmodRet\":\"not_enabled\",\"owner\":\"old\",\"taken\":\"by\\u001b[31m him\","
	     "\"loadTest\":\"not_tried\",\"notTried\":\"it is Sunday\",\"recommendations\":["
	     "{\"body\":\"guard\",\"verdict\":\"best\",\"why\":\"it is the best of all that there are "
	     "and this line is so long that it has to be broken\"},"
	     "{\"body\":\"fmod_ret\",\"verdict\":\"possible\",\"why\":\"why not\"}]}]}");
}

/* The second is of a klpd that knows no more than the first version did; how many stacks were asked
 * for stands in a reason. */
FAKE_METHOD(fake_blockers)
{
	sd_json_variant *stacks = sd_json_variant_by_key(parameters, "stacks");
	sd_json_variant *last = sd_json_variant_by_key(parameters, "last");
	char text[1024];

	if (fake_stalled) {
		(void)fake_success(fake_stalled, "enable", "stalled", 1, 0);
		fake_stalled = sd_varlink_unref(fake_stalled);
	}
	snprintf(text, sizeof(text),
		 "{\"blockers\":[{\"pid\":0,\"cpu\":1,\"kthread\":true,\"comm\":\"swapper/1\","
		 "\"reason\":\"running\",\"processId\":0,\"kind\":\"kernel\",\"state\":\"R\","
		 "\"blockingUSec\":310000,\"stack\":[]},{\"pid\":1234,\"cpu\":0,\"kthread\":false,"
		 "\"comm\":\"e\\u001b[2J\\u009b\\nvil\",\"reason\":\"in f\"},"
		 "{\"pid\":1236,\"cpu\":0,\"kthread\":false,\"comm\":\"iou\",\"reason\":\"stacks %lld%s\","
		 "\"processId\":1235,\"kind\":\"worker\",\"state\":\"S\",\"blockingUSec\":12345678,"
		 "\"stack\":[\"f+0x1/0x2\",\"? g\\u001b[0m\"]}]}",
		 stacks ? (long long)sd_json_variant_integer(stacks) : -1, last ? " last" : "");
	SEND(sd_varlink_reply, link, text);
}

/* Thread 3 is in no transition, 4 unpatched, 5 patched, 6 of a later klpd; there are no others. */
FAKE_METHOD(fake_task)
{
	int64_t pid = sd_json_variant_integer(sd_json_variant_by_key(parameters, "pid"));

	if (pid < 3 || pid > 6)
		return fake_answer(link, "", "NoSuchTask");
	return sd_varlink_replybo(link, N("pid", (uint64_t)pid),
				  SD_JSON_BUILD_PAIR_INTEGER("patchState", pid - 4),
				  SD_JSON_BUILD_PAIR_CONDITION(pid < 5, "comm",
					SD_JSON_BUILD_STRING("e\033vil")));
}

static int fake_tell(sd_varlink *link)
{
	SEND(sd_varlink_notify, link,
	     "{\"event\":\"snapshot\",\"generation\":3,\"transition\":" FAKE_TRANSITION ","
	     "\"patches\":" FAKE_LIST "}");
}

FAKE_METHOD(fake_monitor)
{
	int r = fake_tell(link);

	/* the one who watches a change that stalls goes on watching */
	if (r < 0 || getenv("FAKE_STALL")) {
		sd_varlink_ref(link);
		return r;
	}
	SEND(sd_varlink_reply, link,
	     "{\"event\":\"retired\",\"generation\":4,\"transition\":null,\"patches\":null}");
}

/* Never returns. */
static void fake_serve(const char *address)
{
	sd_varlink_server *server = NULL;
	sd_event *event = NULL;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (sd_event_default(&event) < 0 || sd_varlink_server_new(&server, 0) < 0 ||
	    sd_varlink_server_add_interface(server, &vl_interface_io_klpd_Manager) < 0 ||
	    sd_varlink_server_bind_method_many(
		    server, VARLINK_INTERFACE ".Enable", fake_enable,
		    VARLINK_INTERFACE ".Replace", fake_replace,
		    VARLINK_INTERFACE ".Disable", fake_disable,
		    VARLINK_INTERFACE ".Rollback", fake_rollback,
		    VARLINK_INTERFACE ".Reverse", fake_reverse,
		    VARLINK_INTERFACE ".Check", fake_check,
		    VARLINK_INTERFACE ".Status", fake_status,
		    VARLINK_INTERFACE ".List", fake_list,
		    VARLINK_INTERFACE ".Describe", fake_describe,
		    VARLINK_INTERFACE ".Blockers", fake_blockers,
		    VARLINK_INTERFACE ".Task", fake_task,
		    VARLINK_INTERFACE ".Monitor", fake_monitor) < 0 ||
	    sd_varlink_server_listen_address(server, address, 0600) < 0 ||
	    sd_varlink_server_attach_event(server, event, 0) < 0)
		_exit(1);
	_exit(sd_event_loop(event) < 0);
}

#endif
