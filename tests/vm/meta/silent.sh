#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A script that succeeds without output: nothing shows that it ran, so the runner must return 126.
exit 0
