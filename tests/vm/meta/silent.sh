#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A script that succeeds without a word: nothing shows that it ran, the runner must say 126.
exit 0
