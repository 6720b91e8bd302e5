#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# lib.sh - what the static checks share: where they run, which files there are, how they end.
#
# A check counts what it looks at (`seen`) and says what is wrong with `bad`; `verdict NAME` then
# prints the line for the cases since the last one and starts anew. Having looked at nothing is a
# failure: a check that finds no files tells nothing about them.
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seen=0 wrong=0 status=0 passed=0 skips=0
# shellcheck disable=SC2034 # used by the checks
output=${KLPD_OUTPUT:-.output}

bad() {
	echo "$*" >&2
	wrong=$((wrong + 1))
}

verdict() {
	if ((seen == 0)); then
		bad "$1: nothing was checked"
	fi
	if ((wrong > 0)); then
		echo "not ok $1"
		status=1
	else
		echo "ok $1"
		passed=$((passed + 1))
	fi
	seen=0 wrong=0
}

skip() {
	echo "skip $1 $2"
	skips=$((skips + 1))
	seen=0 wrong=0
}

# The last line of a check: 77 if all it had was skipped.
finish() {
	if ((status == 0 && passed == 0)); then
		((skips > 0)) && exit 77
		exit 1
	fi
	exit "$status"
}

# files PATTERN...: the files that people wrote, tracked or not, with such names, one a line.
files() {
	local -a match=(-name "$1")

	while shift && (($#)); do
		match+=(-o -name "$1")
	done
	find . \( -name .git -o -name '.output*' -o -name corpus -o -path ./vmlinux/x86 \) -prune -o \
		-type f \( "${match[@]}" \) -print | sed 's|^\./||' | sort
}

# Files whose first line names a shell, and *.sh.
scripts() {
	files '*' | while read -r f; do
		local first=
		IFS= read -r first 2>/dev/null <"$f" || :
		[[ $f == *.sh || $first =~ ^'#!'.*[/\ ](ba|da|)sh($|\ ) ]] && echo "$f"
	done
	:
}
