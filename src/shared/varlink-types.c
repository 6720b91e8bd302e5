/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The types of io.klpd.Manager, with their meaning. The rules for changing the interface are in
 * varlink-io.klpd.c: fields are only added, and only as nullable ones.
 */
#include "shared/varlink-types.h"

SD_VARLINK_DEFINE_ENUM_TYPE(
	Consistency,
	VALUE(immediate,
	      "All tasks change at one instant, some of them in the middle of a call"),
	VALUE(per_task,
	      "Each task changes while it is outside all functions that are patched or unpatched"));

SD_VARLINK_DEFINE_ENUM_TYPE(
	PatchState,
	VALUE(entering, "A transition moves tasks into it"),
	VALUE(in_force, "All tasks run it"),
	VALUE(leaving, "A transition moves tasks out of it"),
	VALUE(recovery_incomplete,
	      "Parts of it are in the kernel or pinned, and recovery could not determine its state. "
	      "klpd leaves it alone; Repair can handle it"));

SD_VARLINK_DEFINE_ENUM_TYPE(
	Body,
	VALUE(fmod_ret, "May return in place of the function; can miss calls, which klpd counts"),
	VALUE(guard, "Decides at each call: run the original, or return a value instead"),
	VALUE(override, "Is the whole new function"));

SD_VARLINK_DEFINE_ENUM_TYPE(
	Phase,
	VALUE(plan, "Conflicts, states and targets are checked; nothing is changed"),
	VALUE(load, "Programs are verified and loaded"),
	VALUE(register, "The patch is registered with the companion; the original runs"),
	VALUE(attach, "Programs are attached; the original still runs"),
	VALUE(pin, "The patch is pinned; the original still runs"),
	VALUE(switch, "The transition starts"),
	VALUE(complete, "All tasks have moved"),
	VALUE(retire, "What is out of force is detached and freed"));

SD_VARLINK_DEFINE_ENUM_TYPE(
	CallbackWhen,
	VALUE(pre_patch, "Before tasks move into the patch; may refuse"),
	VALUE(post_patch, "When all tasks run the patch"),
	VALUE(pre_unpatch, "Before tasks move out of the patch"),
	VALUE(post_unpatch, "When no task runs the patch any more"));

SD_VARLINK_DEFINE_ENUM_TYPE(
	Change,
	VALUE(enable, "A patch was enabled beside those in force"),
	VALUE(replace, "A patch replaced those in force of its set"),
	VALUE(disable, "A patch was taken out of force"),
	VALUE(rollback, "The patches from before the last change are in force again"),
	VALUE(repair, "Incomplete patches were taken out of force"));

SD_VARLINK_DEFINE_ENUM_TYPE(
	RepairKind,
	VALUE(pin, "The patch is pinned again, where the next klpd finds it"),
	VALUE(rename, "Its pins get their former name"),
	VALUE(take_out, "It cannot be repaired, and is taken out of force"),
	VALUE(remove, "Pins that belong to no patch in force are removed"),
	VALUE(leave, "No repair is possible, for the reason in the text"));

SD_VARLINK_DEFINE_STRUCT_TYPE(
	RepairAction,
	C("What is done"),
	TYPE(kind, RepairKind, 0),
	C("Name of the patch; a name such as gen-3 if its own is not known"),
	STRING(patch, 0),
	C("The step as a sentence, with the reason"),
	STRING(text, 0),
	C("Linux error number, positive, if the step failed"),
	SD_VARLINK_DEFINE_FIELD(errno, SD_VARLINK_INT, NULLABLE));

SD_VARLINK_DEFINE_ENUM_TYPE(
	FunctionState,
	VALUE(attached, "Its body is attached and runs for the tasks for which the patch is in force"),
	VALUE(waiting, "Its module is not loaded; the body is attached when the module is loaded"),
	VALUE(missing, "Its body was detached or lost"),
	VALUE(not_called, "Its body is attached, but the kernel does not call it: the original runs"),
	VALUE(unknown, "It cannot be read whether its body is attached and called: see the warnings"),
	VALUE(shared, "Its body is called, and a foreign hook decides too: the warnings say which wins"));

SD_VARLINK_DEFINE_ENUM_TYPE(
	MonitorEvent,
	VALUE(snapshot, "The present state; always the first event"),
	VALUE(started, "A transition started"),
	VALUE(progress, "More tasks have moved"),
	VALUE(complete, "The transition is complete; the generation has grown"),
	VALUE(reversed,
	      "The transition completed in reverse; the patches from before it are in force again"),
	VALUE(retired, "What was out of force is detached and freed"),
	VALUE(object, "A module that a patch changes was loaded or unloaded"),
	VALUE(missed, "A patch missed calls: checked every second while Monitor has a client, and at "
		      "each Status"),
	VALUE(warning, "The warnings have changed: checked when missed calls are"));

