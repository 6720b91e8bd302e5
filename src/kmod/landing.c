// SPDX-License-Identifier: GPL-2.0-only
/*
 * Landings: places at which a BPF trampoline enters an original on CPUs with IBT.
 *
 * Why. A BPF trampoline that calls the original (of fexit, fmod_ret and LSM programs) calls the
 * address that the handler of hook.c has left, with an indirect call (BPF_TRAMP_F_ORIG_STACK). If
 * the original is to run, that is the address behind the function's own call of ftrace, and there
 * is no ENDBR instruction. A CPU with IBT raises #CP there, and the kernel stops (BUG). So the
 * handler leaves the address of a landing, which begins with ENDBR and continues at the original
 * with a return instruction, which IBT does not check. klp_pending_return() and the images of
 * struct_ops maps begin with ENDBR anyway.
 *
 * Limit. The landing is there only while the handler is. While a hook is attached or detached, and
 * after a batch of sites has shrunk, the kernel keeps the trampoline in the mode in which it calls
 * the address behind the ftrace site, as with kernel livepatch.
 *
 * Identity. Between the handler and the landing nothing but the address is preserved, so each
 * function has a landing of its own. A task may sleep in a foreign program before the trampoline
 * calls the landing, so a landing never changes its function. Functions beyond LANDINGS are refused
 * on these CPUs.
 *
 * Registers. Only r11 changes, which no function expects anything in.
 *
 * Stack. A landing changes nothing but the return address that its own call pushed, so the ORC data
 * of every instruction is that at the entry of a function. The stack walk takes every address in a
 * landing for the address that it leads to, so that the task counts as in the original (stack.c).
 *
 * The parameter pretend_ibt makes klp.ko do the same on other CPUs, for tests.
 */
#include <linux/cache.h>
#include <linux/cpufeature.h>
#include <linux/linkage.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/objtool.h>
#include <linux/stringify.h>
#include <asm/ibt.h>

#include "landing.h"
#include "patch.h"

#define LANDINGS	4096
#define LANDING_SIZE	16

extern const char klpm_landings[];
extern unsigned long klpm_landing_to[LANDINGS];

unsigned long klpm_landing_to[LANDINGS];
/* The first is not used, because the unwinder looks up the byte before a return address. */
static unsigned int landing_n = 1;
static bool landing_pretend;
module_param_named(pretend_ibt, landing_pretend, bool, 0444);
MODULE_PARM_DESC(pretend_ibt, "Treat BPF trampolines as on a CPU with IBT, for tests");

/* The return address that a landing pushes tells its number. */
asm(
"	.text\n"
"	.type klpm_landing_go, @function\n"
	ASM_FUNC_ALIGN
"klpm_landing_go:\n"
"	mov (%rsp), %r11\n"
"	sub $klpm_landings, %r11\n"
"	shr $4, %r11\n"
"	mov klpm_landing_to(,%r11,8), %r11\n"
"	mov %r11, (%rsp)\n"
	ASM_RET "\n"
"	.size klpm_landing_go, . - klpm_landing_go\n"
"	.type klpm_landings, @function\n"
"	.globl klpm_landings\n"
"	.balign " __stringify(LANDING_SIZE) "\n"
"klpm_landings:\n"
"	.rept " __stringify(LANDINGS) "\n"
	ASM_ENDBR
"	call klpm_landing_go\n"
"	.balign " __stringify(LANDING_SIZE) "\n"
"	.endr\n"
	ASM_RET "\n"	/* never reached; for objtool */
"	.size klpm_landings, . - klpm_landings\n"
);

bool klpm_landing_needed(void)
{
	return cpu_feature_enabled(X86_FEATURE_IBT) || landing_pretend;
}

unsigned long klpm_landing_get(unsigned long original)
{
	unsigned int i;

	lockdep_assert_held(&klpm_mutex);
	for (i = 1; i < landing_n; i++)
		if (klpm_landing_to[i] == original)
			break;
	if (i == LANDINGS)
		return 0;
	if (i == landing_n)
		WRITE_ONCE(klpm_landing_to[landing_n++], original);
	return (unsigned long)klpm_landings + i * LANDING_SIZE;
}

unsigned long klpm_landing_leads_to(unsigned long addr)
{
	unsigned long i = (addr - (unsigned long)klpm_landings) / LANDING_SIZE;

	return i < LANDINGS ? READ_ONCE(klpm_landing_to[i]) : addr;
}
