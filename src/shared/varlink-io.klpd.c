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
	C("Index of a descriptor of the file, sent with the call, may be O_PATH. The error is OtherFile " \
	  "if the path leads klpd to another file, or if there is no descriptor and the caller does " \
	  "not have the mounts and the root directory of PID 1"), \
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
	C("Patch that was enabled or disabled; for a rollback the first that it enabled again, or " \
	  "otherwise the first that it removed"), \
	OUT(name, STRING, 0), \
	C("Its version"), \
	OUT(version, STRING, 0), \
	C("Kind of the change: Enable of a patch that declares replace is a replace"), \
	OUT_TYPE(change, Change, 0), \
	C("Generation now in force, or, before the change is complete, still in force"), \
	OUT(generation, INT, 0), \
	C("How tasks move"), \
	OUT_TYPE(consistency, Consistency, 0), \
	C("All tasks have moved"), \
	OUT(complete, BOOL, 0), \
	C("Patches that it replaces; for a rollback all that it takes out of force"), \
	OUT(replaced, STRING, ARRAY), \
	C("Patches that a rollback enables again, in their order; otherwise null"), \
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
	C("Tasks that had not moved and were treated as moved"),
	OUT(forced, INT, 0));

static SD_VARLINK_DEFINE_METHOD(
	Status,
	C("Version of klpd"),
	OUT(version, STRING, 0),
	C("Release of the running kernel"),
	OUT(kernel, STRING, 0),
	C("Number of the present combination of patches; every complete change makes a new one"),
	OUT(generation, INT, 0),
	C("Patches can have consistency per_task, because the companion can be used"),
	OUT(perTask, BOOL, 0),
	C("The kernel module klp"),
	OUT_TYPE(companion, Companion, 0),
	C("The running transition; null if none runs"),
	OUT_TYPE(transition, Transition, NULLABLE),
	C("Patches in the kernel, in the order in which they were enabled"),
	OUT_TYPE(patches, Patch, ARRAY),
	C("Warnings, as sentences: damaged or foreign pins, missed calls, ..."),
	OUT(warnings, STRING, ARRAY),
	C("Patches that were in force before the last change, and would be after Rollback; null: not "
	  "known"),
	OUT_TYPE(previous, PreviousEntry, NULLABLE | ARRAY),
	C("The same warnings, in the same order, with the names in fields"),
	OUT_TYPE(warningDetails, Warning, NULLABLE | ARRAY),
	C("The callback that runs now; null if none does"),
	OUT_TYPE(callback, RunningCallback, NULLABLE));

static SD_VARLINK_DEFINE_METHOD(
	List,
	C("Patches in the kernel, in the order in which they were enabled"),
	OUT_TYPE(patches, ListEntry, ARRAY));

static SD_VARLINK_DEFINE_METHOD(
	Describe,
	C("Name of a patch in the kernel; exactly one of name and path must be given"),
	IN(name, STRING, NULLABLE),
	C("Absolute path of a patch file, which is read but not loaded; only for root"),
	IN(path, STRING, NULLABLE),
	FILE_FIELD,
	C("The patch"),
	OUT_TYPE(patch, Patch, 0),
	C("Format of its metadata"),
	OUT(format, INT, 0));

static SD_VARLINK_DEFINE_METHOD(
	Blockers,
	C("For how many of the first tasks to return the stack; default 32, at most 256"),
	IN(stacks, INT, NULLABLE),
	C("Return the blockers of the last reversed transition, as they were when it was reversed, 64 "
	  "at most. They are known until the next transition begins; default false"),
	IN(last, BOOL, NULLABLE),
	C("Tasks that have not moved, the longest blocking first; empty if no transition runs"),
	OUT_TYPE(blockers, Blocker, ARRAY));