SD_VARLINK_DEFINE_ENUM_TYPE(
	Effect,
	VALUE(whole, "Its bodies decide every call that they should, or a transition is making it so"),
	VALUE(unknown, "Not known, because a part of its state cannot be read: see the warnings"),
	VALUE(partly, "Not every call, or a foreign hook decides too: see the warnings"),
	VALUE(not_in_force, "None: the originals run, although its state is in_force"));

SD_VARLINK_DEFINE_ENUM_TYPE(
	WarningKind,
	VALUE(recovery, "Found when klpd read back what is in force: damaged or foreign pins, ..."),
	VALUE(stale_pins, "Pins or a registration of what is out of force could not be removed "
			  "yet"),
	VALUE(missed, "Calls were missed: the original ran"),
	VALUE(broken, "Another program detached a body or a callback of the patch, or klp.ko could "
		      "not patch a module that it was too late to refuse"),
	VALUE(skipped, "A body could not run at a call: the original ran"),
	VALUE(struct_ops, "Another program changed or detached a struct_ops instance of the patch"),
	VALUE(kernel, "The kernel is locked down: no patch can be enabled"),
	VALUE(pins, "Pins are missing or not where they should be, or cannot be made"),
	VALUE(parts, "Bodies, callbacks or struct_ops instances of the patch are not attached "
		     "any more"),
	VALUE(recovery_incomplete, "Recovery could not determine its state, so klpd leaves it alone"),
	VALUE(ftrace_off, "Ftrace is switched off: no body is called, the originals run"),
	VALUE(not_called, "Nothing of the patch is called at the function: the original runs"),
	VALUE(program, "A foreign fmod_ret program decides too"),
	VALUE(livepatch, "A kernel livepatch patches the function too"),
	VALUE(redirected, "Another user of ftrace redirects the function too"),
	VALUE(idle_hook, "The hook of an unpatched function could not be removed; klpd tries again"),
	VALUE(companion, "The kernel module klp speaks an ABI before klpd's: what is in force can be "
			 "disabled, but not all of its status is known"),
	VALUE(unreadable, "A part of the state of the patch cannot be read"),
	VALUE(gate, "The gate of the patch is not open, although klpd has not closed it: the originals run"));

SD_VARLINK_DEFINE_STRUCT_TYPE(
	Warning,
	C("Kind of the warning"),
	TYPE(kind, WarningKind, 0),
	C("The sentence, as in warnings"),
	STRING(text, 0),
	C("Its consequence for the patch; whole: none, or the warning is about no patch"),
	TYPE(effect, Effect, 0),
	C("Patch in the kernel it is about"),
	STRING(patch, NULLABLE),
	C("Object of the function it is about"),
	STRING(object, NULLABLE),
	C("Function it is about"),
	STRING(function, NULLABLE),
	C("Name of the foreign program or kernel livepatch that decides too"),
	STRING(other, NULLABLE),
	C("Id of the BPF link of that program"),
	INT(linkId, NULLABLE));

SD_VARLINK_DEFINE_STRUCT_TYPE(
	Function,
	C("What is patched: vmlinux or the name of a module"),
	STRING(object, 0),
	C("Name of the function"),
	STRING(symbol, 0),
	C("Which of several of this name: 0 = must be the only one, n = the n-th"),
	INT(sympos, 0),
	C("Kind of program that decides what the function does"),
	TYPE(body, Body, 0),
	C("Name of that program in the patch file"),
	STRING(program, 0),
	C("Id of the loaded program; only of a patch in the kernel"),
	INT(programId, NULLABLE),
	C("Id of the link that attaches it; only of a patch in the kernel"),
	INT(linkId, NULLABLE),
	C("Calls that ran the original although the patch was attached, since it was"),
	INT(missed, NULLABLE),
	C("Whether it is patched; only of a patch in the kernel, if that is known"),
	TYPE(state, FunctionState, NULLABLE));

SD_VARLINK_DEFINE_STRUCT_TYPE(
	State,
	C("Number of the system state"),
	INT(id, 0),
	C("Version of it that the patch establishes"),
	INT(version, 0));

SD_VARLINK_DEFINE_STRUCT_TYPE(
	Callback,
	C("The callback runs only if this object is there: vmlinux or the name of a module"),
	STRING(object, 0),
	C("When it runs"),
	TYPE(when, CallbackWhen, 0),
	C("Name of the program in the patch file"),
	STRING(program, 0));

