/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The metadata of a patch file NAME.klp.o: format 1.
 *
 * A patch is one BPF ELF object. Its section KLP_META_SECTION holds NUL-terminated "key=value"
 * strings, in any order, like modinfo. The macros of klp/klp.bpf.h emit them; klpd parses them as
 * untrusted input. All sizes below are in bytes and include the final NUL of strings.
 *
 *   format=1                              exactly once
 *   name=NAME                             exactly once: [a-z0-9][a-z0-9_-]*, < KLP_NAME_LEN
 *   version=TEXT                          exactly once, printable, no blank, < KLP_VERSION_LEN
 *   description=TEXT                      at most once, printable UTF-8 or ASCII, one line
 *   ref=ID                                any number: CVE-2026-0001, a bug or a commit id
 *   replace=yes|no                        at most once, default no: enabling replaces the patches
 *                                         in force of its patch set
 *   set=NAME                              at most once, as name but not "default": the patch set;
 *                                         default: the set without a name. A replace affects
 *                                         one set
 *   sticky=yes|no                         at most once, default no; yes needs a state. Its changes
 *                                         cannot be undone: it is never disabled, and not reversed
 *                                         once tasks move into it
 *   strict=yes|no                         at most once, default yes if a ref begins with "CVE-"
 *   consistency=any|per-task              at most once, default any; per-task refuses --immediate
 *   func=OBJECT:SYMPOS:BODY:SYMBOL:PROG   one for each patched function
 *   table=TYPE:NAME:MAP                   one for each struct_ops instance that the patch
 *                                         provides; at least one func or struct_ops instance
 *   state=ID:VERSION                      any number, each ID once, decimal; id is 1..2^64-1,
 *                                         version 0..2^32-1
 *   callback=OBJECT:WHEN:PROG             any number; WHEN is pre_patch, post_patch, pre_unpatch
 *                                         or post_unpatch, each at most once per object
 *
 * OBJECT is "vmlinux" or the name of a module (with underscores), < KLP_OBJECT_LEN. SYMPOS is
 * decimal: 0 = the symbol must be unique in its object, n = its n-th occurrence (the rule of
 * kernel livepatch). BODY is fmod_ret, guard or override; replace, the former name of override, is
 * accepted too. PROG is the BPF program in the same file (a C identifier of at most KLP_PROG_LEN
 * characters). Each (OBJECT, SYMBOL, SYMPOS) occurs at most once; sympos 0 and 1 count as equal.
 * An unknown key or a repeated single key is an error.
 * format=N with N > 1 means "made by newer tools" and is distinguished from a malformed file.
 *
 * TYPE is a struct_ops type of the kernel (tcp_congestion_ops), < KLP_STRUCT_OPS_TYPE_LEN. NAME is
 * the name by which users of the instance select it, the text of its member `name`,
 * [A-Za-z0-9_.]*, < KLP_STRUCT_OPS_NAME_LEN. MAP is the variable of that type in section
 * .struct_ops.link, a C identifier < KLP_PROG_LEN. Each (TYPE, NAME) occurs at most once, and so
 * does each MAP.
 *
 * The prototype that the author wrote for SYMBOL is in the file's BTF, as the type of a variable
 * KLP_PROTO_PREFIX SYMBOL in section KLP_PROTO_SECTION: a pointer to a function type.
 *
 * klpd initializes two variables of the body: `struct klp_self` in section KLP_SELF_SECTION,
 * between open and load, and the companion's id of the record, a __u64 in section KLP_ID_SECTION,
 * when the patch is registered, after loading. If neither was written, the body runs the original.
 */
#ifndef KLP_META_H
#define KLP_META_H

#ifndef __BPF__
#include <linux/types.h>
#endif

#include "klp/limits.h"

#define KLP_META_SECTION	".klp.info"
#define KLP_META_FORMAT		1
#define KLP_PROTO_SECTION	".klp.proto"
#define KLP_PROTO_PREFIX	"klp_proto__"
#define KLP_SELF_SECTION	".rodata.klp"
#define KLP_ID_SECTION		".data.klp"
#define KLP_GATES_MAP		"klp_gates"
/*
 * klpd creates a map of type KLP_OPS_TYPE for each guard or override body; its name is this prefix
 * and the symbol.
 */
#define KLP_OPS_PREFIX		"klp_ops__"
#define KLP_OPS_TYPE		"klp_func_ops"
/* The map of a callback is named by this prefix, its kind, "__" and the object. */
#define KLP_CALLBACK_OPS_PREFIX	"klp_ops_"
#define KLP_CALLBACK_OPS_TYPE	"klp_callback_ops"

/* How a body learns whether its patch is in force: klp_self.consistency. */
#define KLP_CONSISTENCY_NONE		0	/* not initialized, so the original runs */
#define KLP_CONSISTENCY_IMMEDIATE	1	/* bit `slot` of word 0 of map klp_gates */
#define KLP_CONSISTENCY_PER_TASK	2	/* kfunc klp_gate(id) of the companion */

struct klp_self {
	__u32 slot;		/* 0..KLP_GATE_SLOTS - 1, for immediate consistency */
	__u32 consistency;	/* KLP_CONSISTENCY_* */
};

#endif
