/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The metadata of a patch file NAME.klp.o: format 1.
 *
 * A patch is one BPF ELF object. What it says about itself stands in section KLP_META_SECTION as
 * NUL-terminated "key=value" strings, in any order, like modinfo. The macros of klp/klp.bpf.h write
 * them; klpd parses them as hostile input. All sizes below are in bytes and include the final NUL
 * where the value is a string.
 *
 *   format=1                              exactly once
 *   name=NAME                             exactly once: [a-z0-9][a-z0-9_-]*, < KLP_NAME_LEN
 *   version=TEXT                          exactly once, printable, no blank, < KLP_VERSION_LEN
 *   description=TEXT                      at most once, printable UTF-8 or ASCII, one line
 *   ref=ID                                any number: CVE-2026-0001, a bug or a commit id
 *   replace=yes|no                        at most once, default no: enabling replaces what is in
 *                                         force of its set
 *   set=NAME                              at most once, as name but not "default"; default: the
 *                                         set without a name. A replace is for one set
 *   sticky=yes|no                         at most once, default no; yes needs a state. What it
 *                                         changes cannot be undone: it is never disabled, and
 *                                         nothing turns back once tasks move into it
 *   strict=yes|no                         at most once, default yes if a ref begins with "CVE-"
 *   consistency=any|per-task              at most once, default any; per-task refuses --immediate
 *   func=OBJECT:SYMPOS:BODY:SYMBOL:PROG   one for each patched function
 *   table=TYPE:NAME:MAP                   one for each of the kernel's tables that the patch brings;
 *                                         at least one func or table
 *   state=ID:VERSION                      any number, each ID once, decimal; id is 1..2^64-1,
 *                                         version 0..2^32-1
 *   callback=OBJECT:WHEN:PROG             any number; WHEN is pre_patch, post_patch, pre_unpatch
 *                                         or post_unpatch, each at most once per object
 *
 * OBJECT is "vmlinux" or a module's name (with underscores), < KLP_OBJECT_LEN. SYMPOS is decimal:
 * 0 = the symbol must be unique in its object, n = its n-th occurrence (kernel livepatch's rule).
 * BODY is fmod_ret, guard or replace. PROG names the BPF program in the same file (at most
 * KLP_PROG_LEN characters as a C identifier). A (OBJECT, SYMBOL, SYMPOS) stands at most once, where
 * sympos 0 and 1 count as equal. An unknown key or a repeated single key is an error; format=N with
 * N > 1 is "made by newer tools" and is told apart from a malformed file.
 *
 * TYPE is a struct_ops type of the kernel (tcp_congestion_ops), < KLP_TABLE_TYPE_LEN; NAME is what
 * the kernel's users of it know the table by, the text of its member `name`, [A-Za-z0-9_.]*, <
 * KLP_TABLE_NAME_LEN; MAP is the variable of that type in section .struct_ops.link, a C identifier
 * < KLP_PROG_LEN. A (TYPE, NAME) stands at most once, and so does a MAP.
 *
 * The prototype that the author wrote for SYMBOL stands in the file's BTF as the type of a variable
 * KLP_PROTO_PREFIX SYMBOL in section KLP_PROTO_SECTION: a pointer to a function type.
 *
 * What klpd tells the body about itself: `struct klp_self` in section KLP_SELF_SECTION, written
 * between open and load, and the companion's id of the set, a __u64 in section KLP_ID_SECTION,
 * written when the set is announced, after loading. A body that was told neither runs the original.
 */
#ifndef KLP_META_H
#define KLP_META_H

#ifndef __BPF__
#include <linux/types.h>
#endif

#define KLP_META_SECTION	".klp.info"
#define KLP_META_FORMAT		1
#define KLP_PROTO_SECTION	".klp.proto"
#define KLP_PROTO_PREFIX	"klp_proto__"
#define KLP_SELF_SECTION	".rodata.klp"
#define KLP_ID_SECTION		".data.klp"
#define KLP_GATES_MAP		"klp_gates"
/* klpd makes a map of type KLP_OPS_TYPE for each guard or replace body, named this and the
 * symbol. */
#define KLP_OPS_PREFIX		"klp_ops__"
#define KLP_OPS_TYPE		"klp_func_ops"
/* That of a callback is named this, its kind, "__" and the object. */
#define KLP_CALLBACK_OPS_PREFIX	"klp_ops_"
#define KLP_CALLBACK_OPS_TYPE	"klp_callback_ops"

#define KLP_NAME_LEN		64
#define KLP_VERSION_LEN		32
#define KLP_TEXT_LEN		256
#define KLP_OBJECT_LEN		56	/* MODULE_NAME_LEN on 64-bit kernels */
#define KLP_SYMBOL_LEN		512	/* KSYM_NAME_LEN */
#define KLP_PROG_LEN		128
#define KLP_TABLE_TYPE_LEN	64
#define KLP_TABLE_NAME_LEN	64
#define KLP_WHEN_LEN		16	/* post_unpatch is the longest */
#define KLP_META_MAX		65536	/* the whole section */
#define KLP_FILE_MAX		(4 * 1024 * 1024)
#define KLP_FUNCS_MAX		256
#define KLP_REFS_MAX		64
#define KLP_STATES_MAX		64
#define KLP_CALLBACKS_MAX	64
#define KLP_TABLES_MAX		16
/* Data that the companion keeps for each state */
#define KLP_STATE_SIZE		256

/* How a body learns whether its patch is in force: klp_self.consistency */
#define KLP_CONSISTENCY_NONE		0	/* never told: the original runs */
#define KLP_CONSISTENCY_IMMEDIATE	1	/* bit `slot` of word 0 of map klp_gates */
#define KLP_CONSISTENCY_PER_TASK	2	/* kfunc klp_gate(id) of the companion */

/* Bits in the gates word: attachment sets of immediate consistency that may exist at once */
#define KLP_GATE_SLOTS		64
/* Entries of map klp_gates, each a __u64: word 0 the gates, word 1 klpd's generation */
#define KLP_GATES_WORDS		2

struct klp_self {
	__u32 slot;		/* 0..KLP_GATE_SLOTS - 1, for immediate consistency */
	__u32 consistency;	/* KLP_CONSISTENCY_* */
};

#endif