SD_VARLINK_DEFINE_STRUCT_TYPE(
	StructOps,
	C("Its type: the name of a structure of the kernel"),
	STRING(type, 0),
	C("Name by which its users select it"),
	STRING(name, 0),
	C("Name of the variable in the patch file"),
	STRING(map, 0),
	C("Id of its struct_ops map; only of a patch in the kernel"),
	INT(mapId, NULLABLE),
	C("Id of the link that registers it; only of a patch in the kernel"),
	INT(linkId, NULLABLE),
	C("A lookup of its name returns the instance of this patch; only of a patch in the kernel"),
	BOOL(current, NULLABLE));

SD_VARLINK_DEFINE_STRUCT_TYPE(
	Object,
	C("vmlinux or the name of a module"),
	STRING(name, 0),
	C("It is loaded; always true for vmlinux"),
	BOOL(loaded, 0),
	C("Its functions are hooked and its pre_patch callback has run"),
	BOOL(patched, 0));

SD_VARLINK_DEFINE_STRUCT_TYPE(
	Patch,
	C("Name, unique among patches in force"),
	STRING(name, 0),
	C("Version as its author wrote it"),
	STRING(version, 0),
	C("One line; may be empty"),
	STRING(description, 0),
	C("What it fixes: CVE numbers, bugs, commits"),
	STRING(references, ARRAY),
	C("Enabling it replaces all patches in force of its set"),
	BOOL(replace, 0),
	C("It must not miss a call"),
	BOOL(strict, 0),
	C("It is refused unless its consistency is per_task"),
	BOOL(perTaskOnly, 0),
	C("Patch set that it belongs to; null: the default set, which has no name"),
	STRING(set, NULLABLE),
	C("Its changes cannot be undone: it is neither disabled nor reversed, and replaced only by a "
	  "patch that has its states"),
	BOOL(sticky, NULLABLE),
	C("What it patches"),
	TYPE(functions, Function, ARRAY),
	C("System states that it establishes"),
	TYPE(states, State, ARRAY),
	C("Its callbacks"),
	TYPE(callbacks, Callback, ARRAY),
	C("Its struct_ops instances"),
	TYPE(structOps, StructOps, ARRAY),
	C("This and the fields that follow: only of a patch in the kernel"),
	TYPE(state, PatchState, NULLABLE),
	C("How tasks moved into it"),
	TYPE(consistency, Consistency, NULLABLE),
	C("Generation in which it came into force"),
	INT(generation, NULLABLE),
	C("When it was enabled, CLOCK_REALTIME in microseconds"),
	INT(enabledUSec, NULLABLE),
	C("A transition of it was forced: for some tasks it may not have been consistent"),
	BOOL(forced, NULLABLE),
	C("File it was loaded from"),
	STRING(path, NULLABLE),
	C("SHA-256 of that file, in hexadecimal"),
	STRING(sha256, NULLABLE),
	C("Sum of missed of its functions; above 0 the patch is not fully in force"),
	INT(missed, NULLABLE),
	C("It is not whole: another program detached one of its guard or override bodies or callbacks "
	  "while it could run, or changed one of its struct_ops instances"),
	BOOL(broken, NULLABLE),
	C("A call ran the original because the body could not run: it may sleep and the caller must "
	  "not, or no stack was left"),
	BOOL(skipped, NULLABLE),
	C("Its objects, in the order in which callbacks run; null if the companion does not have the "
	  "patch, as for immediate consistency"),
	TYPE(objects, Object, NULLABLE | ARRAY),
	C("How far it has its effect, according to the kernel now"),
	TYPE(effect, Effect, NULLABLE));

SD_VARLINK_DEFINE_STRUCT_TYPE(
	Transition,
	C("Number of the transition, grows by one for each"),
	INT(number, 0),
	C("The change that it is a part of"),
	TYPE(change, Change, 0),
	C("Patch that tasks move into; the first of them, if a rollback has several"),
	STRING(entering, NULLABLE),
	C("Patches that tasks move out of"),
	STRING(leaving, ARRAY),
	C("It was reversed"),
	BOOL(reversed, 0),
	C("Tasks counted so far, idle tasks included"),
	INT(total, 0),
	C("Those of them that have moved"),
	INT(moved, 0),
	C("When it started, CLOCK_REALTIME in microseconds"),
	INT(startedUSec, NULLABLE),
	C("How long it has run, in microseconds, independent of changes of the clock"),
	INT(runningUSec, NULLABLE),
	C("Time after which it is reversed, in microseconds; null: it is not, or was already"),
	INT(timeoutUSec, NULLABLE),
	C("It was reversed because it did not complete in time"),
	BOOL(timedOut, NULLABLE),
	C("Phase that the change is in"),
	TYPE(phase, Phase, 0),
	C("All patches that tasks move into, if it is a rollback; otherwise null"),
	STRING(returning, NULLABLE | ARRAY));

