#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A script that fails: the runner must return its status, and pass its arguments to it.
printf '<%s>' "$@"
exit 3
