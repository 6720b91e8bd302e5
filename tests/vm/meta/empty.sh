#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A test script without any test: lib.sh must fail it.
# shellcheck source=tests/guest/lib/lib.sh
. /klpd/lib.sh
