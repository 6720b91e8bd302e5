/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The varlink interface io.klpd.Manager: every method and error, with its meaning; the types are in
 * varlink-types.c.
 *
 * A change of the interface begins here. The doc strings are part of the interface: varlinkctl
 * shows them, and there is no other manual of it. Fields are only added, and only as nullable ones;
 * the meaning of an enum value or a field never changes.
 *
 * All errors have the same fields (ERROR_FIELDS), so that a client needs only one way to show them.
 * Each row of outcome.c but the first has exactly one error; a test compares the two.
 */
#include <systemd/sd-varlink-idl.h>

#include "shared/varlink-io.klpd.h"
#include "shared/varlink-types.h"

/* Methods */

#define FILE_FIELD \
	C("Index of a descriptor of the file, which comes with the call and may be O_PATH: the error is " \
	  "OtherFile if the path leads klpd elsewhere. Without one it is that error if the caller has " \
	  "not the mounts and the root directory that PID 1 has"), \
	IN(fileDescriptor, INT, NULLABLE)

#define ENABLE_FIELDS \
	C("Absolute path of the patch file"), \
	IN(path, STRING, 0), \
	FILE_FIELD, \
	C("Let all tasks change at one instant, even if the companion is there; default false"), \
	IN(immediate, BOOL, NULLABLE), \
	WAIT_FIELD, \
	CHANGE_FIELDS

#define WAIT_FIELD \
	C("Reply when the change is complete (default), or was reversed, which is the error " \
	  "Reversed; if false, reply as soon as the transition runs"), \
	IN(wait, BOOL, NULLABLE), \
	C("How long the transition may take before it is reversed, in microseconds; 0 = as long " \
	  "as it takes, default 60 s, or 0 if a sticky patch enters"), \
	IN(timeoutUSec, INT, NULLABLE)

#define CHANGE_FIELDS \
	C("Patch that was enabled or disabled; of a rollback the first that came back, or else the " \
	  "first that left"), \
	OUT(name, STRING, 0), \
	C("Its version"), \
	OUT(version, STRING, 0), \
	C("What was done: Enable of a patch that says so is a replace"), \
	OUT_TYPE(change, Change, 0), \
	C("Generation now in force, or, before the change is complete, still in force"), \
	OUT(generation, INT, 0), \
	C("How tasks move"), \
	OUT_TYPE(consistency, Consistency, 0), \
	C("All tasks have moved"), \
	OUT(complete, BOOL, 0), \
	C("Patches that it takes the place of; of a rollback all that went out of force"), \
	OUT(replaced, STRING, ARRAY), \
	C("Patches that a rollback brought back, in the order they come; otherwise null"), \
	OUT(returning, STRING, NULLABLE | ARRAY)

static SD_VARLINK_DEFINE_METHOD(Enable, ENABLE_FIELDS);

static SD_VARLINK_DEFINE_METHOD(Replace, ENABLE_FIELDS);

static SD_VARLINK_DEFINE_METHOD(
	Disable,
	C("Name of a patch in force"),
	IN(name, STRING, 0),
	WAIT_FIELD,
	CHANGE_FIELDS);

static SD_VARLINK_DEFINE_METHOD(
	Rollback,
	WAIT_FIELD,
	CHANGE_FIELDS);

static SD_VARLINK_DEFINE_METHOD(
	Reverse,
	C("Number of the transition that was reversed; 0: the change had not switched yet, and ends "
	  "with the error Cancelled"),
	OUT(number, INT, 0));

static SD_VARLINK_DEFINE_METHOD(
	Force,
	C("Number of the transition that was forced"),
	OUT(number, INT, 0),
	C("Tasks that had not moved and were taken as moved where they stood"),
	OUT(forced, INT, 0));

