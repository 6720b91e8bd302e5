/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Lengths and limits that patch files (klp/meta.h) and /dev/klp (klp/uapi.h) have in common or of
 * their own. Each is defined here once, for klpd, klp.ko and patches. KLP_*_LEN and KLP_*_SIZE are
 * bytes, the final NUL of strings included; KLP_*_MAX are the highest count or size permitted.
 */
#ifndef KLP_LIMITS_H
#define KLP_LIMITS_H

/* Names. */
#define KLP_NAME_LEN		64	/* a patch, a patch set, a record */
#define KLP_OBJECT_LEN		56	/* MODULE_NAME_LEN on 64-bit kernels */
#define KLP_SYMBOL_LEN		512	/* KSYM_NAME_LEN */

/* One patch. */
#define KLP_FUNCS_MAX		256
#define KLP_OBJECTS_MAX		64
#define KLP_CALLBACKS_MAX	64
#define KLP_STATES_MAX		64
#define KLP_STATE_SIZE		256	/* data that the companion keeps for each state */

/* Patch files. */
#define KLP_META_MAX		65536	/* bytes of the whole section */
#define KLP_FILE_MAX		(4 * 1024 * 1024)
#define KLP_VERSION_LEN		32
#define KLP_TEXT_LEN		256
#define KLP_PROG_LEN		128
#define KLP_STRUCT_OPS_TYPE_LEN	64
#define KLP_STRUCT_OPS_NAME_LEN	64
#define KLP_WHEN_LEN		16	/* post_unpatch is the longest */
#define KLP_REFS_MAX		64
#define KLP_STRUCT_OPS_MAX	16

/* All patches. */
#define KLP_PATCHES_MAX		64	/* that enter, or that leave, in one change */
#define KLP_RECORDS_MAX		128	/* as many in force as patches that take their places */
/* Bits in the gates word: patches of immediate consistency that may exist at once. */
#define KLP_GATE_SLOTS		64
/* Entries of map klp_gates, each a __u64: word 0 holds the gates, word 1 klpd's generation. */
#define KLP_GATES_WORDS		2

/* /dev/klp. */
#define KLP_REASON_LEN		64
#define KLP_STACK_MAX		16384	/* bytes of the text of one stack */
#define KLP_KEPT_MAX		64	/* blockers that are kept after a reversal */
#define KLP_HOOKS_MAX		4096	/* hooks of one answer of KLP_IOC_HOOKS; its nr counts all */
#define KLP_DONE_MAX		4096	/* DONE events that can wait to be read */

#endif