static SD_VARLINK_DEFINE_METHOD(
	Task,
	C("Thread id, as in Blocker"),
	IN(pid, INT, 0),
	C("The thread id of the call"),
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
	C("Check for Replace; default false: for Enable"),
	IN(replace, BOOL, NULLABLE),
	C("As of Enable"),
	IN(immediate, BOOL, NULLABLE),
	C("Name of the patch"),
	OUT(name, STRING, 0),
	C("Its version"),
	OUT(version, STRING, 0),
	C("Kind of the change: Enable of a patch that declares replace is a replace"),
	OUT_TYPE(change, Change, 0),
	C("How tasks would move"),
	OUT_TYPE(consistency, Consistency, 0),
	C("Patches that it would replace"),
	OUT(replaced, STRING, ARRAY),
	C("How many functions it would enable for fmod_ret, until reboot"),
	OUT(enablesForFmodRet, INT, 0),
	C("It must not miss a call"),
	OUT(strict, BOOL, 0),
	C("Reasons to refuse the change; it would fail with the first of them. Empty: none that can be "
	  "known in advance"),
	OUT_TYPE(problems, Problem, ARRAY),
	C("The functions of the patch; empty if they could not be examined"),
	OUT_TYPE(functions, CheckedFunction, ARRAY));

static SD_VARLINK_DEFINE_METHOD(
	Repair,
	C("Only report what would be done; default false"),
	IN(dryRun, BOOL, NULLABLE),
	C("Reply when all patches that cannot be repaired are out of force (default), or when the "
	  "transition was reversed because it took too long, which is the error Reversed; if false, "
	  "reply as soon as the transition runs"),
	IN(wait, BOOL, NULLABLE),
	C("How long that transition may take before it is reversed, in microseconds; 0 = as long as it "
	  "takes, default 60 s"),
	IN(timeoutUSec, INT, NULLABLE),
	C("What is done, or would be; empty: there is nothing to repair"),
	OUT_TYPE(actions, RepairAction, ARRAY),
	C("The repair is complete; false after a dry run, and while the transition runs"),
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
	C("The transition of the event; null if none runs"),
	OUT_TYPE(transition, Transition, NULLABLE),
	C("All patches in the kernel now; null if unchanged since the last event"),
	OUT_TYPE(patches, ListEntry, NULLABLE | ARRAY),
	C("All present warnings, as in Status; null if patches is null"),
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
	C("What exactly failed, as a sentence; may be empty"), \
	STRING(detail, 0), \
	C("What the administrator can do, as a sentence; may be empty"), \
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
	C("Tasks that blocked the transition when it was reversed, as they were then, 64 at most; null: "
	  "not known"),
	TYPE(blockers, Blocker, NULLABLE | ARRAY));
static SD_VARLINK_DEFINE_ERROR(SystemError, ERROR_FIELDS);

