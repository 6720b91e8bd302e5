/* SPDX-License-Identifier: GPL-2.0-only */
/* Modules that come and go. See module.c. */
#ifndef KLP_KMOD_MODULE_H
#define KLP_KMOD_MODULE_H

#include <linux/types.h>

/* Its coming was told and its going was not. With klpm_mutex held; the pointer is only compared. */
bool klpm_module_is_known(const void *mod);
int klpm_module_watch(void);
void klpm_module_unwatch(void);

#endif
