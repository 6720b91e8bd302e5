/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The closed list of results of a change. Internal functions return a positive outcome for a
 * failure that the design foresees, and negative errno for any other. The table in outcome.c turns
 * each outcome into a varlink error, an exit status of klpctl and a sentence.
 */
#ifndef KLPD_SHARED_OUTCOME_H
#define KLPD_SHARED_OUTCOME_H

enum outcome {
	OUTCOME_OK = 0,
	/* the request or the file */
	OUTCOME_FILE_UNREADABLE, /* cannot be opened or read; see errno */
	OUTCOME_FILE_UNTRUSTED,	 /* its owner or mode, or that of a directory above */
	OUTCOME_OTHER_FILE,	 /* its path means another file to klpd than to the caller */
	OUTCOME_NOT_ELF,
	OUTCOME_NO_METADATA,   /* an ELF, but no patch */
	OUTCOME_META_NEWER,    /* metadata format of newer tools */
	OUTCOME_META_INVALID,  /* detail has what and where */
	OUTCOME_FILE_CRASHED,  /* the process that reads the file crashed or never ended */
	OUTCOME_NO_SUCH_PATCH, /* disable or describe of a patch that is not in force */
	OUTCOME_NO_PREVIOUS,   /* rollback, but no earlier state is known */
	OUTCOME_FILE_CHANGED,  /* rollback to a patch with a file that has changed */
	OUTCOME_ALREADY_ENABLED,
	OUTCOME_NO_SUCH_TASK, /* no thread has this id */
	OUTCOME_BUSY,	      /* another change runs */
	OUTCOME_CANCELLED,    /* before it began, so nothing was changed */
	OUTCOME_RECOVERY_INCOMPLETE, /* patches that klpd could not judge are in the way */
	OUTCOME_NOT_PINNABLE, /* no bpffs, or not the system's */
	OUTCOME_PERMISSION,   /* the caller lacks permission */
	OUTCOME_TOO_MANY,     /* connections, or clients of Monitor */
	OUTCOME_TOO_LONG,     /* a message of a client that is not root */
	/* the plan */
	OUTCOME_CONFLICT, /* function or struct_ops instance belongs to another patch in force */
	OUTCOME_TAKEN, /* by a livepatch, ftrace, a program, a struct_ops instance of this name */
	OUTCOME_STATE_INCOMPATIBLE, /* system state id and versions */
	OUTCOME_STRICT,		    /* body can miss calls, patch is strict */
	OUTCOME_STICKY,		    /* the effect of the patch cannot be undone */
	OUTCOME_CONSISTENCY,	    /* patch, patches in force and request differ in it */
	OUTCOME_UNSUPPORTED,	    /* valid, but this klpd cannot do it */
	/* the target */
	OUTCOME_NO_SUCH_FUNCTION,
	OUTCOME_AMBIGUOUS_FUNCTION,
	OUTCOME_NOT_TRACEABLE,
	OUTCOME_OUT_OF_REACH,	    /* no transition can move tasks out of it */
	OUTCOME_NO_SUCH_STRUCT_OPS, /* no such type, or it cannot be updated while in use */
	OUTCOME_PROTOTYPE,
	OUTCOME_NOT_PERMITTED, /* no fmod_ret there, and no companion to allow it */
	OUTCOME_FMOD_RET_FULL, /* limit of functions enabled for fmod_ret reached */
	OUTCOME_PROGRAM_LIMIT, /* function has as many programs as the kernel allows */
	OUTCOME_CALLBACK,      /* a pre_patch callback refused it */
	/* the kernel */
	OUTCOME_NO_BTF,
	OUTCOME_FTRACE_OFF, /* it calls no attached function */
	OUTCOME_VERIFIER,   /* log in the report */
	OUTCOME_LOCKDOWN,   /* kernel lockdown mode confidentiality */
	OUTCOME_NO_COMPANION,
	OUTCOME_COMPANION_ABI,
	OUTCOME_REVERSED, /* the transition was reversed; the previous patches are in force */
	OUTCOME_SYSTEM,	  /* any other error; errno and phase are in the report */
	_OUTCOME_MAX
};

/* The phases of a change, in order. */
enum phase {
	PHASE_PLAN,
	PHASE_LOAD,
	PHASE_REGISTER,
	PHASE_ATTACH,
	PHASE_PIN,
	PHASE_SWITCH,
	PHASE_COMPLETE,
	PHASE_RETIRE,
	_PHASE_MAX
};

struct outcome_info {
	const char *error;	/* full varlink error name, "io.klpd.Manager.X"; NULL for OK */
	int exit_status;	/* of klpctl */
	const char *sentence;	/* what happened, without names: "The function does not exist" */
	const char *hint;	/* what to do; "" if there is no general advice */
};

/* Never NULL; an outcome outside the list is treated as OUTCOME_SYSTEM. */
const struct outcome_info *outcome_info(enum outcome outcome);
/* OUTCOME_SYSTEM if the name is not one of klpd's errors. */
enum outcome outcome_from_error(const char *error);
/* "plan", "load", ...; never NULL. */
const char *phase_to_string(enum phase phase);

#endif
