/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The closed list of ways a change can end. Inside, functions return negative errno for what
 * nobody foresaw and one of these positive outcomes for what the design foresees; at the edges one
 * table (outcome.c) turns each into a varlink error, an exit status of klpctl and a sentence.
 */
#ifndef KLPD_SHARED_OUTCOME_H
#define KLPD_SHARED_OUTCOME_H

enum outcome {
	OUTCOME_OK = 0,
	/* the request or the file */
	OUTCOME_FILE_UNREADABLE, /* cannot be opened or read, errno says why */
	OUTCOME_FILE_UNTRUSTED,	 /* owner or mode of it or of a directory above */
	OUTCOME_OTHER_FILE,	 /* its path means another file to klpd than to the caller */
	OUTCOME_NOT_ELF,
	OUTCOME_NO_METADATA,   /* an ELF, but no patch */
	OUTCOME_META_NEWER,    /* metadata format of newer tools */
	OUTCOME_META_INVALID,  /* detail says what and where */
	OUTCOME_FILE_CRASHED,  /* the process that reads the file died of it, or never ended */
	OUTCOME_NO_SUCH_PATCH, /* disable or describe of what is not in force */
	OUTCOME_NO_PREVIOUS,   /* rollback, and nothing to go back to is known */
	OUTCOME_FILE_CHANGED,  /* rollback to a patch whose file is another by now */
	OUTCOME_ALREADY_ENABLED,
	OUTCOME_NO_SUCH_TASK, /* no thread has this id */
	OUTCOME_BUSY,	      /* another change runs */
	OUTCOME_CANCELLED,    /* before it had begun: nothing was changed */
	OUTCOME_UNJUDGED,     /* what klpd cannot judge stands in the way: repair */
	OUTCOME_NOT_PINNABLE, /* no bpffs, or not the system's */
	OUTCOME_PERMISSION,   /* caller may not */
	OUTCOME_TOO_MANY,     /* connections, or watchers */
	OUTCOME_TOO_LONG,     /* a message of a client that is not root */
	/* the plan */
	OUTCOME_CONFLICT, /* function or table is that of another patch in force */
	OUTCOME_TAKEN,	  /* by others: livepatch, ftrace, a program, a table of this name */
	OUTCOME_STATE_INCOMPATIBLE, /* system state id and versions */
	OUTCOME_STRICT,		    /* body can miss calls, patch is strict */
	OUTCOME_STICKY,		    /* what the patch changes cannot be undone */
	OUTCOME_CONSISTENCY,	    /* patch, sets in force and request do not agree on it */
	OUTCOME_UNSUPPORTED,	    /* valid, but this klpd cannot do it */
	/* the target */
	OUTCOME_NO_SUCH_FUNCTION,
	OUTCOME_AMBIGUOUS_FUNCTION,
	OUTCOME_NOT_TRACEABLE,
	OUTCOME_OUT_OF_REACH,  /* no transition can move tasks out of it */
	OUTCOME_NO_SUCH_TABLE, /* no such type, or none that is updated while in use */
	OUTCOME_PROTOTYPE,
	OUTCOME_NOT_PERMITTED, /* no fmod_ret there, and no companion to open it */
	OUTCOME_OPENING_FULL,  /* cap of opened functions reached */
	OUTCOME_PROGRAM_LIMIT, /* function has as many programs as the kernel allows */
	OUTCOME_CALLBACK,      /* a pre_patch callback refused it */
	/* the kernel */
	OUTCOME_NO_BTF,
	OUTCOME_FTRACE_OFF, /* it calls nothing, whatever is attached */
	OUTCOME_VERIFIER,   /* log in the report */
	OUTCOME_LOCKDOWN,   /* of the kernel, to confidentiality */
	OUTCOME_NO_COMPANION,
	OUTCOME_COMPANION_ABI,
	OUTCOME_REVERSED, /* the transition was reversed: the old sets are in force */
	OUTCOME_SYSTEM,	  /* anything else, errno and phase in the report */
	_OUTCOME_MAX
};

/* Phases of a change, in order: design of the transaction. */
enum phase {
	PHASE_PLAN,
	PHASE_LOAD,
	PHASE_ANNOUNCE,
	PHASE_ATTACH,
	PHASE_PIN,
	PHASE_SWITCH,
	PHASE_COMPLETE,
	PHASE_RETIRE,
	_PHASE_MAX
};

struct outcome_info {
	const char *error;	/* varlink error name, full, "io.klpd.Manager.X"; NULL for OK */
	int exit_status;	/* of klpctl */
	const char *sentence;	/* what happened, without names: "The function does not exist" */
	const char *hint;	/* what to do; "" if nothing can be said in general */
};

/* Never NULL; an outcome outside the list is OUTCOME_SYSTEM. */
const struct outcome_info *outcome_info(enum outcome outcome);
/* OUTCOME_SYSTEM if the name is not ours. */
enum outcome outcome_from_error(const char *error);
/* "plan", "load", ...; never NULL. */
const char *phase_to_string(enum phase phase);

#endif
