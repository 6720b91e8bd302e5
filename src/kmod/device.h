/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/klp. See device.c. */
#ifndef KLP_KMOD_DEVICE_H
#define KLP_KMOD_DEVICE_H

int device_init(void);
void device_exit(void);

#endif
