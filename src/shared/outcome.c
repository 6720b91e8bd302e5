/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table from outcome to varlink error, exit status, sentence and hint.
 *
 * Nothing else in the tree spells a varlink error name or chooses the exit status for one.
 * Sentences have no names and no final full stop. In a sentence that begins with "The function",
 * klpctl replaces these words by the name of the function. Hints are whole sentences in the
 * imperative.
 */
#include <stdbool.h>
#include <stddef.h>

#include "shared/outcome.h"

#include "shared/exit-status.h"
#include "util/macro.h"

#define ERROR(name) "io.klpd.Manager." name

static const struct outcome_info outcome_table[] = {
	[OUTCOME_OK] = {
		NULL, EXIT_STATUS_OK, "Done", "",
	},
	[OUTCOME_FILE_UNREADABLE] = {
		ERROR("FileUnreadable"), EXIT_STATUS_FILE,
		"The file cannot be read",
		"Give the path of a patch file that exists, not of a symbolic link to one.",
	},
	[OUTCOME_FILE_UNTRUSTED] = {
		ERROR("FileUntrusted"), EXIT_STATUS_FILE,
		"The file cannot be trusted",
		"Install it as a regular file of root, mode 0644, below directories that only "
		"root can write, for example /usr/lib/klpd/patches.",
	},
	[OUTCOME_OTHER_FILE] = {
		ERROR("OtherFile"), EXIT_STATUS_FILE,
		"The path leads klpd to another file than it leads you to",
		"Run klpctl where klpd runs, outside the container, the chroot or the mounts of a "
		"unit, or put the file at a path that both see.",
	},
	[OUTCOME_NOT_ELF] = {
		ERROR("NotELF"), EXIT_STATUS_FILE,
		"The file is not a BPF object",
		"Build it with clang -target bpf and give the .klp.o file that this makes.",
	},
	[OUTCOME_NO_METADATA] = {
		ERROR("NoMetadata"), EXIT_STATUS_FILE,
		"The file is a BPF object, but not a patch",
		"Include klp/klp.bpf.h and describe the patch with its macros, see klp-patch(5).",
	},
	[OUTCOME_META_NEWER] = {
		ERROR("MetadataNewer"), EXIT_STATUS_FILE,
		"The patch was made with newer tools than this klpd supports",
		"Update klpd, or build the patch with the headers of this version.",
	},
	[OUTCOME_META_INVALID] = {
		ERROR("MetadataInvalid"), EXIT_STATUS_FILE,
		"The metadata of the patch is not valid",
		"Correct the patch's source and build it again, see klp-patch(5).",
	},
	[OUTCOME_FILE_CRASHED] = {
		ERROR("FileCrashed"), EXIT_STATUS_FILE,
		"The file could not be read to its end: the attempt crashed or took too long",
		"The file is damaged or malicious, so build it again from its source. Nothing else is "
		"affected.",
	},
	[OUTCOME_NO_SUCH_PATCH] = {
		ERROR("NoSuchPatch"), EXIT_STATUS_NO_PATCH,
		"There is no such patch in force, or no such transition",
		"'klpctl status' lists the patches in force and the running transition.",
	},
	[OUTCOME_NO_PREVIOUS] = {
		ERROR("NoPrevious"), EXIT_STATUS_NO_PATCH,
		"There is no earlier state to roll back to",
		"Use 'klpctl enable', 'replace' or 'disable' to bring the wanted patches into force.",
	},
	[OUTCOME_FILE_CHANGED] = {
		ERROR("FileChanged"), EXIT_STATUS_FILE,
		"The patch file has changed since it was in force",
		"Restore the file, or use 'klpctl enable' or 'klpctl replace' with the changed file.",
	},
	[OUTCOME_ALREADY_ENABLED] = {
		ERROR("AlreadyEnabled"), EXIT_STATUS_REFUSED,
		"A patch of this name is already in force",
		"Use 'klpctl replace' to put another version of the same set in its place, or "
		"disable it first.",
	},
	[OUTCOME_NO_SUCH_TASK] = {
		ERROR("NoSuchTask"), EXIT_STATUS_NO_TASK,
		"There is no such task",
		"Give the id of a thread that exists: 'ps -eL' shows them as LWP.",
	},
	[OUTCOME_BUSY] = {
		ERROR("Busy"), EXIT_STATUS_BUSY,
		"Another change is running",
		"Wait until it is complete ('klpctl monitor' shows it), or reverse it with "
		"'klpctl reverse'.",
	},
	[OUTCOME_CANCELLED] = {
		ERROR("Cancelled"), EXIT_STATUS_REVERSED,
		"The change was cancelled before its transition began",
		"Nothing was changed. Repeat the command if the change is still wanted.",
	},
	[OUTCOME_RECOVERY_INCOMPLETE] = {
		ERROR("RecoveryIncomplete"), EXIT_STATUS_REFUSED,
		"Klpd cannot determine the state of bodies or pins that this change affects",
		"'klpctl repair --dry-run' lists what a repair would take over and what it would take "
		"out of force; 'klpctl repair' does it.",
	},
	[OUTCOME_NOT_PINNABLE] = {
		ERROR("NotPinnable"), EXIT_STATUS_REFUSED,
		"The patch could not be pinned in bpffs, so it would end with klpd",
		"Mount bpffs in its usual place ('mount -t bpf bpf /sys/fs/bpf') and see the warnings "
		"of 'klpctl status'.",
	},
	[OUTCOME_PERMISSION] = {
		ERROR("NotAllowed"), EXIT_STATUS_PERMISSION,
		"You are not allowed to do this",
		"Only root can make changes; members of group klpd can read the status.",
	},
	[OUTCOME_TOO_MANY] = {
		ERROR("TooManyConnections"), EXIT_STATUS_BUSY,
		"There are too many connections to klpd",
		"Try again when some have ended: 'ss -xp' lists the processes that hold them. Some "
		"connections are reserved for root.",
	},
	[OUTCOME_TOO_LONG] = {
		ERROR("MessageTooLong"), EXIT_STATUS_REFUSED,
		"The message is longer than klpd accepts from clients other than root",
		"Send messages of at most 65,536 bytes.",
	},
	[OUTCOME_CONFLICT] = {
		ERROR("Conflict"), EXIT_STATUS_REFUSED,
		"Another patch in force already patches this function or has this struct_ops instance",
		"Disable the other patch first, or use 'klpctl replace' with a patch of its set "
		"that carries both changes.",
	},
	[OUTCOME_TAKEN] = {
		ERROR("TakenByOther"), EXIT_STATUS_REFUSED,
		"Another livepatch, probe or BPF program already controls the function or instance",
		"Remove the kernel livepatch, the kprobe, the BPF program or the struct_ops instance "
		"first; then it is certain which of the two is in force. A struct_ops instance "
		"can be given another name.",
	},
	[OUTCOME_STATE_INCOMPATIBLE] = {
		ERROR("StateIncompatible"), EXIT_STATUS_REFUSED,
		"The patch is not compatible with the system states that are in force",
		"Use a patch that has every state in force of its set, in the same or a higher version, "
		"and no state of another set.",
	},
	[OUTCOME_STRICT] = {
		ERROR("Strict"), EXIT_STATUS_REFUSED,
		"The patch is strict, but one of its bodies can miss calls",
		"If an occasional missed call is acceptable, the author can declare strict=no, see "
		"klp-patch(5).",
	},
	[OUTCOME_STICKY] = {
		ERROR("Sticky"), EXIT_STATUS_REFUSED,
		"The patch is sticky: what it changes cannot be undone",
		"Replace it by a patch that has its states. A transition into it takes no --timeout; "
		"'klpctl blockers' lists the tasks that it waits for, and 'klpctl force' ends it.",
	},
	[OUTCOME_CONSISTENCY] = {
		ERROR("ConsistencyRefused"), EXIT_STATUS_REFUSED,
		"The requested consistency does not suit the patch or the patches in force",
		"Leave out or add --immediate, or first disable the patches that are in force with "
		"another consistency.",
	},
	[OUTCOME_UNSUPPORTED] = {
		ERROR("NotSupported"), EXIT_STATUS_REFUSED,
		"This klpd cannot do that",
		"",
	},
	[OUTCOME_NO_SUCH_FUNCTION] = {
		ERROR("NoSuchFunction"), EXIT_STATUS_TARGET,
		"The function does not exist in this kernel",
		"The patch is for another kernel version or configuration, or the function was "
		"inlined away.",
	},
	[OUTCOME_AMBIGUOUS_FUNCTION] = {
		ERROR("AmbiguousFunction"), EXIT_STATUS_TARGET,
		"The function's name is not unique in this kernel",
		"Patch a caller, or another function with a unique name.",
	},
	[OUTCOME_NOT_TRACEABLE] = {
		ERROR("NotTraceable"), EXIT_STATUS_TARGET,
		"The function can have no body of this kind",
		"Patch a caller instead, or use another kind of body: 'klpctl check FILE' lists the kinds "
		"that suit the function.",
	},
	[OUTCOME_OUT_OF_REACH] = {
		ERROR("OutOfReach"), EXIT_STATUS_TARGET,
		"The function is one that no transition can move tasks out of",
		"Patch a function that it calls and that returns; klp(7) describes the limits of "
		"consistency.",
	},
	[OUTCOME_NO_SUCH_STRUCT_OPS] = {
		ERROR("NoSuchStructOps"), EXIT_STATUS_TARGET,
		"The kernel has no struct_ops type of this name that can be swapped while in use",
		"Struct_ops instances of type tcp_congestion_ops can be swapped; see klp-patch(5).",
	},
	[OUTCOME_PROTOTYPE] = {
		ERROR("PrototypeMismatch"), EXIT_STATUS_TARGET,
		"The function has another prototype in this kernel than in the patch",
		"The patch is for another kernel version: use the one made for this kernel.",
	},
	[OUTCOME_NOT_PERMITTED] = {
		ERROR("NotPermittedByKernel"), EXIT_STATUS_TARGET,
		"The function is not enabled for fmod_ret, neither by the kernel, which enables few, "
		"nor by klp.ko",
		"Load the companion ('modprobe klp'), which can enable it.",
	},
	[OUTCOME_FMOD_RET_FULL] = {
		ERROR("FmodRetFull"), EXIT_STATUS_TARGET,
		"The function cannot be enabled for fmod_ret, because the kernel's set of such "
		"functions is full",
		"Use a patch with a guard body, which does not need the set, or reboot, which empties "
		"it.",
	},
	[OUTCOME_PROGRAM_LIMIT] = {
		ERROR("ProgramLimit"), EXIT_STATUS_TARGET,
		"The function already has as many BPF programs as the kernel allows",
		"Detach one of them ('bpftool link' lists them), or use a patch with a guard body, "
		"which does not count.",
	},
	[OUTCOME_CALLBACK] = {
		ERROR("CallbackFailed"), EXIT_STATUS_CALLBACK,
		"A pre_patch callback of the patch refused the change",
		"Nothing was changed. The author defines the conditions of the callback: see the "
		"description of the patch ('klpctl show FILE').",
	},
	[OUTCOME_NO_BTF] = {
		ERROR("NoBTF"), EXIT_STATUS_KERNEL,
		"The kernel has no type information (BTF)",
		"Use a kernel built with CONFIG_DEBUG_INFO_BTF=y.",
	},
	[OUTCOME_FTRACE_OFF] = {
		ERROR("FtraceOff"), EXIT_STATUS_KERNEL,
		"Ftrace is switched off, so the kernel would call no body of the patch",
		"Switch it on with 'sysctl kernel.ftrace_enabled=1'. If the kernel refuses this, it "
		"switched ftrace off after a fault (see 'dmesg'), and only a reboot helps.",
	},
	[OUTCOME_VERIFIER] = {
		ERROR("VerifierRejected"), EXIT_STATUS_KERNEL,
		"The kernel's verifier rejected a program of the patch",
		"Repeat with --verifier-log to see the whole log of the verifier.",
	},
	[OUTCOME_LOCKDOWN] = {
		ERROR("LockedDown"), EXIT_STATUS_KERNEL,
		"The kernel is locked down and does not show which functions can be patched",
		"Boot with lockdown=integrity on the kernel's command line, or without lockdown; "
		"'cat /sys/kernel/security/lockdown' shows the present mode.",
	},
	[OUTCOME_NO_COMPANION] = {
		ERROR("NoCompanion"), EXIT_STATUS_COMPANION,
		"The companion module klp is not loaded",
		"Load it with 'modprobe klp', or accept immediate consistency with --immediate.",
	},
	[OUTCOME_COMPANION_ABI] = {
		ERROR("CompanionABI"), EXIT_STATUS_COMPANION,
		"The companion module klp and klpd have different versions of their interface",
		"Install klpd and klp.ko of one release, then reload the module.",
	},
	[OUTCOME_REVERSED] = {
		ERROR("Reversed"), EXIT_STATUS_REVERSED,
		"The change was reversed, so the patches from before it are in force again",
		"'klpctl blockers --last' lists the tasks that it waited for. Repeat the command with a "
		"longer --timeout, or with --timeout=0 for no limit.",
	},
	[OUTCOME_SYSTEM] = {
		ERROR("SystemError"), EXIT_STATUS_SYSTEM,
		"An unexpected error occurred",
		"See the log with 'journalctl -u klpd'.",
	},
};
_Static_assert(ARRAY_SIZE(outcome_table) == _OUTCOME_MAX, "an outcome without a row");

