#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A script that never ends: the runner must return 124.
echo "I will not end"
exec tail -f /dev/null
