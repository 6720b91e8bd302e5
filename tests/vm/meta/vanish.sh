#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A guest that powers off in the middle: the runner must return 126.
echo "good bye"
poweroff -f
exec tail -f /dev/null