static SD_VARLINK_DEFINE_METHOD(
	Status,
	C("Version of klpd"),
	OUT(version, STRING, 0),
	C("Release of the running kernel"),
	OUT(kernel, STRING, 0),
	C("Number of the attachment sets in force; every complete change makes a new one"),
	OUT(generation, INT, 0),
	C("Patches can have consistency per_task, because the companion can be used"),
	OUT(perTask, BOOL, 0),
	C("The kernel module klp"),
	OUT_TYPE(companion, Companion, 0),
	C("The running transition; null if none runs"),
	OUT_TYPE(transition, Transition, NULLABLE),
	C("Patches in the kernel, in the order they came"),
	OUT_TYPE(patches, Patch, ARRAY),
	C("What should not be so, in sentences: damaged or foreign pins, missed calls, ..."),
	OUT(warnings, STRING, ARRAY),
	C("Patches that were in force before the last change, and would be after Rollback; null: it "
	  "is not known"),
	OUT_TYPE(before, BeforeEntry, NULLABLE | ARRAY),
	C("The warnings again, in the same order, with the names apart"),
	OUT_TYPE(warningDetails, Warning, NULLABLE | ARRAY),
	C("The callback that runs now; null if none does"),
	OUT_TYPE(callback, RunningCallback, NULLABLE));

static SD_VARLINK_DEFINE_METHOD(
	List,
	C("Patches in the kernel, in the order they came"),
	OUT_TYPE(patches, ListEntry, ARRAY));

static SD_VARLINK_DEFINE_METHOD(
	Describe,
	C("Name of a patch in the kernel; exactly one of name and path must be given"),
	IN(name, STRING, NULLABLE),
	C("Absolute path of a patch file, which is read and not loaded; only for root"),
	IN(path, STRING, NULLABLE),
	FILE_FIELD,
	C("The patch"),
	OUT_TYPE(patch, Patch, 0),
	C("Format of its metadata"),
	OUT(format, INT, 0));

static SD_VARLINK_DEFINE_METHOD(
	Blockers,
	C("Of how many tasks, from the first on, to show the stack; default 32, at most 256"),
	IN(stacks, INT, NULLABLE),
	C("Ask for those that were in the way when the last transition was reversed, as they were "
	  "then, 64 at most: they are known until the next transition begins; default false"),
	IN(last, BOOL, NULLABLE),
	C("Tasks that have not moved, longest in the way first; empty if no transition runs"),
	OUT_TYPE(blockers, Blocker, ARRAY));

static SD_VARLINK_DEFINE_METHOD(
	Task,
	C("Thread id, as in Blocker"),
	IN(pid, INT, 0),
	C("The same"),
	OUT(pid, INT, 0),
	C("As in /proc/PID/patch_state: -1 no transition runs; 1 patched, it runs the code with the "
	  "patch that the transition is about; 0 unpatched, it runs the code without it"),
	OUT(patchState, INT, 0),
	C("Name of the task"),
	OUT(comm, STRING, NULLABLE));

static SD_VARLINK_DEFINE_METHOD(
	Check,
	C("Absolute path of the patch file"),
	IN(path, STRING, 0),
	FILE_FIELD,
	C("Ask for Replace; default false: for Enable"),
	IN(replace, BOOL, NULLABLE),
	C("As of Enable"),
	IN(immediate, BOOL, NULLABLE),
	C("Name of the patch"),
	OUT(name, STRING, 0),
	C("Its version"),
	OUT(version, STRING, 0),
	C("What was asked for: Enable of a patch that says so is a replace"),
	OUT_TYPE(change, Change, 0),
	C("How tasks would move"),
	OUT_TYPE(consistency, Consistency, 0),
	C("Patches that it would take the place of"),
	OUT(replaced, STRING, ARRAY),
	C("How many functions it would enable for fmod_ret, until reboot"),
	OUT(enablesForFmodRet, INT, 0),
	C("It must not miss a call"),
	OUT(strict, BOOL, 0),
	C("What the change would be refused for: it would end in the first of them. Empty: nothing that "
	  "can be known before"),
	OUT_TYPE(problems, Problem, ARRAY),
	C("The functions of the patch; empty if they could not be looked at"),
	OUT_TYPE(functions, CheckedFunction, ARRAY));

static SD_VARLINK_DEFINE_METHOD(
	Repair,
	C("Only say what would be done; default false"),
	IN(dryRun, BOOL, NULLABLE),
	C("Reply when all has left that cannot be made whole (default), or could not leave in time, "
	  "which is the error Reversed; if false, reply as soon as the transition runs"),
	IN(wait, BOOL, NULLABLE),
	C("How long that transition may take before it is reversed, in microseconds; 0 = as long as it "
	  "takes, default 60 s"),
	IN(timeoutUSec, INT, NULLABLE),
	C("What is done, or would be; empty: all is whole"),
	OUT_TYPE(actions, RepairAction, ARRAY),
	C("It is done; false after a dry run, and while the transition runs"),
	OUT(complete, BOOL, 0),
	C("Generation in force now"),
	OUT(generation, INT, 0));