SD_VARLINK_DEFINE_STRUCT_TYPE(
	RunningCallback,
	C("Name of its patch"),
	STRING(patch, 0),
	C("Object that it runs for: vmlinux, or a module"),
	STRING(object, 0),
	C("Which one it is"),
	TYPE(when, CallbackWhen, 0),
	C("For how long it has run, in microseconds"),
	INT(runningUSec, 0),
	C("Thread that it runs in: a kernel thread, or the one that loads or removes the module"),
	INT(pid, 0),
	C("Number of the transition that it is a part of; null: a module is loaded or unloaded"),
	INT(transition, NULLABLE));

SD_VARLINK_DEFINE_STRUCT_TYPE(
	Companion,
	C("The kernel module klp is loaded"),
	BOOL(loaded, 0),
	C("Version of /dev/klp that it speaks"),
	INT(abi, NULLABLE),
	C("Its version"),
	STRING(version, NULLABLE),
	C("How many functions can be enabled for fmod_ret at most, until reboot"),
	INT(fmodRetCap, NULLABLE),
	C("How many are enabled"),
	INT(fmodRetUsed, NULLABLE),
	C("The kernel has reliable stack traces; otherwise tasks move only outside the kernel"),
	BOOL(reliableStacks, NULLABLE),
	C("Transitions that were forced since the module was loaded; above 0 it cannot be unloaded"),
	INT(forced, NULLABLE),
	C("Why it is loaded but cannot be used, or only in part: it speaks another ABI"),
	STRING(problem, NULLABLE));

SD_VARLINK_DEFINE_STRUCT_TYPE(
	PreviousEntry,
	C("Name of the patch"),
	STRING(name, 0),
	C("Its version"),
	STRING(version, 0),
	C("How tasks moved into it, and would again"),
	TYPE(consistency, Consistency, 0));

SD_VARLINK_DEFINE_STRUCT_TYPE(
	ListEntry,
	C("Name of the patch"),
	STRING(name, 0),
	C("Its version"),
	STRING(version, 0),
	C("Its state"),
	TYPE(state, PatchState, 0),
	C("How tasks moved into it"),
	TYPE(consistency, Consistency, 0),
	C("Generation in which it came into force; 0 before that"),
	INT(generation, 0),
	C("How many functions it patches"),
	INT(functions, 0),
	C("How many struct_ops instances it has"),
	INT(structOps, 0),
	C("Patch set that it belongs to; null: the default set, which has no name"),
	STRING(set, NULLABLE),
	C("How many of its functions are in modules that are not loaded; null: none that is known"),
	INT(waiting, NULLABLE),
	C("Calls that ran the original although it was attached: it is not fully in force; null: none"),
	INT(missed, NULLABLE),
	C("How far it has its effect, according to the kernel now"),
	TYPE(effect, Effect, NULLABLE));

SD_VARLINK_DEFINE_ENUM_TYPE(
	TaskKind,
	VALUE(user, "A thread of a process"),
	VALUE(kernel, "A kernel thread, or the idle task of a CPU"),
	VALUE(worker, "A thread that works for a process and never leaves the kernel"));

SD_VARLINK_DEFINE_STRUCT_TYPE(
	Blocker,
	C("Thread id of the task that has not moved; 0 = the idle task of that CPU"),
	INT(pid, 0),
	C("CPU that it runs on or ran on last"),
	INT(cpu, 0),
	C("It is a kernel thread"),
	BOOL(kthread, 0),
	C("Its name"),
	STRING(comm, 0),
	C("Why it has not moved: running, in FUNCTION, unreliable stack, new"),
	STRING(reason, 0),
	C("Function being patched or unpatched that the task is in, at most 60 bytes of its name; null: "
	  "another reason"),
	STRING(function, NULLABLE),
	C("Id of its process"),
	INT(processId, NULLABLE),
	C("What kind of task it is"),
	TYPE(kind, TaskKind, NULLABLE),
	C("Its state, a letter as ps(1) has it: R S D I T t X Z P"),
	STRING(state, NULLABLE),
	C("How long it has blocked the transition for this reason, in microseconds"),
	INT(blockingUSec, NULLABLE),
	C("Its stack as the transition sees it: a frame a line, innermost first, as in "
	  "SYMBOL+0xOFFSET/0xSIZE; from a line that begins with ? on, it is not reliable. "
	  "Null if it was not requested, or could not be read"),
	STRING(stack, NULLABLE | ARRAY));
