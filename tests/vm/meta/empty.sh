#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A test script with no test in it: lib.sh must fail it.
# shellcheck source=tests/guest/lib/lib.sh
. /klpd/lib.sh
