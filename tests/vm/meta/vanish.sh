#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A guest that goes away in the middle: the runner must say 126.
echo "good bye"
poweroff -f
exec tail -f /dev/null
