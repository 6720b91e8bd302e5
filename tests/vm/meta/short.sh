#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# short.sh [PLAN [not]] - print two results, the second one failed with `not`, and a plan, and end
# with status 0: unless all of it matches, the runner must return 126.
echo "ok 1 - first"
echo "${2:+$2 }ok 2 - second"
[[ -z ${1:-} ]] || echo "1..$1"
