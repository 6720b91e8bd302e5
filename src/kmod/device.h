/* SPDX-License-Identifier: GPL-2.0-only */
/* The character device /dev/klp. See device.c. */
#ifndef KLP_KMOD_DEVICE_H
#define KLP_KMOD_DEVICE_H

#include "klp/uapi.h"

int klpm_device_init(void);
void klpm_device_exit(void);

/* A test build implements the ABI that its module parameter `abi` selects, and nothing newer. */
#ifdef KLP_TEST_ABI
extern unsigned int device_test_abi;
#define DEVICE_ABI READ_ONCE(device_test_abi)
#else
#define DEVICE_ABI KLP_ABI
#endif
/* The value of `failed` for an error that is about no function; 0 before ABI 4. */
#define DEVICE_FAILED_NONE (DEVICE_ABI < 4 ? 0 : KLP_FAILED_NONE)

#endif
