#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A kernel that warns under a script that is content: the runner must say 125, unless it is told to
# allow the warning.
echo "<4>WARNING: CPU: 0 PID: 1 at meta/warn.sh:5 nothing+0x0/0x0" >/dev/kmsg
echo "all is well"
