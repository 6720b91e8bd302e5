#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A kernel that panics: the runner must return 125.
echo "I will panic"
echo 1 >/proc/sys/kernel/sysrq
echo c >/proc/sysrq-trigger
