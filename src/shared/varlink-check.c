/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The types of method Check of io.klpd.Manager. The rules for changing the interface are in
 * varlink-io.klpd.c.
 */
#include "shared/varlink-types.h"

SD_VARLINK_DEFINE_STRUCT_TYPE(
	Problem,
	C("Name of the error that the change would end in, as io.klpd.Manager.Conflict; the fields "
	  "that follow are the error's"),
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
	C("What can be done about it, as a sentence; may be empty"),
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
	VALUE(passed, "The kernel's verifier took the body, which was closed again"),
	VALUE(failed, "It did not: a problem says why"),
	VALUE(not_tried, "It was not asked"));

SD_VARLINK_DEFINE_ENUM_TYPE(
	Verdict,
	VALUE(best, "Possible, and to be preferred"),
	VALUE(possible, "Possible"),
	VALUE(needs_companion, "Possible once the kernel module klp is loaded"),
	VALUE(impossible, "Not possible, or refused"));

SD_VARLINK_DEFINE_STRUCT_TYPE(
	Recommendation,
	C("Kind of body"),
	TYPE(body, Body, 0),
	C("Whether it suits the function, in a patch like this one"),
	TYPE(verdict, Verdict, 0),
	C("Why, and what is to be known of it: a sentence without its full stop"),
	STRING(why, 0));

SD_VARLINK_DEFINE_STRUCT_TYPE(
	CheckedFunction,
	C("What is to be patched: vmlinux or the name of a module"),
	STRING(object, 0),
	C("Name of the function"),
	STRING(symbol, 0),
	C("Which of several of this name: 0 = must be the only one, n = the n-th"),
	INT(sympos, 0),
	C("Kind of body that the patch has for it"),
	TYPE(body, Body, 0),
	C("Name of the program in the patch file"),
	STRING(program, 0),
	C("Prototype in C: the kernel's if described, otherwise what the patch takes it for"),
	STRING(prototype, NULLABLE),
	C("The kernel's BTF describes this one function"),
	BOOL(described, 0),
	C("The object is there: always true of vmlinux; null: it is no module but a part of this kernel"),
	BOOL(loaded, NULLABLE),
	C("Functions of exactly this name in the object; null: the module is not loaded"),
	INT(namesakes, NULLABLE),
	C("Copies of it that the compiler made under names like NAME.isra.0"),
	INT(clones, NULLABLE),
	C("How many arguments it takes, by its prototype"),
	INT(arguments, NULLABLE),
	C("What it returns, by its prototype"),
	TYPE(returns, Returns, NULLABLE),
	C("It can be traced, so that something can be attached; null: the module is not loaded"),
	BOOL(traceable, NULLABLE),
	C("Its other names, as in \"a, b\": they mean the same code, so a patch of one patches all; null: "
	  "none that is known"),
	STRING(aliases, NULLABLE),
	C("Whether fmod_ret may attach; null: could not be found out"),
	TYPE(fmodRet, FmodRet, NULLABLE),
	C("Name of the patch in force that has this function"),
	STRING(owner, NULLABLE),
	C("Who else decides what the function does, as a sentence"),
	STRING(taken, NULLABLE),
	C("What the kernel's verifier says of the body"),
	TYPE(loadTest, LoadTest, 0),
	C("Why it was not asked; only if it was not"),
	STRING(notTried, NULLABLE),
	C("Which bodies suit the function, those first that are to be preferred in general"),
	TYPE(recommendations, Recommendation, ARRAY));