SD_VARLINK_DEFINE_INTERFACE(
	io_klpd_Manager,
	VARLINK_INTERFACE,
	SD_VARLINK_INTERFACE_COMMENT(
		"Enable, replace, disable and watch livepatches that have BPF programs as bodies."),

	S("How consistent the change from old to new code is"),
	&vl_type_Consistency,
	S("State of a patch in the kernel; a patch that is not in the kernel has none"),
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
	S("Events of Monitor"),
	&vl_type_MonitorEvent,
	S("How far a patch in force has its effect"),
	&vl_type_Effect,
	S("Kinds of warning"),
	&vl_type_WarningKind,
	S("A warning"),
	&vl_type_Warning,
	S("A patched function"),
	&vl_type_Function,
	S("A system state: data that a patch leaves behind, and that its successors must handle"),
	&vl_type_State,
	S("A program of the patch that runs at one point of a change"),
	&vl_type_Callback,
	S("A struct_ops instance of the patch, such as a congestion control. It is swapped at one "
	  "instant, when tasks begin to move, and not task by task. Later lookups return the new "
	  "instance; existing users, such as open connections, keep the instance that they have"),
	&vl_type_StructOps,
	S("An object that a patch changes: the kernel, or a module"),
	&vl_type_Object,
	S("A patch, from its file or in the kernel"),
	&vl_type_Patch,
	S("A transition: tasks move, one by one, from old to new code"),
	&vl_type_Transition,
	S("A callback that runs now. Until it has ended, no other change is made, and its own change is "
	  "neither reversed nor forced"),
	&vl_type_RunningCallback,
	S("The kernel module klp, as klpd sees it"),
	&vl_type_Companion,
	S("A patch that was in force before the last change"),
	&vl_type_PreviousEntry,
	S("A patch in the kernel, in short"),
	&vl_type_ListEntry,
	S("Kinds of task"),
	&vl_type_TaskKind,
	S("Kinds of repair"),
	&vl_type_RepairKind,
	S("A step of Repair"),
	&vl_type_RepairAction,
	S("A task that blocks a transition"),
	&vl_type_Blocker,
	S("A reason to refuse a change"),
	&vl_type_Problem,
	S("What a function returns"),
	&vl_type_Returns,
	S("Whether a function is enabled for fmod_ret"),
	&vl_type_FmodRet,
	S("Result of loading a body into the verifier"),
	&vl_type_LoadTest,
	S("Whether a kind of body suits a function"),
	&vl_type_Verdict,
	S("How well a kind of body suits a function"),
	&vl_type_Recommendation,
	S("A function of a checked patch, as it is in this kernel"),
	&vl_type_CheckedFunction,

	S("Enable the patch in a file beside those in force. Only for root"),
	&vl_method_Enable,
	S("Enable the patch in a file and atomically replace all others of its set. Only for root"),
	&vl_method_Replace,
	S("Take a patch out of force. Only for root"),
	&vl_method_Disable,
	S("Restore the patches that were in force before the last complete change, if the files of "
	  "those to be enabled again have not changed. A second Rollback undoes the first. Only for root"),
	&vl_method_Rollback,
	S("Reverse the running transition, or cancel a change that has not switched yet. Only for root"),
	&vl_method_Reverse,
	S("Treat every task that has not moved as moved, and complete the transition. These tasks may "
	  "run old and new code mixed, and Status reports this permanently. Only for root"),
	&vl_method_Force,
	S("The patches in force, the running transition, the companion and all warnings"),
	&vl_method_Status,
	S("The patches in the kernel, in short"),
	&vl_method_List,
	S("All about one patch, in the kernel or in a file"),
	&vl_method_Describe,
	S("List all reasons, not only the first, to refuse Enable or Replace of a file, and the bodies "
	  "that suit each function. The bodies are loaded through the kernel's verifier and closed "
	  "again; nothing is changed. Only for root"),
	&vl_method_Check,
	S("Repair incomplete patches: pin them again or rename their pins. Take those that cannot be "
	  "repaired out of force, in one transition, and remove pins without a patch. Only for root"),
	&vl_method_Repair,
	S("The tasks that the running transition waits for"),
	&vl_method_Blockers,
	S("Which code a task runs during the transition"),
	&vl_method_Task,
	S("The present state, then every change"),
	&vl_method_Monitor,

	S("The file cannot be opened or read"),
	&vl_error_FileUnreadable,
	S("Users other than root could have written the file, or a directory above it"),
	&vl_error_FileUntrusted,
	S("The path leads klpd to another file than the caller: the caller has other mounts or another "
	  "root directory"),
	&vl_error_OtherFile,
	S("The file is not a BPF object"),
	&vl_error_NotELF,
	S("The file is a BPF object without the metadata of a patch"),
	&vl_error_NoMetadata,
	S("The metadata has a newer format than klpd supports"),
	&vl_error_MetadataNewer,
	S("The metadata is wrong"),
	&vl_error_MetadataInvalid,
	S("The process that reads the file crashed, or took more than 10 s"),
	&vl_error_FileCrashed,
	S("No patch of this name is in force, or, for Reverse, no transition runs"),
	&vl_error_NoSuchPatch,
	S("The previous patches are not known, or they are in force now"),
	&vl_error_NoPrevious,
	S("The file of a patch to be enabled again has changed since the patch was in force"),
	&vl_error_FileChanged,
	S("A patch of this name is already in force; for Replace, in another set"),
	&vl_error_AlreadyEnabled,
	S("No task has this thread id"),
	&vl_error_NoSuchTask,
	S("Another change runs, or is being prepared"),
	&vl_error_Busy,
	S("The change was cancelled before it switched, because Reverse was called, its client closed "
	  "the connection, or klpd stops. Nothing is changed"),
	&vl_error_Cancelled,
	S("A patch in state recovery_incomplete has the name or a function of the patch, may belong to "
	  "its set, or is the one to be disabled; see Repair"),
	&vl_error_RecoveryIncomplete,
	S("No bpffs is mounted in its usual place, so the patch would end with klpd"),
	&vl_error_NotPinnable,
	S("The caller may not do this"),
	&vl_error_NotAllowed,
	S("There are too many connections or Monitor clients; the detail names their user. If klpd "
	  "refuses a connection, it sends this error without a call and closes the connection"),
	&vl_error_TooManyConnections,
	S("A message of a client that is not root has more than 65,536 bytes; the connection is closed"),
	&vl_error_MessageTooLong,
	S("Another patch in force patches a function of the patch or has its struct_ops instance"),
	&vl_error_Conflict,
	S("The function is controlled from outside klpd, by a kernel livepatch, an ftrace user that "
	  "redirects it, or a foreign fmod_ret program; or a foreign struct_ops instance has the name. "
	  "The detail names it"),
	&vl_error_TakenByOther,
	S("System states in force are missing from the patch, have a lower version, or belong to "
	  "another set"),
	&vl_error_StateIncompatible,
	S("The patch is strict, and one of its bodies can miss calls"),
	&vl_error_Strict,
	S("The patch is sticky, because its changes cannot be undone. The request was to disable it, to "
	  "reverse the transition into it, or to give that transition a timeout"),
	&vl_error_Sticky,
	S("The patch, the patches in force and the request do not agree on the consistency"),
	&vl_error_ConsistencyRefused,
	S("The request is valid, but this klpd cannot do it"),
	&vl_error_NotSupported,
	S("The kernel has no such function"),
	&vl_error_NoSuchFunction,
	S("The kernel has several functions of this name"),
	&vl_error_AmbiguousFunction,
	S("No body of this kind can be attached to the function, for the reason in the detail"),
	&vl_error_NotTraceable,
	S("No transition can move tasks out of the function: an idle CPU or a kernel thread never leaves "
	  "it, or only a task that is no longer in the kernel's task list runs it"),
	&vl_error_OutOfReach,
	S("The kernel has no such struct_ops type, or its instances cannot be swapped while in use"),
	&vl_error_NoSuchStructOps,
	S("The function's prototype differs from the one in the patch"),
	&vl_error_PrototypeMismatch,
	S("The function is not enabled for fmod_ret by the kernel, and no companion can enable it"),
	&vl_error_NotPermittedByKernel,
	S("No more functions can be enabled for fmod_ret until the next boot"),
	&vl_error_FmodRetFull,
	S("The function already has as many BPF programs as the kernel allows"),
	&vl_error_ProgramLimit,
	S("A pre_patch callback of the patch refused the change: errno is its return value, object the "
	  "object it ran for. Nothing is changed"),
	&vl_error_CallbackFailed,
	S("The kernel has no type information"),
	&vl_error_NoBTF,
	S("Ftrace is switched off (kernel.ftrace_enabled=0), so the kernel would call no body"),
	&vl_error_FtraceOff,
	S("The kernel's verifier rejected a program; log has its whole output"),
	&vl_error_VerifierRejected,
	S("The kernel is locked down to confidentiality, so klpd cannot look up its functions"),
	&vl_error_LockedDown,
	S("The request needs the kernel module klp, which is not loaded"),
	&vl_error_NoCompanion,
	S("The kernel module klp and klpd have different ABI versions"),
	&vl_error_CompanionABI,
	S("The transition was reversed: the patches from before it are in force again"),
	&vl_error_Reversed,
	S("Any other error; see errno and phase"),
	&vl_error_SystemError);
