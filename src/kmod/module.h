/* SPDX-License-Identifier: GPL-2.0-only */
/* Modules that load and unload. See module.c. */
#ifndef KLP_KMOD_MODULE_H
#define KLP_KMOD_MODULE_H

#include <linux/types.h>

/*
 * Was the module reported as COMING and not yet as GOING? Called with klpm_mutex held. The pointer
 * is only compared.
 */
bool klpm_module_is_known(const void *mod);
/* Register the module notifier: patch modules that load, unpatch those that unload. */
int klpm_module_watch(void);
void klpm_module_unwatch(void);

#endif
