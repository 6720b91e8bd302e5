/* SPDX-License-Identifier: GPL-2.0-only */
/* The types that programs are compiled with by default: those of the oldest kernel of the matrix. */
#include "vmlinux_612.h"
