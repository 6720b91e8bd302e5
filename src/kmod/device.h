/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/klp. See device.c. */
#ifndef KLP_KMOD_DEVICE_H
#define KLP_KMOD_DEVICE_H

#include "klp/uapi.h"

int klpm_device_init(void);
void klpm_device_exit(void);

/* A build for tests speaks whatever ABI its parameter `abi` says, and lacks what that one lacks. */
#ifdef KLP_TEST_ABI
extern unsigned int device_test_abi;
#define DEVICE_ABI READ_ONCE(device_test_abi)
#else
#define DEVICE_ABI KLP_ABI
#endif
/* What a call blames that failed about no function. */
#define DEVICE_FAILED_NONE (DEVICE_ABI < 4 ? 0 : KLP_FAILED_NONE)

#endif
