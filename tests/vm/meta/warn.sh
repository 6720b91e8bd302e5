#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A kernel that warns while the script succeeds: the runner must return 125, unless the warning is
# allowed.
echo "<4>WARNING: CPU: 0 PID: 1 at meta/warn.sh:5 nothing+0x0/0x0" >/dev/kmsg
echo "all is well"
