#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# regenerate.sh - write vmlinux/x86/vmlinux_VERSION.h from the types of a kernel of the build root.
#
# Usage: regenerate.sh [VERSION]     6.12 by default
#
# Changes nothing if the kernel has no types or bpftool fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
version=${1:-6.12}
out=vmlinux/x86/vmlinux_${version//./}.h
scripts/mkroot >/dev/null
new=$(mktemp)
trap 'rm -f "$new"' EXIT
# shellcheck disable=SC2016 # expanded in the root
scripts/enter bash -c '
	for f in /lib/modules/"$1".*/build/vmlinux; do
		[[ ! -e $f ]] || exec bpftool btf dump file "$f" format c
	done
	echo "regenerate.sh: no kernel $1 in the build root has types" >&2
	exit 1
' bash "$version" >"$new"
{ echo "/* Written by vmlinux/regenerate.sh from the types of Linux $version; not edited by hand. */" && cat "$new"; } >"$out.new"
mv "$out.new" "$out"
echo "$out"