static SD_VARLINK_DEFINE_METHOD_FULL(
	Monitor,
	SD_VARLINK_REQUIRES_MORE,
	C("What happened"),
	OUT_TYPE(event, MonitorEvent, 0),
	C("Generation in force now"),
	OUT(generation, INT, 0),
	C("The transition it happened to; null if none runs"),
	OUT_TYPE(transition, Transition, NULLABLE),
	C("All patches in the kernel now; null if they are as they were at the last event"),
	OUT_TYPE(patches, ListEntry, NULLABLE | ARRAY),
	C("All warnings there are now, as of Status; null where patches is"),
	OUT(warnings, STRING, NULLABLE | ARRAY));

/* Errors */

#define ERROR_FIELDS \
	C("Patch it is about"), \
	STRING(patch, NULLABLE), \
	C("Object of the function it is about"), \
	STRING(object, NULLABLE), \
	C("Function it is about"), \
	STRING(function, NULLABLE), \
	C("Phase in which the change failed"), \
	TYPE(phase, Phase, NULLABLE), \
	C("Linux error number, positive, if there is one"), \
	/* not INT(), because errno is a macro and the second macro would expand it */ \
	SD_VARLINK_DEFINE_FIELD(errno, SD_VARLINK_INT, NULLABLE), \
	C("What exactly was wrong, as a sentence; may be empty"), \
	STRING(detail, 0), \
	C("What can be done about it, as a sentence; may be empty"), \
	STRING(hint, 0), \
	C("The whole log of the kernel's verifier"), \
	STRING(log, NULLABLE)

