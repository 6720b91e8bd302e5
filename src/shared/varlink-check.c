/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The types of method Check of io.klpd.Manager. The rules for changing the interface are in
 * varlink-io.klpd.c.
 */
#include "shared/varlink-types.h"

SD_VARLINK_DEFINE_STRUCT_TYPE(
	Problem,
	C("Name of the error that the change would fail with, such as io.klpd.Manager.Conflict; the "
	  "other fields are those of the error"),
	STRING(error, 0),
	C("Patch it is about"),
	STRING(patch, NULLABLE),
	C("Object of the function it is about"),
	STRING(object, NULLABLE),
	C("Function it is about"),
	STRING(function, NULLABLE),
	C("Phase in which the change would fail"),
	TYPE(phase, Phase, NULLABLE),
	C("Linux error number, positive, if there is one"),
	SD_VARLINK_DEFINE_FIELD(errno, SD_VARLINK_INT, NULLABLE),
	C("What exactly is wrong, as a sentence; may be empty"),
	STRING(detail, 0),
	C("What the administrator can do, as a sentence; may be empty"),
	STRING(hint, 0),
	C("The whole log of the kernel's verifier"),
	STRING(log, NULLABLE));

SD_VARLINK_DEFINE_ENUM_TYPE(
	Returns,
	VALUE(void, "Nothing"),
	VALUE(narrow, "A number of at most 32 bits"),
	VALUE(wide, "A number of more, up to 64 bits"),
	VALUE(pointer, "A pointer"),
	VALUE(large, "A structure, or more than 64 bits"));

SD_VARLINK_DEFINE_ENUM_TYPE(
	FmodRet,
	VALUE(enabled, "fmod_ret may attach now: the kernel permits it by itself, or the companion "
		       "has enabled the function since the boot"),
	VALUE(not_enabled, "fmod_ret may attach once the companion has enabled the function, which "
			   "lasts until reboot"),
	VALUE(impossible, "fmod_ret can never attach"));

SD_VARLINK_DEFINE_ENUM_TYPE(
	LoadTest,
	VALUE(passed, "The kernel's verifier accepted the body, which was closed again"),
	VALUE(failed, "The verifier rejected the body, for the reason in a problem"),
	VALUE(not_tried, "The body was not loaded"));

SD_VARLINK_DEFINE_ENUM_TYPE(
	Verdict,
	VALUE(best, "Possible, and preferred"),
	VALUE(possible, "Possible"),
	VALUE(needs_companion, "Possible once the kernel module klp is loaded"),
	VALUE(impossible, "Not possible, or refused"));

SD_VARLINK_DEFINE_STRUCT_TYPE(
	Recommendation,
	C("Kind of body"),
	TYPE(body, Body, 0),
	C("Whether it suits the function, in a patch such as this one"),
	TYPE(verdict, Verdict, 0),
	C("The reason and the limits: a sentence without its full stop"),
	STRING(why, 0));

SD_VARLINK_DEFINE_STRUCT_TYPE(
	CheckedFunction,
	C("Object of the function: vmlinux or the name of a module"),
	STRING(object, 0),
	C("Name of the function"),
	STRING(symbol, 0),
	C("Which of several of this name: 0 = must be the only one, n = the n-th"),
	INT(sympos, 0),
	C("Kind of body that the patch has for it"),
	TYPE(body, Body, 0),
	C("Name of the program in the patch file"),
	STRING(program, 0),
	C("Prototype in C: the kernel's if described, otherwise that of the patch"),
	STRING(prototype, NULLABLE),
	C("The kernel's BTF describes this one function"),
	BOOL(described, 0),
	C("The object is loaded: always true for vmlinux; null: it is built into this kernel, no module"),
	BOOL(loaded, NULLABLE),
	C("Functions of exactly this name in the object; null: the module is not loaded"),
	INT(namesakes, NULLABLE),
	C("Copies of it that the compiler made under names like NAME.isra.0"),
	INT(clones, NULLABLE),
	C("How many arguments it takes, by its prototype"),
	INT(arguments, NULLABLE),
	C("What it returns, by its prototype"),
	TYPE(returns, Returns, NULLABLE),
	C("It can be traced, so that a body can be attached; null: the module is not loaded"),
	BOOL(traceable, NULLABLE),
	C("Its other names, as in \"a, b\": they mean the same code, so a patch of one patches all; null: "
	  "none that is known"),
	STRING(aliases, NULLABLE),
	C("Whether fmod_ret may attach; null: not known"),
	TYPE(fmodRet, FmodRet, NULLABLE),
	C("Name of the patch in force that patches this function"),
	STRING(owner, NULLABLE),
	C("The foreign hook that decides what the function does, as a sentence"),
	STRING(taken, NULLABLE),
	C("Result of the kernel's verifier for the body"),
	TYPE(loadTest, LoadTest, 0),
	C("Why the body was not loaded; only if loadTest is not_tried"),
	STRING(notTried, NULLABLE),
	C("Which bodies suit the function, generally preferred ones first"),
	TYPE(recommendations, Recommendation, ARRAY));