static const char *const phase_table[] = {
	[PHASE_PLAN] = "plan",
	[PHASE_LOAD] = "load",
	[PHASE_REGISTER] = "register",
	[PHASE_ATTACH] = "attach",
	[PHASE_PIN] = "pin",
	[PHASE_SWITCH] = "switch",
	[PHASE_COMPLETE] = "complete",
	[PHASE_RETIRE] = "retire",
};
_Static_assert(ARRAY_SIZE(phase_table) == _PHASE_MAX, "a phase without a name");

const struct outcome_info *outcome_info(enum outcome outcome)
{
	if ((unsigned int)outcome >= ARRAY_SIZE(outcome_table))
		outcome = OUTCOME_SYSTEM;
	return &outcome_table[outcome];
}

enum outcome outcome_from_error(const char *error)
{
	if (!error)
		return OUTCOME_SYSTEM;
	for (unsigned int i = OUTCOME_OK + 1; i < ARRAY_SIZE(outcome_table); i++)
		if (STREQ(error, outcome_table[i].error))
			return (enum outcome)i;
	return OUTCOME_SYSTEM;
}

const char *phase_to_string(enum phase phase)
{
	if ((unsigned int)phase >= ARRAY_SIZE(phase_table))
		return "unknown";
	return phase_table[phase];
}