static SD_VARLINK_DEFINE_ERROR(FileUnreadable, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(FileUntrusted, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(OtherFile, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(NotELF, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(NoMetadata, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(MetadataNewer, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(MetadataInvalid, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(FileCrashed, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(NoSuchPatch, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(NoPrevious, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(FileChanged, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(AlreadyEnabled, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(NoSuchTask, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(Busy, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(Cancelled, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(RecoveryIncomplete, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(NotPinnable, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(NotAllowed, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(TooManyConnections, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(MessageTooLong, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(Conflict, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(TakenByOther, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(StateIncompatible, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(Strict, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(Sticky, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(ConsistencyRefused, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(NotSupported, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(NoSuchFunction, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(AmbiguousFunction, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(NotTraceable, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(OutOfReach, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(NoSuchStructOps, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(PrototypeMismatch, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(NotPermittedByKernel, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(FmodRetFull, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(ProgramLimit, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(CallbackFailed, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(NoBTF, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(FtraceOff, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(VerifierRejected, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(LockedDown, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(NoCompanion, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(CompanionABI, ERROR_FIELDS);
static SD_VARLINK_DEFINE_ERROR(Reversed,
	ERROR_FIELDS,
	C("Tasks that were in the way when it was reversed, as they were then, 64 at most; null: "
	  "they are not known"),
	TYPE(blockers, Blocker, NULLABLE | ARRAY));
static SD_VARLINK_DEFINE_ERROR(SystemError, ERROR_FIELDS);

SD_VARLINK_DEFINE_INTERFACE(
	io_klpd_Manager,
	VARLINK_INTERFACE,
	SD_VARLINK_INTERFACE_COMMENT(
		"Livepatches whose bodies are BPF programs: enabled, replaced, disabled, watched."),

	S("How consistent the change from old to new code is"),
	&vl_type_Consistency,
	S("How far a patch in the kernel is; one that is not in the kernel has no state"),
	&vl_type_PatchState,
	S("Whether a function is patched"),
	&vl_type_FunctionState,
	S("Kinds of body"),
	&vl_type_Body,
	S("Phases of a change. Before switch a failure leaves no effect"),
	&vl_type_Phase,
	S("When a callback runs"),
	&vl_type_CallbackWhen,
	S("Kinds of change"),
	&vl_type_Change,
	S("What Monitor tells of"),
	&vl_type_MonitorEvent,
	S("What a patch in force is worth"),
	&vl_type_Effect,
	S("Kinds of warning"),
	&vl_type_WarningKind,
	S("Something that should not be so"),
	&vl_type_Warning,
	S("A patched function"),
	&vl_type_Function,
	S("A system state: what a patch leaves behind and its successors must know"),
	&vl_type_State,
	S("A program of the patch that runs at one point of a change"),
	&vl_type_Callback,
	S("A struct_ops instance that the patch brings, as a congestion control. It is not swapped "
	  "task by task, but at one instant, when tasks begin to move: for who asks for it from then "
	  "on. Who uses it, as an open connection does, keeps what it has"),
	&vl_type_StructOps,
	S("What a patch is about: the kernel, or a module"),
	&vl_type_Object,
	S("A patch, from its file or in the kernel"),
	&vl_type_Patch,
	S("The time in which tasks move, one by one, from old to new code"),
	&vl_type_Transition,
	S("A callback that runs now. No change is made until it has ended, nor is its own change "
	  "reversed or forced"),
	&vl_type_RunningCallback,
	S("The kernel module klp, as klpd sees it"),
	&vl_type_Companion,
	S("A patch that was in force before the last change"),
	&vl_type_BeforeEntry,
	S("A patch in the kernel, in short"),
	&vl_type_ListEntry,
	S("Kinds of task"),
	&vl_type_TaskKind,
	S("What Repair does with something"),
	&vl_type_RepairKind,
	S("A step of Repair"),
	&vl_type_RepairAction,
	S("A task that holds a transition up"),
	&vl_type_Blocker,
	S("What a change would be refused for"),
	&vl_type_Problem,
	S("What a function returns"),
	&vl_type_Returns,
	S("Whether a function is enabled for fmod_ret"),
	&vl_type_FmodRet,
	S("Result of loading a body into the verifier"),
	&vl_type_LoadTest,
	S("Whether a kind of body suits a function"),
	&vl_type_Verdict,
	S("What is to be said of a kind of body for a function"),
	&vl_type_Recommendation,
	S("A function that a patch is for, as the kernel has it"),
	&vl_type_CheckedFunction,

	S("Bring the patch in a file into force beside those that are. Only for root"),
	&vl_method_Enable,
	S("Bring the patch in a file into force in place of all of its set. Only for root"),
	&vl_method_Replace,
	S("Take a patch out of force. Only for root"),
	&vl_method_Disable,
	S("Bring into force what was before the last complete change, if the files of the patches "
	  "that come back are what they were; after it, Rollback leads back again. Only for root"),
	&vl_method_Rollback,
	S("Reverse the running transition, or cancel a change that has not switched yet. Only for root"),
	&vl_method_Reverse,
	S("Take every task that has not moved as moved, where it stands, and complete the transition: "
	  "these tasks may run old and new code mixed. It is told for good. Only for root"),
	&vl_method_Force,
	S("All that klpd knows"),
	&vl_method_Status,
	S("The patches in the kernel, in short"),
	&vl_method_List,
	S("All about one patch, in the kernel or in a file"),
	&vl_method_Describe,
	S("Ask what Enable or Replace of a file would be refused for, all of it and not the first only, "
	  "and which body suits each function. The bodies go through the kernel's verifier and are "
	  "closed again; nothing is changed. Only for root"),
	&vl_method_Check,
	S("Take over what is not whole but can be: pin it again, put its pins back; take out of force, in "
	  "one transition, what cannot; remove pins that nothing has. Only for root"),
	&vl_method_Repair,
	S("The tasks that the running transition waits for"),
	&vl_method_Blockers,
	S("On which side of the running transition a task is"),
	&vl_method_Task,
	S("How things are, then every change"),
	&vl_method_Monitor,

	S("The file cannot be opened or read"),
	&vl_error_FileUnreadable,
	S("Others than root could have written the file, or a directory above it"),
	&vl_error_FileUntrusted,
	S("The path leads klpd to another file than the caller: the caller has other mounts or another "
	  "root directory"),
	&vl_error_OtherFile,
	S("The file is not a BPF object"),
	&vl_error_NotELF,
	S("The file is a BPF object without the metadata of a patch"),
	&vl_error_NoMetadata,
	S("The metadata has a format of newer tools"),
	&vl_error_MetadataNewer,
	S("The metadata is wrong"),
	&vl_error_MetadataInvalid,
	S("The process that reads the file died of it, or took more than 10 s"),
	&vl_error_FileCrashed,
	S("No patch of this name is in force, or, for Reverse, no transition runs"),
	&vl_error_NoSuchPatch,
	S("It is not known what was in force before, or that is in force now"),
	&vl_error_NoPrevious,
	S("The file of a patch that would come back is not the one that was in force"),
	&vl_error_FileChanged,
	S("A patch of this name is in force already; for Replace, in another set"),
	&vl_error_AlreadyEnabled,
	S("No task has this thread id"),
	&vl_error_NoSuchTask,
	S("Another change runs, or is being prepared"),
	&vl_error_Busy,
	S("It was cancelled before it switched, because Reverse was called, its client is gone, or klpd "
	  "stops. Nothing is changed"),
	&vl_error_Cancelled,
	S("Something that klpd cannot judge has the name or a function of the patch, may be of its set, or "
	  "is what was to be disabled: see Repair"),
	&vl_error_RecoveryIncomplete,
	S("There is no bpffs where the system has it, so the patch would end with klpd"),
	&vl_error_NotPinnable,
	S("The caller may not do this"),
	&vl_error_NotAllowed,
	S("There are too many connections, or clients of Monitor; the detail says whose. It comes "
	  "unasked when a connection is refused, which is closed then"),
	&vl_error_TooManyConnections,
	S("A message of a client that is not root has more than 65,536 bytes; the connection is closed"),
	&vl_error_MessageTooLong,
	S("A function is patched, or a struct_ops instance brought, by another patch in force"),
	&vl_error_Conflict,
	S("Somebody else than klpd decides what the function does: a kernel livepatch, an ftrace "
	  "user that redirects it, another's fmod_ret program; or has a struct_ops instance of that "
	  "name: the detail says who"),
	&vl_error_TakenByOther,
	S("System states in force are missing from the patch, have a lower version, or belong to "
	  "another set"),
	&vl_error_StateIncompatible,
	S("The patch is strict, and a body of it can miss calls"),
	&vl_error_Strict,
	S("The patch is sticky, what it changes cannot be undone: it was to be disabled, the transition "
	  "into it to be reversed, or to have a time after which it would be"),
	&vl_error_Sticky,
	S("Patch, patches in force and request do not agree on the consistency"),
	&vl_error_ConsistencyRefused,
	S("The request is valid, but this klpd cannot do it"),
	&vl_error_NotSupported,
	S("The kernel has no such function"),
	&vl_error_NoSuchFunction,
	S("The kernel has several functions of this name"),
	&vl_error_AmbiguousFunction,
	S("No body of this kind can be attached to the function: the detail says why"),
	&vl_error_NotTraceable,
	S("No transition can move tasks out of the function: an idle CPU or a kernel thread never leaves "
	  "it, or only a task runs it that is in no list of the kernel's any more"),
	&vl_error_OutOfReach,
	S("The kernel has no such struct_ops type, or its instances cannot be swapped in use"),
	&vl_error_NoSuchStructOps,
	S("The function's prototype is not the one that the patch was written for"),
	&vl_error_PrototypeMismatch,
	S("The kernel does not let the function be modified, and no companion enables it"),
	&vl_error_NotPermittedByKernel,
	S("No more functions can be enabled for fmod_ret until the next boot"),
	&vl_error_FmodRetFull,
	S("The function has as many BPF programs as the kernel lets it have"),
	&vl_error_ProgramLimit,
	S("A pre_patch callback of the patch refused it: errno is what it returned, object what it ran "
	  "for. Nothing is changed"),
	&vl_error_CallbackFailed,
	S("The kernel has no type information"),
	&vl_error_NoBTF,
	S("Ftrace is switched off (kernel.ftrace_enabled=0), so the kernel would call no body"),
	&vl_error_FtraceOff,
	S("The kernel's verifier rejected a program; log has all it said"),
	&vl_error_VerifierRejected,
	S("The kernel is locked down to confidentiality, and nothing can be looked up in it"),
	&vl_error_LockedDown,
	S("It needs the kernel module klp, which is not loaded"),
	&vl_error_NoCompanion,
	S("The kernel module klp and klpd are not of one ABI"),
	&vl_error_CompanionABI,
	S("The transition was reversed: what was in force before is in force again"),
	&vl_error_Reversed,
	S("Anything else; errno and phase say more"),
	&vl_error_SystemError);
